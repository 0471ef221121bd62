import Inference

/// The estimate in each period before and after the start, with its interval.
public enum EventStudyChart {
    /// - Parameters:
    ///   - effects: rows of kind `event`; event times without a row are holes.
    ///   - reference: the event time that is zero by construction, where there is one.
    /// - Returns: SVG, nil where no estimate can be drawn.
    public static func svg(
        _ effects: [Effect], reference: Int?, outcome: OutcomeName, step: String = "years", id: String
    ) -> String? {
        let events = effects.filter {
            $0.kind == .event && !$0.isSuppressed && $0.eventTime != nil && $0.estimate != nil
        }
        var points = events.compactMap { effect -> PeriodChart.Point? in
            guard let time = effect.eventTime, let value = effect.estimate else { return nil }
            return PeriodChart.Point(ordinal: time, value: value, lower: effect.lower, upper: effect.upper)
        }
        guard !points.isEmpty else { return nil }
        let estimated = Set(points.map(\.ordinal))
        if let reference, !estimated.contains(reference) { points.append(.init(ordinal: reference, value: 0)) }
        points.sort { $0.ordinal < $1.ordinal }

        let top = 58.0
        let bottom = 258.0
        var canvas = Canvas(
            id: id, title: "\(outcome.title): estimate by \(step) from the start",
            description: "Estimated difference between partners and comparison schools in each period counted from the "
                + "start, with intervals. Before the start the estimates should lie near zero; after it they are the "
                + "effect. The figures are in the table below.",
            height: 302)
        canvas.legend("Estimate with its interval", style: .partners, x: 4, y: 16)
        canvas.text(
            Canvas.clipped("Difference (\(outcome.unit))", to: Canvas.width - 8), x: 4, y: top - 14,
            colour: Canvas.Colour.quiet)
        let vertical = Axis(
            covering: points.flatMap { [$0.value, $0.lower, $0.upper].compactMap { $0 } } + [0],
            range: (bottom - 6, top + 6))
        let left = 12 + (vertical.ticks.map { Canvas.width(of: vertical.label($0)) }.max() ?? 0)
        let marks = points.map { PeriodMark(label: label($0.ordinal), ordinal: $0.ordinal) }
        let horizontal = PeriodAxis(marks, range: (left, Canvas.width - 4))
        horizontal.draw(on: &canvas, top: top, bottom: bottom)
        for tick in vertical.ticks {
            let y = vertical.position(tick)
            canvas.line(
                left, y, Canvas.width - 4, y, colour: tick == 0 ? Canvas.Colour.ink : Canvas.Colour.grid,
                width: tick == 0 ? 1.25 : 1)
            canvas.text(vertical.label(tick), x: left - 6, y: y + 4, anchor: .end)
        }
        drawStart(on: &canvas, horizontal, points: points, top: top, bottom: bottom)
        for point in points {
            let x = horizontal.position(point.ordinal)
            let isReference = point.ordinal == reference && !estimated.contains(point.ordinal)
            if let lower = point.lower, let upper = point.upper {
                canvas.whisker(
                    x: x, from: vertical.position(lower), to: vertical.position(upper), colour: Canvas.Colour.partners)
            }
            let style =
                isReference
                ? Canvas.Style(colour: Canvas.Colour.quiet, shape: .diamond, isHollow: true) : .partners
            canvas.mark(x, vertical.position(point.value), style: style)
        }
        canvas.text(
            Wording.capitalisedFirst(step) + " from the start (0 is the first affected)", x: Canvas.width / 2,
            y: bottom + 38,
            anchor: .middle, colour: Canvas.Colour.quiet)
        return canvas.svg.text
    }

    private static func label(_ time: Int) -> String { Numeral.count(Double(time)) }

    private static func drawStart(
        on canvas: inout Canvas, _ axis: PeriodAxis, points: [PeriodChart.Point], top: Double, bottom: Double
    ) {
        guard points.contains(where: { $0.ordinal < 0 }), axis.marks.contains(where: { $0.ordinal == 0 }),
            axis.marks.contains(where: { $0.ordinal == -1 })
        else { return }
        let x = (axis.position(0) + axis.position(-1)) / 2
        canvas.line(x, top, x, bottom, colour: Canvas.Colour.ink, width: 1.25, dash: "5 3")
    }
}
