import Cells
import Tables

extension CellsRun {
    /// Cell tables of parts of the rows as the table of all rows, whatever the order of the parts.
    ///
    /// - Parameters:
    ///   - files: cell tables made with the same options.
    ///   - minimumCell: cells of fewer rows are left out; parts that already lack small cells keep their own limit.
    /// - Throws: `CellsError` where the tables do not belong together; `OutputError`.
    public static func merge(_ files: [InputFile], to path: String, minimumCell: Int) throws -> Written {
        var reading = try CellFile.read(files.map(\.path))
        var notes = CellFile.Notes()
        notes.roles = reading.roles
        notes.filter = reading.filter
        notes.weight = reading.weight
        notes.rowsRead = reading.rowsRead
        notes.engineVersion = EvaluationVersion.text
        notes.requestDigest = reading.sideCars.first?.sqlSHA256 ?? ""
        notes.minimumCell = max(minimumCell, reading.sideCars.compactMap(\.minimumCell).max() ?? 0)
        reading.table.blocks[0].dropped = DroppedRows.added(reading.sideCars.flatMap(\.rowsDropped))
        let paths = try CellFile.write(reading.table, notes, to: path)
        return Written(
            warnings: [], sentence: Self.sentence(paths, cells: reading.table.cellCount, rows: reading.rowsRead))
    }

    static func sentence(_ paths: [String], cells: Int, rows: Int) -> String {
        "wrote \(paths.joined(separator: ", ")): \(cells) \(cells == 1 ? "cell" : "cells") of \(rows) rows read"
    }
}

extension DroppedRows {
    /// Equal reasons together, in the order of their first mention.
    static func added(_ rows: [CellSideCar.Dropped]) -> [DroppedRows] {
        var sums: [DroppedRows] = []
        for row in rows {
            if let known = sums.firstIndex(where: { $0.reason == row.reason }) {
                sums[known].rows += row.rows
            } else {
                sums.append(DroppedRows(row.reason, row.rows))
            }
        }
        return sums
    }
}
