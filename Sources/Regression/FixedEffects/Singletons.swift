import Panels

/// Levels of a fixed effect with one used row: they fit it perfectly and say nothing about any effect.
public struct Singletons: Sendable {
    /// Per cell: false where it belongs to such a level.
    public let keep: [Bool]
    /// Rows set aside.
    public let rows: Int

    /// Sets aside single-row levels of each effect, repeatedly, until there are none.
    public init(_ design: Design, effects: [CellFactor]) {
        var keep = [Bool](repeating: true, count: design.cellCount)
        var found = true
        while found {
            found = false
            for effect in effects {
                var rows = [Double](repeating: 0, count: effect.levels.count)
                for c in keep.indices where keep[c] { rows[effect.codes[c]] += design.moments.n[c] }
                for c in keep.indices where keep[c] && rows[effect.codes[c]] == 1 {
                    keep[c] = false
                    found = true
                }
            }
        }
        self.keep = keep
        rows = Int(keep.indices.reduce(0.0) { keep[$1] ? $0 : $0 + design.moments.n[$1] })
    }
}
