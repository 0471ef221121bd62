import Panels

/// A mean with its parts by unit, for errors that are correlated within units.
struct ClusteredMean {
    private(set) var total = WeightedMean()
    /// Codes of the units, ascending, each once; one part for each.
    private(set) var units: [Int] = []
    private(set) var parts: [WeightedMean] = []
    /// Pupils of each part, which are more than its rows where rows are units.
    private(set) var pupils: [Double] = []

    /// - Parameters:
    ///   - unit: nil where no errors by unit are asked for; the mean then has no parts.
    ///   - pupils: behind the rows; nil where each is one.
    mutating func add(
        unit: Int?, n: Double, weight: Double, mean: Double, within: Double, pupils count: Double? = nil
    ) {
        guard weight > 0 else { return }
        total.add(n: n, weight: weight, mean: mean, within: within)
        guard let unit else { return }
        let index = place(of: unit)
        if index == units.count || units[index] != unit {
            units.insert(unit, at: index)
            parts.insert(WeightedMean(), at: index)
            pupils.insert(0, at: index)
        }
        pupils[index] += count ?? n
        parts[index].add(n: n, weight: weight, mean: mean, within: within)
    }

    /// Where the unit is or belongs. Cells mostly come with their units in order, so that it is the end.
    private func place(of unit: Int) -> Int {
        guard let last = units.last, unit <= last else { return units.count }
        var (low, high) = (0, units.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if units[middle] < unit { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The index of the unit's part; nil where it has none.
    func position(of unit: Int) -> Int? {
        let index = place(of: unit)
        return index < units.count && units[index] == unit ? index : nil
    }
}
