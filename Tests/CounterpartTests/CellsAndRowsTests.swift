import Foundation
import Testing

@testable import Counterpart

/// The same answer from rows in any order and split, from cells, and from cells merged of parts.
@Suite struct CellsAndRowsTests {
    /// All pupils of the reduced sample with their starts, under the schools' present numbers.
    private static let table = Result {
        let starts = try rows(named: "partners.csv").reduce(into: [String: String]()) {
            $0[$1["urn"] ?? ""] = $1["start"]
        }
        return try ReducedSample.pupilFiles.flatMap { file in
            try rows(named: file.name).map { row in
                let start = starts[row["urn"] ?? ""] ?? ""
                return ["upn", "urn", "academic_year", "sex", "fsm", "ks2_score", "attainment8"].map { row[$0] ?? "" }
                    + [start]
            }
        }
    }

    private static let header = "upn,urn,academic_year,sex,fsm,ks2_score,attainment8,start\n"

    private static func rows(named name: String) throws -> [[String: String]] {
        let folder = try WorkFolder()
        let bytes = try #require(ReducedSample.partnership.files().first { $0.name == name }).bytes
        let table = try RawTable.read(files: [InputFile(try folder.write(Data(bytes), name))], form: FileForm())
        return table.rows.map { Dictionary(uniqueKeysWithValues: zip(table.columns, $0)) }
    }

    /// Writes the rows split by turns into files, after a change of their order.
    private static func files(_ folder: WorkFolder, count: Int, order: ([[String]]) -> [[String]] = { $0 }) throws
        -> [InputFile]
    {
        let rows = order(try table.get())
        return try (0..<count).map { part in
            let own = stride(from: part, to: rows.count, by: count).map { rows[$0].joined(separator: ",") + "\n" }
            return InputFile(try folder.write(header + own.joined(), "part-\(count)-\(part).csv"))
        }
    }

    private static func data(_ files: [InputFile], threads: Int = 1) -> DataRequest {
        var data = DataRequest()
        (data.files, data.threads) = (files, threads)
        (data.unit, data.time, data.outcomes) = (["urn"], ["academic_year"], [OutcomeRequest("attainment8")])
        return data
    }

    private static func did(_ data: DataRequest) throws -> DidRequest {
        var request = DidRequest(data: data, treatment: .startColumn("start"))
        request.covariates = ["ks2_score"]
        request.design.factors = ["sex"]
        request.analysis.permutations = 19
        request.analysis.diagnosesPreTrend = false
        return request
    }

    private static func gaps(_ data: DataRequest) -> GapsRequest {
        var request = GapsRequest(data: data)
        request.groups = [GroupText("fsm=Y")]
        request.unknown = ["U"]
        request.by = ["academic_year"]
        (request.change, request.standardises) = (true, true)
        return request
    }

    /// What a run says, without the inputs and times that stand apart.
    private static func text(_ json: JSONValue, without names: [String] = ["inputs", "timings"]) throws -> String {
        guard case .object(let members) = json else { return "" }
        return JSONValue.object(members.filter { !names.contains($0.key) }).pretty()
    }

    @Test func anyOrderSplitAndThreadsGiveTheSameBytes() throws {
        let folder = try WorkFolder()
        let one = try Self.files(folder, count: 1)
        let wantedDid = try Self.text(try DidRun.answer(try Self.did(Self.data(one))).document.json)
        let wantedGaps = try Self.text(try GapsRun.answer(Self.gaps(Self.data(one))).document.json)
        #expect(wantedDid.contains("\"estimate\"") && wantedGaps.contains("\"gap\""))
        for (count, threads) in [(2, 2), (7, 3), (1, 8)] {
            // Reversed, and by the last digits of the pupils' numbers.
            let files = try Self.files(folder, count: count) { rows in
                count == 2 ? rows.reversed() : rows.sorted { ($0[0].suffix(4), $0[0]) < ($1[0].suffix(4), $1[0]) }
            }
            let data = Self.data(files, threads: threads)
            let isSameDid = try Self.text(try DidRun.answer(try Self.did(data)).document.json) == wantedDid
            let isSameGaps = try Self.text(try GapsRun.answer(Self.gaps(data)).document.json) == wantedGaps
            #expect(isSameDid, "did from \(count) files on \(threads) threads")
            #expect(isSameGaps, "gaps from \(count) files on \(threads) threads")
        }
    }

    /// Cells of all rows, and of seven parts merged in two orders: the same table, and the same answers as from rows.
    @Test func cellsGiveTheSameNumbersAsRows() throws {
        let folder = try WorkFolder()
        let whole = try Self.files(folder, count: 1)
        let parts = try Self.files(folder, count: 7)
        func cells(_ files: [InputFile], _ name: String, covariates: [String]) throws -> InputFile {
            var request = CellsRequest(data: Self.data(files))
            (request.start, request.covariates, request.factors, request.groups) = (
                "start", covariates, ["sex"], ["fsm"]
            )
            _ = try CellsRun.write(request, to: folder.path + "/" + name, minimumCell: 0)
            return InputFile(folder.path + "/" + name)
        }
        // Cells with a covariate are those of the rows where it is present: did needs it, gaps do without.
        for (covariates, isDid) in [(["ks2_score"], true), ([], false)] {
            let kind = isDid ? "did" : "gaps"
            func answer(_ data: DataRequest) throws -> JSONValue {
                isDid
                    ? try DidRun.answer(try Self.did(data)).document.json
                    : try GapsRun.answer(Self.gaps(data)).document.json
            }
            let all = try cells(whole, "\(kind)-all.csv", covariates: covariates)
            let pieces = try parts.enumerated().map { try cells([$1], "\(kind)-\($0).csv", covariates: covariates) }
            _ = try CellsRun.merge(pieces, to: folder.path + "/\(kind)-merged.csv", minimumCell: 0)
            _ = try CellsRun.merge(pieces.reversed(), to: folder.path + "/\(kind)-again.csv", minimumCell: 0)
            #expect(try folder.text("\(kind)-merged.csv") == folder.text("\(kind)-all.csv"))
            #expect(try folder.text("\(kind)-again.csv") == folder.text("\(kind)-all.csv"))
            // How many rows lacked what is known of cells otherwise, so the sample's counts of missing codes stand apart.
            let apart = ["inputs", "timings", "sample", "settings"]
            let wanted = try Self.text(try answer(Self.data(whole)), without: apart)
            #expect(try Self.text(try answer(Self.data([all])), without: apart) == wanted, "\(kind) from one table")
            #expect(try Self.text(try answer(Self.data(pieces)), without: apart) == wanted, "\(kind) from seven tables")
            let merged = InputFile(folder.path + "/\(kind)-merged.csv")
            #expect(
                try Self.text(try answer(Self.data([merged])), without: apart) == wanted,
                "\(kind) from the merged table")
        }
    }

    /// Cells lack what they were not asked to keep: exit 4 says what.
    @Test func cellsSayWhatTheyLack() throws {
        let folder = try WorkFolder()
        let request = CellsRequest(data: Self.data(try Self.files(folder, count: 1)))
        _ = try CellsRun.write(request, to: folder.path + "/cells.csv", minimumCell: 0)
        let data = Self.data([InputFile(folder.path + "/cells.csv")])
        let start = #expect(throws: RequestError.self) {
            try DidRun.answer(DidRequest(data: data, treatment: .startColumn("start")))
        }
        #expect(start?.status == .design && start?.message.contains("start") == true)
        let group = #expect(throws: RequestError.self) { try GapsRun.answer(Self.gaps(data)) }
        #expect(group?.status == .design && group?.message.contains("fsm") == true)
    }

    /// The same file twice would count its rows twice.
    @Test func aFileNamedTwiceIsRefused() throws {
        let folder = try WorkFolder()
        let file = try Self.files(folder, count: 1)
        #expect(throws: RequestError.self) { try GapsRun.answer(Self.gaps(Self.data(file + file))) }
    }
}
