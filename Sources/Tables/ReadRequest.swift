/// What to read, from which files, and how.
public struct ReadRequest: Sendable {
    public var files: [InputFile]
    public var form = FileForm()
    public var missing = MissingCodes()
    public var columns: [ColumnRequest]
    public var filters: [RowFilter] = []
    public var arithmetic = Arithmetic.exact
    public var threads = 1
    /// Where rows that cannot be read go instead of stopping the run; `nil` stops at the first.
    public var rejects: String?
    /// True where only the count of such rows is wanted, or the file of rejects is named: `--lenient`.
    public var isLenient = false
    /// True where the report should hold the SHA-256 of every file.
    public var wantsDigests = false
    /// A plain file of more bytes gets none.
    public var digestLimit = Int.max
    /// The column of pupils and what is done about it; nil where rows name none.
    public var pupils: PupilIdentifiers?

    public init(files: [InputFile], columns: [ColumnRequest]) {
        self.files = files
        self.columns = columns
    }
}

/// One file of the input; `-` is standard input.
public struct InputFile: Sendable, Equatable {
    public var path: String
    /// Columns that the file lacks and that hold one value for all of its rows, such as a year.
    public var constants: [String: String]
    /// The file seen through a schema: columns by other names, and which of its rows count. Nil for the file as it is.
    public var view: FileView?

    public init(_ path: String, constants: [String: String] = [:], view: FileView? = nil) {
        self.path = path
        self.constants = constants
        self.view = view
    }
}

/// How the bytes of a file are laid out, as far as the user said; the rest is found.
public struct FileForm: Sendable, Equatable {
    public var delimiter: UInt8?
    public var encoding: String?
    public var skipFirst = 0
    public var skipLast = 0
    public var thousands: UInt8?
    public var decimal = UInt8(ascii: ".")
    /// `67%` is read as 67 in number roles.
    public var percent = false
    /// Rows with fewer fields than the header are read as if the missing ones, at their end, were empty. Some published
    /// tables are written so. They are counted in a warning.
    public var fillShortRows = false
    /// `="A123"`, as some programs export a text that a spreadsheet must not read as a number, is read as A123.
    public var unwrapsFormulas = false
    public var limits = ReadingLimits()

    public init() {}

    /// - Throws: `TableError.request` for marks that contradict each other.
    func check() throws(TableError) {
        let reserved = [UInt8(ascii: "\""), UInt8(ascii: "\n"), UInt8(ascii: "\r")]
        if let delimiter, reserved.contains(delimiter) || delimiter >= 0x80 {
            throw .request("this separator cannot be used", hint: "use one of , ; | or TAB")
        }
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        if thousands == decimal || digits.contains(decimal) || thousands.map(digits.contains) == true {
            throw .request(
                "the thousands mark and the decimal mark must be two marks that are no digits",
                hint: "such as --thousands . --decimal ,")
        }
    }
}

/// The texts that mean "missing" in number roles, besides the empty or blank field.
public struct MissingCodes: Sendable, Equatable {
    public static let known = [
        "SUPP", "NE", "NA", "NP", "LOWCOV", "SP", "RE", "NEW", "DNS", "UNAVAIL",
        "c", "z", "x", "k", "low", ":", "~", ".", "-",
    ]
    public var codes: [String]

    public init(codes: [String] = known) { self.codes = codes }

    /// The reasons in the order to which `Batch.NumberColumn.missing` refers: the empty field, then the codes.
    public var reasons: [String] { [Self.empty] + codes }

    /// How the empty or blank field is called among the reasons.
    public static let empty = "empty"
}

/// How sums are kept: exact integers, or doubles where a column has too many decimals.
public enum Arithmetic: Sendable { case exact, double }

/// A column the caller wants, and what it is read as. Roles decide types, never a sample of the values.
public struct ColumnRequest: Sendable, Equatable {
    public enum Source: Sendable, Equatable {
        case column(String)
        /// Several columns joined by `/`, such as LEA and ESTAB.
        case joined([String])
        /// A column, in the rows alone whose other column holds a text: one subject of a file with the subject in rows.
        /// The other rows have no value, for the reason `Batch.NumberColumn.otherRow`. Roles of values only.
        case inRows(of: String, equal: String, column: String)
        /// The part of the file's name that the `*` of the pattern stands for.
        case fileName(pattern: String)
    }

    public enum Role: Sendable, Equatable {
        /// Text, kept to the byte; only the empty field is missing, and it is a legal key, "".
        case key
        /// Text of which most occurs once, such as an identifier of pupils: for tables, which keep it row by row.
        case text
        /// A year, academic year, term or date: for tables, where every text that is not empty must be one.
        case period
        /// A number that serves as a key (prior attainment): the shortest decimal text; missing codes become "".
        case numericKey
        /// A decimal number; missing with its reason.
        case number
        /// 100 where the text means yes, else 0; empty is missing.
        case indicator(YesNo)
        /// Text looked up in a table of points; a text not in the table stops the run. Empty and missing codes are missing.
        case points([String: Decimal6])

        /// True where texts are looked up one by one.
        package var isLookedUp: Bool {
            switch self {
            case .indicator, .points: true
            default: false
            }
        }
    }

    /// How results call it.
    public var name: String
    public var source: Source
    public var role: Role

    public init(_ name: String, source: Source? = nil, role: Role) {
        self.name = name
        self.source = source ?? .column(name)
        self.role = role
    }

    public var isKey: Bool { role == .key || role == .numericKey || role == .period }
}

/// A decimal with at most six decimals: mantissa / 10^decimals, trailing zeros cut.
public struct Decimal6: Sendable, Equatable, Hashable {
    public var mantissa: Int64
    public var decimals: UInt8

    public init(mantissa: Int64, decimals: UInt8) {
        self.mantissa = mantissa
        self.decimals = decimals
    }
}

/// A condition on a row. Rows that do not meet every condition are counted and left out.
public struct RowFilter: Sendable, Equatable {
    public enum Test: Sendable, Equatable {
        case equals(String)
        case differs(String)
        case isOne(of: [String])
        case less(Double), lessOrEqual(Double), greater(Double), greaterOrEqual(Double)
    }
    public var column: String
    public var test: Test
    /// The condition as the user wrote it, for messages and the result's settings.
    public var text: String

    public init(column: String, test: Test, text: String) {
        self.column = column
        self.test = test
        self.text = text
    }
}
