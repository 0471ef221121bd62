import Panels
import Regression

/// How many units, clusters and periods stand behind an estimate, by arm. Everything with a used row counts.
public struct ArmCounts: Sendable, Equatable {
    public let units: Int
    public let treatedUnits: Int
    public let clusters: Int
    public let treatedClusters: Int
    public let periods: Int
    /// Clusters with units of the smallest starting cohort; effects by cohort and event time rest on these few.
    public let smallestCohort: Int
    /// Starts that differ.
    private let cohorts: Int

    public init(_ design: Design) {
        let present = design.isPresentUnit
        let treated = design.isTreatedUnit
        units = present.reduce(0) { $0 + ($1 ? 1 : 0) }
        treatedUnits = treated.reduce(0) { $0 + ($1 ? 1 : 0) }
        let cluster = design.clusters[0]
        var home = [Bool](repeating: false, count: cluster.levels.count)
        for c in cluster.codes.indices where treated[design.unit[c]] { home[cluster.codes[c]] = true }
        clusters = cluster.usedLevelCount
        treatedClusters = home.reduce(0) { $0 + ($1 ? 1 : 0) }
        periods = design.usedPeriods.count
        var cohorts: [Int: Set<Int>] = [:]
        // Most units lie in one cluster, which is then met once.
        var met = [Int](repeating: -1, count: design.units.count)
        for (c, u) in design.unit.enumerated() where treated[u] && met[u] != cluster.codes[c] {
            met[u] = cluster.codes[c]
            if let start = design.start[u] { cohorts[start, default: []].insert(cluster.codes[c]) }
        }
        self.cohorts = cohorts.count
        smallestCohort = cohorts.values.map(\.count).min() ?? 0
    }

    /// Fewer than 50 clusters, or fewer than 10 in either arm; where starts differ, also fewer than 20 in one of the starting
    /// cohorts: the steps that only it reaches rest on it, and with cohorts of ten a band by CR1 over all steps held them in
    /// nine samples of ten.
    public var isFew: Bool {
        clusters < 50 || smallestCohort < (cohorts > 1 ? 20 : 10) || clusters - treatedClusters < 10
    }

    /// Fewer than 10 treated clusters or units.
    public var isFewTreated: Bool { min(treatedClusters, treatedUnits) < 10 }

    /// One treated unit, or all treated units in one cluster: their own spread says nothing.
    public var isSingleTreated: Bool { min(treatedClusters, treatedUnits) <= 1 }
}
