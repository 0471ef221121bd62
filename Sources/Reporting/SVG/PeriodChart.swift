/// A chart of one or more series over periods: the frame that the trend chart and the gap chart share.
struct PeriodChart {
    struct Point {
        var ordinal: Int
        var value: Double
        var lower: Double?
        var upper: Double?
    }

    struct Series {
        var name: String
        var style: Canvas.Style
        /// In the order of periods; withheld and absent points are not among them.
        var points: [Point]
    }

    var id: String
    var title: String
    var description: String
    /// What the vertical axis measures.
    var measure: String
    var periods: [PeriodMark]
    var series: [Series]
    /// Ordinals of periods where a figure is withheld.
    var withheld: [Int] = []
    /// The first period that the partnership could affect.
    var start: Int?
    /// A line at zero belongs on the chart.
    var showsZero = false

    func draw() -> Markup {
        let shown = series.filter { !$0.points.isEmpty }
        let top = 34 + Double(shown.count) * 19
        var canvas = Canvas(id: id, title: title, description: description, height: top + 232)
        for (index, one) in shown.enumerated() {
            canvas.legend(one.name, style: one.style, x: 4, y: 16 + Double(index) * 19)
        }
        canvas.text(Canvas.clipped(measure, to: Canvas.width - 8), x: 4, y: top - 12, colour: Canvas.Colour.quiet)
        let bottom = top + 200
        var values = shown.flatMap(\.points).flatMap { [$0.value, $0.lower, $0.upper].compactMap { $0 } }
        if showsZero { values.append(0) }
        let vertical = Axis(covering: values, range: (bottom - 6, top + 6))
        let left = 12 + (vertical.ticks.map { Canvas.width(of: vertical.label($0)) }.max() ?? 0)
        let horizontal = PeriodAxis(periods, range: (left, Canvas.width - 4))
        horizontal.draw(on: &canvas, top: top, bottom: bottom)
        for tick in vertical.ticks {
            let y = vertical.position(tick)
            let isZero = showsZero && tick == 0
            canvas.line(left, y, Canvas.width - 4, y, colour: isZero ? Canvas.Colour.quiet : Canvas.Colour.grid)
            canvas.text(vertical.label(tick), x: left - 6, y: y + 4, anchor: .end)
        }
        drawStart(on: &canvas, horizontal, top: top, bottom: bottom)
        for ordinal in withheld {
            canvas.text(
                "c", x: horizontal.position(ordinal), y: bottom - 10, anchor: .middle, colour: Canvas.Colour.quiet)
        }
        for (index, one) in shown.enumerated() {
            let shift =
                shown.count > 1 && one.points.contains { $0.lower != nil }
                ? (Double(index) - Double(shown.count - 1) / 2) * 7 : 0
            canvas.series(one, horizontal, vertical, shift: shift)
        }
        return canvas.svg
    }

    private func drawStart(on canvas: inout Canvas, _ axis: PeriodAxis, top: Double, bottom: Double) {
        guard let start, let first = axis.marks.first?.ordinal, start > first,
            axis.marks.contains(where: { $0.ordinal == start })
        else { return }
        let x = (axis.position(start) + axis.position(start - 1)) / 2
        canvas.line(x, top, x, bottom, colour: Canvas.Colour.ink, width: 1.25, dash: "5 3")
        let isRight = x > Canvas.width * 0.6
        canvas.text("start", x: x + (isRight ? -5 : 5), y: bottom - 6, anchor: isRight ? .end : .start)
    }
}

extension Canvas {
    /// The line breaks wherever a period between two points has no point of the series.
    mutating func series(
        _ series: PeriodChart.Series, _ horizontal: PeriodAxis, _ vertical: Axis, shift: Double = 0, size: Double = 4
    ) {
        var run: [(x: Double, y: Double)] = []
        var last: Int?
        for point in series.points {
            if let last, point.ordinal - last > 1 {
                path(run, style: series.style)
                run = []
            }
            run.append((horizontal.position(point.ordinal) + shift, vertical.position(point.value)))
            last = point.ordinal
        }
        path(run, style: series.style)
        for point in series.points {
            let x = horizontal.position(point.ordinal) + shift
            if let lower = point.lower, let upper = point.upper {
                whisker(
                    x: x, from: vertical.position(lower), to: vertical.position(upper), colour: series.style.colour)
            }
            mark(x, vertical.position(point.value), style: series.style, size: size)
        }
    }
}
