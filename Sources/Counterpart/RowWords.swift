import Panels
import Tables

/// What a row is, in words.
enum RowWords {
    /// - Parameter side: the column of a gap, whose values have rows of their own.
    static func sentence(_ kind: RowKind, _ data: DataRequest, side: String? = nil) -> String {
        switch kind {
        case .pupils: "Each row is a pupil."
        case .units:
            data.unit.isEmpty
                ? "Each row is a unit."
                : "Each row is one \(data.unitName)\(data.timeName.map { " in one \($0)" } ?? "")\(side.map { ", for one value of \($0)" } ?? "")."
        }
    }
}

extension StudyCells {
    private static let totals = ["ALL", "All", "all", "TOTAL", "Total", "total"]

    /// Warns of values that look like the sum of the others, whose rows would count again what the others hold.
    mutating func warnAboutTotals(_ columns: [String]) {
        for key in table.keys where columns.contains(key.name) {
            guard let value = Self.totals.first(where: { key.values.contains($0) }) else { continue }
            let warning = Warning(
                "totals",
                "\(key.name) holds the value \(value), which looks like the total of the others, and its rows count like any "
                    + "other; leave them out with --where \"\(key.name)!=\(value)\"")
            if !warnings.contains(warning) { warnings.append(warning) }
        }
    }
}
