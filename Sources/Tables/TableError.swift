/// Why a file could not be read: what is wrong, where, and what to do.
public enum TableError: Refusal, Equatable {
    case cannotOpen(path: String, reason: String)
    /// The content is another kind of file; `remedy` says what to do with it.
    case otherKind(path: String, kind: String, remedy: String)
    case unclearSeparator(path: String, problem: String)
    case unclosedQuote(Place, bytes: Int)
    case empty(path: String)
    case noSuchColumn(name: String, path: String, nearest: [String])
    /// The first lines are no header: one of the next holds the column's name, as where two rows of headings stand above.
    case headerBelow(name: String, Place, skip: Int)
    case unusableHeader(Place, problem: String)
    /// `sep=;` above the header.
    case separatorLine(Place, separator: UInt8)
    case changed(path: String)
    /// `option` raises the limit.
    case overLimit(Place, what: String, limit: String, option: String)
    /// A compressed file that ends too early or whose checks fail.
    case damagedPack(path: String, kind: String, problem: String)
    /// The system has no more memory: the bytes that were asked for last, and the process's limit where it has one.
    case memory(need: Int, limit: Int?)
    case fileName(path: String, pattern: String)
    case constantInFile(name: String, path: String)
    /// The schema knows the name and has no column for it in this file.
    case notInSchema(name: String, path: String, reason: String)
    case rows(RowFault, Occurrences)
    case unmatchedGrades(column: String, Place, texts: [GradeCount], rows: Int)
    /// Texts of a yes/no column that mean neither.
    case neitherYesNorNo(column: String, yes: String, Place, texts: [GradeCount], rows: Int)
    case notPeriod(column: String, Place, text: String)
    case unknownEncoding(String)
    case request(String, hint: String)

    /// A text without points, and how often it occurs.
    public struct GradeCount: Sendable, Equatable {
        public var text: String
        public var count: Int
    }

    public var status: ExitStatus {
        switch self {
        case .unknownEncoding, .request: .usage
        case .memory: .system
        default: .input
        }
    }

    public var code: String {
        switch self {
        case .cannotOpen: "E101"
        case .otherKind: "E102"
        case .unclearSeparator: "E103"
        case .unclosedQuote: "E104"
        case .overLimit: "E108"
        case .empty: "E109"
        case .noSuchColumn, .headerBelow: "E111"
        case .unusableHeader, .separatorLine: "E112"
        case .changed: "E113"
        case .fileName: "E114"
        case .constantInFile: "E115"
        case .notInSchema: "E119"
        case .unknownEncoding: "E116"
        case .request: "E117"
        case .damagedPack: "E118"
        case .memory: "E507"
        case .rows(let fault, _): fault.code
        case .unmatchedGrades: "E204"
        case .notPeriod: "E206"
        case .neitherYesNorNo: "E207"
        }
    }

    public var message: String {
        switch self {
        case .cannotOpen(_, let reason): "cannot be read: \(reason)"
        case .otherKind(_, let kind, _): "this is \(kind), not a CSV file"
        case .unclearSeparator(_, let problem): problem
        case .unclosedQuote(_, let bytes):
            "quote opened here is never closed; everything after it (\(Self.size(bytes))) would be one field"
        case .empty: "the file holds no header line"
        case .noSuchColumn(let name, _, _): "there is no column `\(name)`"
        case .headerBelow(let name, let place, _):
            "there is no column `\(name)` in the header, but line \(place.line ?? 0) holds that name"
        case .unusableHeader(_, let problem): problem
        case .separatorLine: "this line tells a spreadsheet the separator; it is no header"
        case .changed: "changed while being read"
        case .overLimit(_, let what, let limit, _): "\(what) is over the limit of \(limit)"
        case .damagedPack(_, let kind, let problem): "the \(kind) data \(problem)"
        case .memory(let need, let limit):
            "not enough memory: \(Self.size(need)) more were needed"
                + (limit.map { ", over this process's limit of \(Self.size($0)) (ulimit -v)" } ?? "")
        case .fileName(_, let pattern): "the file's name does not match `\(pattern)`"
        case .constantInFile(let name, _): "the column `\(name)` is in the file and is also set for the whole file"
        case .notInSchema(let name, _, let reason): "there is no `\(name)` in this file: \(reason)"
        case .notPeriod(let column, _, _): "the value in `\(column)` is not a period"
        case .unknownEncoding(let name): "the encoding `\(name)` is not known"
        case .request(let problem, _): problem
        case .rows(let fault, let where_):
            fault.message + (where_.count > 1 ? "; first of \(Self.grouped(where_.count))" : "")
        case .unmatchedGrades(let column, _, let texts, let rows):
            "\(Self.grouped(rows)) rows of `\(column)` have a text that is not in the table of points"
                + (Self.areGrades(texts) ? ": \(Self.list(texts))" : "")
        case .neitherYesNorNo(let column, let yes, _, let texts, let rows):
            "\(Self.grouped(rows)) \(rows == 1 ? "row" : "rows") of `\(column)` \(rows == 1 ? "holds" : "hold") neither `\(yes)` nor its opposite"
                + (Self.areGrades(texts) ? ": \(Self.list(texts))" : "")
        }
    }

    public var place: Place? {
        switch self {
        case .cannotOpen(let path, _), .otherKind(let path, _, _), .unclearSeparator(let path, _), .empty(let path),
            .noSuchColumn(_, let path, _), .changed(let path), .fileName(let path, _), .constantInFile(_, let path),
            .notInSchema(_, let path, _), .damagedPack(let path, _, _):
            Place(file: path)
        case .unclosedQuote(let place, _), .unusableHeader(let place, _), .separatorLine(let place, _),
            .overLimit(let place, _, _, _),
            .headerBelow(_, let place, _), .unmatchedGrades(_, let place, _, _), .notPeriod(_, let place, _),
            .neitherYesNorNo(_, _, let place, _, _):
            place
        case .rows(_, let where_): where_.places.first
        case .unknownEncoding, .request, .memory: nil
        }
    }

    public var hint: String? {
        switch self {
        case .cannotOpen: nil
        case .otherKind(_, _, let remedy): remedy
        case .unclearSeparator: "name the separator with --delimiter"
        case .unclosedQuote(let place, _):
            "line \(place.line ?? 0) probably needs \"\" for a quote inside a field"
        case .empty: "the first line that is not blank must hold the columns' names"
        case .noSuchColumn(_, _, let nearest):
            nearest.isEmpty ? nil : "did you mean " + nearest.map { "`\($0)`" }.joined(separator: ", ") + "?"
        case .headerBelow(_, _, let skip):
            "titles stand above the header: leave them out with --skip-first \(skip)"
        case .separatorLine(let place, let separator):
            "leave it out: --skip-first \(place.line ?? 1) --delimiter "
                + (separator == UInt8(ascii: "\t") ? "tab" : "'\(String(decoding: [separator], as: UTF8.self))'")
        case .unusableHeader: "give the column a name of its own in the header"
        case .changed: "wait until the file is complete, then run again"
        case .overLimit(_, _, _, let option):
            "check for a quote that is never closed; if the file is right, raise the limit with \(option)"
        case .damagedPack: "fetch or make the file again; the copy is not whole"
        case .memory: "raise the limit, close other programs, or use fewer --threads"
        case .fileName: "rename the file or change --time-from-name"
        case .constantInFile: "leave one of the two out"
        case .notInSchema: "leave this file out, or use another measure; `counterpart describe` shows those of a file"
        case .notPeriod: "periods are years, academic years such as 2018/19, terms and ISO dates"
        case .unknownEncoding: "use utf-8, utf-16, utf-16le, utf-16be, windows-1252 or latin1"
        case .neitherYesNorNo(let column, let yes, _, let texts, _):
            (Self.areGrades(texts) ? "" : "run with --show-values to see them; ")
                + "--unknown TEXT leaves out and counts what means unknown; another spelling of \(yes) is added by "
                + "--outcome '\(column)|TEXT'"
        case .request(_, let hint): hint
        case .rows(let fault, _): fault.hint
        case .unmatchedGrades(_, _, let texts, _):
            Self.areGrades(texts)
                ? "every outcome is looked up in the table of points: add them to it, or to --missing"
                : "run with --show-values to see them; every outcome is looked up in the table of points: add them to it, or to --missing"
        }
    }

    public var found: String? {
        switch self {
        case .rows(_, let where_): where_.found
        case .unmatchedGrades(_, _, let texts, _), .neitherYesNorNo(_, _, _, let texts, _): Self.list(texts)
        case .notPeriod(_, _, let text): text
        default: nil
        }
    }

    /// Short texts are grades and may be named; a longer one could be a pupil's name in the wrong column.
    private static func areGrades(_ texts: [GradeCount]) -> Bool {
        texts.count <= 20 && texts.allSatisfy { $0.text.utf8.count <= 4 }
    }

    private static func list(_ texts: [GradeCount]) -> String {
        texts.prefix(20).map { "`\($0.text)` (\($0.count))" }.joined(separator: ", ")
            + (texts.count > 20 ? " and \(texts.count - 20) more" : "")
    }

    static func size(_ bytes: Int) -> String {
        if bytes < 1_000 { return "\(bytes) bytes" }
        let (unit, name) =
            bytes < 1_000_000 ? (100, "kB") : bytes < 10_000_000_000 ? (100_000, "MB") : (100_000_000, "GB")
        let tenths = (bytes + unit / 2) / unit
        return "\(grouped(tenths / 10)).\(tenths % 10) \(name)"
    }

    /// 4112 as `4,112`.
    static func grouped(_ number: Int) -> String {
        let digits = Array(String(number))
        return digits.indices.reduce(into: "") { text, i in
            if i > 0, (digits.count - i) % 3 == 0 { text.append(",") }
            text.append(digits[i])
        }
    }
}

/// Where one kind of fault occurred: the first places, at most 20, the count of all, and the first text.
public struct Occurrences: Sendable, Equatable {
    public static let shown = 20
    public var places: [Place]
    public var count: Int
    /// The first text at fault; for messages only where the user asked for values.
    public var found: String?

    public init(places: [Place], count: Int, found: String?) {
        self.places = places
        self.count = count
        self.found = found
    }
}

/// Exact integer sums cannot hold a column: a value has more than six decimals, or too many digits.
///
/// Not a fault of the data: read again with `Arithmetic.double`.
public struct ExactArithmeticImpossible: Error, Equatable, Sendable {
    public var column: String
    public var place: Place

    public init(column: String, place: Place) {
        self.column = column
        self.place = place
    }
}
