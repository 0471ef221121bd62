import Cells
import Tables

/// Rows of a published table that are the sum of others: `ALL` beside `Female` and `Male`.
///
/// Of the columns that a run names (groups, `by`, unit) rows with a total are left out; of every other column in which both
/// occur among what is left, the totals alone are kept, since they hold what the other rows hold. So each pupil counts once,
/// whichever breakdowns the table has beside the one asked for.
struct TotalRows {
    /// How published tables mostly call them.
    static let words = ["ALL", "All", "all", "TOTAL", "Total", "total", "a.ALL", "All pupils", "All schools"]

    /// The conditions that leave each pupil once.
    private(set) var filters: [RowFilter] = []
    /// Rows that meet `--where` and not these.
    private(set) var rowsLeftOut = 0
    /// Columns in which rows with a total were left out, and those in which they alone were kept, each with its totals.
    private(set) var without: [(column: String, totals: [String])] = []
    private(set) var only: [(column: String, totals: [String])] = []

    /// Looks through the files; not through standard input, which can be read once.
    ///
    /// - Parameters:
    ///   - totals: the values that stand for all others.
    ///   - named: the columns that the run names.
    init(_ data: DataRequest, totals: [String], named: [String]) throws {
        let raw = try RawTable.read(files: data.files, form: data.form)
        let known = Set(totals)
        let figures = Set(data.outcomes.map(\.column) + [data.count, data.weights, data.result].compactMap { $0 })
        let columns = raw.columns.indices.filter { column in
            !figures.contains(raw.columns[column]) && raw.rows.contains { known.contains($0[column]) }
        }.map { raw.columns[$0] }
        guard !columns.isEmpty else { return }
        var read = ReadRequest(files: data.files, columns: [])
        (read.form, read.missing, read.filters) = (data.form, data.missing, data.filters)
        (read.isLenient, read.threads) = (data.isLenient || data.rejects != nil, data.threads)
        let request = CellRequest(
            read: read, keys: columns.map { ColumnRequest($0, role: .key) }, outcomes: try data.outcomeColumns())
        var table = try CellReader.read(request).table
        let before = table.rowCounts.reduce(0, +)
        for isNamed in [true, false] {
            for column in columns where named.contains(column) == isNamed {
                let values = try table.key(column).values
                let found = totals.filter { values.contains($0) }
                // Of a column that is not named, totals alone or none at all double nothing.
                guard !found.isEmpty, isNamed || values.contains(where: { !known.contains($0) }) else { continue }
                table = try table.filtered(by: column) { known.contains($0) != isNamed }
                filters += Self.conditions(column, found, areLeftOut: isNamed)
                if isNamed { without.append((column, found)) } else { only.append((column, found)) }
            }
        }
        rowsLeftOut = before - table.rowCounts.reduce(0, +)
    }

    private static func conditions(_ column: String, _ totals: [String], areLeftOut: Bool) -> [RowFilter] {
        guard areLeftOut else {
            return [
                RowFilter(
                    column: column, test: .isOne(of: totals), text: "\(column) in \(totals.joined(separator: "|"))")
            ]
        }
        return totals.map { RowFilter(column: column, test: .differs($0), text: "\(column)!=\($0)") }
    }

    /// What was done, in a sentence; nil where nothing was.
    var sentence: String? {
        func list(_ parts: [(column: String, totals: [String])]) -> String {
            parts.map { "\($0.column) (\($0.totals.joined(separator: ", ")))" }.joined(separator: ", ")
        }
        let parts = [
            without.isEmpty ? nil : "rows with a total were left out of \(list(without))",
            only.isEmpty ? nil : "of \(list(only)) the totals alone were kept, as their parts hold the same pupils",
        ].compactMap { $0 }
        guard let first = parts.first else { return nil }
        return ([first.prefix(1).uppercased() + first.dropFirst()] + parts.dropFirst()).joined(separator: "; ") + "."
    }

    /// A value whose counts, of all pupils and of those with a yes, are the sums of those of the others in its column
    /// wherever it stands beside two or more.
    ///
    /// - Parameter block: counts pupils, those with a yes as 100.
    /// - Throws: `TotalsError` for the first such value of a column that the run names.
    static func refuseSums(_ table: CellTable, block: Int, columns: [String]) throws {
        let present = columns.filter { name in table.keys.contains { $0.name == name } }
        for column in present {
            let others = present.filter { $0 != column }
            let rolled = try table.rolledUp(keeping: others + [column])
            let key = try rolled.key(column)
            guard key.values.count(where: { !$0.isEmpty }) > 2 else { continue }
            let moments = rolled.blocks[block].moments
            let counts = [moments.n, zip(moments.n, moments.mean).map { ($0 * $1 / 100).rounded() }]
            let steps = counts.map(rounding)
            // Cells that share all other columns stand together.
            var sums = [Double](repeating: 0, count: key.values.count)
            for cell in moments.n.indices { sums[Int(key.codes[cell])] += moments.n[cell] }
            guard let largest = sums.indices.max(by: { (sums[$0], -$0) < (sums[$1], -$1) }) else { continue }
            var (alike, seen) = (0, 0)
            for group in groups(rolled, count: others.count) {
                guard let own = group.first(where: { Int(key.codes[$0]) == largest }), moments.n[own] > 0 else {
                    continue
                }
                let rest = group.filter { $0 != own && moments.n[$0] > 0 }
                guard rest.count > 1 else { continue }
                seen += 1
                let areSums = zip(counts, steps).allSatisfy { numbers, step in
                    isSum(numbers[own], of: rest.map { numbers[$0] }, step)
                }
                if areSums { alike += 1 }
            }
            if seen > 0, Double(alike) >= 0.9 * Double(seen) {
                throw TotalsError.sumOfOthers(column: column, value: key.values[largest])
            }
        }
    }

    /// Published counts are mostly exact, or all of them multiples of 5 or 10.
    private static func rounding(_ counts: [Double]) -> Double {
        [10.0, 5].first { step in counts.allSatisfy { ($0 / step).rounded() * step == $0 } } ?? 0
    }

    private static func isSum(_ total: Double, of parts: [Double], _ rounding: Double) -> Bool {
        abs(total - parts.reduce(0, +)) <= rounding / 2 * Double(parts.count + 1)
    }

    /// The cells that share the first keys.
    private static func groups(_ table: CellTable, count: Int) -> [[Int]] {
        var groups: [[Int]] = []
        var last: [Int32]?
        for cell in 0..<table.cellCount {
            let codes = table.keys.prefix(count).map { $0.codes[cell] }
            if codes == last { groups[groups.count - 1].append(cell) } else { groups.append([cell]) }
            last = codes
        }
        return groups
    }
}

/// Rows and their totals in one table.
public enum TotalsError: Refusal, Equatable {
    case besideParts(column: String, value: String)
    case sumOfOthers(column: String, value: String)
    case nowhere([String])

    public var status: ExitStatus { .input }
    public var code: String {
        switch self {
        case .besideParts, .sumOfOthers: "E232"
        case .nowhere: "E233"
        }
    }
    public var message: String {
        switch self {
        case .besideParts(let column, let value):
            "\(column) holds \(value) beside other values, so that pupils would count in both"
        case .sumOfOthers(let column, let value):
            "the counts of \(value) in \(column) are the sum of those of the other values: a total, whose pupils would count "
                + "twice"
        case .nowhere(let totals): "no column holds \(totals.joined(separator: " or "))"
        }
    }
    public var hint: String? {
        switch self {
        case .besideParts(let column, let value), .sumOfOthers(let column, let value):
            "--totals \(value) counts each pupil once; or choose rows yourself with --where \"\(column)!=\(value)\""
        case .nowhere: "name the value as the file writes it"
        }
    }
}
