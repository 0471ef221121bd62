import Cells
import Panels
import Tables

/// Which files and columns a run reads, and which of their rows: common to did, gaps, cells and a plan.
public struct DataRequest: Sendable {
    public var files: [InputFile] = []
    public var form = FileForm()
    public var missing = MissingCodes()
    public var filters: [RowFilter] = []
    public var threads = 1
    public var arithmetic = Arithmetic.exact
    public var isLenient = false
    public var rejects: String?
    public var wantsDigests = true
    /// A plain file of more bytes gets no digest.
    public var digestLimit = Int.max
    /// What one estimate takes the time for: a digest takes as long as all else with a file, on one core whatever is done.
    public static let quickDigests = 256_000_000

    public var outcomes: [OutcomeRequest] = []
    /// Points of grades, by grade; nil where outcomes are numbers.
    public var points: [String: Decimal6]?
    /// One column, or several joined by "/".
    public var unit: [String] = []
    public var time: [String] = []
    /// The period is in the file's name, where the `*` of this pattern stands.
    public var timeFromName: String?
    public var pupil: String?
    /// The pupils behind a row of units.
    public var count: String?
    public var weights: String?
    public var weightsAreFrequencies = false
    /// Old and new numbers of the same school; nil where numbers are taken as they stand.
    public var links: UnitLinks?

    public init() {}

    /// What results call the unit's column.
    public var unitName: String { unit.joined(separator: "/") }

    /// What results call the period's column.
    public var timeName: String? {
        if timeFromName != nil { return "time" }
        return time.isEmpty ? nil : time.joined(separator: "/")
    }

    func unitColumn() -> ColumnRequest { Self.key(unit) }

    func timeColumn() -> ColumnRequest? {
        if let pattern = timeFromName { return ColumnRequest("time", source: .fileName(pattern: pattern), role: .key) }
        return time.isEmpty ? nil : Self.key(time)
    }

    func outcomeColumns() -> [ColumnRequest] {
        outcomes.map { outcome in
            if let value = outcome.equals {
                return ColumnRequest(outcome.name, source: .column(outcome.column), role: .indicator(equals: value))
            }
            if let points { return ColumnRequest(outcome.name, role: .points(points)) }
            return ColumnRequest(outcome.name, role: .number)
        }
    }

    static func key(_ columns: [String]) -> ColumnRequest {
        columns.count == 1
            ? ColumnRequest(columns[0], role: .key)
            : ColumnRequest(columns.joined(separator: "/"), source: .joined(columns), role: .key)
    }
}

/// An outcome: a number, or yes/no as the share (in percentage points) of rows with one value.
public struct OutcomeRequest: Sendable, Equatable {
    public var column: String
    /// The value that counts as yes; nil for numbers.
    public var equals: String?

    /// - Parameter text: `column` or `column=value`.
    public init(_ text: String) {
        if let mark = text.firstIndex(of: "=") {
            column = String(text[..<mark])
            equals = String(text[text.index(after: mark)...])
        } else {
            column = text
        }
    }

    public var name: String { equals.map { "\(column)=\($0)" } ?? column }
}
