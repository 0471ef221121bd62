/// What can be wrong with one row, or with one value in it. With `--lenient` such a row is put aside.
public enum RowFault: Sendable, Equatable, Hashable {
    /// A row of another width than the header.
    case width(found: Int, expected: Int, likely: LikelyCause)
    case afterQuote
    case strayLineEnd
    case invalidText(declared: Bool)
    case notNumber(column: String, problem: NumberProblem)

    /// What a row of the wrong width looks like.
    public enum LikelyCause: Sendable, Equatable, Hashable {
        case note, unquotedSeparator, missingFields
    }

    public var code: String {
        switch self {
        case .width: "E110"
        case .afterQuote: "E105"
        case .strayLineEnd: "E106"
        case .invalidText: "E107"
        case .notNumber: "E203"
        }
    }

    /// One word for the file of rejects.
    public var kind: String {
        switch self {
        case .width: "width"
        case .afterQuote: "text-after-quote"
        case .strayLineEnd: "stray-line-end"
        case .invalidText: "encoding"
        case .notNumber: "not-a-number"
        }
    }

    public var message: String {
        switch self {
        case .width(let found, let expected, _):
            "\(found) field\(found == 1 ? "" : "s") where the header has \(expected)"
        case .afterQuote: "text after a closing quote"
        case .strayLineEnd: "a line end of another kind than the file's, outside quotes"
        case .invalidText(let declared): "these bytes are not " + (declared ? "text in the file's encoding" : "UTF-8")
        case .notNumber(let column, let problem): "the value in `\(column)` \(problem.message)"
        }
    }

    public var hint: String? {
        switch self {
        case .width(_, _, .note): "looks like a note below the table; use --skip-last"
        case .width(_, _, .unquotedSeparator):
            "a field that holds the separator needs quotes round it; lines above the header are left out by --skip-first"
        case .width(_, _, .missingFields):
            "a line was broken in two, or empty fields at its end were left out: --fill-short-rows reads those as empty"
        case .afterQuote: "a quote inside a quoted field is written twice: \"\""
        case .strayLineEnd: "a field that holds a line break needs quotes round it"
        case .invalidText(true):
            "the file is cut or damaged, or not in the encoding that was named or that its mark tells"
        case .invalidText: "looks like Windows-1252: pass --encoding windows-1252"
        case .notNumber(_, let problem): problem.hint
        }
    }

    /// Faults of one kind are reported once: the counts in a row of the wrong width do not make another kind.
    func isSameKind(as other: RowFault) -> Bool {
        switch (self, other) {
        case (.notNumber(let a, _), .notNumber(let b, _)): a == b
        default: code == other.code
        }
    }
}

/// Why a text is not a number.
public enum NumberProblem: UInt8, Sendable, Hashable {
    case word, formula, trueMinus, percent, comma, currency, hexadecimal, notFinite, tooLarge

    var message: String {
        self == .tooLarge ? "is a number too large to hold" : "is not a number"
    }

    var hint: String {
        switch self {
        case .word, .tooLarge: "if it marks a missing value, add it with --missing"
        case .formula: "it is wrapped as a spreadsheet's formula: pass --unwrap-formulas to read =\"45\" as 45"
        case .trueMinus: "it has the true minus sign U+2212; replace it by -"
        case .percent: "pass --percent to read 67% as 67"
        case .comma: "pass --thousands , if 1,234 is 1234, or --decimal , if 3,5 is 3.5"
        case .currency: "take the currency sign out of the file"
        case .hexadecimal: "hexadecimal numbers are not read"
        case .notFinite:
            "infinite and undefined values are not read; if it marks a missing value, add it with --missing"
        }
    }
}

/// Collects the faults of one lane: of each kind the first places and the count.
struct FaultLog {
    struct Entry {
        var file: Int
        var line: Int64
        var column: Int
        var place: Place
        var found: String
    }

    struct Kind {
        var fault: RowFault
        var entries: [Entry]
        var count: Int
    }

    private(set) var kinds: [Kind] = []
    var isEmpty: Bool { kinds.isEmpty }

    mutating func add(_ fault: RowFault, _ entry: @autoclosure () -> Entry) {
        guard let k = kinds.firstIndex(where: { $0.fault.isSameKind(as: fault) }) else {
            kinds.append(Kind(fault: fault, entries: [entry()], count: 1))
            return
        }
        kinds[k].count += 1
        if kinds[k].entries.count < Occurrences.shown { kinds[k].entries.append(entry()) }
    }

    /// Adds what another log holds, which comes later in the input.
    mutating func merge(_ other: FaultLog) {
        for kind in other.kinds {
            guard let k = kinds.firstIndex(where: { $0.fault.isSameKind(as: kind.fault) }) else {
                kinds.append(kind)
                continue
            }
            kinds[k].count += kind.count
            kinds[k].entries += kind.entries.prefix(Occurrences.shown - kinds[k].entries.count)
        }
    }

    /// The fault whose first place comes first, with its count over all lanes.
    static func first(of logs: [FaultLog]) -> TableError? {
        var joined: [Kind] = []
        for kind in logs.flatMap(\.kinds) {
            guard let k = joined.firstIndex(where: { $0.fault.isSameKind(as: kind.fault) }) else {
                joined.append(kind)
                continue
            }
            if precedes(kind.entries[0], joined[k].entries[0]) { joined[k].fault = kind.fault }
            joined[k].entries = (joined[k].entries + kind.entries).sorted(by: precedes)
            joined[k].count += kind.count
        }
        guard let first = joined.min(by: { precedes($0.entries[0], $1.entries[0]) }) else { return nil }
        let places = first.entries.prefix(Occurrences.shown).map(\.place)
        return .rows(first.fault, Occurrences(places: places, count: first.count, found: first.entries[0].found))
    }

    private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
        (a.file, a.line, a.column) < (b.file, b.line, b.column)
    }
}
