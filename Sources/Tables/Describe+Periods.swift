/// The second reading: the figures of periods side by side.
extension Describe {
    /// At most so many figures are kept at once: some 200 MB.
    private static let figureLimit = 8_000_000
    private static let suspicionLimit = 1_000

    func comparePeriods(_ description: inout FileDescription, _ plan: ColumnPlan) throws {
        guard let time = timeColumns(description) else { return }
        guard !files.contains(where: { $0.path == "-" }) else {
            description.warnings.append(.periodsNotCompared(path: files[0].path))
            return
        }
        var numbers = comparable(description, plan, except: time + unit)
        let hasUnit = !unit.isEmpty && description.coverage != nil
        let cells = hasUnit ? max(1, description.coverage?.pairs ?? 1) : 1_000
        // Where rows are many a cell, each lane may hold every cell.
        let lanes = min(RowReader.laneCount, (description.rows + cells - 1) / cells)
        let room = max(1, Self.figureLimit / (cells * max(1, lanes)))
        let leftOut = numbers.dropFirst(room).map(\.name)
        numbers = Array(numbers.prefix(room))
        guard !numbers.isEmpty else { return }
        let table = try figures(of: numbers, unit: hasUnit ? unit : [], time: time)
        guard table.periods.count > 1 else { return }
        let listsUnits = hasUnit && table.units.count <= 50_000 && !unit.contains { isPupil($0, description) }
        let found = numbers.enumerated().map {
            SuspiciousFigures(table, column: $0, name: $1.name, listsUnits: listsUnits)
        }
        let ofUnits = found.flatMap(\.ofUnits).sorted(by: Self.comesFirst)
        description.periods = PeriodComparison(
            time: time.joined(separator: "/"), unit: hasUnit ? unit.joined(separator: "/") : nil,
            isFound: self.time.isEmpty, periods: table.periods, columns: found.map(\.figures),
            suspicions: Array((found.flatMap(\.ofPeriods) + ofUnits).prefix(Self.suspicionLimit)),
            columnsLeftOut: leftOut)
        if !leftOut.isEmpty { description.warnings.append(.columnsNotCompared(leftOut.count, path: files[0].path)) }
    }

    /// The period that was named, or the one column that looks like one.
    private func timeColumns(_ description: FileDescription) -> [String]? {
        guard time.isEmpty else { return time }
        let periods = description.columns.filter {
            if case .period(let values) = $0.looks { values.count > 1 } else { false }
        }
        return periods.count == 1 ? [periods[0].name] : nil
    }

    /// The number columns that every file has once, without words among the numbers.
    private func comparable(
        _ description: FileDescription, _ plan: ColumnPlan, except keys: [String]
    ) -> [(name: String, lowest: Double)] {
        let names = plan.names.map(Header.trim)
        var counts: [String: Int] = [:]
        for name in names { counts[name, default: 0] += 1 }
        return description.columns.indices.compactMap { i in
            guard case .number(let lowest, _, _) = description.columns[i].looks, description.columns[i].notNumbers == 0,
                !names[i].isEmpty, counts[names[i]] == 1, !keys.contains(names[i]),
                plan.sources.allSatisfy({ $0[i] != nil })
            else { return nil }
            return (plan.names[i], lowest)
        }
    }

    private func figures(of numbers: [(name: String, lowest: Double)], unit: [String], time: [String]) throws
        -> PeriodTable
    {
        func key(_ name: String, _ columns: [String]) -> ColumnRequest {
            ColumnRequest(name, source: columns.count == 1 ? .column(columns[0]) : .joined(columns), role: .key)
        }
        var request = ReadRequest(files: files, columns: unit.isEmpty ? [] : [key("unit", unit)])
        request.columns.append(key("time", time))
        request.columns += numbers.map { ColumnRequest($0.name, role: .number) }
        request.form = form
        request.missing = missing
        request.filters = filters
        request.arithmetic = .double
        request.threads = threads
        let figures = PeriodFigures(hasUnit: !unit.isEmpty, lowest: numbers.map(\.lowest))
        _ = try RowReader(request, sizes: sizes).read(into: figures)
        return figures.table()
    }

    /// A column that is called after pupils or holds their numbers: its values are never listed.
    func isPupil(_ name: String, _ description: FileDescription) -> Bool {
        let words = ["upn", "uln", "pupil", "student", "learner", "candidate", "child"]
        if words.contains(where: { name.lowercased().contains($0) }) { return true }
        return description.columns.contains { column in
            guard Header.trim(column.name) == Header.trim(name), case .identifier(let check?) = column.looks else {
                return false
            }
            return check.kind == .upn || check.kind == .uln
        }
    }

    /// Zeros first, then jumps, the farthest first, then spreads; ties by column, unit and period.
    private static func comesFirst(_ a: Suspicion, _ b: Suspicion) -> Bool {
        func rank(_ kind: Suspicion.Kind) -> Int { kind == .zeros ? 0 : kind == .jump ? 1 : 2 }
        if rank(a.kind) != rank(b.kind) { return rank(a.kind) < rank(b.kind) }
        if a.kind == .jump, abs(a.distance) != abs(b.distance) { return abs(a.distance) > abs(b.distance) }
        for (x, y) in [(a.column, b.column), (a.unit ?? "", b.unit ?? ""), (a.period, b.period)] where x != y {
            return x.utf8.lexicographicallyPrecedes(y.utf8)
        }
        return false
    }
}
