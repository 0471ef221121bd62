/// Reads files and says what is in them.
public struct Describe: Sendable {
    public var files: [InputFile]
    public var form = FileForm()
    public var missing = MissingCodes()
    /// The columns of units and periods, where coverage and duplicates are wanted.
    public var unit: [String] = []
    public var time: [String] = []
    /// Conditions that a row must meet to be counted.
    public var filters: [RowFilter] = []
    public var threads = 1
    public var wantsDigests = false
    var sizes = ReadingSizes()

    static let pairLimit = 2_000_000

    public init(files: [InputFile]) { self.files = files }

    /// - Throws: `TableError` for files and rows that cannot be read, and for columns that do not exist.
    public func run() throws -> FileDescription {
        guard !files.isEmpty else {
            throw TableError.request("no file is named", hint: "name at least one CSV file")
        }
        var plan: ColumnPlan?
        if files.count > 1 { plan = try ColumnPlan(files, headers: try ColumnPlan.headers(of: files, form: form)) }
        let reader = try RecordReader(form: form, threads: threads, sizes: sizes)
        let numbers = NumberReader(form: NumberForm(form), missing: missing)
        let reasons = missing.reasons
        var summaries: [ColumnSummary] = []
        var pairs = PairCounts(limit: Self.pairLimit)
        var description = FileDescription(files: [], rows: 0, columns: [], coverage: nil, warnings: [])
        for (index, file) in files.enumerated() {
            // Set in `open`, before the pieces are worked on; only read after that.
            nonisolated(unsafe) var sources: [FieldSource?] = []
            nonisolated(unsafe) var tests: [FilterTest] = []
            nonisolated(unsafe) var key: (unit: FieldSource, time: FieldSource)?
            let outcome = try reader.read(
                file.path, index: index,
                open: { header in
                    let known = try plan ?? ColumnPlan([file], headers: [header])
                    plan = known
                    sources = known.sources[index]
                    key = try self.key(file, header)
                    tests = try filters.map { try FilterTest($0, in: file, header, numbers) }
                },
                filter: { rows, scratch in
                    for test in tests { _ = test.apply(to: &rows, scratch, scratch) }
                },
                work: { rows, scratch in
                    (
                        Self.summarise(rows, sources, numbers, reasons: reasons.count, scratch),
                        key.map { Self.pairs(rows, $0.unit, $0.time, scratch) }
                    )
                },
                take: { part in
                    if summaries.isEmpty {
                        summaries = part.0
                    } else {
                        for c in summaries.indices { summaries[c].merge(part.0[c]) }
                    }
                    if let found = part.1 { pairs.merge(found) }
                })
            description.files.append(try report(outcome.report, file))
            description.rows += outcome.report.rows - outcome.filtered
            description.warnings += outcome.warnings
        }
        let names = plan?.names ?? []
        if summaries.isEmpty { summaries = names.map { _ in ColumnSummary(reasons: reasons.count) } }
        description.columns = zip(names, summaries).map { $1.description(name: $0, reasons: reasons) }
        description.warnings += plan?.warnings ?? []
        if !unit.isEmpty, !time.isEmpty {
            description.coverage = pairs.coverage(
                unit: unit.joined(separator: "/"), time: time.joined(separator: "/"))
        }
        return description
    }

    private func key(_ file: InputFile, _ header: Header) throws -> (FieldSource, FieldSource)? {
        guard !unit.isEmpty, !time.isEmpty else { return nil }
        func source(_ names: [String]) throws -> FieldSource {
            try FieldSource(names.count == 1 ? .column(names[0]) : .joined(names), in: file, header)
        }
        return (try source(unit), try source(time))
    }

    private func report(_ report: FileReport, _ file: InputFile) throws -> FileReport {
        guard wantsDigests, file.path != "-" else { return report }
        var report = report
        report.sha256 = try SHA256Digest.hex(ofFileAt: file.path)
        return report
    }

    private static func summarise(
        _ rows: PieceRows, _ sources: [FieldSource?], _ numbers: NumberReader, reasons: Int, _ scratch: ScratchText
    ) -> [ColumnSummary] {
        let none = [UInt8](repeating: 0, count: 16)
        return sources.map { source in
            var summary = ColumnSummary(reasons: reasons)
            if let source {
                summary.add(rows, source, numbers, scratch)
            } else {
                summary.add(none, 0, rows: rows.count, numbers)
            }
            return summary
        }
    }

    private static func pairs(_ rows: PieceRows, _ unit: FieldSource, _ time: FieldSource, _ scratch: ScratchText)
        -> PairCounts
    {
        var pairs = PairCounts(limit: pairLimit)
        let part = ScratchText()
        for r in 0..<rows.count {
            pairs.add(rows, r, unit, time, scratch, part)
        }
        return pairs
    }
}

/// The rows of each unit × period.
struct PairCounts: Sendable {
    private let units = KeyDictionary()
    private let times = KeyDictionary()
    private var places: [UInt64: Int] = [:]
    /// In order of arrival.
    private var pairs: [(unit: UInt32, time: UInt32, rows: Int)] = []
    private var without = 0
    private let limit: Int
    private var isCapped = false

    init(limit: Int) { self.limit = limit }

    /// Counts a row, without making strings of its texts.
    mutating func add(
        _ rows: PieceRows, _ row: Int, _ unit: FieldSource, _ time: FieldSource, _ scratch: ScratchText,
        _ part: ScratchText
    ) {
        // A unit or period counts only in a row that has both.
        guard time.text(rows, row, scratch, part).count > 0 else {
            without += 1
            return
        }
        let (start, count) = unit.text(rows, row, scratch, part)
        guard count > 0 else {
            without += 1
            return
        }
        let u = units.code(start, count, 0, 0)
        let (timeStart, timeCount) = time.text(rows, row, scratch, part)
        add(u, times.code(timeStart, timeCount, 0, 0), rows: 1)
    }

    mutating func add(_ unit: String, _ time: String, rows: Int) {
        add(units.code(of: unit), times.code(of: time), rows: rows)
    }

    private mutating func add(_ u: UInt32, _ t: UInt32, rows: Int) {
        let key = UInt64(u) << 32 | UInt64(t)
        if let at = places[key] {
            pairs[at].rows += rows
        } else if pairs.count < limit {
            places[key] = pairs.count
            pairs.append((u, t, rows))
        } else {
            isCapped = true
        }
    }

    mutating func merge(_ other: PairCounts) {
        without += other.without
        isCapped = isCapped || other.isCapped
        for pair in other.pairs {
            add(other.units.texts[Int(pair.unit)], other.times.texts[Int(pair.time)], rows: pair.rows)
        }
    }

    func coverage(unit: String, time: String) -> Coverage {
        var periods = times.texts.map { Coverage.Period(period: $0, units: 0, rows: 0) }
        var periodsOfUnit = [Int](repeating: 0, count: units.count)
        for pair in pairs {
            periods[Int(pair.time)].units += 1
            periods[Int(pair.time)].rows += pair.rows
            periodsOfUnit[Int(pair.unit)] += 1
        }
        return Coverage(
            unit: unit, time: time, units: units.count,
            unitsInEveryPeriod: periodsOfUnit.filter { $0 == periods.count }.count,
            periods: periods.sorted { $0.period.utf8.lexicographicallyPrecedes($1.period.utf8) }, pairs: pairs.count,
            repeatedPairs: pairs.filter { $0.rows > 1 }.count, mostRowsInPair: pairs.map(\.rows).max() ?? 0,
            rowsWithout: without, isCapped: isCapped)
    }
}
