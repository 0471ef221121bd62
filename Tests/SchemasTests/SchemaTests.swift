import Foundation
import Tables
import Testing

@testable import Schemas

struct SchemaTests {
    /// A folder with small files, removed when the test ends.
    private final class Folder {
        let path = NSTemporaryDirectory() + "schemas-tests-" + UUID().uuidString

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func write(_ text: String, _ name: String) throws -> InputFile {
            try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
            return InputFile(path + "/" + name)
        }
    }

    /// The columns that a schema knows for a year.
    private static func header(_ family: String, _ year: Int) -> [String] {
        var names: [String] = []
        for entry in SchemaTables.published.columns
        where entry.family == family && entry.years.map({ $0.contains(year) }) ?? true {
            for column in entry.columns where !names.contains(column) { names.append(column) }
        }
        return ["RECTYPE"] + names
    }

    private static func row(_ header: [String], _ values: [String: String]) -> String {
        header.map { values[$0] ?? "" }.joined(separator: ",") + "\n"
    }

    @Test func everyTableHasSourcesAndKnownFamilies() {
        let tables = SchemaTables.published
        let families = tables.families.map(\.name)
        #expect(families == ["dfe-ks2", "dfe-ks4", "dfe-16-18", "ees"])
        #expect(tables.columns.allSatisfy { families.contains($0.family) && !$0.source.isEmpty && !$0.columns.isEmpty })
        #expect(tables.editions.allSatisfy { families.contains($0.family) && !$0.source.isEmpty })
        #expect(tables.absences.allSatisfy { families.contains($0.family) && !$0.reason.isEmpty })
        for family in families { #expect(tables.editions.contains { $0.family == family }) }
    }

    @Test func readsNamesRecordsAndTheYear() throws {
        let folder = try Folder()
        let header = Self.header("dfe-ks2", 2017)
        let file = try folder.write(
            header.joined(separator: ",") + "\n"
                + Self.row(
                    header,
                    [
                        "RECTYPE": "1", "URN": "100", "LEA": "850", "ESTAB": "2001", "READ_AVERAGE": "104",
                        "READCOV": "95%",
                    ])
                + Self.row(header, ["RECTYPE": "3", "URN": " ", "LEA": "850", "ESTAB": " ", "READ_AVERAGE": "103"])
                + Self.row(
                    header, ["RECTYPE": "2", "URN": "101", "LEA": "850", "ESTAB": "7001", "READ_AVERAGE": "SUPP"]),
            "ks2-2017-850.csv")
        var form = FileForm()
        form.percent = true
        let files = try Schema("dfe-ks2").views(of: [file], form: form)
        var request = ReadRequest(
            files: files,
            columns: [
                ColumnRequest("laestab", role: .key), ColumnRequest("year", role: .key),
                ColumnRequest("reading_score", role: .number),
                ColumnRequest("reading_progress_coverage", role: .number),
                ColumnRequest("k", source: .joined(["laestab", "year"]), role: .key),
            ])
        request.form = form
        let (table, report) = try TableReader.read(request)
        #expect(table.rowCount == 2 && report.rowsRead == 3 && report.rowsOfOtherRecords == 1)
        #expect(table.columns[0].text(0) == "850/2001" && table.columns[1].text(0) == "201617")
        #expect(table.columns[2].number(0) == 104 && table.columns[2].missingReason(1) == "SUPP")
        #expect(table.columns[3].number(0) == 95 && table.columns[4].text(1) == "850/7001/201617")
        let origin = try #require(report.files[0].origin)
        #expect(origin.year == "201617" && origin.schema == "dfe-ks2")
        let pairs = origin.columns.map { "\($0.name)=\($0.column)" }
        #expect(pairs == ["laestab=LEA/ESTAB", "reading_progress_coverage=READCOV", "reading_score=READ_AVERAGE"])
    }

    /// A year that the tables do not know is a question, never a column read on a guess.
    @Test func unknownYearsAreAsked() throws {
        let folder = try Folder()
        let header = Self.header("dfe-ks2", 2018).filter { $0 != "MAT_AVERAGE" }
        let file = try folder.write(header.joined(separator: ",") + "\n", "england_ks2_2030.csv")
        let schema = try Schema("dfe-ks2")
        let error = #expect(throws: SchemaError.self) { try schema.views(of: [file], form: FileForm()) }
        guard let error, case .unknownYear(_, _, let year, let guess, _, _, let absent) = error else {
            Issue.record("not the question expected")
            return
        }
        #expect(year == "2029/30" && guess == "202223" && absent == ["MAT_AVERAGE"])
        #expect(error.hint?.contains("--schema-as 202223") == true)
        let accepted = try schema.views(of: [file], form: FileForm(), as: "202223")
        #expect(accepted[0].constants["year"] == "202930")
        let maths = try #require(accepted[0].view?.column("maths_score"))
        #expect(maths.columns.isEmpty && maths.absence.contains("MAT_AVERAGE"))
    }

    @Test func measuresThatWereNotPublishedAreRefusedWithTheReason() throws {
        let folder = try Folder()
        let header = Self.header("dfe-ks2", 2018)
        let file = try folder.write(
            header.joined(separator: ",") + "\n" + Self.row(header, ["RECTYPE": "1"]), "ks2 2023-24.csv")
        let files = try Schema("dfe-ks2").views(of: [file], form: FileForm())
        let request = ReadRequest(files: files, columns: [ColumnRequest("reading_progress_upper", role: .number)])
        let error = #expect(throws: TableError.self) { try TableReader.read(request) }
        #expect(error?.code == "E119" && error?.message.contains("key stage 1 baseline") == true)
    }

    @Test func namesAndColumnsMustAgreeOnTheYear() throws {
        let folder = try Folder()
        let header = (Self.header("dfe-ks2", 2018) + ["READPROG_17", "READPROG_18"]).joined(separator: ",") + "\n"
        let schema = try Schema("dfe-ks2")
        let wrong = try folder.write(header, "ks2-2017.csv")
        #expect(throws: SchemaError.yearsDisagree(path: wrong.path, name: "2016/17", content: "2017/18")) {
            try schema.views(of: [wrong], form: FileForm())
        }
        #expect(try schema.views(of: [wrong], form: FileForm(), year: "2018")[0].constants["year"] == "201718")
        let silent = try folder.write(header, "936_ks2final.csv")
        #expect(try schema.views(of: [silent], form: FileForm())[0].constants["year"] == "201718")
        #expect(throws: SchemaError.everyYearKnown(option: "--schema-year")) {
            try schema.views(of: [silent], form: FileForm(), year: "2018")
        }
        let mute = try folder.write(Self.header("dfe-ks2", 2018).joined(separator: ",") + "\n", "ks2final.csv")
        #expect(throws: SchemaError.noYear(path: mute.path)) { try schema.views(of: [mute], form: FileForm()) }
    }

    /// Years without progress show that of the last year that had it; columns differ in case from year to year.
    @Test func laterTablesAreKnown() throws {
        let folder = try Folder()
        let header = (Self.header("dfe-ks2", 2024) + ["READPROG_23"]).map {
            $0 == "PTRWM_EXP" ? "ptrwm_exp" : $0.uppercased()
        }
        let file = try folder.write(
            header.joined(separator: ",") + "\n" + Self.row(header, ["URN": "100", "ptrwm_exp": "61%"])
                + Self.row(header, ["URN": "", "ptrwm_exp": "60%"]), "2023-2024_england_ks2final.csv")
        let form = PublishedSchemaTests.form()
        let files = try Schema("dfe-ks2").views(of: [file], form: form)
        #expect(files[0].constants["year"] == "202324")
        var request = ReadRequest(files: files, columns: [ColumnRequest("rwm_expected", role: .number)])
        request.form = form
        let (table, report) = try TableReader.read(request)
        #expect(table.rowCount == 1 && table.columns[0].number(0) == 61 && report.rowsOfOtherRecords == 1)
        #expect(report.files[0].origin?.columns.map(\.column) == ["ptrwm_exp"])
        request.columns = [ColumnRequest("reading_progress", role: .number)]
        #expect(throws: TableError.self) { try TableReader.read(request) }
    }

    /// One measure under the names of several editions; what means something else has another name.
    @Test func namesOfKeyStageFour() throws {
        let folder = try Folder()
        func view(_ year: Int, _ columns: [String]) throws -> FileView {
            let header = Self.header("dfe-ks4", year).filter {
                !$0.hasPrefix("PTEBACC_E") && !$0.hasPrefix("PTL2BASICS") && !$0.hasPrefix("PTAC5EM")
                    && !["ATT8SCR_AV", "ATT8SCR_MID"].contains($0)
            }
            let file = try folder.write(
                (header + columns).joined(separator: ",") + "\n", "\(year - 1)-\(year)_england_ks4final.csv")
            return try #require(try Schema("dfe-ks4").views(of: [file], form: FileForm())[0].view)
        }
        let early = try view(2014, ["PTEBACC_E_PTQ", "PTL2BASICS_LL_PTQ_EE"])
        #expect(early.column("ebacc_entered")?.columns == ["PTEBACC_E_PTQ"])
        #expect(early.column("basics_ac")?.columns == ["PTL2BASICS_LL_PTQ_EE"])
        #expect(early.column("attainment8")?.columns == [] && early.column("disadvantaged_percent")?.columns == [])
        let late = try view(2023, ["ATT8SCR_MID", "PTEBACC_E_PTQ_EE"])
        #expect(late.column("attainment8_prior_middle")?.columns == ["ATT8SCR_MID"])
        #expect(late.column("ks2_average_score")?.columns == ["KS2ASS"])
        #expect(late.column("ks2_average_points")?.columns == [])
        #expect(throws: SchemaError.self) { try view(2018, ["ATT8SCR_MID", "ATT8SCR_AV"]) }
    }

    @Test func otherFilesAreRefused() throws {
        let folder = try Folder()
        let file = try folder.write("urn,year,score\n", "results-2018.csv")
        #expect(throws: SchemaError.otherFamily(path: file.path, schema: "dfe-ks2")) {
            try Schema("dfe-ks2").views(of: [file], form: FileForm())
        }
        #expect(throws: SchemaError.self) { try Schema("dfe-ks3") }
    }

    /// The tidy standard: each row has its period, names differ between editions, the finest level is read.
    @Test func tidyFiles() throws {
        let folder = try Folder()
        let level = "time_period,geographic_level,country_code,new_la_code,la_name,school_urn"
        let file = try folder.write(
            "\(level),avg_att8\n202324,School,E92,E10,Kent,100,48.5\n202324,Local authority,E92,E10,Kent,,46.1\n",
            "tables.csv")
        let files = try Schema("ees").views(of: [file], form: FileForm())
        let request = ReadRequest(
            files: files,
            columns: [
                ColumnRequest("urn", role: .key), ColumnRequest("year", role: .key),
                ColumnRequest("attainment8", role: .number),
            ])
        let (table, _) = try TableReader.read(request)
        #expect(table.rowCount == 1 && table.columns[1].text(0) == "202324" && table.columns[2].number(0) == 48.5)
        let both = try folder.write("\(level),avg_att8,attainment8_average\n", "both.csv")
        #expect(throws: SchemaError.self) { try Schema("ees").views(of: [both], form: FileForm()) }
    }
}

/// The published files as they come, where they are at hand.
struct PublishedSchemaTests {
    static let folder: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["COUNTERPART_REFERENCE_DATA"]
        let path = (named ?? root.appending(path: "../shared").path) + "/real"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    static func form() -> FileForm {
        var form = FileForm()
        form.percent = true
        form.fillShortRows = true
        return form
    }

    /// Six raw files, three layouts, one panel.
    @Test(.enabled(if: folder != nil, "skipped: no reference data")) func keyStageTwoIsOnePanel() throws {
        let folder = try #require(Self.folder)
        let files = [2016, 2017, 2018].flatMap { year in
            [850, 936].map { InputFile("\(folder)/ks2-\(year)-\($0).csv") }
        }
        let viewed = try Schema("dfe-ks2").views(of: files, form: Self.form())
        #expect(viewed.map { $0.constants["year"] } == ["201516", "201516", "201617", "201617", "201718", "201718"])
        var request = ReadRequest(
            files: viewed,
            columns: ["urn", "laestab", "year"].map { ColumnRequest($0, role: .key) }
                + ["reading_score", "maths_score", "rwm_expected", "reading_progress", "disadvantaged_percent"].map {
                    ColumnRequest($0, role: .number)
                })
        request.form = Self.form()
        let (table, report) = try TableReader.read(request)
        // 560, 563 and 570 schools; three totals a file.
        #expect(table.rowCount == 1693 && report.rowsOfOtherRecords == 18)
        #expect(report.files.allSatisfy { $0.origin?.columns.count == 7 })
        let score = try #require(table.column("reading_score"))
        let known = (0..<table.rowCount).compactMap { score.number($0) }
        #expect(known.count > 1500 && known.allSatisfy { (80...120).contains($0) })
    }

    @Test(.enabled(if: folder != nil, "skipped: no reference data")) func keyStageFourLeavesAbsentColumnsOut() throws {
        let folder = try #require(Self.folder)
        let files = try Schema("dfe-ks4").views(of: [InputFile("\(folder)/ks4-2019-england.csv")], form: Self.form())
        let view = try #require(files[0].view)
        #expect(view.column("progress8")?.columns == ["P8MEA"] && view.column("laestab")?.columns == [])
    }
}
