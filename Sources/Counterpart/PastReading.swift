import Cells
import Comparison
import Panels
import Tables

/// What was known of each unit before the first start, read without a result of later periods.
///
/// The files are read once for who was there and when partners started, without any outcome; then once more, the rows before the
/// first start alone. Cell tables, standard input and periods of two columns or from file names are read once, and what is from the
/// first start on is set aside before anything looks at it.
struct PastReading {
    /// Of all rows, without outcomes.
    let design: Design
    let report: DesignReport
    /// Cells of rows before the first start.
    let cells: StudyCells
    /// The reading of all rows.
    let rows: ReadReport
    let warnings: [Warning]
    /// The first start as an ordinal, and its label.
    let start: Int
    let firstStart: String
    /// Labels of the periods that were looked at.
    let periods: [String]
    /// Later rows were passed over by the reader; false where they were read and set aside.
    let passedOver: Bool
    private let reading: DidRequest

    init(_ reading: DidRequest) throws {
        self.reading = reading
        passedOver = Self.canReadTwice(reading.data)
        var whole = passedOver ? try DidStudy.read(Self.withoutOutcomes(reading)) : try DidStudy.read(reading)
        var presence = whole
        presence.table.blocks = []
        presence.countBlocks = []
        let built = try DidStudy.build(
            presence, presence.table, Self.withoutOutcomes(reading), block: 0, rows: reading.design.rows)
        design = built.design
        report = built.report
        rows = whole.report
        guard let start = built.design.start.compactMap({ $0 }).min() else { throw ComparisonError.noTreatedUnits }
        guard built.design.start.contains(nil) else { throw ComparisonError.noComparisonUnits }
        self.start = start
        firstStart = built.design.periods.first { $0.ordinal >= start }?.label ?? ""
        let past = built.design.periods.filter { $0.ordinal < start }
        periods = past.map(\.label)
        guard let key = whole.table.keys.first(where: { $0.name == reading.design.time }) else {
            throw ComparisonError.noTreatedUnits
        }
        let isPast = key.values.map { text in
            (try? Period(parsing: text)).map { period in past.contains { $0.ordinal == period.ordinal } } ?? false
        }
        let texts = zip(key.values, isPast).filter(\.1).map(\.0)
        let reason = "from \(firstStart) on, which is not looked at"
        if passedOver, let column = reading.data.time.first {
            var past = reading
            past.keepsBalanced = false
            past.keepsUntreatedAt = nil
            past.data.filters.append(
                RowFilter(column: column, test: .isOne(of: texts), text: "\(column) before \(firstStart)"))
            var cells = try DidStudy.read(past)
            let later = cells.report.rowsFiltered - whole.report.rowsFiltered
            for block in cells.dropped.indices {
                cells.dropped[block].removeAll { $0.reason == DroppedRows.filteredOut }
                let counts = [
                    DroppedRows(DroppedRows.filteredOut, whole.report.rowsFiltered), DroppedRows(reason, later),
                ]
                cells.dropped[block].insert(contentsOf: counts.filter { $0.rows > 0 }, at: 0)
            }
            warnings = (whole.warnings + cells.warnings).withoutRepeats
            self.cells = cells
        } else {
            let kept = Set(texts)
            try whole.keep(key: reading.design.time, reason: reason) { kept.contains($0) }
            warnings = whole.warnings
            cells = whole
        }
    }

    /// A second reading gives the same rows, and one column says which of them are early.
    private static func canReadTwice(_ data: DataRequest) -> Bool {
        data.time.count == 1 && data.timeFromName == nil
            && !data.files.contains { $0.path == "-" || CellFile.isCellTable($0.path) }
    }

    /// The same question for who was there and who was treated when.
    private static func withoutOutcomes(_ reading: DidRequest) -> DidRequest {
        var who = reading
        who.data.outcomes = []
        who.data.count = nil
        who.data.weights = nil
        who.covariates = []
        who.placeboOutcomes = []
        // Where a row is of one subject, those of the first outcome say who was there.
        if let subject = reading.data.subject, let first = reading.data.outcomes.first {
            who.data.filters.append(
                RowFilter(column: subject, test: .equals(first.column), text: "\(subject)=\(first.column)"))
            who.data.subject = nil
        }
        return who
    }

    /// Rows behind the first outcome, before the start and of units of the design.
    var rowsUsed: Int {
        let known = Set(design.units)
        guard let table = try? cells.table.rolledUp(keeping: [reading.design.unit]) else { return 0 }
        return table.keys[0].codes.indices.reduce(0) { sum, cell in
            known.contains(table.keys[0].values[Int(table.keys[0].codes[cell])])
                ? sum + Int(table.blocks[0].moments.n[cell]) : sum
        }
    }

    /// Each unit's results of one outcome, period by period.
    func entries(of block: Int) throws -> [UnitMeans.Entry] {
        let table = try cells.table.rolledUp(keeping: [reading.design.unit, reading.design.time])
        var place: [String: Int] = [:]
        for (u, text) in design.units.enumerated() { place[text] = u }
        let (units, times) = (table.keys[0], table.keys[1])
        let ordinals = times.values.map { (try? Period(parsing: $0))?.ordinal }
        let moments = table.blocks[block].moments
        let counts: CellMoments? =
            report.rowKind == .units && !cells.countBlocks.isEmpty
            ? table.blocks[cells.countBlocks[block]].moments : nil
        let isFrequency = reading.data.weightsAreFrequencies
        return (0..<table.cellCount).compactMap { cell in
            guard let unit = place[units.values[Int(units.codes[cell])]],
                let period = ordinals[Int(times.codes[cell])], moments.weight[cell] > 0
            else { return nil }
            let pupils: Double? =
                report.rowKind == .pupils
                ? (isFrequency ? moments.weight[cell] : moments.n[cell])
                : counts.map { $0.n[cell] * $0.mean[cell * $0.variableCount] }
            let isOneEach = report.rowKind == .pupils && report.estimand == .schools
            return UnitMeans.Entry(
                unit: unit, period: period, weight: isOneEach ? 1 : moments.weight[cell],
                mean: moments.mean[cell * moments.variableCount], pupils: pupils)
        }
    }

    /// Each unit's value in its last period before the start that has one, in the order of the design's units.
    ///
    /// - Throws: `RequestError.conflicting` where a unit has two values in a period.
    func attribute(_ name: String) throws -> [String?] {
        let unit = reading.design.unit
        let time = reading.design.time
        let names = name == unit || name == time ? [unit, time] : [unit, time, name]
        let table = try cells.table.rolledUp(keeping: names)
        let keys = table.keys
        let column = name == unit ? 0 : name == time ? 1 : 2
        let ordinals = keys[1].values.map { (try? Period(parsing: $0))?.ordinal }
        var place: [String: Int] = [:]
        for (u, text) in design.units.enumerated() { place[text] = u }
        var last = [(ordinal: Int, value: String)?](repeating: nil, count: design.units.count)
        for cell in 0..<table.cellCount {
            let value = keys[column].values[Int(keys[column].codes[cell])]
            guard let u = place[keys[0].values[Int(keys[0].codes[cell])]], !value.isEmpty,
                let ordinal = ordinals[Int(keys[1].codes[cell])]
            else { continue }
            if let known = last[u], known.ordinal == ordinal, known.value != value {
                throw RequestError.conflicting(
                    "\(name) has two values in one period for \(design.units[u]), so that it is no property of a school"
                )
            }
            if last[u].map({ $0.ordinal <= ordinal }) ?? true { last[u] = (ordinal, value) }
        }
        return last.map { $0?.value }
    }
}

extension DroppedRows {
    static let filteredOut = "did not meet --where"
}

extension [Warning] {
    var withoutRepeats: [Warning] {
        var seen: [Warning] = []
        for warning in self where !seen.contains(warning) { seen.append(warning) }
        return seen
    }
}
