import Panels

/// A category of rows whose levels are taken out of a regression: a fixed effect, or a level of clusters.
public struct EffectCodes: Sendable {
    public var name: String
    public var levelCount: Int
    /// One a row, from 0 to `levelCount` − 1.
    public var codes: [Int32]

    /// - Precondition: every code is below `levelCount`.
    public init(name: String, levelCount: Int, codes: [Int32]) {
        precondition(codes.allSatisfy { $0 >= 0 && $0 < levelCount }, "a code of \(name) beyond its levels")
        self.name = name
        self.levelCount = levelCount
        self.codes = codes
    }

    public init(_ factor: CellFactor) {
        name = factor.name
        levelCount = factor.levels.count
        codes = factor.codes.map(Int32.init)
    }

    /// True where every level lies within one level of the other effect, so that its dummies hold the other's.
    package func isNested(in other: EffectCodes) -> Bool {
        var home = [Int32](repeating: -1, count: levelCount)
        for (level, outer) in zip(codes, other.codes) {
            if home[Int(level)] < 0 { home[Int(level)] = outer }
            if home[Int(level)] != outer { return false }
        }
        return true
    }

    func sorted(_ order: RowOrder?) -> EffectCodes {
        guard let order else { return self }
        var sorted = self
        sorted.codes = order.sorted(codes)
        return sorted
    }

    /// The places of effects that no finer one holds; of equal partitions the first stays.
    static func needed(_ effects: [EffectCodes]) -> [Int] {
        var isRedundant = [Bool](repeating: false, count: effects.count)
        for (i, effect) in effects.enumerated() {
            isRedundant[i] = effects.indices.contains { j in
                guard j != i, !isRedundant[j], effects[j].isNested(in: effect) else { return false }
                return j < i || !effect.isNested(in: effects[j])
            }
        }
        return effects.indices.filter { !isRedundant[$0] }
    }
}
