import Cells

/// What a row of the input is: a pupil's result, or a unit's in one period.
public enum RowKind: String, Sendable { case pupils, units }

/// The rows of each unit and period (and side, in a triple difference), for deciding what a row is.
struct RowPattern {
    /// The first unit and period, in key-byte order, with more than one row.
    private(set) var repeated: (unit: Int, period: Int)?

    /// - Parameters:
    ///   - side: 0 or 1 a cell, 0 for all without a gap.
    ///   - rows: the number of rows a cell.
    init(unit: [Int], period: [Int], side: [Int], rows: [Int]) {
        var order = unit.indices.filter { rows[$0] > 0 }
        order.sort { (unit[$0], period[$0], side[$0], $0) < (unit[$1], period[$1], side[$1], $1) }
        var last: Int?
        for cell in order {
            let follows = last.map { unit[$0] == unit[cell] && period[$0] == period[cell] && side[$0] == side[cell] }
            if rows[cell] > 1 || follows == true {
                repeated = (unit[cell], period[cell])
                return
            }
            last = cell
        }
    }

    /// Units where no unit and period repeats and no column identifies pupils, else pupils.
    func kind(hasPupilColumn: Bool) -> RowKind { repeated == nil && !hasPupilColumn ? .units : .pupils }
}
