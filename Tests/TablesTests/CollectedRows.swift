@testable import Tables

/// Keeps every row that it is handed, as text, with its file and line: for comparing readings as a whole.
final class CollectedRows: BatchConsumer, @unchecked Sendable {
    // Unchecked: rows are behind the gate, a lock that the thread sanitizer sees.
    struct Row: Equatable {
        var file: Int
        var line: Int64
        var values: [String]
    }

    private let gate = Gate()
    private var rows: [Row] = []
    private let reasons: [String]
    private let isExact: Bool

    init(_ request: ReadRequest) {
        reasons = request.missing.reasons
        isExact = request.arithmetic == .exact
    }

    func begin(lanes: Int) {}

    func consume(_ batch: borrowing Batch) {
        var found: [Row] = []
        for r in 0..<batch.rowCount where batch.kept[r] == 1 {
            var values: [String] = []
            for column in batch.columns {
                switch column {
                case .text(let text): values.append(text.slots.start[r].text)
                case .key(let key): values.append(key.dictionary.texts[Int(key.codes[r])])
                case .number(let number):
                    if number.missing[r] == Batch.NumberColumn.otherRow {
                        values.append("<other>")
                    } else if number.missing[r] == Batch.NumberColumn.unknown {
                        values.append("<unknown>")
                    } else if number.missing[r] > 0 {
                        values.append("<" + reasons[Int(number.missing[r]) - 1] + ">")
                    } else if isExact {
                        // Rescaled to six decimals, since the lane's scale depends on what the lane has seen.
                        let factor = (number.decimals..<6).reduce(Int64(1)) { power, _ in power * 10 }
                        values.append("\(number.mantissas[r] * factor)")
                    } else {
                        values.append("\(number.doubles[r])")
                    }
                }
            }
            found.append(Row(file: batch.file, line: batch.lines[r], values: values))
        }
        gate.locked { rows += found }
    }

    /// All rows in the order of the input.
    var inOrder: [Row] { gate.locked { rows }.sorted { ($0.file, $0.line) < ($1.file, $1.line) } }
    var values: [[String]] { inOrder.map(\.values) }
}

/// Reads one request and collects its rows.
func collect(_ request: ReadRequest, sizes: ReadingSizes = ReadingSizes()) throws -> (
    rows: CollectedRows, report: ReadReport
) {
    let rows = CollectedRows(request)
    return (rows, try RowReader(request, sizes: sizes).read(into: rows))
}

/// The description of the refusal that a reading ends with, or "read" where it does not, with the path left out.
func refusal(_ request: ReadRequest) -> String {
    do {
        _ = try collect(request)
        return "read"
    } catch let error as any Refusal {
        let folder = request.files[0].path.split(separator: "/").dropLast().joined(separator: "/")
        return error.description.replacing("/" + folder + "/", with: "")
    } catch {
        return "\(error)"
    }
}
