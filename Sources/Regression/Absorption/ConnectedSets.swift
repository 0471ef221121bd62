/// The sets of levels that rows connect, and from them the rank of all effects' dummies.
///
/// Two effects with L₁ and L₂ levels in C connected sets have rank L₁ + L₂ − C (Abowd, Creecy & Kramarz 2002). Further
/// effects are counted less their connected sets with each earlier effect, the largest of these counts: exact where the
/// dependence among effects goes by pairs, else too high.
struct ConnectedSets {
    let rank: Int

    init(_ main: EffectCodes, _ others: [EffectCodes]) {
        var rank = Self.used(main)
        var earlier = [main]
        for effect in others {
            let sets = earlier.map { Self.sets($0, effect) }.max() ?? 0
            rank += Self.used(effect) - sets
            earlier.append(effect)
        }
        self.rank = rank
    }

    private static func used(_ effect: EffectCodes) -> Int {
        var seen = [Bool](repeating: false, count: effect.levelCount)
        for code in effect.codes { seen[Int(code)] = true }
        return seen.reduce(0) { $0 + ($1 ? 1 : 0) }
    }

    /// By merging the sets of each row's two levels, paths halved on the way.
    private static func sets(_ a: EffectCodes, _ b: EffectCodes) -> Int {
        var parent = (0..<a.levelCount + b.levelCount).map(Int32.init)
        let levels = used(a) + used(b)
        var merged = 0
        parent.withUnsafeMutableBufferPointer { parent in
            func root(_ start: Int) -> Int {
                var level = start
                while Int(parent[level]) != level {
                    parent[level] = parent[Int(parent[level])]
                    level = Int(parent[level])
                }
                return level
            }
            for (first, second) in zip(a.codes, b.codes) {
                let left = root(Int(first))
                let right = root(a.levelCount + Int(second))
                guard left != right else { continue }
                parent[max(left, right)] = Int32(min(left, right))
                merged += 1
            }
        }
        return levels - merged
    }
}
