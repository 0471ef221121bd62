import Cells
import Tables

/// The query that makes the cells of one outcome: keys, n, w, ww, s_i and q_i_j, and for integer sums `inexact`, the rows
/// whose value was no multiple of the scale or too large.
public struct CellsQuery: Sendable {
    public let text: String
    /// SHA-256 of the text.
    public let digest: String

    /// - Parameter scale: as a profile proved it; nil for a query that finds the scale itself, by looking at the rows twice.
    init(_ rows: QueryRows, _ scale: SumScale?) {
        text = Self.text(rows, scale)
        digest = SHA256Digest.hex(of: Array(text.utf8))
    }

    /// The names behind the keys.
    static func sumNames(variableCount q: Int) -> [String] {
        CellSheet.header(keys: [], variableCount: q)
    }

    private static func text(_ rows: QueryRows, _ scale: SumScale?) -> String {
        let columns = rows.keys.enumerated().map { "cp_k\($0) AS \(rows.dialect.identifier($1.name))" }
        let grouping = rows.keys.indices.map { "cp_k\($0)" }.joined(separator: ", ")
        return """
            SELECT \((columns + sums(rows, scale)).joined(separator: ",\n "))
            FROM \(summands(rows, scale))
            \(grouping.isEmpty ? "HAVING COUNT(*) > 0" : "GROUP BY \(grouping)")\(rows.dialect.ending)
            """
    }

    private static func sums(_ rows: QueryRows, _ scale: SumScale?) -> [String] {
        let isFixed = scale?.isFixed ?? true
        func sum(_ product: String) -> String { isFixed ? rows.dialect.sum(product) : "SUM(\(product))" }
        let q = rows.variableCount
        let weight = rows.hasWeight ? "cp_z\(q) * " : ""
        var columns = ["COUNT(*) AS n"]
        columns +=
            rows.hasWeight
            ? ["\(sum("cp_z\(q)")) AS w", "\(sum("cp_z\(q) * cp_z\(q)")) AS ww"] : ["COUNT(*) AS w", "COUNT(*) AS ww"]
        columns += (0..<q).map { "\(sum("\(weight)cp_z\($0)")) AS s_\($0)" }
        for i in 0..<q { columns += (i..<q).map { "\(sum("\(weight)cp_z\(i) * cp_z\($0)")) AS q_\(i)_\($0)" } }
        return isFixed ? columns + ["SUM(cp_inexact) AS inexact"] : columns
    }

    /// `(SELECT …) cp_summands`: for each used row its keys, the numbers to be summed and, for integers, `cp_inexact`.
    private static func summands(_ rows: QueryRows, _ scale: SumScale?) -> String {
        let (dialect, values) = (rows.dialect, rows.values.indices)
        let keys = rows.keys.indices.map { "cp_k\($0)" }
        guard case .double(let shifts) = scale else { return integers(rows, scale, keys) }
        let numbers = values.map { i in
            shifts[i] == 0 ? "cp_x\(i) AS cp_z\(i)" : "cp_x\(i) - \(dialect.double(constant: shifts[i])) AS cp_z\(i)"
        }
        return select(keys + numbers, "\(rows.subselect)\n WHERE cp_r = 0", "cp_summands", dialect)
    }

    private static func integers(_ rows: QueryRows, _ scale: SumScale?, _ keys: [String]) -> String {
        let (dialect, values) = (rows.dialect, rows.values.indices)
        var factors = values.map { "cp_scale\($0)" }
        var source = rows.subselect
        var limits: [Int]?
        if case .fixed(let decimals, let largest) = scale {
            factors = decimals.map { "1" + String(repeating: "0", count: $0) }
            limits = largest
        } else {
            source += "\n CROSS JOIN \(ScaleSearch(rows).subselect)"
        }
        let scaled = values.map { "\(dialect.integer("cp_v\($0) * \(factors[$0])")) AS cp_z\($0)" }
        let exact =
            values.flatMap { ["cp_v\($0)", "cp_x\($0)"] } + (limits == nil ? values.map { "cp_scale\($0)" } : [])
        let inner = select(keys + exact + scaled, "\(source)\n WHERE cp_r = 0", "cp_scaled", dialect)
        let faults = values.map { i in
            let beyond = limits.map { " OR ABS(cp_z\(i)) > \($0[i])" } ?? ""
            return "cp_z\(i) IS NULL OR \(rows.isTooFine(i)) OR cp_v\(i) * \(factors[i]) <> cp_z\(i)\(beyond)"
        }
        let inexact = "CASE WHEN \(faults.joined(separator: "\n   OR ")) THEN 1 ELSE 0 END AS cp_inexact"
        return select(keys + values.map { "cp_z\($0)" } + [inexact], inner, "cp_summands", dialect)
    }

    private static func select(_ columns: [String], _ source: String, _ name: String, _ dialect: Dialect) -> String {
        "(SELECT \(columns.joined(separator: ", "))\n FROM \(source)\(dialect.fence)) \(name)"
    }
}

/// One row that says by what each value is multiplied: the least power of ten that leaves no decimals, or NULL for every value
/// where integer sums do not hold them.
struct ScaleSearch {
    private let rows: QueryRows

    init(_ rows: QueryRows) { self.rows = rows }

    var subselect: String {
        let values = rows.values.indices
        let counts = rows.counts.filter { count in
            let figure = count.name.split(separator: "_").dropFirst().joined(separator: "_")
            return count.name.hasPrefix("z") && figure != "sum" && figure != "reach" || count.name.hasPrefix("weight")
        }
        let columns = counts.map { "\($0.sql) AS cp_\($0.name)" }
        let found = "(SELECT \(columns.joined(separator: ",\n  "))\n FROM \(rows.subselect)) cp_found"
        let factors = values.map { "\(factor($0)) AS cp_factor\($0)" }
        let largest = values.map { "cp_z\($0)_largest" }
        let known =
            "(SELECT \((factors + largest.filter { has($0) } + faults).joined(separator: ",\n  "))\n FROM \(found)) cp_known"
        let scales = values.map { "CASE WHEN cp_faults = 0 AND \(bound) THEN cp_factor\($0) END AS cp_scale\($0)" }
        return "(SELECT \(scales.joined(separator: ",\n  "))\n FROM \(known)) cp_scales"
    }

    private func has(_ column: String) -> Bool { rows.counts.contains { "cp_" + $0.name == column } }

    private func factor(_ i: Int) -> String {
        if let decimals = rows.values[i].decimals { return integer(decimals) }
        let cases = (0...5).reversed().map { "WHEN cp_z\(i)_not_\($0) > 0 THEN \(integer($0 + 1))" }
        return "CASE \(cases.joined(separator: " ")) ELSE \(integer(0)) END"
    }

    /// Wide from the start: a product of small constants would have a small type.
    private func integer(_ decimals: Int) -> String {
        rows.dialect.integer("1" + String(repeating: "0", count: decimals))
    }

    /// Rows that no integer sums hold, or that must not be summed at all.
    private var faults: [String] {
        let names = ["unreadable", "too_large", "too_fine"]
        var columns = rows.values.indices.flatMap { i in names.map { "cp_z\(i)_\($0)" } }.filter(has)
        if rows.hasWeight { columns += ["cp_weight_missing", "cp_weight_negative"] }
        return ["\(columns.joined(separator: " + ")) AS cp_faults"]
    }

    /// True where w·z² stays below 2^63 for every value: in doubles, and by a margin that covers their rounding.
    private var bound: String {
        let limit = rows.dialect.double(constant: 9.2e18)
        func size(_ i: Int) -> String {
            guard has("cp_z\(i)_largest") else { return rows.dialect.double(constant: 100) }
            let millionth = rows.dialect.double(constant: 1e-6)
            return
                "\(rows.dialect.double(of: "cp_z\(i)_largest")) * \(millionth) * \(rows.dialect.double(of: "cp_factor\(i)"))"
        }
        let q = rows.variableCount
        let weight = rows.hasWeight ? "GREATEST(\(size(q)), \(rows.dialect.double(constant: 1)))" : nil
        var tests = (0..<q).map { i in "\(weight.map { $0 + " * " } ?? "")\(size(i)) * \(size(i)) < \(limit)" }
        if let weight { tests.append("\(weight) * \(weight) < \(limit)") }
        return tests.joined(separator: " AND ")
    }
}
