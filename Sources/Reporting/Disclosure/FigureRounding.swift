import Attainment
import Inference
import Tables

/// To what counts and means are rounded where they are published.
///
/// Exact means give exact counts back: the sum of scores with one decimal is a whole number of tenths, and only few counts make
/// it one. So where counts are rounded, the figures that stand on them are.
public struct FigureRounding: Sendable, Equatable {
    /// Counts go to the nearest multiple, halves up; 1 leaves them as they are.
    public var base: Int
    /// Decimals of means and their differences; nil leaves them as they are.
    public var decimals: Int?
    /// Decimals of percentages; nil as `decimals`.
    public var percentDecimals: Int?

    public init(base: Int = 1, decimals: Int? = nil, percentDecimals: Int? = nil) {
        self.base = max(1, base)
        self.decimals = decimals
        self.percentDecimals = percentDecimals
    }

    /// Figures as they are.
    public static let none = FigureRounding()

    public func count(_ n: Double) -> Double {
        base == 1 ? n : (n / Double(base) + 0.5).rounded(.down) * Double(base)
    }

    public func count(_ n: Int) -> Int { base == 1 ? n : Int(count(Double(n))) }

    /// A mean of results.
    package func mean(_ value: Double?) -> Double? { figure(value, isShare: false) }

    /// Decimals of means that tell no more than is left of them.
    func decimals(_ wanted: Int, isShare: Bool) -> Int { min(wanted, kept(isShare: isShare) ?? wanted) }

    private func kept(isShare: Bool) -> Int? { isShare ? percentDecimals ?? decimals : decimals }

    func figure(_ value: Double?, isShare: Bool, more: Int = 0) -> Double? {
        guard let value, let decimals = kept(isShare: isShare) else { return value }
        return Precision(decimals: decimals + more).rounded(value)
    }

    /// Degrees of freedom of plain errors are a count of rows less a few.
    func degreesOfFreedom(_ value: Double?) -> Double? {
        guard let value, base > 1 else { return value }
        return value > 100 ? count(value) : Precision(decimals: 1).rounded(value)
    }
}

extension FigureRounding {
    func round(_ row: inout GapRow, isShare: Bool) {
        guard self != .none else { return }
        (row.n, row.nPeers) = (count(row.n), count(row.nPeers))
        for path in [
            \GapRow.mean, \.meanPeers, \.gap, \.lower, \.upper, \.progressGap, \.progressGapLower, \.progressGapUpper,
            \.change, \.changeLower, \.changeUpper, \.meanNationalPeers, \.bandLower, \.bandUpper,
        ] {
            row[keyPath: path] = figure(row[keyPath: path], isShare: isShare)
        }
        for path in [\GapRow.standardError, \.progressGapStandardError, \.changeStandardError] {
            row[keyPath: path] = figure(row[keyPath: path], isShare: isShare, more: 1)
        }
        for path in [\GapRow.trend, \.within, \.between, \.nationalGap] {
            row[keyPath: path] = row[keyPath: path].map { rounded($0, isShare: isShare) }
        }
        for path in [\GapRow.index, \.nationalIndex, \.standardised] {
            row[keyPath: path] = row[keyPath: path].map {
                FigureRounding(base: base, decimals: 2).rounded($0, isShare: false)
            }
        }
        row.hedgesG = row.hedgesG.map { Precision(decimals: 2).rounded($0) }
        row.degreesOfFreedom = degreesOfFreedom(row.degreesOfFreedom)
    }

    private func rounded(_ figure: GapFigure, isShare: Bool) -> GapFigure {
        var shown = GapFigure(estimate: self.figure(figure.estimate, isShare: isShare) ?? figure.estimate)
        shown.standardError = self.figure(figure.standardError, isShare: isShare, more: 1)
        shown.degreesOfFreedom = degreesOfFreedom(figure.degreesOfFreedom)
        shown.lower = self.figure(figure.lower, isShare: isShare)
        shown.upper = self.figure(figure.upper, isShare: isShare)
        shown.pValue = figure.pValue
        return shown
    }

    func round(_ row: inout CounterfactualRow, isShare: Bool) {
        guard self != .none else { return }
        row.weight = row.weight == row.n ? count(row.n) : row.weight
        row.n = count(row.n)
        for path in [\CounterfactualRow.observed, \.counterfactual, \.lower, \.upper] {
            row[keyPath: path] = figure(row[keyPath: path], isShare: isShare)
        }
    }

    func round(_ point: inout PathPoint, isShare: Bool) {
        guard self != .none else { return }
        point.n = count(point.n)
        point.observed = figure(point.observed, isShare: isShare)
        point.counterfactual = figure(point.counterfactual, isShare: isShare)
    }

    /// An estimate is no mean of few; how many stand behind it is a count like any other.
    func rounded(_ effect: Effect) -> Effect {
        var shown = effect
        shown.n = effect.n.map { count($0) }
        shown.degreesOfFreedom = degreesOfFreedom(effect.degreesOfFreedom)
        return shown
    }

    func round(_ row: inout BalanceRow) {
        row.treatedMean = figure(row.treatedMean, isShare: row.unit == "%")
        row.comparisonMean = figure(row.comparisonMean, isShare: row.unit == "%")
        guard decimals != nil else { return }
        // The ratio of two exact differences on one scale would give the means back.
        row.standardisedDifference = row.standardisedDifference.map { Precision(decimals: 2).rounded($0) }
        row.varianceRatio = row.varianceRatio.map { Precision(decimals: 1).rounded($0) }
    }

    func round(_ means: inout OutcomeResult.Means?, isShare: Bool) {
        guard let known = means else { return }
        means?.observed = figure(known.observed, isShare: isShare) ?? known.observed
        means?.expected = figure(known.expected, isShare: isShare) ?? known.expected
    }
}
