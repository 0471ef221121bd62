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
    /// Whether the figures of periods are set side by side, which takes a second reading.
    public var comparesPeriods = false
    public var threads = 1
    public var wantsDigests = false
    var sizes = ReadingSizes()

    public init(files: [InputFile]) { self.files = files }

    /// - Throws: `TableError` for files and rows that cannot be read, and for columns that do not exist.
    public func run() throws -> FileDescription {
        guard !files.isEmpty else {
            throw TableError.request("no file is named", hint: "name at least one CSV file")
        }
        var plan: ColumnPlan?
        if files.count > 1 { plan = try ColumnPlan(files, headers: try ColumnPlan.headers(of: files, form: form)) }
        var reader = try RecordReader(form: form, threads: threads, sizes: sizes)
        reader.wantsDigests = wantsDigests
        let numbers = NumberReader(form: NumberForm(form), missing: missing)
        var lanes: DescriptionLanes?
        var description = FileDescription(files: [], rows: 0, columns: [], coverage: nil, warnings: [])
        for (index, file) in files.enumerated() {
            // Set in `open`, before the pieces are worked on; only read after that.
            nonisolated(unsafe) var sources: [FieldSource?] = []
            nonisolated(unsafe) var tests: [FilterTest] = []
            nonisolated(unsafe) var key: (unit: FieldSource, time: FieldSource)?
            nonisolated(unsafe) var into = lanes
            let outcome = try reader.read(
                file.path, index: index,
                open: { header in
                    let known = try plan ?? ColumnPlan([file], headers: [header])
                    plan = known
                    sources = known.sources[index]
                    key = try self.key(file, header)
                    tests = try ((file.view?.records ?? []) + filters).map {
                        try FilterTest($0, in: file, header, numbers)
                    }
                    into = into ?? DescriptionLanes(columns: known.names.count, reasons: missing.reasons.count)
                },
                filter: { rows, scratch in
                    for test in tests { _ = test.apply(to: &rows, scratch, scratch) }
                },
                work: { rows, scratch in
                    into?.withLane { lane in
                        for (column, source) in zip(lane.columns, sources) {
                            column.add(rows, source, numbers, scratch)
                        }
                        if let key { lane.pairs.add(rows, key.unit, key.time, scratch, lane.part) }
                    }
                }, take: { _ in })
            lanes = into
            var report = outcome.report
            report.origin = plan.flatMap { plan in file.view?.origin(of: plan.names) }
            description.files.append(report)
            description.rows += outcome.report.rows - outcome.filtered
            description.warnings += outcome.warnings
        }
        description.warnings += plan?.warnings ?? []
        guard let plan, let found = lanes?.joined(numbers) else { return description }
        description.columns = zip(plan.names, found.columns).map {
            $1.description(name: $0, reasons: missing.reasons, numbers)
        }
        if !unit.isEmpty, !time.isEmpty {
            description.coverage = found.pairs.coverage(
                unit: unit.joined(separator: "/"), time: time.joined(separator: "/"))
            if unit.contains(where: { isPupil($0, description) }) { description.coverage?.repeats = [] }
            if description.coverage == nil { description.warnings.append(.tooManyPairs(path: files[0].path)) }
        }
        if comparesPeriods { try comparePeriods(&description, plan) }
        return description
    }

    private func key(_ file: InputFile, _ header: Header) throws -> (FieldSource, FieldSource)? {
        guard !unit.isEmpty, !time.isEmpty else { return nil }
        func source(_ names: [String]) throws -> FieldSource {
            try FieldSource(names.count == 1 ? .column(names[0]) : .joined(names), in: file, header)
        }
        return (try source(unit), try source(time))
    }
}
