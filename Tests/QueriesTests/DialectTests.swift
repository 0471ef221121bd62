import Cells
import Tables
import Testing

@testable import Queries

@Suite struct DialectTests {
    @Test func everyDialectHasItsWord() {
        #expect(Dialect.allCases.map(\.rawValue) == ["postgres", "duckdb", "spark", "clickhouse", "sqlserver"])
    }

    /// Not run here: the forms that its documentation asks for, and none that it does not know.
    @Test func sqlServerIsAskedInItsOwnWords() throws {
        let dialect = Dialect.sqlserver
        #expect(dialect.identifier("a]b") == "[a]]b]")
        #expect(dialect.literal("O'Neil\nx") == "(N'O''Neil' + NCHAR(10) + N'x')")
        #expect(try TableName("dbo.Pupil data", dialect).sql == "[dbo].[Pupil data]")
        var request = EngineRows.request([ColumnRequest("score", role: .number)])
        request.covariates = [ColumnRequest("prior", role: .number)]
        let queries = try CellQueries(request, table: "dbo.pupils", dialect: dialect)
        let cells = queries.cells(.fixed(decimals: [1, 1], largest: [900, 1200])).text
        for text in [queries.profileQuery.text, cells, LeftOutQuery(queries.rows).text] {
            for foreign in ["LENGTH(", "::", " ~ ", "REGEXP", "GREATEST(", "`", "\"", "LIMIT", "OFFSET", "BOTH"] {
                #expect(!text.contains(foreign), "\(foreign)")
            }
        }
        #expect(cells.contains("SUM(CAST(") && cells.contains("AS DECIMAL(38,0)))"))
    }
}
