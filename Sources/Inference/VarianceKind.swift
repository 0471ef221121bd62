/// How uncertainty is computed, by the names of the command line.
public enum VarianceKind: String, Sendable, CaseIterable {
    /// Independent errors of one variance.
    case iid
    /// Independent errors of any variance: a factor, bias-reduced, each row left out.
    case hc1, hc2, hc3
    /// Errors correlated within clusters: no correction, a factor, bias-reduced (Bell & McCaffrey), each cluster left out.
    case cr0, cr1, cr2, cr3
    /// Of synthetic estimators: the spread of placebos, units left out with weights held, units drawn anew.
    case placebo, jackknife, bootstrap

    /// True for those that need each row's own regressors.
    public var isByRow: Bool { [.hc1, .hc2, .hc3].contains(self) }
    public var isClustered: Bool { [.cr0, .cr1, .cr2, .cr3].contains(self) }

    public var isSynthetic: Bool { [.placebo, .jackknife, .bootstrap].contains(self) }

    /// Those that regressions have.
    public static let ofRegressions = allCases.filter { !$0.isSynthetic }

    /// True for those that work on the hat matrix of each cluster and carry Satterthwaite's degrees of freedom: what an
    /// eliminated effect takes out must lie within the clusters.
    public var isLeverageAdjusted: Bool { self == .cr2 || self == .cr3 }
}

/// The factor that CR1 puts on a clustered variance, and HC1 on a robust one; k counts parameters, G clusters, N observations.
///
/// HC1 takes each row as a cluster: N/(N − k) under `fixest` and `stata`, N/(N − 1) under `clusters`, 1 under `none` (HC0).
public enum SmallSample: String, Sendable, CaseIterable {
    /// G/(G−1) · (N−1)/(N−k) with effects nested in a cluster not counted; with two cluster levels the smaller G in all.
    case fixest
    /// The same with every parameter counted, and each cluster level its own G.
    case stata
    /// G/(G−1) alone.
    case clusters
    case none
}
