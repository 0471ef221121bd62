/// How the program ends when it refuses: the exit codes of the command line.
public enum ExitStatus: Int32, Sendable {
    case usage = 2
    case input = 3
    case design = 4
    case system = 5
}

/// A reason to stop, in words that name the place and the remedy.
///
/// Each room has one enum that conforms. A refusal is about data or the machine; a programmer's mistake is a precondition.
public protocol Refusal: Error, CustomStringConvertible, Sendable {
    var status: ExitStatus { get }
    /// The code in the manual, such as `E203`.
    var code: String { get }
    /// What is wrong, in one sentence without a full stop. Never holds a pupil's value.
    var message: String { get }
    var place: Place? { get }
    /// What to do about it.
    var hint: String? { get }
    /// The text that was found, shown only where the user asked for values.
    var found: String? { get }
}

extension Refusal {
    public var place: Place? { nil }
    public var hint: String? { nil }
    public var found: String? { nil }

    /// `FILE:LINE:COLUMN: error: message (CODE)` and, on a line of its own, the hint.
    public var description: String {
        let head = place.map { "\($0): error: " } ?? "error: "
        return head + message + " (\(code))" + (hint.map { "\n  hint: \($0)" } ?? "")
    }
}

/// Where in the input: a file, a physical line counted from 1 as an editor shows it, a column by its header's name.
public struct Place: Equatable, Sendable, CustomStringConvertible {
    public var file: String
    public var line: Int?
    /// The header's name with the column's number, such as `attainment8 (column 10)`.
    public var column: String?
    /// True where the message itself says how many fields there are, and the column is for programs that read the error.
    var isColumnInWords = false

    public init(file: String, line: Int? = nil, column: String? = nil) {
        self.file = file
        self.line = line
        self.column = column
    }

    public var description: String {
        [file, line.map(String.init), isColumnInWords ? nil : column].compactMap { $0 }.joined(separator: ":")
    }
}

/// Something the reader of a result must know that did not stop the run.
public struct Warning: Equatable, Sendable {
    /// A fixed word such as `few-treated`.
    public var code: String
    public var message: String

    public init(_ code: String, _ message: String) {
        self.code = code
        self.message = message
    }
}
