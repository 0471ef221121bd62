import LinearAlgebra

/// How alike the treated units and those that compare with them are, before and after the comparison was built.
///
/// The standardised difference is (x̄_T − x̄_C)/sd_T with the standard deviation of all treated units, which stays as it is when
/// weights change the comparison, so that both columns are on one scale. One treated unit has none; there that of the comparison
/// units serves. Units count by their importance, and after by the weights of the comparison.
/// - Source: Stuart (2010), *Statistical Science* 25; Austin (2009), *Statistics in Medicine* 28 for weighted variances.
public struct GroupBalance: Sendable, Equatable {
    public struct Figures: Sendable, Equatable {
        public var treatedMean: Double
        public var comparisonMean: Double
        /// nil where nothing varies.
        public var standardisedDifference: Double?
        /// Variance among the treated over that among those that compare.
        public var varianceRatio: Double?
    }

    public struct Row: Sendable, Equatable {
        public var variable: String
        public var before: Figures
        public var after: Figures
        /// The standard deviation that standardises.
        public var spread: Double?
    }

    /// A treated unit beyond every comparison unit.
    public struct Beyond: Sendable, Equatable {
        public var unit: Int
        /// Index of the variable.
        public var variable: Int
        public var isAbove: Bool
    }

    public var rows: [Row]
    /// Comparison units before and after, and how many of equal weight those after are worth: (Σw)²/Σw² of their shares.
    public var donors: Int
    public var used: Int
    public var effectiveSampleSize: Double
    public var treated: Int
    public var matched: Int
    /// The standard deviation is that of comparison units, since one unit is treated.
    public var standardisesByComparison: Bool
    public var beyond: [Beyond]

    public init(_ profiles: UnitProfiles, _ group: ComparisonGroup) {
        let (treated, donors) = (profiles.treated, profiles.donors)
        let isAlone = treated.count == 1
        rows = profiles.variables.indices.map { k in
            let column = profiles.values.column(k)
            let before = (Arm(column, profiles.importance, treated), Arm(column, profiles.importance, donors))
            let after = (Arm(column, group.weights, treated), Arm(column, group.weights, donors))
            let variance = isAlone ? before.1.variance : before.0.variance
            let spread = variance.flatMap { $0 > 0 ? $0.squareRoot() : nil }
            return Row(
                variable: profiles.variables[k], before: Self.figures(before.0, before.1, spread),
                after: Self.figures(after.0, after.1, spread), spread: spread)
        }
        let shares = group.shares(profiles)
        let weights = donors.map { shares[$0] }
        let sum = weights.reduce(0, +)
        self.donors = donors.count
        used = weights.count { $0 > 0 }
        effectiveSampleSize = sum > 0 ? sum * sum / weights.reduce(0) { $0 + $1 * $1 } : 0
        self.treated = treated.count
        matched = treated.count { group.weights[$0] > 0 }
        standardisesByComparison = isAlone
        beyond = profiles.variables.indices.flatMap { k -> [Beyond] in
            let others = donors.map { profiles.values[$0, k] }
            guard let low = others.min(), let high = others.max() else { return [] }
            return treated.filter { profiles.values[$0, k] < low || profiles.values[$0, k] > high }.map {
                Beyond(unit: $0, variable: k, isAbove: profiles.values[$0, k] > high)
            }
        }
    }

    private static func figures(_ treated: Arm, _ comparison: Arm, _ spread: Double?) -> Figures {
        var figures = Figures(treatedMean: treated.mean, comparisonMean: comparison.mean)
        figures.standardisedDifference = spread.map { (treated.mean - comparison.mean) / $0 }
        if let own = treated.variance, let other = comparison.variance, own > 0, other > 0 {
            figures.varianceRatio = own / other
        }
        return figures
    }

    private struct Arm {
        var mean = 0.0
        /// Unbiased under weights that say how much a unit counts: Σw(x − x̄)²·Σw/((Σw)² − Σw²).
        var variance: Double?

        init(_ column: [Double], _ weights: [Double], _ units: [Int]) {
            var (sum, squares, total) = (0.0, 0.0, 0.0)
            for i in units {
                sum += weights[i]
                squares += weights[i] * weights[i]
                total += weights[i] * column[i]
            }
            guard sum > 0 else { return }
            mean = total / sum
            let spread = units.reduce(0.0) { $0 + weights[$1] * (column[$1] - mean) * (column[$1] - mean) }
            let freedom = sum * sum - squares
            if freedom > 1e-12 * sum * sum { variance = spread * sum / freedom }
        }
    }
}
