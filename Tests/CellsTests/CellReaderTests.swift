import Foundation
import Tables
import Testing

@testable import Cells

@Suite struct CellReaderTests {
    /// Writes files into a folder of its own, removed at the end.
    private func withFiles(_ texts: [String], _ body: ([InputFile]) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cells-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var files: [InputFile] = []
        for (position, text) in texts.enumerated() {
            let path = folder.appending(path: "\(position).csv").path
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            files.append(InputFile(path))
        }
        try body(files)
    }

    private func request(_ files: [InputFile]) -> CellRequest {
        var request = CellRequest(
            read: ReadRequest(files: files, columns: []),
            keys: [
                ColumnRequest("urn", role: .key), ColumnRequest("year", role: .key), ColumnRequest("fsm", role: .key),
            ],
            outcomes: [
                ColumnRequest("score", role: .number),
                ColumnRequest("passed", source: .column("grade"), role: .indicator(YesNo(equals: "A"))),
            ])
        request.required = ["urn", "year"]
        request.nouns = ["urn": "unit", "year": "period"]
        request.covariates = [ColumnRequest("ks2", role: .number)]
        return request
    }

    private let text = """
        urn,year,fsm,score,ks2,grade,upn
        100,2018,Y,48.500,101.0,A,p1
        100,2018,Y,50.25,99.5,B,p2
        100,2018,N,SUPP,100,A,p3
        101,2018,N,,100,,p4
        101,2019,N,60,,A,p5
        ,2019,N,60,100,A,p6
        101,,N,60,100,A,p7
        101,2019,N,61,100,A,p4

        """

    @Test func readsCellsWithTheirReasons() throws {
        try withFiles([text]) { files in
            let reading = try CellReader.read(request(files))
            let table = reading.table
            #expect(reading.arithmetic == .exact)
            #expect(reading.warnings.isEmpty)
            #expect(reading.report.rowsRead == 8)
            #expect(table.keys.map(\.values) == [["100", "101"], ["2018", "2019"], ["N", "Y"]])
            #expect(table.rowCounts == [1, 2, 1, 2])
            guard case .exact(let score) = table.blocks[0].sums else { return #expect(Bool(false)) }
            #expect(score.decimals == [2, 1])
            #expect(score.n == [0, 2, 0, 1])
            #expect(score.s == [0, 0, 9875, 2005, 0, 0, 6100, 1000])
            #expect(
                table.blocks[0].dropped == [
                    DroppedRows("no unit", 1), DroppedRows("no period", 1), DroppedRows("outcome empty", 1),
                    DroppedRows("outcome missing: SUPP", 1), DroppedRows("missing covariate ks2", 1),
                ])
            #expect(
                table.blocks[1].dropped == [
                    DroppedRows("no unit", 1), DroppedRows("no period", 1), DroppedRows("outcome empty", 1),
                    DroppedRows("missing covariate ks2", 1),
                ])
            // 100 × share: one A of two, in the cell 100, 2018, Y.
            #expect(table.blocks[1].moments.mean[2] == 50)
        }
    }

    /// Threads, the order of rows and the split into files leave the table the same to the bit.
    @Test func sameTableForThreadsOrderAndSplit() throws {
        var random = SplitMix64(seed: 51)
        let rows = (0..<60_000).map { _ in
            let school = Int.random(in: 0..<200, using: &random)
            let score = Int.random(in: -50...900, using: &random)
            let year = 2010 + Int.random(in: 0..<8, using: &random)
            let ks2 = Int.random(in: 80...120, using: &random)
            return "\(1000 + school),\(year),\(school % 3 == 0 ? "Y" : "N"),\(score / 10).\(abs(score % 10)),\(ks2),A\n"
        }
        let header = "urn,year,fsm,score,ks2,grade\n"
        let shuffled = rows.shuffled(using: &random)
        try withFiles([
            header + rows.joined(), header + shuffled[..<20_000].joined(), header + shuffled[20_000...].joined(),
        ]) {
            files in
            var one = request([files[0]])
            let table = try CellReader.read(one).table
            one.read.threads = 2
            #expect(try CellReader.read(one).table == table)
            let split = try CellReader.read(request([files[2], files[1]])).table
            #expect(split == table)
            one.read.arithmetic = .double
            let double = try CellReader.read(one)
            one.read.threads = 1
            #expect(try CellReader.read(one).table == double.table)
            #expect(double.table.cellCount == table.cellCount)
        }
    }

    /// Two columns are unfit, each in its own way and far apart: the one that is named does not depend on threads.
    @Test func theColumnOfDoubleSumsDoesNotDependOnThreads() throws {
        var text = "urn,year,fsm,score,ks2,grade\n"
        for row in 0..<60_000 {
            let score = row == 21_000 || row == 59_000 ? "4000000000000.5" : "\(row % 90).5"
            let prior = row == 23_000 || row == 40_000 ? "0.1234567" : row % 7 == 0 ? "100.123456" : "100"
            text += "\(row % 50),2018,N,\(score),\(prior),A\n"
        }
        try withFiles([text]) { files in
            var messages: Set<String> = []
            for threads in [1, 2, 3, 5, 8] {
                for _ in 0..<3 {
                    var request = request(files)
                    request.read.threads = threads
                    messages.insert(try CellReader.read(request).warnings.map(\.message).joined())
                }
            }
            #expect(messages.count == 1)
        }
    }

    @Test func valuesBeyondExactSumsAreReadAgainInDoubles() throws {
        let large = "urn,year,fsm,score,ks2,grade\n1,2018,N,4000000000.5,100,A\n1,2018,N,4000000001.5,101,A\n"
        let fine = "urn,year,fsm,score,ks2,grade\n1,2018,N,0.1234567,100,A\n1,2018,N,0.25,101,A\n"
        try withFiles([large, fine]) { files in
            let reading = try CellReader.read(request([files[0]]))
            #expect(reading.arithmetic == .double)
            #expect(reading.warnings.map(\.code) == ["double-sums"])
            #expect(reading.warnings[0].message.hasPrefix("score has values too large"))
            #expect(reading.table.blocks[0].moments.mean == [4_000_000_001, 100.5])
            #expect(reading.table.blocks[0].moments.within == [0.5, 0.5, 0.5])
            let second = try CellReader.read(request([files[1]]))
            #expect(second.arithmetic == .double)
            #expect(second.warnings.map(\.code) == ["double-sums"])
            var asked = request([files[0]])
            asked.read.arithmetic = .double
            #expect(try CellReader.read(asked).warnings.isEmpty)
        }
    }

    @Test func namesBothLinesOfARepeatedPupil() throws {
        let again = "urn,year,fsm,score,ks2,grade,upn\n100,2018,Y,1,1,A,p9\n102,2018,N,3,3,A,p2\n"
        try withFiles([text, again]) { files in
            var one = request([files[0]])
            one.pupil = ColumnRequest("upn", role: .key)
            one.pupilPeriod = "year"
            #expect(throws: Never.self) { try CellReader.read(one) }
            one.read.files = files
            let first = Place(file: files[0].path, line: 3), second = Place(file: files[1].path, line: 3)
            #expect(throws: CellsError.repeatedPupil(period: "2018", first: first, second: second)) {
                try CellReader.read(one)
            }
        }
    }

    @Test func findsTheLinesOfAUnitAndPeriod() throws {
        try withFiles([text, text]) { files in
            let request = request(files)
            let repeated = try #require(try CellReader.read(request).table.firstRepeated(["urn", "year"]))
            #expect(repeated.values == ["100", "2018"])
            #expect(repeated.rows == 6)
            let places = try CellReader.lines(request, where: [("urn", "100"), ("year", "2018")], limit: 4)
            #expect(places.map(\.line) == [2, 3, 4, 2])
            #expect(places.map(\.file) == [0, 0, 0, 1].map { files[$0].path })
            #expect(try CellReader.lines(request, where: [("urn", "999"), ("year", "2018")]).isEmpty)
        }
    }

    @Test func unfitRequestsAreRefused() throws {
        var request = request([InputFile("absent.csv")])
        request.keys.append(ColumnRequest("fsm", role: .key))
        #expect(throws: CellsError.keyTwice("fsm")) { try CellReader.read(request) }
        request.keys.removeLast()
        request.covariates = (0..<501).map { ColumnRequest("x\($0)", role: .number) }
        #expect(throws: CellsError.tooManyCovariates(501, limit: 500)) { try CellReader.read(request) }
        request.covariates = []
        request.required = ["school"]
        #expect(throws: CellsError.noSuchKey("school", known: ["urn", "year", "fsm"])) { try CellReader.read(request) }
    }

    @Test func theDigestNamesTheQuestionNotTheFiles() throws {
        let one = request([InputFile("a.csv")])
        var other = request([InputFile("b.csv")])
        other.read.threads = 7
        #expect(one.digest == other.digest)
        #expect(one.digest.count == 64)
        other.covariates = []
        #expect(one.digest != other.digest)
    }
}
