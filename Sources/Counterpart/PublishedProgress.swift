import Attainment
import Cells
import Inference
import Reporting
import Tables

/// Progress as published for schools: the national spread of pupils' scores behind the confidence limits, and the limits
/// that follow from it.
///
/// The score's limits stand in columns of its name with `_lower` and `_upper`, its coverage (whole percent of the pupils of
/// `--count`) in one with `_coverage`, as the schemas name them. Where `--count` is the column of its name with `_pupils`
/// (`progress8_pupils`), or there is no coverage, these are the pupils in the measure themselves.
struct PublishedProgress {
    let request: ProgressRequest

    func read() throws -> (results: [ValueAddedResult], report: ReadReport) {
        let data = request.data
        guard let count = data.count else {
            throw RequestError.missing(option: "--count", why: "--published needs the pupils of each school")
        }
        guard !data.unit.isEmpty else {
            throw RequestError.missing(option: "--unit", why: "published scores are those of schools")
        }
        var columns = [data.unitColumn()] + (data.timeColumn().map { [$0] } ?? [])
        let hasTime = columns.count > 1
        for outcome in data.outcomes {
            guard outcome.equals == nil else {
                throw RequestError.doesNotApply(option: "--outcome \(outcome.name)", to: "--published scores")
            }
            columns += ["", "_lower", "_upper"].map { ColumnRequest(outcome.column + $0, role: .number) }
            if try hasCoverage(outcome.column, count) {
                columns.append(ColumnRequest(outcome.column + "_coverage", role: .number))
            }
        }
        columns.append(ColumnRequest(count, role: .number))
        var read = ReadRequest(files: data.files, columns: columns)
        read.form = data.form
        read.missing = data.missing
        read.filters = data.filters
        read.threads = data.threads
        read.isLenient = data.isLenient
        read.rejects = data.rejects
        read.wantsDigests = data.wantsDigests
        read.digestLimit = data.digestLimit
        let (table, report) = try TableReader.read(read)
        let results = try data.outcomes.map { try result($0.name, table, hasTime: hasTime) }
        return (results, report)
    }

    private func hasCoverage(_ outcome: String, _ count: String) throws -> Bool {
        guard count != outcome + "_pupils" else { return false }
        let name = outcome + "_coverage"
        return try request.data.files.contains { file in
            if let column = file.view?.column(name) { return !column.columns.isEmpty }
            return try headers(of: file, form: request.data.form).contains(name)
        }
    }

    /// Half a unit of the decimal to which scores are published.
    private static func half(_ column: Column?) -> Double {
        guard case .decimals(_, let decimals) = column?.values else { return 0.5 }
        return 0.5 * (0..<decimals).reduce(1) { unit, _ in unit / 10 }
    }

    private struct Row {
        var unit: String
        var published: RecoveredSpread.Published
    }

    private func result(_ outcome: String, _ table: Table, hasTime: Bool) throws -> ValueAddedResult {
        var result = ValueAddedResult()
        let columns = ["", "_lower", "_upper", "_coverage"].map { table.column(outcome + $0) }
        let half = Self.half(columns[0])
        var periods: [String: [Row]] = [:]
        var (without, unknown) = (0, 0)
        for row in 0..<table.rowCount {
            let figures =
                columns.prefix(3).map { $0?.number(row) } + [
                    columns[3] == nil ? 100 : columns[3]?.number(row), table.columns.last?.number(row),
                ]
            guard let unit = table.columns[0].text(row), let time = hasTime ? table.columns[1].text(row) : "" else {
                without += 1
                continue
            }
            guard let score = figures[0], let lower = figures[1], let upper = figures[2], let coverage = figures[3],
                let eligible = figures[4].flatMap({ Int(exactly: $0) })
            else {
                unknown += 1
                continue
            }
            let published = RecoveredSpread.Published(
                score: score, lower: lower, upper: upper, eligible: eligible, coverage: coverage)
            periods[time, default: []].append(Row(unit: unit, published: published))
        }
        if without > 0 { result.dropped.append(DroppedRows("no unit or period", without)) }
        if unknown > 0 { result.dropped.append(DroppedRows("no published score with its limits", unknown)) }
        for time in periods.keys.sorted() {
            try add(periods[time] ?? [], outcome, hasTime ? time : nil, half, to: &result)
        }
        ProgressSuppression.mark(&result, threshold: request.disclosure.threshold)
        return result
    }

    private func add(
        _ rows: [Row], _ outcome: String, _ time: String?, _ half: Double, to result: inout ValueAddedResult
    ) throws {
        guard let spread = RecoveredSpread(rows.map(\.published), half: half) else {
            throw AttainmentError.noPublishedScores(outcome: outcome)
        }
        result.spreads.append(
            ProgressSpread(
                outcome: outcome, time: time, standardDeviation: spread.value, from: spread.lowest, to: spread.highest,
                schools: spread.schools, reproduced: spread.reproduced))
        let reach = ValueAdded.reach(level: request.level)
        for row in rows.sorted(by: { $0.unit.utf8.lexicographicallyPrecedes($1.unit.utf8) }) {
            let n = spread.pupils(of: row.published, half: half) ?? row.published.pupils.last
            guard let n else { continue }
            var found = ProgressRow(
                outcome: outcome, unit: row.unit, by: time.map { [ByValue(request.data.timeName ?? "time", $0)] } ?? [],
                n: Double(n), score: row.published.score)
            let error = spread.value / Double(n).squareRoot()
            found.standardError = error
            (found.lower, found.upper) = (found.score - reach * error, found.score + reach * error)
            result.units.append(found)
            result.n += 1
        }
        if spread.reproduced < spread.schools {
            result.warnings.append(
                Warning(
                    "limits-not-reproduced",
                    "the published limits of \(spread.schools - spread.reproduced) of \(spread.schools) schools"
                        + "\(time.map { " in \($0)" } ?? "") do not follow from one spread of \(outcome)"))
        }
    }
}
