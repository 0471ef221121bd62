/// How uncertainty is computed, by the names of the command line.
public enum VarianceKind: String, Sendable, CaseIterable {
    /// Independent errors of one variance.
    case iid
    /// Independent errors of any variance, n/(n − k).
    case hc1, hc2, hc3
    /// Errors correlated within clusters: no correction, a factor, bias-reduced (Bell & McCaffrey), jackknife-like.
    case cr0, cr1, cr2, cr3

    /// True for those that this version computes.
    public var isBuilt: Bool { ![.hc2, .hc3, .cr3].contains(self) }
    public var isClustered: Bool { [.cr0, .cr1, .cr2, .cr3].contains(self) }
}

/// The factor that CR1 puts on a clustered variance; k counts parameters, G clusters, N observations.
public enum SmallSample: String, Sendable, CaseIterable {
    /// G/(G−1) · (N−1)/(N−k) with effects nested in a cluster not counted; with two cluster levels the smaller G in all.
    case fixest
    /// The same with every parameter counted, and each cluster level its own G.
    case stata
    /// G/(G−1) alone.
    case clusters
    case none
}
