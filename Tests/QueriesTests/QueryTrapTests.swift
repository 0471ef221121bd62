import Cells
import Queries
import Tables
import Testing

/// What engines do otherwise than one thinks.
@Suite(.serialized) struct QueryTrapTests {
    private static let outcome = ColumnRequest("score", role: .number)

    private func engine(_ dialect: Dialect, _ name: String, _ rows: [[String]], _ header: [String]) throws -> (
        any TestEngine
    )? {
        guard let engine = try TestEngines.engine(dialect) else { return nil }
        try engine.load(name, csv: EngineRows.csv(rows, header: header))
        return engine
    }

    private static let header = ["urn", "period", "score", "w", "upn"]

    private func refusal(_ request: CellRequest, _ table: String, _ engine: any TestEngine) -> (any Refusal)? {
        do {
            _ = try EngineCells.read(request, table: table, engine: engine)
            return nil
        } catch { return error as? any Refusal }
    }

    @Test(arguments: Dialect.allCases) func notANumberIsCountedAndRefused(_ dialect: Dialect) throws {
        let rows = [
            ["1", "2015", "3", "1", "a"], ["1", "2015", "NaN", "1", "b"], ["1", "2016", "inf", "1", "c"],
            ["2", "2016", "12,5", "1", "d"],
        ]
        guard let engine = try engine(dialect, "nans", rows, Self.header) else { return }
        var request = EngineRows.request([Self.outcome])
        let found = refusal(request, "nans", engine)
        #expect(found as? QueryError == .notNumbers(column: "score", rows: 3, notFinite: 2))
        request.read.missing = MissingCodes(codes: ["NaN", "inf", "12,5"])
        let cells = try EngineCells.read(request, table: "nans", engine: engine)
        #expect(cells.table.usedCellCount == 1)
        #expect(cells.dropped[0] == ["NaN", "inf", "12,5"].map { DroppedRows("outcome missing: \($0)", 1) })
    }

    /// A double NaN in the column itself; PostgreSQL and Spark write NaN, the others nan.
    @Test(arguments: Dialect.allCases) func aNaNOfTheDatabaseIsOneToo(_ dialect: Dialect) throws {
        guard
            let engine = try engine(
                dialect, "nantext", [["1", "2015", "NaN", "1", "a"], ["1", "2015", "2.5", "1", "b"]], Self.header)
        else { return }
        let type = dialect == .postgres ? "DOUBLE PRECISION" : dialect == .clickhouse ? "Nullable(Float64)" : "DOUBLE"
        let select = "SELECT urn, period, CAST(score AS \(type)) AS score FROM nantext"
        try engine.view("nanview", select)
        var request = EngineRows.request([Self.outcome])
        #expect(
            refusal(request, "nanview", engine) as? QueryError == .notNumbers(column: "score", rows: 1, notFinite: 1))
        request.read.missing = MissingCodes(codes: [dialect == .postgres || dialect == .spark ? "NaN" : "nan"])
        #expect(try EngineCells.read(request, table: "nanview", engine: engine).table.blocks[0].counts == [1])
    }

    /// 2^31.5 and more: the square passes 2^63, where Spark and ClickHouse would wrap silently.
    @Test(arguments: Dialect.allCases) func largeValuesAreNeverWrapped(_ dialect: Dialect) throws {
        for (value, isExact) in [("3037000499", true), ("3037000500", false), ("5000000000", false), ("1e200", false)] {
            let rows = [
                ["1", "2015", value, "1", "a"], ["1", "2015", "-\(value)", "1", "b"], ["1", "2016", "2", "1", "c"],
            ]
            guard let engine = try engine(dialect, "large", rows, Self.header) else { return }
            let request = EngineRows.request([Self.outcome])
            guard value != "1e200" else {
                // Squares beyond doubles are refused as in files.
                let refusal = CellsError.valuesTooLarge(variable: "score")
                #expect(throws: refusal) { try EngineCells.read(request, table: "large", engine: engine) }
                #expect(throws: refusal) { try EngineRows.cells(EngineRows.csv(rows, header: Self.header), request) }
                continue
            }
            let found = try EngineCells.read(request, table: "large", engine: engine)
            #expect((found.arithmetic == .exact) == isExact, "\(value)")
            let file = try EngineRows.cells(EngineRows.csv(rows, header: Self.header), request)
            #expect(file.arithmetic == found.arithmetic)
            if isExact {
                #expect(
                    CellSheet.text(file.table, block: 0, minimum: 0)
                        == CellSheet.text(found.table, block: 0, minimum: 0))
            }
            #expect(abs(found.table.blocks[0].moments.mean[0]) < 1e-6)
        }
    }

    /// A mean below zero makes a negative shift; written bare behind a minus it would begin a comment.
    @Test(arguments: Dialect.allCases) func aNegativeShiftIsNoComment(_ dialect: Dialect) throws {
        let rows = (0..<20).map { ["1", "2015", "\(-100 - Double($0) / 7)", "1", "p\($0)"] }
        guard let engine = try engine(dialect, "negative", rows, Self.header) else { return }
        let request = EngineRows.request([Self.outcome])
        let found = try EngineCells.read(request, table: "negative", engine: engine).table.blocks[0]
        let file = try EngineRows.cells(EngineRows.csv(rows, header: Self.header), request).table.blocks[0]
        #expect(abs(found.moments.mean[0] - file.moments.mean[0]) < 1e-12)
        #expect(abs(found.moments.within[0] - file.moments.within[0]) < 1e-11)
        guard case .double(let sums) = found.sums else { return #expect(Bool(false), "not in doubles") }
        #expect(sums.shifts[0] < -100)
    }

    @Test(arguments: Dialect.allCases) func weightsAreCheckedAsInFiles(_ dialect: Dialect) throws {
        let request = EngineRows.request([Self.outcome], weight: "w")
        for (weights, expected) in [
            (["1", "-2", ""], QueryError.missingWeight(column: "w", rows: 1)),
            (["1", "-2", "1"], .negativeWeight(column: "w", rows: 1)),
            (["0", "0", "0"], .noPositiveWeight(column: "w")),
        ] {
            let rows = weights.enumerated().map { ["1", "2015", $0 == 1 ? "" : "5", $1, "p\($0)"] }
            guard let engine = try engine(dialect, "weighted", rows, Self.header) else { return }
            #expect(refusal(request, "weighted", engine) as? QueryError == expected)
        }
    }

    @Test(arguments: Dialect.allCases) func aPupilTwiceInAPeriodStops(_ dialect: Dialect) throws {
        var rows = [
            ["1", "2015", "3", "1", "a"], ["1", "2016", "4", "1", "a"], ["2", "2015", "5", "1", ""],
            ["2", "2015", "6", "1", ""],
        ]
        guard let engine = try engine(dialect, "pupilrows", rows, Self.header) else { return }
        var request = EngineRows.request([Self.outcome])
        request.pupil = ColumnRequest("upn", role: .key)
        request.pupilPeriod = "period"
        let found = try EngineCells.read(request, table: "pupilrows", engine: engine)
        #expect(found.warnings.map(\.code) == ["no-identifier"] && found.warnings[0].message.hasPrefix("2 rows"))
        rows.append(["2", "2016", "", "1", "a"])
        try engine.load("pupilrows", csv: EngineRows.csv(rows, header: Self.header))
        let stop = refusal(request, "pupilrows", engine)
        #expect(stop as? QueryError == .repeatedPupil(column: "upn", pairs: 1))
        #expect(stop.map { !"\($0)".contains("`a`") } ?? false)
    }

    @Test(arguments: Dialect.allCases) func aColumnThatIsGoneIsNamed(_ dialect: Dialect) throws {
        guard let engine = try engine(dialect, "changed", [["1", "2015", "3", "1", "a"]], Self.header) else { return }
        let request = EngineRows.request([Self.outcome], covariates: ["ks2"])
        #expect(refusal(request, "changed", engine) as? QueryError == .noSuchColumn("ks2", table: "changed"))
    }

    @Test(arguments: Dialect.allCases) func wordsThatMeanNeitherStop(_ dialect: Dialect) throws {
        let rows = ["Y", "N", "maybe", ""].map { ["1", "2015", $0, "1", "a"] }
        guard let engine = try engine(dialect, "answers", rows, Self.header) else { return }
        let request = EngineRows.request([ColumnRequest("score", role: .indicator(YesNo(equals: "Y")))])
        #expect(
            refusal(request, "answers", engine) as? QueryError == .neitherYesNorNo(column: "score", yes: "Y", rows: 1))
        let grades = EngineRows.request([
            ColumnRequest("score", role: .points(["Y": Decimal6(mantissa: 1, decimals: 0)]))
        ])
        #expect(refusal(grades, "answers", engine) as? QueryError == .gradesWithoutPoints(column: "score", rows: 2))
    }

    @Test func whatNoQueryGivesIsRefusedByName() throws {
        var request = EngineRows.request([Self.outcome])
        request.keys.append(ColumnRequest("time", source: .fileName(pattern: "*.csv"), role: .key))
        #expect(throws: QueryError.self) { try CellQueries(request, table: "t", dialect: .postgres) }
        #expect(throws: QueryError.keyCalledLikeAnother("N")) {
            try CellQueries(EngineRows.request([Self.outcome], keys: ["urn", "N"]), table: "t", dialect: .spark)
        }
        #expect(throws: QueryError.badTable("a..b")) {
            try CellQueries(EngineRows.request([Self.outcome]), table: "a..b", dialect: .spark)
        }
    }
}
