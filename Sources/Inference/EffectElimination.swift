import Estimation
import Regression

/// How a fit's fixed effects were taken out where they were too many for columns, and how far iterations came.
public struct EffectElimination: Sendable, Equatable {
    public var method: Absorption.Method
    /// Independent columns among all effects' dummies.
    public var rank: Int
    /// False where three or more effects are counted pair by pair, and the count can be too high.
    public var isRankExact: Bool

    /// nil where at most one effect was eliminated: then nothing is to be told.
    init?(_ fit: Fit) {
        guard case .leastSquares(let model) = fit.basis, let method = model.effectMethod, method != .groupMeans else {
            return nil
        }
        self.method = method
        rank = model.effectRank
        isRankExact = model.isEffectRankExact
    }
}
