import Testing

@testable import Tables

@Suite struct FilterTests {
    static let text = "id,year,score\n1,2018,12\n2,2019,\n3,2019,SUPP\n4,2020,-3.5\n\"5\",2021,1e1\n6,2021,withheld\n"

    static func read(_ filters: [(String, RowFilter.Test)], number: Bool = false) throws -> (ids: [String], ReadReport)
    {
        let folder = try TemporaryFolder()
        var request = ReadRequest(
            files: [InputFile(try folder.file(text), constants: ["kind": "sch,ool"])],
            columns: [ColumnRequest("id", role: .key)])
        if number { request.columns.append(ColumnRequest("score", role: .number)) }
        request.filters = filters.map { RowFilter(column: $0.0, test: $0.1, text: "\($0.0)?") }
        let (rows, report) = try collect(request)
        return (rows.values.map { $0[0] }, report)
    }

    @Test func textIsComparedAsItIs() throws {
        #expect(try Self.read([("id", .equals("5"))]).ids == ["5"])
        #expect(try Self.read([("year", .differs("2019"))]).ids == ["1", "4", "5", "6"])
        #expect(try Self.read([("year", .isOne(of: ["2018", "2020"]))]).ids == ["1", "4"])
        #expect(try Self.read([("year", .equals("2019.0"))]).ids == [])
        #expect(try Self.read([("kind", .equals("sch,ool")), ("score", .equals(""))]).ids == ["2"])
    }

    @Test func numbersAreComparedAsNumbers() throws {
        #expect(try Self.read([("score", .less(10))]).ids == ["4"])
        #expect(try Self.read([("score", .lessOrEqual(10))]).ids == ["4", "5"])
        #expect(try Self.read([("score", .greater(10))]).ids == ["1"])
        let (ids, report) = try Self.read([("score", .greaterOrEqual(10))])
        #expect(ids == ["1", "5"])
        #expect(report.rowsRead == 6)
        #expect(report.rowsFiltered == 4)
        #expect(
            report.warnings == [
                Warning("where-not-a-number", "3 rows have no number in `score` and so do not meet `score?`")
            ])
    }

    /// A row that is left out may hold what would stop the run, and is counted nowhere else.
    @Test func rowsLeftOutAreNotDecoded() throws {
        #expect(throws: TableError.self) { try Self.read([], number: true) }
        let (ids, report) = try Self.read([("id", .differs("6"))], number: true)
        #expect(ids == ["1", "2", "3", "4", "5"])
        #expect(report.missing.map(\.count) == [1, 1])
    }
}
