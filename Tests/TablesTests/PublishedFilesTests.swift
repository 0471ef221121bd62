import Foundation
import Testing

@testable import Tables

/// Published school tables as they come, where they are at hand: with a mark, CR LF, short rows, codes and percent signs.
@Suite struct PublishedFilesTests {
    static let folder: String? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["COUNTERPART_REFERENCE_DATA"]
        let path = (named ?? root.appendingPathComponent("../shared").path) + "/real"
        return FileManager.default.fileExists(atPath: path) ? path : nil
    }()

    static let files = [2016, 2017, 2018].flatMap { year in ["850", "936"].map { "ks2-\(year)-\($0).csv" } }

    @Test(.enabled(if: folder != nil, "skipped: no reference data"))
    func keyStageTwoTablesAreReadWhole() throws {
        let folder = try #require(Self.folder)
        var form = FileForm()
        form.fillShortRows = true
        var (rows, suppressed) = (0, 0)
        for name in Self.files {
            #expect(throws: TableError.self) { try RawTable.read(files: [InputFile("\(folder)/\(name)")]) }
            let table = try RawTable.read(files: [InputFile("\(folder)/\(name)")], form: form)
            #expect(table.warnings.map(\.code) == ["short-rows"])
            rows += table.rows.count
            suppressed += table.rows.reduce(0) { $0 + $1.filter { $0 == "SUPP" }.count }
        }
        // Counted by Python's csv module over the six files.
        #expect(rows == 1711)
        #expect(suppressed == 79_705)
    }

    @Test(.enabled(if: folder != nil, "skipped: no reference data"))
    func theirColumnsAreReadByRole() throws {
        let folder = try #require(Self.folder)
        var request = ReadRequest(
            files: Self.files.map {
                InputFile("\(folder)/\($0)", constants: ["year": String($0.split(separator: "-")[1])])
            },
            columns: [
                ColumnRequest("school", source: .joined(["LEA", "ESTAB"]), role: .key),
                ColumnRequest("year", role: .key),
                ColumnRequest("reading", source: .column("READ_AVERAGE"), role: .number),
                ColumnRequest("share", source: .column("PTRWM_EXP"), role: .number),
            ])
        request.form.fillShortRows = true
        request.threads = 2
        #expect(throws: TableError.self) { try collect(request) }
        request.form.percent = true
        let (rows, report) = try collect(request)
        #expect(report.rowsRead == 1711)
        #expect(rows.values.count == 1711)
        // Aggregate rows have no establishment.
        #expect(rows.values.filter { $0[0].isEmpty }.count == rows.values.filter { !$0[0].contains("/") }.count)
        let missing = report.missing.filter { $0.column == "reading" }.reduce(0) { $0 + $1.count }
        #expect(rows.values.filter { $0[2].hasPrefix("<") }.count == missing)
    }
}
