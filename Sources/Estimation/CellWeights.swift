/// The weights of cells in an estimand, kept for the cells that have one: an effect of one start in one period has few.
public struct CellWeights: Sendable, Equatable {
    /// Cells of the design; 0 where the estimand is no mean over cells.
    public let count: Int
    /// Ascending.
    public let cells: [Int]
    /// Of `cells`; never 0.
    public let values: [Double]

    /// Of an estimand that is no mean over cells, such as a covariate's coefficient.
    public static let none = CellWeights([])

    public init(_ dense: [Double]) {
        count = dense.count
        cells = dense.indices.filter { dense[$0] != 0 }
        values = cells.map { dense[$0] }
    }

    /// - Parameter entries: a cell and what is added to its weight, in any order.
    init(count: Int, _ entries: [(cell: Int, weight: Double)]) {
        self.count = count
        // Stable, so that a cell's sum does not depend on the sort; most entries come in order.
        let isSorted = zip(entries, entries.dropFirst()).allSatisfy { $0.cell <= $1.cell }
        let sorted =
            isSorted
            ? entries
            : entries.enumerated().sorted { ($0.element.cell, $0.offset) < ($1.element.cell, $1.offset) }.map(\.element)
        var cells: [Int] = []
        var values: [Double] = []
        cells.reserveCapacity(entries.count)
        values.reserveCapacity(entries.count)
        for entry in sorted {
            if cells.last == entry.cell {
                values[values.count - 1] += entry.weight
            } else {
                cells.append(entry.cell)
                values.append(entry.weight)
            }
        }
        let kept = values.indices.filter { values[$0] != 0 }
        self.cells = kept.count == cells.count ? cells : kept.map { cells[$0] }
        self.values = kept.count == values.count ? values : kept.map { values[$0] }
    }

    public var isEmpty: Bool { count == 0 }

    /// A weight a cell, most of them 0.
    public var dense: [Double] {
        var weights = [Double](repeating: 0, count: count)
        for (c, value) in zip(cells, values) { weights[c] = value }
        return weights
    }

    func minus(_ other: CellWeights) -> CellWeights {
        CellWeights(
            count: count,
            zip(cells, values).map { ($0, $1) } + zip(other.cells, other.values).map { ($0, -$1) })
    }
}
