import Attainment
import Inference

/// The charts of one outcome, each with its caption and the table behind it.
enum ReportFigures {
    struct Figure {
        /// The file's name without its ending.
        var slug: String
        var title: String
        var svg: String
        var caption: String
        var table: ResultTable
    }

    /// - Parameter number: the outcome's place in the report, from 1; file names come from it, never from a label.
    static func figures(_ outcome: OutcomeResult, number: Int, wording: Wording) -> [Figure] {
        let tables = ReadableTables(wording, minus: .sign, of: outcome.outcome)
        return pathFigures(outcome, number, tables) + gapFigures(outcome, number, tables)
            + partnerFigures(outcome, number, wording, tables)
            + [eventFigure(outcome, number, wording, tables), balanceFigure(outcome, number, tables)].compactMap { $0 }
    }

    private static func gapFigures(_ outcome: OutcomeResult, _ number: Int, _ tables: ReadableTables) -> [Figure] {
        outcome.gaps.enumerated().compactMap { index, gap in
            guard gap.isDrawn else { return nil }
            let slug = "outcome-\(number)-gap-\(index + 1)"
            let drawn = GapChart.svg(
                gap.rows, periods: outcome.periods, start: outcome.start, outcome: outcome.outcome, group: gap.group,
                armColumn: gap.armColumn, arms: (gap.partners, gap.comparison), timeColumn: gap.timeColumn, id: slug)
            guard let drawn else { return nil }
            return Figure(
                slug: slug, title: "The gap in \(outcome.outcome.title) by period: \(gap.group)", svg: drawn,
                caption: "The gap between \(gap.group) and their peers, in partner and comparison schools. "
                    + "Lower is a smaller gap. "
                    + notes(outcome, isWithheld: gap.rows.contains(where: \.isSuppressed)),
                table: tables.gaps(gap.rows, decimals: nil, namesGroup: false))
        }
    }

    private static let pathCaption =
        "What happened in both groups of schools, and what the model expects of the partners without the partnership. "
        + "After the start, the distance between the solid and the dotted line is the estimated effect; before it, the "
        + "two should lie close together. The vertical axis need not start at 0."

    /// All pupils, then the two sides of each gap.
    private static func pathFigures(_ outcome: OutcomeResult, _ number: Int, _ tables: ReadableTables) -> [Figure] {
        var lines = [(slug: "path", whom: String?.none, path: outcome.path.filter { $0.group == nil })]
        for (index, gap) in outcome.gapEffects.enumerated() {
            for (side, whom) in [("group", gap.group), ("peers", "peers of \(gap.group)")] {
                lines.append(("gap-\(index + 1)-path-\(side)", whom, gap.path.filter { $0.group == side }))
            }
        }
        return lines.compactMap { line in
            let slug = "outcome-\(number)-\(line.slug)"
            let drawn = TrendChart.svg(
                line.path, periods: outcome.periods, start: outcome.start, outcome: outcome.outcome, whom: line.whom,
                id: slug)
            guard let drawn else { return nil }
            let title = "\(outcome.outcome.title): actual and expected without the partnership"
            return Figure(
                slug: slug, title: line.whom.map { "\(title): \($0)" } ?? title, svg: drawn,
                caption: (line.whom.map { "The same for \($0)." } ?? pathCaption) + " "
                    + notes(outcome, isWithheld: line.path.contains(where: \.isSuppressed)),
                table: tables.path(line.path))
        }
    }

    private static func eventFigure(
        _ outcome: OutcomeResult, _ number: Int, _ wording: Wording, _ tables: ReadableTables
    ) -> Figure? {
        let slug = "outcome-\(number)-event-study"
        let drawn = EventStudyChart.svg(
            outcome.eventStudy, reference: outcome.referenceEventTime, outcome: outcome.outcome, id: slug)
        guard let drawn else { return nil }
        return Figure(
            slug: slug, title: "\(outcome.outcome.title): estimate by years from the start", svg: drawn,
            caption:
                "Left of the dashed line, before the start, the estimates should scatter round zero; if they already "
                + "climb or fall, the groups were moving apart by themselves. Bars are \(wording.percent) intervals.",
            table: tables.effects(outcome.eventStudy, namesOutcome: false))
    }

    private static func balanceFigure(_ outcome: OutcomeResult, _ number: Int, _ tables: ReadableTables) -> Figure? {
        let slug = "outcome-\(number)-balance"
        guard let drawn = BalanceChart.svg(outcome.balance, id: slug) else { return nil }
        return Figure(
            slug: slug, title: "Balance of the two groups before the start", svg: drawn,
            caption:
                "How alike partners and comparison schools were before the start. Dots between the dashed lines at "
                + "±0.25 are usually taken as alike.",
            table: tables.balance(outcome.balance))
    }

    /// Which periods are holes, and what a `c` on the chart means.
    static func notes(_ outcome: OutcomeResult, isWithheld: Bool) -> String {
        let holes = outcome.periods.filter { !$0.hasResults }.map(\.label).filter {
            !$0.isEmpty && !outcome.leftOutPeriods.contains($0)
        }
        let leftOut =
            outcome.leftOutPeriods.isEmpty
            ? nil
            : "Left out, as assessed by teachers: \(Wording.list(outcome.leftOutPeriods)). The lines break there."
        let broken = holes.isEmpty ? nil : "There are no results for \(Wording.list(holes)): the lines break there."
        let withheld = isWithheld ? "c: withheld, too few pupils." : nil
        return [broken, leftOut, withheld].compactMap { $0 }.joined(separator: " ")
    }
}
