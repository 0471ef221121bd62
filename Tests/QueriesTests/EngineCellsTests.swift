import Cells
import Queries
import Tables
import Testing

/// The cells of a database are the bytes of the cells of a file with the same rows.
@Suite(.serialized) struct EngineCellsTests {
    private static let outcome = ColumnRequest("score", role: .number)

    /// The cells of both, block by block, and what was left out.
    private func expectSame(
        _ request: CellRequest, _ csv: String = EngineRows.csv(), table: String = "pupils", on engine: any TestEngine,
        _ what: String = ""
    ) throws {
        let file = try EngineRows.cells(csv, request)
        let found = try EngineCells.read(request, table: table, engine: engine)
        #expect(found.arithmetic == file.arithmetic)
        #expect(found.rowsRead == file.report.rowsRead && found.rowsFiltered == file.report.rowsFiltered)
        #expect(found.engineVersion == engine.version && found.sqlSHA256.count == 64)
        for block in request.outcomes.indices {
            let (mine, theirs) = (
                CellSheet.text(file.table, block: block, minimum: 0),
                CellSheet.text(found.table, block: block, minimum: 0)
            )
            #expect(SHA256Digest.hex(of: mine) == SHA256Digest.hex(of: theirs), "\(engine.version) \(what)")
            if mine != theirs {
                print(
                    String(decoding: mine, as: UTF8.self).prefix(600),
                    String(decoding: theirs, as: UTF8.self).prefix(600))
            }
            let unmet = file.report.rowsFiltered
            let before = unmet > 0 ? [DroppedRows("did not meet --where", unmet)] : []
            #expect(found.dropped[block] == before + file.table.blocks[block].dropped, "\(engine.version) \(what)")
        }
    }

    private func pupils(_ dialect: Dialect) throws -> (any TestEngine)? {
        guard let engine = try TestEngines.engine(dialect) else { return nil }
        try engine.load("pupils", csv: EngineRows.csv())
        return engine
    }

    @Test(arguments: Dialect.allCases) func sameBytesAsFromFiles(_ dialect: Dialect) throws {
        guard let engine = try pupils(dialect) else { return }
        try expectSame(EngineRows.request([Self.outcome]), on: engine, "plain")
        try expectSame(
            EngineRows.request([Self.outcome], keys: ["urn", "period", "start", "order", "we\"ird", "back`tick"]),
            on: engine,
            "names and texts that need quotes")
        try expectSame(EngineRows.request([Self.outcome], covariates: ["prior"], weight: "w"), on: engine, "weighted")
        try expectSame(EngineRows.request([Self.outcome], covariates: ["prior", "w"]), on: engine, "two covariates")
    }

    @Test(arguments: Dialect.allCases) func sameConditionsRolesAndCodes(_ dialect: Dialect) throws {
        guard let engine = try pupils(dialect) else { return }
        func filtered(_ tests: [(String, RowFilter.Test)]) -> CellRequest {
            var request = EngineRows.request([Self.outcome], covariates: ["prior"])
            request.read.filters = tests.map { RowFilter(column: $0, test: $1, text: "\($0)") }
            return request
        }
        try expectSame(filtered([("order", .equals("it's"))]), on: engine, "a quote in a condition")
        try expectSame(
            filtered([("order", .differs("e\\f")), ("passed", .isOne(of: ["Y", "N"]))]), on: engine, "a backslash")
        try expectSame(filtered([("order", .equals(""))]), on: engine, "the empty text")
        try expectSame(filtered([("prior", .greaterOrEqual(100.1)), ("score", .less(40.5))]), on: engine, "numbers")
        try expectSame(filtered([("prior", .less(-1))]), on: engine, "nothing left")

        let passed = ColumnRequest("passed", role: .indicator(YesNo(equals: "Y", unknown: ["U"])))
        try expectSame(EngineRows.request([passed], covariates: ["prior"]), on: engine, "yes or no")
        let points = [
            "A*": Decimal6(mantissa: 85, decimals: 1), "A": Decimal6(mantissa: 725, decimals: 2),
            "B": Decimal6(mantissa: 6, decimals: 0), "U": Decimal6(mantissa: 0, decimals: 0),
        ]
        try expectSame(
            EngineRows.request([ColumnRequest("grade", role: .points(points))], weight: "w"), on: engine,
            "points of grades")

        var joined = EngineRows.request([Self.outcome], keys: ["period"])
        joined.keys.insert(ColumnRequest("LEA/ESTAB", source: .joined(["LEA", "ESTAB"]), role: .key), at: 0)
        joined.required = ["LEA/ESTAB"]
        joined.nouns = ["LEA/ESTAB": "unit"]
        try expectSame(joined, on: engine, "joined keys")

        var codes = EngineRows.request([Self.outcome])
        codes.read.missing = MissingCodes(codes: MissingCodes.known + ["12.50", "+7"])
        try expectSame(codes, on: engine, "codes that are numbers")

        var prior = EngineRows.request([Self.outcome])
        prior.keys.append(ColumnRequest("prior", role: .numericKey))
        try expectSame(prior, on: engine, "a number as a key")

        let several = EngineRows.request([Self.outcome, passed, ColumnRequest("prior", role: .number)], weight: "w")
        try expectSame(several, on: engine, "several outcomes")
    }

    /// The query that finds the scale itself, run beside the profile.
    @Test(arguments: Dialect.allCases) func aQueryMayFindItsOwnScale(_ dialect: Dialect) throws {
        guard let engine = try pupils(dialect) else { return }
        let passed = ColumnRequest("passed", role: .indicator(YesNo(equals: "Y", unknown: ["U"])))
        for request in [
            EngineRows.request([Self.outcome]), EngineRows.request([Self.outcome], covariates: ["prior"], weight: "w"),
            EngineRows.request([passed], covariates: ["prior"]),
        ] {
            let queries = try CellQueries(request, table: "pupils", dialect: dialect)
            let profile = try queries.profile(answer: try engine.csv(queries.profileQuery.text), path: "profile")
            let scale = try queries.scale(profile).scale
            let tables = try [queries.selfScalingQuery, queries.cells(scale)].map { query in
                try queries.table([("answer", try engine.csv(query.text))], profile, scale)
            }
            #expect(tables[0] == tables[1] && tables[0].cellCount > 10)
        }
    }

    /// A column of numbers gives the same cells as one of their texts.
    @Test(arguments: Dialect.allCases) func numbersMayBeNumbers(_ dialect: Dialect) throws {
        guard let engine = try TestEngines.engine(dialect) else { return }
        let rows = EngineRows.texts.map { row in
            [
                row[0].isEmpty ? "" : "1\(row[0].suffix(3))", row[1], Double(row[6]).map { "\($0)" } ?? "", row[7],
                row[8],
            ]
        }
        let csv = EngineRows.csv(rows, header: ["urn", "period", "score", "prior", "w"])
        try engine.load("texts", csv: csv)
        let double = dialect == .postgres ? "DOUBLE PRECISION" : dialect == .clickhouse ? "Nullable(Float64)" : "DOUBLE"
        let integer = dialect == .clickhouse ? "Nullable(Int32)" : "INTEGER"
        let decimal = dialect == .clickhouse ? "Nullable(Decimal(10, 4))" : "DECIMAL(10, 4)"
        let select =
            "SELECT CAST(urn AS \(integer)) AS urn, CAST(period AS \(integer)) AS period, CAST(score AS \(double)) AS score, "
            + "CAST(prior AS \(decimal)) AS prior, CAST(w AS \(double)) AS w FROM texts"
        try engine.view("typed", select)
        try expectSame(
            EngineRows.request([Self.outcome], covariates: ["prior"], weight: "w"), csv, table: "typed", on: engine)
    }

    @Test(arguments: Dialect.allCases) func manyDecimalsAreSummedInDoubles(_ dialect: Dialect) throws {
        guard let engine = try TestEngines.engine(dialect) else { return }
        let rows = EngineRows.texts.enumerated().map {
            [$1[0], $1[1], Double($1[6]).map { "\(($0 + 1e6) / 7)" } ?? "", $1[7]]
        }
        let csv = EngineRows.csv(rows, header: ["urn", "period", "score", "prior"])
        try engine.load("fine", csv: csv)
        let request = EngineRows.request([Self.outcome], covariates: ["prior"])
        let file = try EngineRows.cells(csv, request)
        let found = try EngineCells.read(request, table: "fine", engine: engine)
        #expect(found.arithmetic == .double && file.arithmetic == .double)
        #expect(found.warnings.map(\.code) == ["double-sums"] && found.warnings == file.warnings)
        let (a, b) = (file.table.blocks[0].moments, found.table.blocks[0].moments)
        try #require(a.n == b.n)
        for (x, y) in zip(a.mean, b.mean) { #expect(abs(x - y) <= 1e-13 * abs(x)) }
        // The within sums are of the size of the variance; means of 1.4e5 would cost them ten digits unshifted.
        for (x, y) in zip(a.within, b.within) { #expect(abs(x - y) <= 1e-9 * max(abs(x), 1)) }
    }
}
