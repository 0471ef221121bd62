import Cells
import Panels
import Tables

/// When prior attainment was taken, against the start of a partnership: what is measured after the start is no baseline.
public struct PriorTiming: Sendable, Equatable {
    public enum Taken: Sendable, Equatable {
        /// A column with the period.
        case column(String)
        /// So many calendar steps before the result.
        case before(Int)
    }

    /// The column with the first period whose results the partnership could affect; empty, `0` or `never` for none.
    public var start: String
    public var taken: Taken

    public init(start: String, taken: Taken) {
        self.start = start
        self.taken = taken
    }

    func keyColumns() -> [ColumnRequest] {
        var columns = [ColumnRequest(start, role: .key)]
        if case .column(let name) = taken { columns.append(ColumnRequest(name, role: .key)) }
        return columns
    }

    /// The warning where pupils of partners had their prior attainment measured in or after the first period that the
    /// partnership could affect; nil where none had.
    ///
    /// - Throws: `RequestError` for periods of different kinds, `DesignError` for what is no period.
    func warning(_ cells: StudyCells, time: String, prior: String) throws -> Warning? {
        let table = cells.table
        let (starts, results) = (try table.key(start), try table.key(time))
        let startPeriods = try starts.values.map { try Self.period($0) }
        let resultPeriods = try results.values.map { try Self.period($0) }
        let takenKey: CellKey? = if case .column(let name) = taken { try table.key(name) } else { nil }
        let takenPeriods = try takenKey?.values.map { try Self.period($0) } ?? []
        let n = table.blocks[0].moments.n
        var (late, partners) = (0.0, 0.0)
        for cell in n.indices where n[cell] > 0 {
            guard let start = startPeriods[Int(starts.codes[cell])],
                let result = resultPeriods[Int(results.codes[cell])]
            else { continue }
            partners += n[cell]
            let measured: Period?
            switch taken {
            case .column: measured = takenKey.flatMap { takenPeriods[Int($0.codes[cell])] }
            case .before(let steps):
                measured = Period(kind: result.kind, ordinal: result.ordinal - steps, label: result.label)
            }
            guard let measured else { continue }
            guard measured.kind == start.kind else {
                throw RequestError.conflicting(
                    "\(self.start) is written as \(start.label) and the time of \(prior) as \(measured.label); write both alike"
                )
            }
            if measured.ordinal >= start.ordinal { late += n[cell] }
        }
        guard late > 0 else { return nil }
        return Warning(
            "prior-after-start",
            "\(Int((100 * late / partners).rounded()))% of the pupils with a start had \(prior) measured at or after it: such prior "
                + "attainment is no baseline, since what the partnership had done by then is taken out of their progress"
        )
    }

    private static func period(_ text: String) throws -> Period? {
        if text.isEmpty || text == "0" || text.lowercased() == "never" { return nil }
        return try Period(parsing: text)
    }
}
