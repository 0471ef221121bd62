import Inference

extension ReportFigures {
    /// Panels on one drawing, so that it fits on a screen and on a printed page.
    private static let panelsOnAPage = 6

    /// Each partner unit against its own counterfactual: by name, six on a drawing, all on the same scales.
    static func partnerFigures(
        _ outcome: OutcomeResult, _ number: Int, _ wording: Wording, _ tables: ReadableTables
    ) -> [Figure] {
        let partners = PartnerUnits(outcome.counterfactual, before: outcome.before)
        let drawn = partners.drawn
        let ordinals = Dictionary(
            outcome.periods.map { ($0.label, $0.ordinal) }, uniquingKeysWith: { first, _ in first })
        let panels = drawn.map { panel($0, ordinals) }
        let values = panels.flatMap { $0.observed + $0.expected }.flatMap {
            [$0.value, $0.lower, $0.upper].compactMap { $0 }
        }
        let pages = stride(from: 0, to: drawn.count, by: panelsOnAPage).map {
            $0..<min($0 + panelsOnAPage, drawn.count)
        }
        // Who is not drawn stands in the last table.
        let names = Set(drawn.map(\.name))
        let others = partners.units.filter { !names.contains($0.name) }
        return pages.enumerated().map { page, members in
            let isOnly = pages.count == 1
            let slug = "outcome-\(number)-partners" + (isOnly ? "" : "-\(page + 1)")
            let range = isOnly ? "" : " (\(members.lowerBound + 1) to \(members.upperBound) of \(drawn.count))"
            let title = "\(outcome.outcome.title): \(wording.partnersTitle)\(range)"
            let chart = PartnerPanels(
                id: slug, title: title, description: description(members.count, outcome, wording),
                measure: "Mean (\(outcome.outcome.unit)), the same scale in all", noun: wording.nouns.unit,
                periods: outcome.periods, panels: Array(panels[members]), values: values)
            let caption =
                page == 0
                ? firstCaption(partners, outcome, wording)
                : "The same for the next \(members.count), by name, on the same scales."
            return Figure(
                slug: slug, title: title, svg: chart.draw().text,
                caption: "\(caption) \(notes(drawn[members], outcome, wording))",
                table: tables.partners(
                    partners.rows(of: drawn[members] + (page == pages.count - 1 ? others : [])),
                    noun: wording.nouns.unit))
        }
    }

    private static func description(_ count: Int, _ outcome: OutcomeResult, _ wording: Wording) -> String {
        "\(count) \(count == 1 ? "panel" : "panels"), one a partner \(wording.nouns.unit), all on the same scales: mean "
            + "\(outcome.outcome.title) by period. A solid line with filled circles shows what was observed, a dotted line with "
            + "diamonds what was expected without the partnership, a dashed upright line the start. The figures are in the "
            + "table below."
    }

    private static func panel(_ unit: PartnerUnits.Unit, _ ordinals: [String: Int]) -> PartnerPanels.Panel {
        var panel = PartnerPanels.Panel(name: unit.name, observed: [], expected: [], withheld: [])
        let placed = unit.rows.compactMap { one in ordinals[one.row.time].map { (ordinal: $0, row: one.row) } }
        for (ordinal, row) in placed.sorted(by: { $0.ordinal < $1.ordinal }) {
            if panel.start == nil { panel.start = row.eventTime.map { ordinal - $0 } }
            guard !row.isSuppressed else {
                panel.withheld.append(ordinal)
                continue
            }
            if let observed = row.observed { panel.observed.append(.init(ordinal: ordinal, value: observed)) }
            if let expected = row.counterfactual {
                panel.expected.append(
                    .init(ordinal: ordinal, value: expected, lower: row.lower, upper: row.upper))
            }
        }
        return panel
    }

    private static func notes(
        _ units: ArraySlice<PartnerUnits.Unit>, _ outcome: OutcomeResult, _ wording: Wording
    ) -> String {
        let withheld = units.flatMap(\.rows).filter(\.row.isSuppressed)
        let all = notes(outcome, isWithheld: !withheld.isEmpty)
        guard withheld.contains(where: { !$0.isAfter }) else { return all }
        return "\(all) Where a year before the start must be withheld, all of that \(wording.nouns.unit)'s are."
    }

    private static func firstCaption(
        _ partners: PartnerUnits, _ outcome: OutcomeResult, _ wording: Wording
    ) -> String {
        let unit = wording.nouns.unit
        let past = partners.pastWords(outcome.estimator, wording)
        let reading =
            "One picture a partner \(unit), by name. After the dashed upright line, its start, the distance between the solid "
            + "and the dotted line is the estimate for this \(unit)"
            + (past == nil ? "; before it, the two should lie close together." : ".")
        return
            ([reading, partners.caution(wording), partners.intervalWords(wording)] + [past].compactMap { $0 }
            + notDrawn(partners, wording)).joined(separator: " ")
    }

    /// Who has no picture, and why.
    private static func notDrawn(_ partners: PartnerUnits, _ wording: Wording) -> [String] {
        let nouns = wording.nouns
        let withheld = partners.units.filter(\.isWithheld).map(\.name)
        let without = partners.units.filter { !$0.isWithheld && !$0.hasResultsAfter }.map(\.name)
        let more = partners.units.count(where: \.isDrawn) - partners.drawn.count
        func sentence(_ names: [String], _ reason: String) -> String? {
            guard !names.isEmpty else { return nil }
            let shown = names.prefix(PartnerUnits.most) + (names.count > PartnerUnits.most ? ["others"] : [])
            return "Not drawn, \(reason): \(Wording.list(Array(shown)))."
        }
        return [
            sentence(withheld, "as too few pupils stand behind the figures, or as they would tell of such figures"),
            sentence(without, "as there are no results after the start"),
            more > 0
                ? "\(Numeral.count(Double(more))) further \(nouns.unit(more)) \(more == 1 ? "is" : "are") not drawn; the table "
                    + "below the last picture has all." : nil,
        ].compactMap { $0 }
    }
}
