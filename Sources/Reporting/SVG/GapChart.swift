import Attainment

/// The gap between a group and its peers by period, in partner and in comparison schools, with intervals.
public enum GapChart {
    /// - Parameters:
    ///   - rows: one row an arm and period; `by` holds both.
    ///   - armColumn: the column of `by` with the values of `arms`, partners first.
    ///   - timeColumn: the column of `by` with the labels of `periods`.
    /// - Returns: SVG, nil where no point can be drawn.
    public static func svg(
        _ rows: [GapRow], periods: [PeriodMark], start: Int?, outcome: OutcomeName, group: String, armColumn: String,
        arms: (partners: String, comparison: String), timeColumn: String, id: String
    ) -> String? {
        let ordinals = Dictionary(periods.map { ($0.label, $0.ordinal) }, uniquingKeysWith: { first, _ in first })
        func value(_ row: GapRow, _ column: String) -> String? { row.by.first { $0.column == column }?.value }
        func points(_ arm: String) -> [PeriodChart.Point] {
            rows.filter { value($0, armColumn) == arm && !$0.isSuppressed }.compactMap { row in
                guard let gap = row.gap, let ordinal = value(row, timeColumn).flatMap({ ordinals[$0] }) else {
                    return nil
                }
                return PeriodChart.Point(ordinal: ordinal, value: gap, lower: row.lower, upper: row.upper)
            }.sorted { $0.ordinal < $1.ordinal }
        }
        let partners = points(arms.partners)
        let comparison = points(arms.comparison)
        guard !partners.isEmpty || !comparison.isEmpty else { return nil }
        let withheld = rows.filter(\.isSuppressed).compactMap { value($0, timeColumn).flatMap { ordinals[$0] } }
        let chart = PeriodChart(
            id: id, title: "The gap in \(outcome.title) by period",
            description: (outcome.isLowerBetter
                ? "The mean of \(group) minus their peers', by period"
                : "Peers' mean minus the mean of \(group), by period")
                + ", with intervals. A solid line with filled "
                + "circles shows partner schools, a dashed line with squares comparison schools. Lower means a smaller "
                + "gap. The figures are in the table below.",
            measure: "Gap (\(outcome.unit)); above 0: behind", periods: periods,
            series: [
                .init(name: "Partner schools", style: .partners, points: partners),
                .init(name: "Comparison schools", style: .comparison, points: comparison),
            ], withheld: withheld, start: start, showsZero: true)
        return chart.draw().text
    }
}
