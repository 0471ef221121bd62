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
        reading.table.blocks[0].dropped = DroppedRows.added(
            reading.sideCars.flatMap(\.rowsDropped), codes: MissingCodes.known)
        let paths = try CellFile.write(reading.table, notes, to: path)
        return Written(
            warnings: [],
            sentence: Self.sentence(
                paths, cells: reading.table.cellCount(of: max(minimumCell, 1)), rows: reading.rowsRead))
    }

    static func sentence(_ paths: [String], cells: Int, rows: Int) -> String {
        "wrote \(paths.joined(separator: ", ")): \(cells) \(cells == 1 ? "cell" : "cells") of \(rows) rows read"
    }
}

extension CellTable {
    /// The cells with at least so many used rows: those that are written.
    func cellCount(of minimum: Int) -> Int {
        blocks.first.map { block in block.moments.n.count { Int($0) >= minimum } } ?? 0
    }
}

extension DroppedRows {
    /// Equal reasons together, in the order in which rows are tested, whatever the order of the parts.
    ///
    /// - Parameter codes: codes of missing values in their order.
    static func added(_ rows: [CellSideCar.Dropped], codes: [String]) -> [DroppedRows] {
        var sums: [DroppedRows] = []
        for row in rows {
            if let known = sums.firstIndex(where: { $0.reason == row.reason }) {
                sums[known].rows += row.rows
            } else {
                sums.append(DroppedRows(row.reason, row.rows))
            }
        }
        let places = sums.map { place(of: $0.reason, codes) }
        return sums.indices.sorted { (places[$0].0, places[$0].1, $0) < (places[$1].0, places[$1].1, $1) }.map {
            sums[$0]
        }
    }

    /// Reading, conditions, keys, the outcome by its codes, covariates, weights, small cells.
    private static func place(of reason: String, _ codes: [String]) -> (Int, Int) {
        let order = [
            "could not be read", "did not meet", "no ", "outcome empty", "outcome missing: ", "missing covariate ",
            "weight zero",
        ]
        let step = order.firstIndex { reason.hasPrefix($0) } ?? order.count
        guard order.indices.contains(step), order[step] == "outcome missing: " else { return (step, 0) }
        return (step, codes.firstIndex(of: String(reason.dropFirst(order[step].count))) ?? codes.count)
    }
}
