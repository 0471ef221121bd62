/// How alike the two groups were before the start: one dot a characteristic, lines at ±0.25 standard deviations.
public enum BalanceChart {
    /// - Parameter before: the same characteristics before a comparison was built, drawn hollow behind it; empty for none.
    /// - Returns: SVG, nil where no difference can be drawn.
    public static func svg(_ rows: [BalanceRow], before: [BalanceRow] = [], id: String) -> String? {
        let shown = rows.filter { !$0.isSuppressed && $0.standardisedDifference != nil }
        guard !shown.isEmpty else { return nil }
        let limit = BalanceRow.limit
        let rowHeight = 40.0
        let top = 46.0
        let bottom = top + Double(shown.count) * rowHeight + 4
        var canvas = Canvas(
            id: id, title: "Balance of the two groups before the start",
            description: "Standardised difference between partners and comparison schools before the start, one dot a "
                + "characteristic. Filled circles lie within 0.25 standard deviations, hollow diamonds beyond. The "
                + "figures are in the table below."
                + (before.isEmpty ? "" : " Hollow squares show the same before the comparison was built."),
            height: bottom + 44)
        canvas.legend("within ±0.25", style: .partners, x: 4, y: 16)
        canvas.legend("beyond", style: beyond, x: 150, y: 16)
        if !before.isEmpty { canvas.legend("before", style: earlier, x: 240, y: 16) }
        let known = (shown + before.filter { !$0.isSuppressed }).compactMap(\.standardisedDifference)
        let reach = max(0.5, known.map(\.magnitude).max() ?? 0)
        let axis = Axis(covering: [-reach, reach], range: (24, Canvas.width - 24))
        for bound in [-limit, limit] {
            let x = axis.position(bound)
            canvas.line(x, top - 10, x, bottom, colour: Canvas.Colour.quiet, width: 1.25, dash: "5 3")
        }
        canvas.line(axis.position(0), top - 10, axis.position(0), bottom, colour: Canvas.Colour.ink)
        for (index, row) in shown.enumerated() {
            guard let difference = row.standardisedDifference else { continue }
            let y = top + Double(index) * rowHeight
            canvas.text(Canvas.clipped(row.title ?? row.variable, to: Canvas.width - 60), x: 4, y: y + 8)
            canvas.text(Numeral.fixed(difference, decimals: 2), x: Canvas.width - 4, y: y + 8, anchor: .end)
            canvas.line(24, y + 21, Canvas.width - 24, y + 21)
            if let first = before.first(where: { $0.variable == row.variable && !$0.isSuppressed }),
                let difference = first.standardisedDifference
            {
                canvas.mark(axis.position(difference), y + 21, style: earlier, size: 4)
            }
            canvas.mark(
                axis.position(difference), y + 21, style: difference.magnitude > limit ? beyond : .partners, size: 5)
        }
        for tick in axis.ticks {
            let x = axis.position(tick)
            canvas.line(x, bottom, x, bottom + 4, colour: Canvas.Colour.quiet)
            canvas.text(axis.label(tick), x: x, y: bottom + 18, anchor: .middle)
        }
        canvas.text(
            "Standard deviations; right of 0: partners higher", x: Canvas.width / 2, y: bottom + 38, anchor: .middle,
            colour: Canvas.Colour.quiet)
        return canvas.svg.text
    }

    private static let earlier = Canvas.Style(colour: Canvas.Colour.quiet, shape: .square, isHollow: true)

    private static let beyond = Canvas.Style(
        colour: Canvas.Colour.comparison, dash: "2 3", shape: .diamond, isHollow: true)
}
