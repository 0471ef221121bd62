import Panels

/// A mean with its parts by unit, for errors that are correlated within units.
struct ClusteredMean {
    private(set) var total = WeightedMean()
    /// Index of the unit among all units of the table, in order of first appearance.
    private(set) var units: [Int] = []
    private(set) var parts: [WeightedMean] = []
    private var position: [Int: Int] = [:]

    mutating func add(unit: Int, n: Double, weight: Double, mean: Double, within: Double) {
        guard weight > 0 else { return }
        total.add(n: n, weight: weight, mean: mean, within: within)
        if position[unit] == nil {
            position[unit] = parts.count
            units.append(unit)
            parts.append(WeightedMean())
        }
        guard let index = position[unit] else { return }
        parts[index].add(n: n, weight: weight, mean: mean, within: within)
    }
}
