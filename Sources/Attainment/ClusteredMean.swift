import Panels

/// A mean with its parts by unit, for errors that are correlated within units.
struct ClusteredMean {
    private(set) var total = WeightedMean()
    /// Codes of the units, ascending, each once; one part for each.
    private(set) var units: [Int] = []
    private(set) var parts: [WeightedMean] = []

    /// - Parameter unit: nil where no errors by unit are asked for; the mean then has no parts.
    mutating func add(unit: Int?, n: Double, weight: Double, mean: Double, within: Double) {
        guard weight > 0 else { return }
        total.add(n: n, weight: weight, mean: mean, within: within)
        guard let unit else { return }
        let index = position(of: unit)
        if index == units.count || units[index] != unit {
            units.insert(unit, at: index)
            parts.insert(WeightedMean(), at: index)
        }
        parts[index].add(n: n, weight: weight, mean: mean, within: within)
    }

    /// Where the unit is or belongs. Cells mostly come with their units in order, so that it is the end.
    private func position(of unit: Int) -> Int {
        guard let last = units.last, unit <= last else { return units.count }
        var (low, high) = (0, units.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if units[middle] < unit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
