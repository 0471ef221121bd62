import Panels
import Tables

/// Whether who the pupils are changed differently in the two arms: a difference in differences of each covariate and share.
///
/// An effect on results can come from a changed intake. Each unit's mean before the first start is taken from its mean from
/// the last start on, the same periods for both arms; the difference of the two arms' mean changes has Welch's standard
/// error over units, which count the same.
public struct IntakeChange: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        public var variable: String
        public var isShare: Bool
        /// Mean change of the treated units minus that of the comparison units.
        public var change: Double
        /// nil where an arm has one unit, or nothing varies.
        public var standardError: Double?
        public var degreesOfFreedom: Double?
        /// The change over the standard deviation that the balance at baseline uses.
        public var standardisedChange: Double?
        public var treatedUnits: Int
        public var comparisonUnits: Int
        /// For a level, where pupils are known: the fewest who have it or lack it, over both arms, before and after.
        public var smallestCount: Double?
        /// One sentence.
        public var words: String
    }

    public var rows: [Row]
    public var warnings: [Warning]

    /// Beyond two standard errors and a tenth of a standard deviation a change is named in a warning.
    /// - Throws: `.noTreatedUnits`, `.noComparisonUnits`, `.noBaseline`.
    public static func of(_ design: Design, further: [CellFactor] = []) throws(ComparisonError) -> IntakeChange {
        let window = try StartWindow(design)
        let balance = try CovariateBalance.atBaseline(of: design, further: further)
        // The outcome is no part of the intake.
        let rows = zip(Characteristic.all(of: design, further: further), balance.rows).dropFirst().compactMap {
            row($0, spread: $1.spread, design, window)
        }
        let marked = rows.filter(\.isLarge)
        let warnings =
            marked.isEmpty
            ? []
            : [
                Warning(
                    "intake",
                    "who is taught changed differently in the two groups, which can pass for an effect: "
                        + marked.map(\.words).joined(separator: "; "))
            ]
        return IntakeChange(rows: rows, warnings: warnings)
    }

    private static func row(
        _ characteristic: Characteristic, spread: Double?, _ design: Design, _ window: StartWindow
    ) -> Row? {
        let before = characteristic.unitMeans(design, over: window.before)
        let after = characteristic.unitMeans(design, over: window.after)
        var (treated, comparison) = (WeightedMean(), WeightedMean())
        for unit in design.units.indices where before[unit].weight > 0 && after[unit].weight > 0 {
            let change = after[unit].mean - before[unit].mean
            if design.start[unit] != nil {
                treated.add(n: 1, weight: 1, mean: change, within: 0)
            } else {
                comparison.add(n: 1, weight: 1, mean: change, within: 0)
            }
        }
        guard treated.n > 0, comparison.n > 0 else { return nil }
        var row = Row(
            variable: characteristic.name, isShare: characteristic.isShare, change: treated.mean - comparison.mean,
            treatedUnits: Int(treated.n), comparisonUnits: Int(comparison.n), words: "")
        if let a = treated.varianceOfMean, let b = comparison.varianceOfMean, a + b > 0 {
            row.standardError = (a + b).squareRoot()
            row.degreesOfFreedom = (a + b) * (a + b) / (a * a / (treated.n - 1) + b * b / (comparison.n - 1))
        }
        row.standardisedChange = spread.map { row.change / $0 }
        row.smallestCount = characteristic.smallestCount(
            design,
            in: [window.before, window.after].flatMap { cells in
                [true, false].map { arm in cells.filter { design.isInTreatedArm($0) == arm } }
            })
        row.words = words(row)
        return row
    }

    private static func words(_ row: Row) -> String {
        let scale = row.isShare ? 100.0 : 1
        let size = twoDecimals(abs(row.change) * scale) + (row.isShare ? " percentage points" : "")
        let error = row.standardError.map { " (standard error \(twoDecimals($0 * scale)))" } ?? ""
        let direction = row.change < 0 ? "less" : "more"
        return "\(row.variable) rose by \(size) \(direction) in the partners than in the comparison units\(error)"
    }
}

extension IntakeChange.Row {
    var isLarge: Bool {
        guard let standardError, let standardisedChange else { return false }
        return abs(change) > 2 * standardError && abs(standardisedChange) > 0.1
    }
}
