/// What is done about the identifiers of pupils while rows are read: they are checked, rows of pupils who opted out are left
/// out, and with a key everything that comes after sees pseudonyms alone.
public struct PupilIdentifiers: Sendable, Equatable {
    public var column: String
    /// The key of the pseudonyms, the bytes of the key file; nil leaves identifiers as they are.
    public var key: [UInt8]?
    public var optedOut: IdentifierList?

    public init(column: String, key: [UInt8]? = nil, optedOut: IdentifierList? = nil) {
        self.column = column
        self.key = key
        self.optedOut = optedOut
    }
}

/// Identifiers that are looked for and never shown. Blanks around them and the case of letters do not matter: who opted out
/// must not be counted because of how the list was typed.
public struct IdentifierList: Sendable, Equatable {
    private var texts: [UInt64: [[UInt8]]] = [:]
    public private(set) var count = 0
    /// Some are pseudonyms: 64 hexadecimal digits.
    private(set) var holdsPseudonyms = false

    public init(_ identifiers: [String]) {
        for identifier in identifiers {
            let plain = Self.plain(Array(identifier.utf8))
            guard !plain.isEmpty, !contains(plain) else { continue }
            texts[Self.hash(plain), default: []].append(plain)
            count += 1
            if Pseudonym.isOne(plain) { holdsPseudonyms = true }
        }
    }

    /// Reads a list: a CSV file with the column, or with one column alone, whose heading counts too where it is itself a UPN,
    /// a ULN or a pseudonym.
    ///
    /// - Throws: `TableError` for what cannot be read, has several columns and none of the name, or lists nobody.
    public static func read(_ path: String, column: String) throws -> IdentifierList {
        let table = try RawTable.read(files: [InputFile(path)])
        let index = table.columns.count == 1 ? 0 : try table.index(of: column)
        var found = table.rows.map { $0[index] }
        let heading = table.columns[index]
        let kind = IdentifierCheck.kind(of: heading)
        if kind == .upn || kind == .uln || Pseudonym.isOne(Array(heading.utf8)) { found.append(heading) }
        let list = IdentifierList(found)
        guard list.count > 0 else {
            throw TableError.request("\(path) lists no pupil", hint: "one identifier a line, or leave the list out")
        }
        return list
    }

    func contains(_ plain: [UInt8]) -> Bool { texts[Self.hash(plain)]?.contains(plain) ?? false }

    /// Without blanks at the ends, letters as capitals.
    static func plain(_ text: [UInt8]) -> [UInt8] {
        let inner = text.drop { $0 == 0x20 || $0 == 0x09 }
        let end = inner.lastIndex { $0 != 0x20 && $0 != 0x09 }.map { $0 + 1 } ?? inner.startIndex
        return inner[inner.startIndex..<end].map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }
    }

    /// FNV-1a; texts of one hash are compared.
    private static func hash(_ text: [UInt8]) -> UInt64 {
        text.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}

/// The pseudonym of a pupil: the hex digits of the HMAC-SHA-256 of the identifier's bytes, as `convert --pseudonymise` writes it.
enum Pseudonym {
    static func isOne(_ text: [UInt8]) -> Bool {
        text.count == 64
            && text.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
    }

    /// A text that is a pseudonym already stays as it is, so that files made into pseudonyms before join those that are not.
    static func of(_ text: [UInt8], key: [UInt8]) -> [UInt8] {
        isOne(text) || text.isEmpty ? text : Array(KeyedDigest.hex(of: text, key: key).utf8)
    }
}

/// The identifiers of one file's rows as they pass.
struct PupilTest: Sendable {
    private let source: FieldSource
    private let key: [UInt8]?
    private let optedOut: IdentifierList?

    init(_ pupils: PupilIdentifiers, in file: InputFile, _ header: Header) throws(TableError) {
        source = try FieldSource.named(pupils.column, in: file, header)
        key = pupils.key
        optedOut = pupils.optedOut
    }

    /// Checks the rows and leaves out those of pupils who opted out.
    ///
    /// - Returns: the rows left out.
    func apply(to rows: inout PieceRows, _ checks: inout PupilChecks, _ scratch: ScratchText, _ part: ScratchText)
        -> Int
    {
        let view = rows
        let before = rows.count
        guard let optedOut else {
            for row in 0..<view.count {
                let (start, count) = source.text(view, row, scratch, part)
                checks.add(UnsafeBufferPointer(start: start, count: count))
            }
            return 0
        }
        rows.keep { row in
            let (start, count) = source.text(view, row, scratch, part)
            let text = UnsafeBufferPointer(start: start, count: count)
            checks.add(text)
            let plain = IdentifierList.plain(Array(text))
            if optedOut.contains(plain) { return false }
            guard let key, optedOut.holdsPseudonyms, count > 0 else { return true }
            return !optedOut.contains(IdentifierList.plain(Pseudonym.of(Array(text), key: key)))
        }
        return before - rows.count
    }
}

/// How many rows name a pupil, and how many by a UPN or ULN, right or wrong.
public struct PupilChecks: Sendable, Equatable {
    public var named = 0
    public var upn = IdentifierCheck(kind: .upn, matching: 0, failing: 0)
    public var uln = IdentifierCheck(kind: .uln, matching: 0, failing: 0)

    public init() {}

    mutating func add(_ text: UnsafeBufferPointer<UInt8>) {
        guard !text.isEmpty else { return }
        named += 1
        switch IdentifierCheck.kind(of: text) {
        case (.upn, let isRight)?:
            upn.matching += 1
            if !isRight { upn.failing += 1 }
        case (.uln, let isRight)?:
            uln.matching += 1
            if !isRight { uln.failing += 1 }
        default: break
        }
    }

    mutating func add(_ other: PupilChecks) {
        named += other.named
        upn.matching += other.upn.matching
        upn.failing += other.upn.failing
        uln.matching += other.uln.matching
        uln.failing += other.uln.failing
    }

    /// The kind that nine rows in ten have the form of; nil where there is none.
    public var kind: IdentifierCheck? { [upn, uln].first { $0.matching * 10 > named * 9 } }
}
