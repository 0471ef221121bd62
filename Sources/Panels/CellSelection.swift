import Cells

/// Which cells the design uses, and how many rows each reason cost.
///
/// A cell is judged by the reasons in the order in which they are given; the first that holds is counted.
struct CellSelection {
    /// Per cell: still in.
    private(set) var isIn: [Bool]
    private(set) var dropped: [DroppedRows] = []
    private let rows: [Double]

    /// - Parameter rows: used rows a cell; cells without any are out from the start and cost nothing.
    init(rows: [Double]) {
        self.rows = rows
        isIn = rows.map { $0 > 0 }
    }

    /// - Returns: whether any cell went.
    @discardableResult
    mutating func drop(_ reason: String, where isDropped: (Int) -> Bool) -> Bool {
        var count = 0.0
        for cell in isIn.indices where isIn[cell] && isDropped(cell) {
            isIn[cell] = false
            count += rows[cell]
        }
        guard count > 0 else { return false }
        if let known = dropped.firstIndex(where: { $0.reason == reason }) {
            dropped[known].rows += Int(count)
        } else {
            dropped.append(DroppedRows(reason, Int(count)))
        }
        return true
    }

    var cells: [Int] { isIn.indices.filter { isIn[$0] } }
}
