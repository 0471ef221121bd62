import Panels
import Tables

/// How alike the two arms were before the first start.
///
/// The standardised difference is (x̄_T − x̄_C)/sd_T: with the standard deviation of the pupils of the treated arm where
/// rows are pupils, of the baseline means of its units where rows are units; one treated unit has none, and there that of
/// the comparison units serves. Means follow the weights of the design and so its estimand.
/// - Source: Stuart (2010), *Statistical Science* 25(1), for the measure; What Works Clearinghouse for the limit of 0.25.
public struct CovariateBalance: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        /// The outcome, a covariate, or `factor=level`; the means of a level are shares from 0 to 1.
        public var variable: String
        public var isShare: Bool
        public var treatedMean: Double
        public var comparisonMean: Double
        /// nil where nothing varies.
        public var standardisedDifference: Double?
        /// Variance in the treated arm over that in the comparison arm.
        public var varianceRatio: Double?
        /// The standard deviation that standardises.
        public var spread: Double?
        /// For a level, where pupils are known: the fewest who have it or lack it, over both arms.
        public var smallestCount: Double?

        public var difference: Double { treatedMean - comparisonMean }
    }

    public enum Spread: String, Sendable { case treatedPupils, treatedUnits, comparisonUnits }

    public var rows: [Row]
    public var spread: Spread
    /// Rows at the baseline, and pupils where their number is known, for suppression.
    public var treatedRows: Double
    public var comparisonRows: Double
    public var treatedPupils: Double?
    public var comparisonPupils: Double?
    public var firstStart: String
    public var warnings: [Warning]

    /// Differences beyond this are named in a warning.
    public static let limit = 0.25

    /// - Parameter further: more categories of the cells to compare, besides the factors of the design.
    /// - Throws: `.noTreatedUnits`, `.noComparisonUnits`, `.noBaseline`.
    /// - Complexity: O(C) in C cells for each variable and level.
    public static func atBaseline(
        of design: Design, further: [CellFactor] = []
    ) throws(ComparisonError) -> CovariateBalance {
        let window = try StartWindow(design)
        let treated = window.before.filter { design.isInTreatedArm($0) }
        let comparison = window.before.filter { !design.isInTreatedArm($0) }
        let isAlone = Set(treated.map { design.unit[$0] }).count == 1
        let spread: Spread = design.rowsArePupils ? .treatedPupils : isAlone ? .comparisonUnits : .treatedUnits
        let rows = Characteristic.all(of: design, further: further).map {
            row($0, design, treated, comparison, spread)
        }
        func total(_ values: [Double], _ cells: [Int]) -> Double { cells.reduce(0) { $0 + values[$1] } }
        var balance = CovariateBalance(
            rows: rows, spread: spread, treatedRows: total(design.moments.n, treated),
            comparisonRows: total(design.moments.n, comparison),
            treatedPupils: design.pupils.map { total($0, treated) },
            comparisonPupils: design.pupils.map { total($0, comparison) }, firstStart: window.firstStartLabel,
            warnings: [])
        balance.warnAboutLargeDifferences()
        return balance
    }

    private static func row(
        _ characteristic: Characteristic, _ design: Design, _ treated: [Int], _ comparison: [Int], _ spread: Spread
    ) -> Row {
        let arms = [treated, comparison].map { cells in
            var mean = WeightedMean()
            for cell in cells { characteristic.add(cell, of: design.moments, to: &mean) }
            return mean
        }
        let variances = zip([treated, comparison], arms).map { cells, mean in
            design.rowsArePupils ? mean.variance : unitVariance(characteristic, design, cells)
        }
        let variance = (spread == .comparisonUnits ? variances[1] : variances[0]).flatMap { $0 > 0 ? $0 : nil }
        var row = Row(
            variable: characteristic.name, isShare: characteristic.isShare, treatedMean: arms[0].mean,
            comparisonMean: arms[1].mean, spread: variance?.squareRoot(),
            smallestCount: characteristic.smallestCount(design, in: [treated, comparison]))
        row.standardisedDifference = row.spread.map { row.difference / $0 }
        if let own = variances[0], let other = variances[1], own > 0, other > 0 { row.varianceRatio = own / other }
        return row
    }

    /// The variance of the units' baseline means, each weighted by its weight.
    private static func unitVariance(_ characteristic: Characteristic, _ design: Design, _ cells: [Int]) -> Double? {
        var spread = WeightedMean()
        for mean in characteristic.unitMeans(design, over: cells) where mean.weight > 0 {
            spread.add(n: 1, weight: mean.weight, mean: mean.mean, within: 0)
        }
        return spread.variance
    }

    private mutating func warnAboutLargeDifferences() {
        let large = rows.filter { abs($0.standardisedDifference ?? 0) > Self.limit }
        guard !large.isEmpty else { return }
        let names = large.map { "\($0.variable) (\(twoDecimals($0.standardisedDifference ?? 0)))" }
        warnings.append(
            Warning(
                "balance",
                "before the first start the two groups differed by more than a quarter of a standard deviation in "
                    + names.joined(separator: ", ")))
    }
}

/// A number with two decimals and its sign, for a sentence.
func twoDecimals(_ value: Double) -> String {
    let hundredths = Int((abs(value) * 100).rounded())
    let digits = "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    return (value < 0 && hundredths > 0 ? "−" : "") + digits
}
