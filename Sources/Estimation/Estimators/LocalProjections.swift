import Panels
import Regression
import Tables

/// How starts are weighed against each other in a local projection.
public enum HorizonWeighting: String, Sendable, CaseIterable {
    /// Every treated result counts the same.
    case equal
    /// As least squares does: by the variance of the start within its date.
    case variance
}

/// Effects by event time from changes since the last period before the start, each horizon a regression of its own on the
/// start and effects of dates, against units untreated until then.
///
/// Where a period is a hole, the change is from the last one before it. Covariates are those of that period; with equal
/// weights their slopes are the comparison's. The headline is the mean over treated results; beside it stand the pooled
/// effects after and before the start, of the mean result over the window in units that have all of it.
/// - Source: Dube, Girardi, Jordà & Taylor (2023), *A local projections approach to difference-in-differences*, NBER 31184.
public struct LocalProjections: Estimator {
    public static let name = EstimatorName.localProjections
    /// Event times that are projected; nil for all.
    public let window: ClosedRange<Int>?
    public let comparesWithNotYet: Bool
    public let weighting: HorizonWeighting

    public init(
        window: ClosedRange<Int>? = nil, comparesWithNotYet: Bool = true, weighting: HorizonWeighting = .equal
    ) {
        self.window = window
        self.comparesWithNotYet = comparesWithNotYet
        self.weighting = weighting
    }

    public func fixedEffects(_ design: Design) -> [CellFactor] { [] }

    /// - Throws: `.noCleanComparison` where no effect after a start can be told.
    public func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try fit(design, nested: nested, onlyHeadline: false)
    }

    /// Horizons from the start on.
    public func headline(_ design: Design) throws(EstimationError) -> Fit {
        try fit(design, nested: nil, onlyHeadline: true)
    }

    private func fit(_ design: Design, nested: CellFactor?, onlyHeadline: Bool) throws(EstimationError) -> Fit {
        try design.refuseAbsorbed(Self.name)
        let differences = LongDifferences(panel: try UnitPeriods(design), comparesWithNotYet: comparesWithNotYet)
        let common = differences.common()
        let after = window.map { min($0.upperBound, common.after) } ?? common.after
        let before = window.map { min(-$0.lowerBound, common.before) } ?? common.before
        var targets = differences.horizons(window).map { LongDifferences.Target.horizon($0) }
        if onlyHeadline { targets = differences.horizons(window).filter { $0 >= 0 }.map { .horizon($0) } }
        if !onlyHeadline, after >= 0 { targets.append(.pooledAfter(after)) }
        if !onlyHeadline, before >= 2 { targets.append(.pooledBefore(before)) }
        let projections = Projections(differences, weighting, targets: targets)
        guard projections.horizons.contains(where: { $0 >= 0 }) else {
            throw .noCleanComparison(
                estimator: Self.name.rawValue, starts: differences.panel.starts.map(design.label))
        }
        var warnings: [Warning] = []
        if !projections.missing.isEmpty {
            warnings.append(
                Warning(
                    "no-clean-comparison",
                    "left out, since nobody is untreated until then: those that start in "
                        + projections.missing.joined(separator: "; ")))
        }
        return try projections.fit(nested: nested != nil, warnings: warnings)
    }
}
