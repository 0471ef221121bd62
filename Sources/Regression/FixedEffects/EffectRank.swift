import Panels

/// The number of independent columns among the dummies of several effects, for degrees of freedom.
public enum EffectRank {
    /// Effects that others hold count nothing; two count their levels less their connected sets, more by factoring.
    public static func count(_ effects: [EffectCodes]) -> Int {
        let needed = EffectCodes.needed(effects).map { effects[$0] }
        guard let main = needed.indices.max(by: { needed[$0].levelCount < needed[$1].levelCount }) else { return 0 }
        let others = needed.indices.filter { $0 != main }.map { needed[$0] }
        // A factorisation that does not end leaves the count by pairs, which is never too low.
        if others.count > 1, let rank = try? Absorption(needed, scale: nil).rank { return rank }
        return ConnectedSets(needed[main], others).rank
    }

    /// Parameters that a variance clustered so counts: of the effects nested in a cluster none, as each cluster's own sums
    /// hold them, but the constant that all share.
    ///
    /// - Parameter rank: of all effects together.
    public static func count(_ effects: [EffectCodes], rank: Int, nestedIn clusters: [EffectCodes]) -> Int {
        let nested = effects.filter { effect in clusters.contains { effect.isNested(in: $0) } }
        return nested.isEmpty ? rank : max(1, rank - count(nested) + 1)
    }
}
