import Estimation
import Tables

/// Everything that one analysis found.
public struct AnalysisResult: Sendable {
    public var estimator: EstimatorName
    /// The headline first.
    public var effects: [Effect]
    /// Group rows by period with intervals, then unit rows.
    public var counterfactual: [CounterfactualRow]
    /// Partner units in the periods before their start, of weight 0; none in a triple difference. Without a counterfactual where the
    /// estimator measures from these results and so expects nothing of them.
    public var before: [CounterfactualRow]
    /// Both arms over all periods.
    public var path: [PathPoint]
    /// nil where it was not asked for; where it cannot be had, its words say why.
    public var preTrend: PreTrend?
    /// Of the headline; nil where it was not asked for, or with the warning `no-randomisation`.
    public var randomisation: RandomisationTest?
    /// The headline by other methods beside it; nil where clusters are not few, or only one method applies.
    public var methods: MethodComparison?
    /// Of the headline; nil where it was not asked for or has no statistic.
    public var wild: WildFindings?
    /// nil where it was not asked for.
    public var bootstrap: BootstrapBands?
    public var leaveOneOut: LeaveOneOut?
    /// What the two-way coefficient is made of; nil, as the next two, where it was not asked for.
    public var twoWay: TwoWayFindings?
    public var placebo: PlaceboFindings?
    public var composition: Composition?
    /// nil where it was not asked for; where it cannot be had, its words say why.
    public var sensitivity: Sensitivity?
    /// What synthetic weights rest on; nil for other estimators.
    public var synthetic: SyntheticFindings?
    /// How two or more fixed effects were taken out; nil where one, or columns, sufficed.
    public var elimination: EffectElimination?
    public var warnings: [Warning]
    /// Rows behind the estimate, after singletons were set aside.
    public var rowsUsed: Int
    public var singletonRows: Int
    /// Units, periods and clusters with used rows; treated ones have a treated result.
    public var units: Int
    public var treatedUnits: Int
    public var periods: Int
    public var clusters: Int
    public var treatedClusters: Int
    /// The one asked for, or the one the rule chose.
    public var varianceUsed: VarianceKind
    /// Parameters that the model estimates, the levels of every fixed effect included.
    public var parameterCount: Int
    /// What a reader must be told in words: few treated units, what the data cannot separate.
    public var sentences: [String]
}
