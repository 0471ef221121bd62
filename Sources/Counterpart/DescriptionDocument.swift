import Reporting
import Tables

/// What `describe` prints. Schema `counterpart/describe/1`.
public struct DescriptionDocument: Sendable {
    private let found: FileDescription
    private let threshold: Int
    private let rounding: FigureRounding
    /// Kept where the description is to be published, by a profile that was named.
    private let log: DisclosureLog?

    /// - Parameters:
    ///   - found: what the files hold.
    ///   - profile: counts of a group's rows below its threshold are not shown; 0 shows all.
    ///   - isForPublication: small counts of missing values are not shown either, and the others are rounded.
    public init(_ found: FileDescription, _ profile: DisclosureProfile, isForPublication: Bool) {
        self.found = found
        threshold = profile.threshold
        rounding = isForPublication ? profile.rounding : .none
        log = isForPublication ? DisclosureLog(profile: profile) : nil
    }

    // MARK: What may be told

    /// A count of rows as it may be published.
    private func count(_ rows: Int) -> JSONValue { .integer(rounding.count(rows)) }
    private func counted(_ rows: Int) -> String { Numeral.count(Double(rounding.count(rows))) }
    private func cell(_ rows: Int) -> ResultTable.Cell { .integer(rounding.count(rows)) }

    /// Rows without a value are few: nobody should learn who they are.
    private func isFew(_ rows: Int) -> Bool { log != nil && rows > 0 && rows < threshold }
    private func hasFewMissing(_ column: ColumnDescription) -> Bool {
        column.missing.contains { isFew($0.count) } || isFew(column.notNumbers)
    }
    /// What is left of all rows is known too.
    private func cell(_ rows: Int, beside empty: Int) -> ResultTable.Cell { isFew(empty) ? .suppressed : cell(rows) }
    private func count(_ rows: Int, beside empty: Int) -> JSONValue { isFew(empty) ? .null : count(rows) }
    private func bins(_ column: ColumnDescription) -> [Int] { hasFewMissing(column) ? [] : column.bins }

    public func render(_ form: OutputForm) -> String {
        switch form {
        case .json: json.pretty()
        case .csv: CSVWriter().write(columnTable(withFindings: true))
        case .markdown: markdown
        case .text: text
        }
    }

    private var markdown: String {
        var out = MarkdownTable().write(columnTable(withFindings: false))
        for table in coverageTables { out += "\n" + MarkdownTable().write(table) }
        for (heading, table) in findings?.tables ?? [] { out += "\n\(heading)\n\n" + MarkdownTable().write(table) }
        for sentence in OriginWords.sentences(found.files) { out += "\n" + Escaping.markdown(sentence) + "\n" }
        return out
    }

    private var text: String {
        let files = found.files.count == 1 ? found.files[0].path : "\(found.files.count) files"
        var out =
            "\(files): \(counted(found.rows)) \(found.rows == 1 ? "row" : "rows"), \(found.columns.count) columns\n\n"
        out += TextTable().write(columnTable(withFindings: false))
        if found.coverage != nil { out += "\n" + coverageSentence + "\n" }
        for table in coverageTables { out += "\n" + TextTable().write(table) }
        for (heading, table) in findings?.tables ?? [] { out += "\n\(heading)\n" + TextTable().write(table) }
        for sentence in OriginWords.sentences(found.files) { out += "\n" + Paragraph.wrapped(sentence) }
        for warning in found.warnings { out += "\nWarning (\(warning.code)): \(warning.warning.message)\n" }
        if let log { out += "\n" + log.sentences.joined(separator: " ") + "\n" }
        return out
    }

    /// In CSV, which has this table alone, what is out of line stands in a last column.
    private func columnTable(withFindings: Bool) -> ResultTable {
        let names = ["column", "looks like", "values", "filled", "empty", "missing", "distinct"]
        return ResultTable(
            columns: (names + (withFindings ? ["suspicious"] : [])).map { ResultTable.Column($0) },
            rows: found.columns.map { column in
                [
                    .text(column.name), .text(column.looks.word), .text(values(column)),
                    cell(column.filled, beside: column.empty), cell(column.empty, beside: column.empty),
                    .text(
                        column.missing.map { "\($0.code) \(isFew($0.count) ? "c" : "\(rounding.count($0.count))")" }
                            .joined(separator: ", ")),
                    .text("\(column.isDistinctCapped ? "over " : "")\(column.distinct)"),
                ] + (withFindings ? [.text(findings?.words(on: column.name) ?? "")] : [])
            })
    }

    /// Rows are pupils unless hardly any unit has several in a period; without a unit they are taken for pupils.
    private var findings: PeriodFindings? {
        let isOneEach = found.coverage.map { 2 * $0.repeatedPairs <= $0.pairs } ?? false
        return found.periods.map {
            PeriodFindings($0, suppressBelow: isOneEach ? 0 : threshold, isOneEach ? .none : rounding)
        }
    }

    /// The range of numbers, the values of groups with a bar for their share, the ends of periods; nothing of identifiers.
    private func values(_ column: ColumnDescription) -> String {
        switch column.looks {
        case .number(let lowest, let highest, let decimals):
            numbers(column, lowest, highest, decimals)
        case .group(let counts):
            shown(counts).prefix(6).map { value, rows in
                rows.map { "\(value) \(ShareBar.of($0, in: column.filled)) \(counted($0))" }
                    ?? "\(value) c"
            }.joined(separator: "  ")
                + (counts.count > 6 ? "  and \(counts.count - 6) more" : "")
        case .period(let counts): counts.isEmpty ? "" : "\(counts[0].value) to \(counts[counts.count - 1].value)"
        case .text(let longest): "up to \(longest) bytes"
        case .identifier(let check): check.map { Self.words($0) } ?? ""
        case .empty: ""
        }
    }

    /// The shape of the values as bars, their range, and what is no number.
    private func numbers(_ column: ColumnDescription, _ lowest: Double, _ highest: Double, _ decimals: Int) -> String {
        let bars = Bars.counts(bins(column), suppressBelow: threshold)
        func number(_ value: Double) -> String { Numeral.fixed(value, decimals: min(decimals, 3), minus: .hyphen) }
        return (bars.isEmpty ? "" : bars + " ") + "\(number(lowest)) to \(number(highest))"
            + (decimals > 0 ? ", \(decimals) \(decimals == 1 ? "decimal" : "decimals")" : "")
            + (column.notNumbers > 0 ? "; " + words(column) : "")
    }

    /// Values among numbers that are none, with those that are frequent: codes to declare, or mistakes.
    private func words(_ column: ColumnDescription) -> String {
        let count = column.notNumbers
        let frequent = column.words.filter { $0.rows >= max(threshold, 1) }.map {
            "\($0.value) \(counted($0.rows))"
        }
        return "\(isFew(count) ? "a few" : counted(count)) \(count == 1 ? "is no number" : "are no numbers")"
            + (frequent.isEmpty ? "" : ": " + frequent.joined(separator: ", "))
    }

    /// The rows of each value, nil where they are too few; one withheld alone would be the rest of the total, so the next goes too.
    private func shown(_ counts: [ValueCount]) -> [(value: String, rows: Int?)] {
        var hidden = counts.map { $0.rows < threshold }
        if hidden.count(where: { $0 }) == 1 {
            let others = counts.indices.filter { !hidden[$0] }
            if let next = others.min(by: { counts[$0].rows < counts[$1].rows }) { hidden[next] = true }
        }
        return counts.indices.map { (counts[$0].value, hidden[$0] ? nil : counts[$0].rows) }
    }

    private static func words(_ check: IdentifierCheck) -> String {
        guard check.kind.hasCheckCharacter else { return check.kind.rawValue }
        return check.failing == 0
            ? "\(check.kind.rawValue), all check characters right"
            : "\(check.kind.rawValue), \(check.failing) with a wrong check character"
    }

    private var coverageSentence: String {
        guard let coverage = found.coverage else { return "" }
        var words = "\(coverage.units) units, \(coverage.unitsInEveryPeriod) of them in every period"
        if coverage.repeatedPairs > 0 {
            words +=
                "; \(coverage.repeatedPairs) of \(coverage.pairs) combinations of unit and period have several rows (up to \(rounding.count(coverage.mostRowsInPair)))"
        }
        return words + (coverage.rowsWithout > 0 ? "; \(rowsWithout(coverage)) rows have no unit or no period" : "")
    }

    private func rowsWithout(_ coverage: Coverage) -> String {
        isFew(coverage.rowsWithout) ? "fewer than \(threshold)" : "\(rounding.count(coverage.rowsWithout))"
    }

    /// The rows of each period; in which periods units are there; units that are there twice.
    private var coverageTables: [ResultTable] {
        guard let coverage = found.coverage else { return [] }
        let most = coverage.periods.map(\.rows).max() ?? 0
        var tables = [
            ResultTable(
                columns: [coverage.time, "units", "rows", ""].map { ResultTable.Column($0) },
                rows: coverage.periods.map {
                    [.text($0.period), .integer($0.units), cell($0.rows), .set(ShareBar.of($0.rows, in: most))]
                })
        ]
        if coverage.patterns.count > 1, coverage.periods.count <= 40 {
            let shown = coverage.patterns.prefix(8)
            let rest = coverage.patterns.dropFirst(8).reduce(0) { $0 + $1.units }
            tables.append(
                ResultTable(
                    columns: ["there in", "units"].map { ResultTable.Column($0) },
                    rows: shown.map { pattern in
                        [.set(pattern.isThere.map { $0 ? "■" : "□" }.joined()), .integer(pattern.units)]
                    } + (rest > 0 ? [[.set("other"), .integer(rest)]] : [])))
        }
        if !coverage.repeats.isEmpty {
            tables.append(
                ResultTable(
                    columns: [coverage.unit, coverage.time, "rows"].map { ResultTable.Column($0) },
                    rows: coverage.repeats.prefix(Self.repeatsShown).map {
                        [.text($0.unit), .text($0.period), isFew($0.rows) ? .suppressed : cell($0.rows)]
                    }))
        }
        return tables
    }

    private static let repeatsShown = 10
    private static let repeatsListed = 1_000

    private var json: JSONValue {
        var object = JSONObject()
        object.put("schema", .text("counterpart/describe/1"))
        object.put(
            "inputs",
            .array(
                found.files.map { file in
                    var told = file
                    told.rows = rounding.count(file.rows)
                    return DocumentFrame.file(told)
                }))
        object.put("rows", count(found.rows))
        object.put("columns", .array(found.columns.map { json($0) }))
        if let coverage = found.coverage { object.put("coverage", json(coverage)) }
        if let findings {
            object.put("periods", findings.periods)
            object.put("suspicious", findings.suspicions)
        }
        object.put("warnings", DocumentFrame.warnings(found.warnings.map(\.warning)))
        if let log { object.put("disclosure", log.json) }
        return object.value
    }

    private func json(_ column: ColumnDescription) -> JSONValue {
        var object = JSONObject()
        object.put("name", .text(column.name))
        object.put("looks", .text(column.looks.word))
        object.put("filled", count(column.filled, beside: column.empty))
        object.put("empty", count(column.empty, beside: column.empty))
        object.put("distinct", .integer(column.distinct))
        if column.isDistinctCapped { object.put("distinctCapped", .bool(true)) }
        object.put(
            "missing",
            .array(column.missing.map { ["code": .text($0.code), "count": count($0.count, beside: $0.count)] }))
        switch column.looks {
        case .number(let lowest, let highest, let decimals):
            object.put("lowest", .number(lowest))
            object.put("highest", .number(highest))
            object.put("decimals", .integer(decimals))
            if column.notNumbers > 0 { object.put("notNumbers", count(column.notNumbers, beside: column.notNumbers)) }
            let words = column.words.filter { $0.rows >= max(threshold, 1) }
            if !words.isEmpty {
                object.put("words", .array(words.map { ["value": .text($0.value), "rows": count($0.rows)] }))
            }
            let bins = bins(column)
            if !bins.isEmpty {
                object.put("bins", .array(bins.map { $0 > 0 && $0 < threshold ? .null : count($0) }))
            }
        case .group(let counts):
            object.put(
                "values",
                .array(
                    shown(counts).map { value, rows in
                        rows.map { ["value": .text(value), "rows": count($0)] } ?? [
                            "value": .text(value), "suppressed": .bool(true),
                        ]
                    }))
        case .period(let counts):
            object.put(
                "values", .array(counts.map { ["value": .text($0.value), "rows": count($0.rows, beside: $0.rows)] }))
        case .identifier(let check):
            if let check {
                var members: [JSONValue.Member] = [.init("kind", .text(check.kind.rawValue))]
                if check.kind.hasCheckCharacter { members.append(.init("failed", .integer(check.failing))) }
                object.put("check", .object(members))
            }
        case .text(let longest): object.put("longest", .integer(longest))
        case .empty: break
        }
        return object.value
    }

    private func json(_ coverage: Coverage) -> JSONValue {
        [
            "unit": .text(coverage.unit), "time": .text(coverage.time), "units": .integer(coverage.units),
            "unitsInEveryPeriod": .integer(coverage.unitsInEveryPeriod), "pairs": .integer(coverage.pairs),
            "repeatedPairs": .integer(coverage.repeatedPairs), "mostRowsInPair": count(coverage.mostRowsInPair),
            "rowsWithout": count(coverage.rowsWithout, beside: coverage.rowsWithout),
            "repeats": .array(
                coverage.repeats.prefix(Self.repeatsListed).map {
                    ["unit": .text($0.unit), "period": .text($0.period), "rows": count($0.rows, beside: $0.rows)]
                }),
            "patterns": .array(
                coverage.patterns.map {
                    ["isThere": .array($0.isThere.map { .bool($0) }), "units": .integer($0.units)]
                }),
            "periods": .array(
                coverage.periods.map {
                    ["period": .text($0.period), "units": .integer($0.units), "rows": count($0.rows, beside: $0.rows)]
                }),
        ]
    }
}

/// A share as a bar of eight steps.
enum ShareBar {
    private static let steps = ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]

    static func of(_ part: Int, in whole: Int) -> String {
        guard whole > 0, part > 0 else { return "" }
        return steps[min(7, part * 8 / whole)]
    }
}
