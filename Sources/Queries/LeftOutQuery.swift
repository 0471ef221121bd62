import Cells
import Tables

/// The query for the rows in no sum, and why: without it nobody could tell whether results are missing in some schools more
/// than in others.
///
/// It counts them by key and by the reason of every number; rows that did not meet the conditions are not among them.
struct LeftOutQuery {
    let text: String
    private let rows: QueryRows

    init(_ rows: QueryRows) {
        self.rows = rows
        let seated = "CASE WHEN cp_r >= \(QueryRows.Reason.firstSeated) THEN 1 ELSE 0 END"
        let columns = rows.keys.indices.map { "cp_k\($0)" } + rows.reasonNames
        // A number that serves as a key may be missing in rows that are used.
        let isWanted = ["cp_r <> 0"] + rows.keyReasonNames.map { "\($0) <> 0" }
        text = """
            SELECT \((columns + ["\(seated) AS cp_seated", "COUNT(*) AS n"]).joined(separator: ", "))
            FROM \(rows.subselect)
            WHERE cp_r <> \(QueryRows.Reason.filtered) AND (\(isWanted.joined(separator: " OR ")))
            GROUP BY \((columns + [seated]).joined(separator: ", "))\(rows.dialect.ending)
            """
    }

    /// - Parameter what: what messages call the answer.
    /// - Throws: `QueryError.notCells` where it is not that of this query.
    func answer(_ csv: [UInt8], what: String) throws(QueryError) -> LeftOutRows {
        func foreign(_ why: String) -> QueryError { .notCells(Place(file: what), what: why) }
        guard let lines = CellSheet.rows(csv) else { throw foreign("it is no CSV in UTF-8") }
        var found = LeftOutRows(rows)
        let (keyCount, reasonCount) = (rows.keys.count, rows.reasonNames.count)
        for (_, fields) in lines.dropFirst() {
            guard fields.count == keyCount + reasonCount + 2 else { throw foreign("it is cut off") }
            let numbers = fields.dropFirst(keyCount).compactMap { Int($0) }
            guard numbers.count == reasonCount + 2, numbers.allSatisfy({ $0 >= 0 }) else {
                throw foreign("it holds something other than counts")
            }
            let (isSeated, count) = (numbers[reasonCount] == 1, numbers[reasonCount + 1])
            if isSeated { found.seated.append((Array(fields.prefix(keyCount)), count)) }
            for position in 0..<reasonCount { found.add(count, position: position, reason: numbers[position]) }
        }
        return found
    }
}

/// What the query found.
struct LeftOutRows {
    /// Rows of a cell that are in no sum, by the values of its keys; a cell may be there several times.
    var seated: [(keys: [String], rows: Int)] = []
    private let keyCount: Int
    private let columns: [String]
    /// What reasons are called, from 1 on.
    private let names: [String]
    /// By column and reason.
    private var counts: [[Int]]

    init(_ rows: QueryRows) {
        keyCount = rows.keyReasonNames.count
        columns = rows.reasonColumns
        names = [MissingCodes.empty] + rows.codes
        counts = Array(repeating: Array(repeating: 0, count: names.count + 1), count: columns.count)
    }

    /// - Parameter reason: 0 for a number; one beyond the codes is counted elsewhere.
    mutating func add(_ rows: Int, position: Int, reason: Int) {
        if reason > 0, reason < counts[position].count { counts[position][reason] += rows }
    }

    /// Of the keys, the outcome, and the columns behind it.
    var missing: (keys: [MissingCount], outcome: [MissingCount], others: [MissingCount]) {
        (missing(0..<keyCount), missing(keyCount..<keyCount + 1), missing(keyCount + 1..<columns.count))
    }

    private func missing(_ positions: Range<Int>) -> [MissingCount] {
        positions.flatMap { position in
            names.indices.compactMap { reason in
                let count = counts[position][reason + 1]
                return count > 0 ? MissingCount(column: columns[position], code: names[reason], count: count) : nil
            }
        }
    }
}

extension QueryRows {
    private var numericKeys: [Int] { keys.indices.filter { keys[$0].role == .numericKey } }

    var keyReasonNames: [String] { numericKeys.map { "cp_kc\($0)" } }

    /// The reasons of every number, and whose they are: keys first, as in the order of reading.
    var reasonNames: [String] { keyReasonNames + values.indices.map { "cp_c\($0)" } }
    var reasonColumns: [String] { numericKeys.map { keys[$0].name } + values.map(\.name) }
}
