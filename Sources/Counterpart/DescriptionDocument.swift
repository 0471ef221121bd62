import Reporting
import Tables

/// What `describe` prints. Schema `counterpart/describe/1`.
public struct DescriptionDocument: Sendable {
    private let found: FileDescription
    private let threshold: Int

    /// - Parameters:
    ///   - found: what the files hold.
    ///   - suppressBelow: counts of a group's rows below this are not shown; 0 shows all.
    public init(_ found: FileDescription, suppressBelow: Int) {
        self.found = found
        threshold = suppressBelow
    }

    public func render(_ form: OutputForm) -> String {
        switch form {
        case .json: json.pretty()
        case .csv: CSVWriter().write(columnTable)
        case .markdown:
            MarkdownTable().write(columnTable) + coverageTable.map { "\n" + MarkdownTable().write($0) }.joined()
        case .text: text
        }
    }

    private var text: String {
        let files = found.files.count == 1 ? found.files[0].path : "\(found.files.count) files"
        var out = "\(files): \(found.rows) \(found.rows == 1 ? "row" : "rows"), \(found.columns.count) columns\n\n"
        out += TextTable().write(columnTable)
        for coverage in coverageTable { out += "\n" + coverageSentence + "\n" + TextTable().write(coverage) }
        for warning in found.warnings { out += "\nWarning (\(warning.code)): \(warning.warning.message)\n" }
        return out
    }

    private var columnTable: ResultTable {
        ResultTable(
            columns: ["column", "looks like", "values", "filled", "empty", "missing", "distinct"].map {
                ResultTable.Column($0)
            },
            rows: found.columns.map { column in
                [
                    .text(column.name), .text(column.looks.word), .text(values(column)), .integer(column.filled),
                    .integer(column.empty),
                    .text(column.missing.map { "\($0.code) \($0.count)" }.joined(separator: ", ")),
                    .text("\(column.isDistinctCapped ? "over " : "")\(column.distinct)"),
                ]
            })
    }

    /// The range of numbers, the values of groups with a bar for their share, the ends of periods; nothing of identifiers.
    private func values(_ column: ColumnDescription) -> String {
        switch column.looks {
        case .number(let lowest, let highest, let decimals):
            "\(lowest) to \(highest)" + (decimals > 0 ? ", \(decimals) \(decimals == 1 ? "decimal" : "decimals")" : "")
        case .group(let counts):
            shown(counts).prefix(6).map { value, rows in
                rows.map { "\(value) \(ShareBar.of($0, in: column.filled)) \(Numeral.count(Double($0)))" }
                    ?? "\(value) c"
            }.joined(separator: "  ")
                + (counts.count > 6 ? "  and \(counts.count - 6) more" : "")
        case .period(let counts): counts.isEmpty ? "" : "\(counts[0].value) to \(counts[counts.count - 1].value)"
        case .text(let longest): "up to \(longest) bytes"
        case .identifier(let check): check.map { Self.words($0) } ?? ""
        case .empty: ""
        }
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
                "; \(coverage.repeatedPairs) of \(coverage.pairs) combinations of unit and period have several rows (up to \(coverage.mostRowsInPair))"
        }
        if coverage.rowsWithout > 0 { words += "; \(coverage.rowsWithout) rows have no unit or no period" }
        return words + (coverage.isCapped ? " (counted up to a limit)" : "")
    }

    private var coverageTable: [ResultTable] {
        guard let coverage = found.coverage else { return [] }
        return [
            ResultTable(
                columns: [coverage.time, "units", "rows"].map { ResultTable.Column($0) },
                rows: coverage.periods.map { [.text($0.period), .integer($0.units), .integer($0.rows)] })
        ]
    }

    private var json: JSONValue {
        var object = JSONObject()
        object.put("schema", .text("counterpart/describe/1"))
        object.put("inputs", .array(found.files.map(DocumentFrame.file)))
        object.put("rows", .integer(found.rows))
        object.put("columns", .array(found.columns.map { json($0) }))
        if let coverage = found.coverage { object.put("coverage", Self.json(coverage)) }
        object.put("warnings", DocumentFrame.warnings(found.warnings.map(\.warning)))
        return object.value
    }

    private func json(_ column: ColumnDescription) -> JSONValue {
        var object = JSONObject()
        object.put("name", .text(column.name))
        object.put("looks", .text(column.looks.word))
        object.put("filled", .integer(column.filled))
        object.put("empty", .integer(column.empty))
        object.put("distinct", .integer(column.distinct))
        if column.isDistinctCapped { object.put("distinctCapped", .bool(true)) }
        object.put("missing", .array(column.missing.map { ["code": .text($0.code), "count": .integer($0.count)] }))
        switch column.looks {
        case .number(let lowest, let highest, let decimals):
            object.put("lowest", .number(lowest))
            object.put("highest", .number(highest))
            object.put("decimals", .integer(decimals))
        case .group(let counts):
            object.put(
                "values",
                .array(
                    shown(counts).map { value, rows in
                        rows.map { ["value": .text(value), "rows": .integer($0)] } ?? [
                            "value": .text(value), "suppressed": .bool(true),
                        ]
                    }))
        case .period(let counts):
            object.put("values", .array(counts.map { ["value": .text($0.value), "rows": .integer($0.rows)] }))
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

    private static func json(_ coverage: Coverage) -> JSONValue {
        [
            "unit": .text(coverage.unit), "time": .text(coverage.time), "units": .integer(coverage.units),
            "unitsInEveryPeriod": .integer(coverage.unitsInEveryPeriod), "pairs": .integer(coverage.pairs),
            "repeatedPairs": .integer(coverage.repeatedPairs), "rowsWithout": .integer(coverage.rowsWithout),
            "periods": .array(
                coverage.periods.map {
                    ["period": .text($0.period), "units": .integer($0.units), "rows": .integer($0.rows)]
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
