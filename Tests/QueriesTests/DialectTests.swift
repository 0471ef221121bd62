import Testing

@testable import Queries

@Suite struct DialectTests {
    @Test func everyDialectHasItsWord() {
        #expect(Dialect.allCases.map(\.rawValue) == ["postgres", "duckdb", "spark", "clickhouse"])
    }
}
