import Cells
import Tables

/// Makes cells where the rows live: a profile, then a GROUP BY, checked against each other.
public enum EngineCells {
    /// The cells that `CellReader` makes from the same rows in files: in integer sums the same bytes as a cell table.
    ///
    /// - Parameters:
    ///   - request: as for `CellReader`; its files and their form are not looked at.
    ///   - table: the table's name as the user gave it, parts separated by points: `schema.pupils`; with DuckDB also the
    ///     path of a CSV or Parquet file.
    /// - Throws: `QueryError`; `CellsError`; what the engine throws.
    public static func read(_ request: CellRequest, table: String, engine: some QueryEngine) throws -> EngineReading {
        let queries = try request.outcomes.indices.map {
            try CellQueries(request, outcome: $0, table: table, dialect: engine.dialect)
        }
        guard let first = queries.first else { throw CellsError.unlikeTables(difference: "no outcome is named") }
        let profiles = try queries.map { queries in
            try queries.profile(answer: try answer(queries.profileQuery.text, first.rows, engine), path: "the profile")
        }
        // As for files: where one column does not fit integer sums, all outcomes are summed in doubles.
        var scales = try zip(queries, profiles).map { try $0.scale($1) }
        let failure = scales.compactMap(\.failure).first
        if failure != nil { scales = try zip(queries, profiles).map { (try $1.doubles($0.rows), nil) } }
        let isExact = scales.allSatisfy(\.scale.isFixed)

        var tables: [CellTable] = []
        var texts: [String] = []
        for (index, queries) in queries.enumerated() {
            let cells = queries.cells(scales[index].scale)
            let answer = try engine.csv(cells.text)
            tables.append(
                try queries.table(
                    [("the cells of \(request.outcomes[index].name)", answer)], profiles[index], scales[index].scale))
            texts.append(cells.text)
        }
        let unsummed = try zip(queries, profiles).map { try leftOut($0.rows, $1, engine) }
        let missing = unsummed.map(\.missing)
        var table = try CellTable.sideBySide(tables)
        table.rowCounts = table.blocks[0].counts.map { Int($0) }
        return EngineReading(
            table: table.adding(rows: unsummed[0].seated), rowsRead: profiles[0].rowsRead,
            rowsFiltered: profiles[0].rowsFiltered,
            dropped: zip(queries, profiles).map { $0.dropped($1) }, arithmetic: isExact ? .exact : .double,
            warnings: (failure.map { [CellQueries.doubleSums($0)] } ?? []) + first.warnings(profiles[0]),
            missing: missing[0].keys + missing.flatMap(\.outcome) + missing[0].others,
            sqlSHA256: SHA256Digest.hex(of: Array(texts.joined(separator: "\n").utf8)), engineVersion: engine.version)
    }

    /// Asks for the rows in no sum where the profile counted any, or where a key may be missing.
    private static func leftOut(
        _ rows: QueryRows, _ profile: Profile, _ engine: some QueryEngine
    ) throws -> LeftOutRows {
        let query = LeftOutQuery(rows)
        let isWhole = profile.rowsUsed + profile.rowsFiltered == profile.rowsRead
        guard !isWhole || !rows.keyReasonNames.isEmpty else { return try query.answer([], what: "") }
        return try query.answer(try engine.csv(query.text), what: "the rows left out")
    }

    /// The engine's answer; where it refuses the query because a column is missing, that column is named.
    private static func answer(_ query: String, _ rows: QueryRows, _ engine: some QueryEngine) throws -> [UInt8] {
        do {
            return try engine.csv(query)
        } catch {
            let table = rows.table.sql
            // No row is asked for, so no value is seen.
            guard (try? engine.csv("SELECT COUNT(*) AS n FROM \(table) AS cp_source WHERE 1 = 0")) != nil else {
                throw error
            }
            for column in rows.columns {
                let name = rows.dialect.identifier(column)
                let probe = "SELECT COUNT(cp_source.\(name)) AS n FROM \(table) AS cp_source WHERE 1 = 0"
                guard (try? engine.csv(probe)) != nil else {
                    throw QueryError.noSuchColumn(column, table: rows.table.name)
                }
            }
            throw error
        }
    }
}
