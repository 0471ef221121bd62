import Inference

/// The sums over treated results that are published beside the ledger: the headline, and its parts by calendar period,
/// by starting cohort and by event time. Together they can tell a row that the ledger withholds.
struct PartsOfTheHeadline {
    /// Withheld rows of units: when, how long after the unit's start, in which cohort, and how many pupils.
    private struct Hidden {
        var time: String
        var eventTime: Int
        var cohort: Int
        var n: Double
    }

    private var hidden: [Hidden] = []
    private var withholdsAPeriod = false

    /// - Parameter path: gives the place of each period; a period that it does not have counts as its own number.
    init(_ ledger: [CounterfactualRow], path: [PathPoint]) {
        var ordinals = Dictionary(path.map { ($0.time, $0.ordinal) }, uniquingKeysWith: { first, _ in first })
        for row in ledger where ordinals[row.time] == nil { ordinals[row.time] = ordinals.count }
        var start: [String: Int] = [:]
        for row in ledger {
            guard let unit = row.unit, let ordinal = ordinals[row.time] else { continue }
            start[unit] = min(start[unit] ?? ordinal, ordinal)
        }
        for row in ledger {
            if row.group != nil {
                if row.isSuppressed { withholdsAPeriod = true }
            } else if row.isSuppressed, let unit = row.unit, let first = start[unit], let ordinal = ordinals[row.time] {
                hidden.append(Hidden(time: row.time, eventTime: ordinal - first, cohort: first, n: row.n))
            }
        }
    }

    /// Whether a small row of a unit, or a withheld period, follows from the sums.
    ///
    /// Rows that are shown are known, so a sum says something of the withheld rows in it only. Scaled by their weights all
    /// of them count 1, and a row follows where its unit vector lies in the span of the sums.
    func giveBack(isSmall: (Double) -> Bool) -> Bool {
        if withholdsAPeriod { return true }
        guard hidden.contains(where: { isSmall($0.n) }) else { return false }
        guard hidden.count <= 1_000 else { return true }
        var sums = [hidden.map { _ in 1.0 }]
        func add<Key: Hashable & Comparable>(_ key: (Hidden) -> Key) {
            for value in Set(hidden.map(key)).sorted() { sums.append(hidden.map { key($0) == value ? 1 : 0 }) }
        }
        add(\.time)
        add(\.cohort)
        add(\.eventTime)
        let span = Self.reduced(sums)
        return hidden.indices.contains { column in
            isSmall(hidden[column].n)
                && span.contains { row in row.indices.allSatisfy { ($0 == column) == (abs(row[$0]) > 1e-9) } }
        }
    }

    /// The reduced row echelon form: a unit vector lies in the span where, and only where, it is one of these rows.
    static func reduced(_ rows: [[Double]]) -> [[Double]] {
        var matrix = rows
        var rank = 0
        for column in matrix[0].indices {
            guard let pivot = (rank..<matrix.count).max(by: { abs(matrix[$0][column]) < abs(matrix[$1][column]) }),
                abs(matrix[pivot][column]) > 1e-9
            else { continue }
            matrix.swapAt(rank, pivot)
            let scale = matrix[rank][column]
            for k in matrix[rank].indices { matrix[rank][k] /= scale }
            for row in matrix.indices where row != rank && matrix[row][column] != 0 {
                let factor = matrix[row][column]
                for k in matrix[row].indices { matrix[row][k] -= factor * matrix[rank][k] }
            }
            rank += 1
            if rank == matrix.count { break }
        }
        return Array(matrix.prefix(rank))
    }
}
