import Tables

/// A column that enters by its numbers: what each of its texts means, in SQL.
struct QueryValue {
    let name: String
    let column: String
    let role: ColumnRequest.Role

    /// The number of a value whose text is neither a number nor a reason for having none, or is no grade of the table.
    static let unreadable = 255
    /// The reason of a text that was declared to mean unknown.
    static let unknown = 254
    /// Exact sums hold no value whose square passes 2^63: beyond this a value has no exact decimal here.
    static let largest = 4_000_000_000

    /// - Throws: `QueryError.notInDatabases`.
    init(_ request: ColumnRequest, codes: [String]) throws(QueryError) {
        guard codes.count < Self.unknown - 1 else { throw .notInDatabases("more than 252 missing codes") }
        name = request.name
        column = try QueryRows.columns(of: request)[0]
        role = request.role
    }

    /// True where texts are looked up one by one.
    var isLookedUp: Bool { role.isLookedUp }

    /// Decimals that the scale has whatever values occur; nil where the values decide.
    var decimals: Int? {
        switch role {
        case .indicator: 0
        case .points(let table): table.values.map { Int($0.decimals) }.max() ?? 0
        default: nil
        }
    }

    /// Grades and their points, in byte order of the grades.
    private static func sorted(_ table: [String: Decimal6]) -> [(key: String, value: Decimal6)] {
        table.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// 0 for a number, else the reason for having none.
    func kind(raw: String, trimmed: String, _ codes: [String], _ dialect: Dialect) -> String {
        func list(_ texts: [String]) -> String { texts.map(dialect.literal).joined(separator: ", ") }
        switch role {
        case .indicator(let answer):
            let unknown =
                answer.unknown.isEmpty ? "" : " WHEN \(raw) IN (\(list(answer.unknown))) THEN \(Self.unknown)"
            return "CASE WHEN \(trimmed) = '' THEN 1\(unknown) ELSE 0 END"
        case .points(let table):
            let grades = Self.sorted(table).map(\.key)
            let known = grades.isEmpty ? "" : "WHEN \(raw) IN (\(list(grades))) THEN 0 "
            return "CASE \(known)\(Self.missing(trimmed, codes, dialect)) ELSE \(Self.unreadable) END"
        default: return Self.numberKind(trimmed, codes, dialect)
        }
    }

    static func numberKind(_ text: String, _ codes: [String], _ dialect: Dialect) -> String {
        // Codes come first, since a code may be a number, such as -99.
        "CASE \(missing(text, codes, dialect)) WHEN \(dialect.isNumber(text)) THEN 0 ELSE \(unreadable) END"
    }

    private static func missing(_ text: String, _ codes: [String], _ dialect: Dialect) -> String {
        guard !codes.isEmpty else { return "WHEN \(text) = '' THEN 1" }
        let literals = codes.map(dialect.literal)
        let each = literals.enumerated().map { "WHEN \($1) THEN \($0 + 2)" }.joined(separator: " ")
        return "WHEN \(text) = '' THEN 1 WHEN \(text) IN (\(literals.joined(separator: ", "))) "
            + "THEN CASE \(text) \(each) END"
    }

    /// The exact decimal, NULL where there is none or it is too large; and the double.
    func numbers(raw: String, trimmed: String, kind: String, _ dialect: Dialect) -> (exact: String, double: String) {
        func decimal(_ text: String) -> String { dialect.decimal(dialect.literal(text)) }
        switch role {
        case .indicator(let answer):
            let yes = answer.yes.map(dialect.literal).joined(separator: ", ")
            let value = "CASE WHEN \(kind) = 0 THEN CASE WHEN \(raw) IN (\(yes)) THEN 100 ELSE 0 END END"
            return (
                "CASE \(value) WHEN 100 THEN \(decimal("100")) WHEN 0 THEN \(decimal("0")) END",
                dialect.double(of: value)
            )
        case .points(let table):
            let cases = Self.sorted(table).map {
                let number = Double($0.value.mantissa) / powerOfTen($0.value.decimals)
                return (
                    "WHEN \(dialect.literal($0.key)) THEN \(decimal($0.value.text))",
                    "WHEN \(dialect.literal($0.key)) THEN \(dialect.double(constant: number))"
                )
            }
            guard !cases.isEmpty else { return (dialect.decimal("NULL"), dialect.double("NULL")) }
            return (
                "CASE \(raw) \(cases.map(\.0).joined(separator: " ")) END",
                "CASE \(raw) \(cases.map(\.1).joined(separator: " ")) END"
            )
        default:
            return (
                Self.exact(trimmed, kind: kind, dialect), "CASE WHEN \(kind) = 0 THEN \(dialect.double(trimmed)) END"
            )
        }
    }

    static func exact(_ text: String, kind: String, _ dialect: Dialect) -> String {
        let bounds =
            "BETWEEN \(dialect.double(constant: -Double(largest))) AND \(dialect.double(constant: Double(largest)))"
        // One CASE inside the other: nothing is cast before it is known to be a number of that size.
        return
            "CASE WHEN \(kind) = 0 THEN CASE WHEN \(dialect.double(text)) \(bounds) THEN \(dialect.decimal(text)) END END"
    }

    private func powerOfTen(_ decimals: UInt8) -> Double { (0..<decimals).reduce(1) { power, _ in power * 10 } }
}

extension Decimal6 {
    /// Such as `-8.50`.
    var text: String {
        let digits = String(mantissa.magnitude)
        let places = Int(decimals)
        let padded = String(repeating: "0", count: max(places + 1 - digits.count, 0)) + digits
        let sign = mantissa < 0 ? "-" : ""
        return places == 0 ? sign + digits : sign + padded.dropLast(places) + "." + padded.suffix(places)
    }
}
