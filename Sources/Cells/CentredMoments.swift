/// The double mode: means and centred cross-products, updated pairwise and joined in lane order.
public struct CentredMoments: Sendable, Equatable {
    public var moments: CellMoments

    public init(moments: CellMoments) { self.moments = moments }
}
