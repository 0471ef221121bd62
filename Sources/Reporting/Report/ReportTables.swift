import Panels
import Attainment
import Inference
import Panels
import Tables

/// The tables of the report folder, unrounded, withheld figures as `c`.
enum ReportTables {
    struct Named {
        /// The file's name without its ending: from a list of ours, never from a label.
        var slug: String
        var table: ResultTable
    }

    static func all(_ report: EvaluationReport) -> [Named] {
        var tables: [Named] = []
        for (index, outcome) in report.outcomes.enumerated() {
            let number = index + 1
            func add(_ name: String, _ table: ResultTable) {
                if !table.rows.isEmpty { tables.append(Named(slug: "outcome-\(number)-\(name)", table: table)) }
            }
            add("effects", effects(outcome))
            if let exposure = outcome.exposure { add("exposure", ExposureWords(reach: exposure).table) }
            add("event-study", ResultRows.table(outcome.eventStudy))
            for (place, gap) in outcome.gaps.enumerated() { add("gap-\(place + 1)", ResultRows.table(gap.rows)) }
            add("counterfactual", ResultRows.table(outcome.counterfactual))
            add("counterfactual-before", ResultRows.table(outcome.before))
            add("path", ResultRows.table(outcome.path))
            for (place, gap) in outcome.gapEffects.enumerated() {
                add("gap-\(place + 1)-counterfactual", ResultRows.table(gap.counterfactual))
                add("gap-\(place + 1)-path", ResultRows.table(gap.path))
            }
            add("balance", ResultRows.table(outcome.balance))
            add("intake", ResultRows.table(outcome.intake))
            add("robustness", outcome.robustnessTable)
            for (name, table) in outcome.checks.tables { add(name, table) }
        }
        if let comparison = report.comparison {
            tables.append(
                Named(
                    slug: "who-compares-balance",
                    table: CompareRows.table(comparison.group.before, comparison.group.after)))
            tables.append(Named(slug: "who-compares", table: comparison.counterparts))
        }
        let common = [
            Named(slug: "sample", table: sample(report.frame.sample)),
            Named(slug: "missing", table: missing(report.frame.sample)),
            Named(slug: "links", table: links(report.links)),
            Named(slug: "warnings", table: warnings(report.frame.warnings)),
            Named(slug: "checklist", table: checklist(report.checklist)),
            Named(slug: "disclosure", table: report.disclosure.table),
        ]
        return tables + common.filter { !$0.table.rows.isEmpty }
    }

    /// The effects with a column that says for whom each speaks.
    private static func effects(_ outcome: OutcomeResult) -> ResultTable {
        var table = ResultRows.table(outcome.allEffects)
        let swapped: EstimandKind = outcome.estimand == .pupils ? .schools : .pupils
        table.columns.insert(.init("estimand"), at: 1)
        for row in table.rows.indices {
            let isOther = outcome.other != nil && row == 1
            table.rows[row].insert(.text((isOther ? swapped : outcome.estimand).rawValue), at: 1)
        }
        return table
    }

    static func sample(_ sample: SampleCounts) -> ResultTable {
        var rows: [[ResultTable.Cell]] = [[.text("rows read"), .integer(sample.rowsRead)]]
        rows += sample.dropped.map { [.text("left out: \($0.reason)"), sample.cell($0.rows)] }
        rows.append([.text("rows used"), .integer(sample.rowsUsed)])
        return ResultTable(columns: [.init("step"), .init("rows")], rows: rows)
    }

    static func missing(_ sample: SampleCounts) -> ResultTable {
        ResultTable(
            columns: [.init("column"), .init("code"), .init("values")],
            rows: sample.missing.map { [.text($0.column), .text($0.code), sample.cell($0.count)] })
    }

    static func links(_ links: [EvaluationReport.Link]) -> ResultTable {
        ResultTable(
            columns: [.init("old identifier"), .init("new identifier"), .init("reason")],
            rows: links.map { [.text($0.from), .text($0.to), .text($0.reason)] })
    }

    private static func warnings(_ warnings: [Warning]) -> ResultTable {
        ResultTable(
            columns: [.init("code"), .init("message")], rows: warnings.map { [.text($0.code), .text($0.message)] })
    }

    private static func checklist(_ answers: [ChecklistAnswer]) -> ResultTable {
        ResultTable(
            columns: [.init("key"), .init("question"), .init("answer")],
            rows: answers.map { [.text($0.key), .text($0.question), .text($0.answer ?? "not answered")] })
    }
}
