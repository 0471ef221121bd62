import Estimation
import Tables

/// Everything that one analysis found.
public struct AnalysisResult: Sendable {
    public var estimator: EstimatorName
    /// The headline first.
    public var effects: [Effect]
    public var counterfactual: [CounterfactualRow]
    public var path: [PathPoint]
    public var preTrend: PreTrend?
    public var randomisation: RandomisationTest?
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
    public var varianceUsed: VarianceKind
    /// Parameters that the model estimates, the levels of every fixed effect included.
    public var parameterCount: Int
    /// What a reader must be told in words: few treated units, what the data cannot separate.
    public var sentences: [String]
}
