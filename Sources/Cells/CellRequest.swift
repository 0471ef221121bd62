import Tables

/// Which cells are wanted from which files.
public struct CellRequest: Sendable {
    /// Files, form, missing codes, row conditions, arithmetic and threads; its `columns` are filled in by the reading.
    public var read: ReadRequest
    /// Key columns, each once, in the order of the result.
    public var keys: [ColumnRequest]
    /// Names of keys that may not be empty: a row without one belongs to no cell. Tested in this order.
    public var required: [String] = []
    /// What the reason for leaving such a row out calls the key: `["urn": "unit"]` gives "no unit"; else its name.
    public var nouns: [String: String] = [:]
    /// The primary outcome first; each has a block of its own.
    public var outcomes: [ColumnRequest]
    public var covariates: [ColumnRequest] = []
    public var weight: ColumnRequest?
    /// Identifies pupils: then a pupil with two rows in a period stops the reading.
    ///
    /// Memory: 24 bytes a row, twice that while they are compared, and some 150 bytes for each pupil that a lane meets.
    public var pupil: ColumnRequest?
    /// The name of the key that holds the period of a pupil's row.
    public var pupilPeriod: String?

    public init(read: ReadRequest, keys: [ColumnRequest], outcomes: [ColumnRequest]) {
        self.read = read
        self.keys = keys
        self.outcomes = outcomes
    }

    /// Each pair of variables has a sum in every cell: beyond this, memory is spent on little but such sums.
    public static let covariateLimit = 500

    /// - Throws: `CellsError.keyTwice`, `.tooManyCovariates`, or `.noSuchKey` for a name in `required` or `pupilPeriod`
    ///   that no key has.
    func plan(_ arithmetic: Arithmetic) throws(CellsError) -> CellPlan {
        let names = keys.map(\.name)
        for (position, name) in names.enumerated() where names[..<position].contains(name) { throw .keyTwice(name) }
        guard covariates.count <= Self.covariateLimit else {
            throw .tooManyCovariates(covariates.count, limit: Self.covariateLimit)
        }
        func index(_ name: String) throws(CellsError) -> Int {
            guard let index = names.firstIndex(of: name) else { throw .noSuchKey(name, known: names) }
            return index
        }
        var plan = CellPlan(keys: names, outcomes: outcomes.map(\.name))
        for name in required { plan.required.append((try index(name), "no \(nouns[name] ?? name)")) }
        plan.covariates = covariates.map(\.name)
        plan.weight = weight?.name
        plan.hasPupil = pupil != nil
        if let pupilPeriod { plan.pupilPeriod = try index(pupilPeriod) }
        plan.subjects = outcomes.map { outcome in
            if case .inRows(_, let subject, _) = outcome.source { subject } else { nil }
        }
        plan.arithmetic = arithmetic
        plan.missingReasons = read.missing.reasons
        return plan
    }

    /// - Throws: `CellsError` for a request that cannot be carried out, whatever the rows.
    package func check() throws(CellsError) { _ = try plan(read.arithmetic) }

    /// What the reader is asked for, columns in the order of the plan.
    func readRequest(_ arithmetic: Arithmetic) -> ReadRequest {
        var request = read
        request.arithmetic = arithmetic
        request.columns = keys + outcomes + covariates
        if let weight { request.columns.append(weight) }
        if let pupil { request.columns.append(pupil) }
        return request
    }

    /// Identifies what is asked, whatever the files, threads and order of points: SHA-256 of its description.
    public var digest: String { SHA256Digest.hex(of: Array(description.utf8)) }

    private var description: String {
        let parts =
            [("key", keys), ("outcome", outcomes), ("covariate", covariates)]
            + [("weight", weight.map { [$0] } ?? []), ("pupil", pupil.map { [$0] } ?? [])]
        let columns = parts.flatMap { part, columns in columns.map { "\(part) \(Self.text(of: $0))" } }
        let rows = required.map { "required \($0)" } + read.filters.map { "where \($0.text)" }
        let missing = read.missing.codes.map { "missing \($0)" }
        return (columns + rows + missing).map { $0 + "\n" }.joined()
    }

    private static func text(of column: ColumnRequest) -> String {
        let source =
            switch column.source {
            case .column(let name): "column \(name)"
            case .joined(let names): "joined \(names.joined(separator: "/"))"
            case .inRows(let mark, let value, let name): "column \(name) where \(mark) is \(value)"
            case .fileName(let pattern): "file name \(pattern)"
            }
        let role =
            switch column.role {
            case .key, .text, .period: "text"
            case .numericKey: "numeric key"
            case .number: "number"
            case .indicator(let values):
                "equals \(values.yes[0])" + values.unknown.map { ", unknown \($0)" }.joined()
            case .points(let table):
                "points "
                    + table.map { "\($0.key)=\($0.value.mantissa)e-\($0.value.decimals)" }.sorted()
                    .joined(separator: ";")
            }
        return "\(column.name): \(source), \(role)"
    }
}
