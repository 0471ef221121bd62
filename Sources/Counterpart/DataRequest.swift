import Cells
import Panels
import Tables

/// Which files and columns a run reads, and which of their rows: common to did, gaps, cells and a plan.
public struct DataRequest: Sendable {
    public var files: [InputFile] = []
    /// The database that holds the rows, in place of files.
    public var source: SourceRequest?
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
    /// Points of grades; nil where outcomes are numbers.
    public var points: PointsTable?
    /// The column of subjects, in a file whose rows are one subject each: then every outcome is a subject.
    public var subject: String?
    /// The column of results in such a file.
    public var result: String?
    /// Texts of yes/no outcomes that mean unknown, besides the empty one.
    public var unknown: [String] = []
    /// One column, or several joined by "/".
    public var unit: [String] = []
    public var time: [String] = []
    /// The period is in the file's name, where the `*` of this pattern stands.
    public var timeFromName: String?
    public var pupil: String?
    /// With it, pupils are pseudonyms to everything behind the reader.
    public var pupilKey: [UInt8]?
    /// Pupils whose rows are left out.
    public var optedOut: IdentifierList?
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

    func outcomeColumns() throws -> [ColumnRequest] {
        try outcomes.map { outcome in
            let role: ColumnRequest.Role =
                if let value = outcome.equals {
                    .indicator(YesNo(equals: value, unknown: unknown))
                } else if let points {
                    .points(try points.grades(of: outcome.column))
                } else {
                    .number
                }
            return ColumnRequest(outcome.name, source: source(of: outcome, in: result ?? outcome.column), role: role)
        }
    }

    /// A column, in the rows of the outcome's subject where rows have one.
    private func source(of outcome: OutcomeRequest, in column: String) -> ColumnRequest.Source {
        subject.map { .inRows(of: $0, equal: outcome.column, column: column) } ?? .column(column)
    }

    /// The pupils behind a row: one column, or one for each outcome where rows are of one subject each.
    func countColumns() -> [ColumnRequest] {
        guard let count else { return [] }
        if subject == nil { return [ColumnRequest(count, role: .number)] }
        return outcomes.map { ColumnRequest(count, source: source(of: $0, in: count), role: .number) }
    }

    /// By outcome the block of `countColumns` that goes with it.
    var countBlocks: [Int] {
        count == nil ? [] : outcomes.indices.map { outcomes.count + (subject == nil ? 0 : $0) }
    }

    /// True where an outcome is yes or no.
    public var hasYesNo: Bool { outcomes.contains { $0.equals != nil } }

    /// - Throws: `RequestError.missing` where one of subject and result is named without the other.
    public func checkSubject() throws {
        if subject != nil, result == nil {
            throw RequestError.missing(option: "--result", why: "--subject needs the column of results beside it")
        }
        if result != nil, subject == nil {
            throw RequestError.missing(option: "--subject", why: "--result is for files with a column of subjects")
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
