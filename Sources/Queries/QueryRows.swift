import Cells
import Tables

/// The rows of a table as the file reader would see them, as one subselect: the columns that the profile, the cells and
/// the check of pupils are made from.
///
/// Every value is read as the text that an export to CSV would hold, whatever the column's type, by the rules of the file
/// reader: so a column of numbers and one of texts give the same cells. Inside, one layer a step: texts; what each text
/// is; numbers; why a row is left out.
struct QueryRows {
    let dialect: Dialect
    let table: TableName
    let keys: [ColumnRequest]
    /// The outcome, the covariates and, last, the weight where there is one.
    let values: [QueryValue]
    let hasWeight: Bool
    let required: [(key: Int, reason: String)]
    let filters: [RowFilter]
    let pupil: String?
    let pupilPeriod: Int?
    /// Codes of missing values, each once, in the order of their reasons: the first is 2, after 1 for the empty field.
    let codes: [String]

    /// The outcome and the covariates.
    var variableCount: Int { values.count - (hasWeight ? 1 : 0) }

    /// - Throws: `QueryError` for what no query can give.
    init(_ request: CellRequest, outcome: Int, table: TableName, _ dialect: Dialect) throws {
        try request.check()
        self.dialect = dialect
        self.table = table
        if request.read.isLenient { throw QueryError.notInDatabases("--lenient, which puts rows of files aside,") }
        if let pupils = request.read.pupils {
            if pupils.key != nil { throw QueryError.notInDatabases("pseudonyms (--key)") }
            if pupils.optedOut != nil { throw QueryError.notInDatabases("a list of pupils who opted out (--opt-out)") }
        }
        keys = request.keys
        try keys.forEach { _ = try Self.columns(of: $0) }
        let all = request.read.missing.codes
        let codes = all.enumerated().filter { !all[..<$0].contains($1) }.map(\.element)
        self.codes = codes
        let variables = [request.outcomes[outcome]] + request.covariates + [request.weight].compactMap { $0 }
        values = try variables.map { try QueryValue($0, codes: codes) }
        hasWeight = request.weight != nil
        let names = keys.map(\.name)
        required = request.required.compactMap { name in
            names.firstIndex(of: name).map { ($0, "no \(request.nouns[name] ?? name)") }
        }
        filters = request.read.filters
        // Pupils are the same for every outcome, and looked at once.
        pupil = try (outcome == 0 ? request.pupil : nil).map { try Self.columns(of: $0)[0] }
        pupilPeriod = request.pupilPeriod.flatMap { names.firstIndex(of: $0) }
        try checkNames()
    }

    /// Every column of the table that is looked at, each once.
    var columns: [String] {
        var columns: [String] = []
        let all =
            keys.flatMap { (try? Self.columns(of: $0)) ?? [] } + values.map(\.column) + filters.map(\.column)
            + [pupil].compactMap { $0 }
        for column in all where !columns.contains(column) { columns.append(column) }
        return columns
    }

    static func columns(of request: ColumnRequest) throws(QueryError) -> [String] {
        switch request.source {
        case .column(let name): return [name]
        case .joined(let names): return names
        case .inRows: throw .notInDatabases("results with one subject a row (--subject)")
        case .fileName: throw .notInDatabases("a period in the file's name (--time-from-name)")
        }
    }

    /// The answer's columns must be told apart by name, and some engines do not mind letters' case.
    private func checkNames() throws(QueryError) {
        let sums = CellsQuery.sumNames(variableCount: variableCount) + ["inexact"]
        for (position, key) in keys.enumerated() {
            let name = key.name.lowercased()
            if sums.contains(name) || keys[..<position].contains(where: { $0.name.lowercased() == name }) {
                throw .keyCalledLikeAnother(key.name)
            }
        }
    }
}

// The layers.
extension QueryRows {
    /// Why a row is in no sum: 0 where it is.
    enum Reason {
        static let filtered = 1
        static func required(_ position: Int) -> Int { 10 + position }
        static func outcome(_ reason: Int) -> Int { 1000 + reason }
        static func covariate(_ position: Int) -> Int { 2000 + position }
        static let zeroWeight = 3000
        static let badWeight = 3001
        /// From here on a row belongs to a cell, whatever its values.
        static let firstSeated = 1000
    }

    /// `(SELECT …) cp_rows`: keys `cp_k0`…, for each value its reason `cp_c0`…, its decimal `cp_v0`…, its millionths `cp_m0`… and its double
    /// `cp_x0`…, the row's reason `cp_r`, and the pupil `cp_p`.
    var subselect: String {
        let read = layer(self.texts, from: "\(table.sql) AS cp_source", as: "cp_texts")
        let told = layer(pass(rawNames) + kinds, from: read, as: "cp_kinds")
        let counted = layer(pass(rawNames + kindNames) + numbers, from: told, as: "cp_numbers")
        let named = keyNames + values.indices.flatMap { ["cp_c\($0)", "cp_v\($0)", "cp_x\($0)"] }
        let texts = rawNames.filter { $0.hasPrefix("cp_t") || $0.hasPrefix("cp_o") }
        let others =
            texts + (pupil == nil ? [] : ["cp_p"]) + numericFilters.map { "cp_g\($0)" }
            + filters.indices.map { "cp_h\($0)" }
        return layer(
            finishedKeys + pass(named.dropFirst(keys.count) + others) + millionths + ["\(rowReason) AS cp_r"],
            from: counted,
            as: "cp_rows")
    }

    private var millionths: [String] {
        values.indices.map { "\(dialect.integer("cp_v\($0) * 1000000")) AS cp_m\($0)" }
    }

    private func layer(_ columns: [String], from source: String, as name: String) -> String {
        "(SELECT \(columns.joined(separator: ",\n  "))\n FROM \(source)\(dialect.fence)) \(name)"
    }

    private func pass(_ names: some Collection<String>) -> [String] { Array(names) }

    private var keyNames: [String] { keys.indices.map { "cp_k\($0)" } }
    private var numericKeys: [Int] { keys.indices.filter { keys[$0].role == .numericKey } }
    private var numericFilters: [Int] { filters.indices.filter { filters[$0].test.bound != nil } }

    // Texts: keys, values and conditions; numbers without blanks around them.

    private var texts: [String] {
        var texts = keys.indices.map { "\(keyText(keys[$0])) AS cp_k\($0)" }
        for (i, value) in values.enumerated() {
            let text = source(value.column)
            texts.append("\(dialect.trimmed(text)) AS cp_t\(i)")
            if value.isLookedUp { texts.append("\(text) AS cp_o\(i)") }
        }
        for (i, filter) in filters.enumerated() {
            let text = source(filter.column)
            texts.append("\(filter.test.bound == nil ? text : dialect.trimmed(text)) AS cp_f\(i)")
        }
        if let pupil { texts.append("\(source(pupil)) AS cp_p") }
        return texts
    }

    private var rawNames: [String] {
        keyNames + values.indices.flatMap { values[$0].isLookedUp ? ["cp_t\($0)", "cp_o\($0)"] : ["cp_t\($0)"] }
            + filters.indices.map { "cp_f\($0)" } + (pupil == nil ? [] : ["cp_p"])
    }

    private func source(_ column: String) -> String { dialect.text("cp_source.\(dialect.identifier(column))") }

    private func keyText(_ key: ColumnRequest) -> String {
        let parts = ((try? Self.columns(of: key)) ?? []).map(source)
        guard parts.count > 1 else {
            return key.role == .numericKey ? dialect.trimmed(parts[0]) : parts[0]
        }
        let empty = parts.map { "\($0) = ''" }.joined(separator: " OR ")
        return "CASE WHEN \(empty) THEN '' ELSE CONCAT(\(parts.joined(separator: ", '/', "))) END"
    }

    // Kinds: for every number 0, or the reason for having none; 255 for what is neither.

    private var kinds: [String] {
        values.indices.map { "\(values[$0].kind(raw: "cp_o\($0)", trimmed: "cp_t\($0)", codes, dialect)) AS cp_c\($0)" }
            + numericKeys.map { "\(QueryValue.numberKind("cp_k\($0)", codes, dialect)) AS cp_kc\($0)" }
            + numericFilters.map { "\(QueryValue.numberKind("cp_f\($0)", codes, dialect)) AS cp_fc\($0)" }
    }

    private var kindNames: [String] {
        values.indices.map { "cp_c\($0)" } + numericKeys.map { "cp_kc\($0)" } + numericFilters.map { "cp_fc\($0)" }
    }

    // Numbers: exact decimals, doubles, and which conditions hold.

    private var numbers: [String] {
        values.indices.flatMap { i in
            let (exact, double) = values[i].numbers(raw: "cp_o\(i)", trimmed: "cp_t\(i)", kind: "cp_c\(i)", dialect)
            return ["\(exact) AS cp_v\(i)", "\(double) AS cp_x\(i)"]
        }
            + numericKeys.map { "\(QueryValue.exact("cp_k\($0)", kind: "cp_kc\($0)", dialect)) AS cp_kv\($0)" }
            + numericFilters.map { "CASE WHEN cp_fc\($0) = 0 THEN 1 ELSE 0 END AS cp_g\($0)" }
            + filters.indices.map { "\(holds($0)) AS cp_h\($0)" }
    }

    private func holds(_ i: Int) -> String {
        func oneIf(_ condition: String) -> String { "CASE WHEN \(condition) THEN 1 ELSE 0 END" }
        switch filters[i].test {
        case .equals(let text): return oneIf("cp_f\(i) = \(dialect.literal(text))")
        case .differs(let text): return oneIf("cp_f\(i) <> \(dialect.literal(text))")
        case .isOne(let texts):
            guard !texts.isEmpty else { return "0" }
            return oneIf("cp_f\(i) IN (\(texts.map(dialect.literal).joined(separator: ", ")))")
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard let (sign, bound) = filters[i].test.bound else { return "0" }
            let test = oneIf("\(dialect.double("cp_f\(i)")) \(sign) \(dialect.double(constant: bound))")
            return "CASE WHEN cp_fc\(i) = 0 THEN \(test) ELSE 0 END"
        }
    }

    // Rows.

    private var finishedKeys: [String] {
        keys.indices.map { i in
            guard keys[i].role == .numericKey else { return "cp_k\(i)" }
            return "CASE WHEN cp_kv\(i) IS NULL THEN '' ELSE \(dialect.shortest("cp_kv\(i)")) END AS cp_k\(i)"
        } + numericKeys.flatMap { ["cp_kc\($0)", "cp_kv\($0)"] }
    }

    private var rowReason: String {
        var cases = filters.indices.map { "WHEN cp_h\($0) = 0 THEN \(Reason.filtered)" }
        for (position, required) in required.enumerated() {
            // A number that serves as a key is missing with a reason other than the empty text, too.
            let empty =
                keys[required.key].role == .numericKey ? "cp_kv\(required.key) IS NULL" : "cp_k\(required.key) = ''"
            cases.append("WHEN \(empty) THEN \(Reason.required(position))")
        }
        cases.append("WHEN cp_c0 <> 0 THEN \(Reason.outcome(0)) + cp_c0")
        for i in 1..<max(variableCount, 1) { cases.append("WHEN cp_c\(i) <> 0 THEN \(Reason.covariate(i))") }
        if hasWeight {
            let weight = variableCount
            cases.append("WHEN cp_c\(weight) <> 0 OR cp_x\(weight) < 0 THEN \(Reason.badWeight)")
            cases.append("WHEN cp_x\(weight) = 0 THEN \(Reason.zeroWeight)")
        }
        return "CASE \(cases.joined(separator: "\n   ")) ELSE 0 END"
    }
}

extension RowFilter.Test {
    /// The sign and the number of a comparison of numbers; nil for texts.
    var bound: (sign: String, number: Double)? {
        switch self {
        case .less(let number): ("<", number)
        case .lessOrEqual(let number): ("<=", number)
        case .greater(let number): (">", number)
        case .greaterOrEqual(let number): (">=", number)
        case .equals, .differs, .isOne: nil
        }
    }
}
