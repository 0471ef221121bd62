import Inference

/// What happened in both groups, and the path expected of the partners without the partnership.
public enum TrendChart {
    /// - Parameters:
    ///   - path: both arms, one point a period; withheld points leave a hole marked `c`.
    ///   - periods: every period of the axis, also those without results.
    ///   - whom: the group that the paths are of, where they are not of all pupils.
    ///   - start: the first period that the partnership could affect.
    /// - Returns: SVG, nil where no point can be drawn.
    public static func svg(
        _ path: [PathPoint], periods: [PeriodMark], start: Int?, outcome: OutcomeName, whom: String? = nil, id: String
    ) -> String? {
        let shown = path.filter { !$0.isSuppressed }.sorted { $0.ordinal < $1.ordinal }
        guard shown.contains(where: { $0.observed != nil }) else { return nil }
        func points(_ arm: PathPoint.Arm, _ value: (PathPoint) -> Double?) -> [PeriodChart.Point] {
            shown.filter { $0.arm == arm }.compactMap { point in
                value(point).map { PeriodChart.Point(ordinal: point.ordinal, value: $0) }
            }
        }
        let chart = PeriodChart(
            id: id,
            title: "\(outcome.title): actual and expected without the partnership" + (whom.map { ": \($0)" } ?? ""),
            description: "Mean \(outcome.title) by period. A solid line with filled circles shows the partners as "
                + "observed, a dotted line with diamonds what was expected of them without the partnership, a dashed "
                + "line with squares the comparison schools. The figures are in the table below.",
            measure: "Mean (\(outcome.unit))", periods: periods,
            series: [
                .init(name: "Partners, observed", style: .partners, points: points(.partners, \.observed)),
                .init(
                    name: "Partners, expected without it", style: .counterfactual,
                    points: points(.partners, \.counterfactual)),
                .init(name: "Comparison, observed", style: .comparison, points: points(.comparison, \.observed)),
            ], withheld: path.filter(\.isSuppressed).map(\.ordinal), start: start)
        return chart.draw().text
    }
}
