import Cells
import Tables

/// The queries that make, in a database, the cells of one outcome of a request.
///
/// ```swift
/// let queries = try CellQueries(request, table: "pupils", dialect: .spark)
/// let profile = try queries.profile(answer: csv, path: "profile.csv")    // what `queries.profileQuery.text` gave
/// let cells = queries.cells(profile)                                     // the query in the mode that the profile proves
/// let table = try queries.table([("cells.csv", answer)], profile)        // what it gave, checked
/// ```
public struct CellQueries: Sendable {
    let rows: QueryRows
    public let profileQuery: ProfileQuery
    private let arithmetic: Arithmetic

    /// - Parameters:
    ///   - request: as for `CellReader`; its files and their form are not looked at.
    ///   - outcome: which of its outcomes; each has a sample, and so queries, of its own.
    ///   - table: the table's name as the user gave it, parts separated by points: `schema.pupils`.
    /// - Throws: `QueryError` for what no query can give; `CellsError` for a request that no reader could carry out.
    public init(_ request: CellRequest, outcome: Int = 0, table: String, dialect: Dialect) throws {
        rows = try QueryRows(request, outcome: outcome, table: TableName(table, dialect), dialect)
        var one = request
        one.outcomes = [request.outcomes[outcome]]
        let question = "\(dialect.rawValue)\n\(table)\n\(one.digest)\n"
        profileQuery = ProfileQuery(rows, digest: SHA256Digest.hex(of: Array(question.utf8)))
        arithmetic = request.read.arithmetic
    }

    /// The profile that the engine answered, checked: what the file reader refuses is refused.
    ///
    /// - Throws: `QueryError`.
    public func profile(answer: [UInt8], path: String) throws(QueryError) -> Profile {
        let profile = try Profile(answer, of: profileQuery, rows, path: path)
        try profile.check(rows)
        return profile
    }

    /// The cells query for rows of which nothing is known: it finds the scale itself, by looking at them twice.
    public var selfScalingQuery: CellsQuery { CellsQuery(rows, nil) }

    /// The sums that a profile proves to hold.
    ///
    /// - Returns: the scale, and the column for which integers do not hold.
    /// - Throws: `CellsError.valuesTooLarge` where doubles do not hold the squares either.
    public func scale(_ profile: Profile) throws(CellsError) -> (scale: SumScale, failure: String?) {
        arithmetic == .exact ? try profile.scale(rows) : (try profile.doubles(rows), nil)
    }

    /// The cells query in the mode that the profile proves.
    public func cells(_ scale: SumScale) -> CellsQuery { CellsQuery(rows, scale) }

    /// The cells of an answer in one part or several.
    ///
    /// - Parameters:
    ///   - parts: CSV texts with the names that messages call them by.
    ///   - scale: that of the query which was answered.
    /// - Throws: `QueryError` where a part is missing, there twice, foreign or inexact; `CellsError.malformed`.
    public func table(
        _ parts: [(path: String, csv: [UInt8])], _ profile: Profile, _ scale: SumScale
    ) throws -> CellTable {
        var table = try CellsAnswer(rows: rows, profile: profile, scale: scale).table(parts)
        table.blocks[0].dropped = profile.dropped(rows)
        return table
    }

    /// Rows that an answer leaves out, the unmet conditions first.
    public func dropped(_ profile: Profile) -> [DroppedRows] {
        let unmet = DroppedRows("did not meet --where", profile.rowsFiltered)
        return (unmet.rows > 0 ? [unmet] : []) + profile.dropped(rows)
    }

    public func warnings(_ profile: Profile) -> [Warning] { profile.warnings(rows) }

    /// Said where sums are kept in doubles though integers were asked for.
    public static func doubleSums(_ column: String) -> Warning {
        Warning(
            "double-sums",
            "\(column) has values too large or with too many decimals for exact sums; sums are kept in doubles, "
                + "and their last digits depend on the order of the rows")
    }
}
