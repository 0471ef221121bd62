import Estimation
import Panels
import Tables

/// A refusal because no rows are left, with the counts of what was left out on the way.
struct NothingLeft: Refusal {
    let refusal: any Refusal
    let rowsRead: Int
    let dropped: [DroppedRows]
    let files: [String]

    var status: ExitStatus { refusal.status }
    var code: String { refusal.code }
    var hint: String? {
        rowsRead == 0
            ? "check that it is the right file, and that its export was complete"
            : "check the conditions, and the columns that leave rows out where they are empty"
    }

    var message: String {
        if rowsRead == 0 {
            return files.count == 1
                ? "\(files[0]) has a header and no rows" : "these \(files.count) files have headers and no rows"
        }
        let counts = dropped.map { "\($0.rows) \($0.reason)" }
        return refusal.message + ": \(rowsRead) rows read"
            + (counts.isEmpty ? "" : "; left out: " + counts.joined(separator: "; "))
    }
}

extension StudyCells {
    /// The refusal with the counts of rows where none are left; any other as it is.
    func explained(_ refusal: any Refusal) -> any Refusal {
        let isEmpty = (refusal as? DesignError) == .noRows || (refusal as? EstimationError) == .noRows
        return isEmpty
            ? NothingLeft(
                refusal: refusal, rowsRead: report.rowsRead, dropped: dropped.first ?? [],
                files: report.files.map(\.path)) : refusal
    }
}
