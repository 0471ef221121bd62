/// Small multiples: a panel a partner unit, observed against expected, all on the same scales.
struct PartnerPanels {
    struct Panel {
        var name: String
        var observed: [PeriodChart.Point]
        var expected: [PeriodChart.Point]
        /// Ordinals of periods where the unit's figures are withheld.
        var withheld: [Int]
        /// The ordinal of the unit's own start.
        var start: Int?
    }

    var id: String
    var title: String
    var description: String
    /// What the vertical axes measure.
    var measure: String
    /// What a panel is of, such as `school`.
    var noun: String
    var periods: [PeriodMark]
    var panels: [Panel]
    /// What every vertical axis covers, on this page and on the others.
    var values: [Double]

    private static let height = 104.0
    private static let pitch = 154.0
    private static let gap = 16.0

    func draw() -> Markup {
        let columns = min(2, max(1, panels.count))
        let rows = (panels.count + columns - 1) / columns
        let top = 112.0
        var canvas = Canvas(
            id: id, title: title, description: description, height: top + Double(rows) * Self.pitch - 26)
        drawLegend(on: &canvas)
        let scale = Axis(covering: values, range: (0, 1))
        let left = 12 + (scale.ticks.map { Canvas.width(of: scale.label($0)) }.max() ?? 0)
        let width = (Canvas.width - 4 - left - Self.gap * Double(columns - 1)) / Double(columns)
        for (index, panel) in panels.enumerated() {
            let (row, column) = index.quotientAndRemainder(dividingBy: columns)
            let x = left + Double(column) * (width + Self.gap)
            draw(panel, on: &canvas, x: x, width: width, top: top + Double(row) * Self.pitch, hasLabels: column == 0)
        }
        return canvas.svg
    }

    private func drawLegend(on canvas: inout Canvas) {
        canvas.legend("Observed", style: .partners, x: 4, y: 16)
        canvas.legend("Expected without the partnership", style: .counterfactual, x: 4, y: 35)
        canvas.line(17, 42, 17, 58, colour: Canvas.Colour.ink, width: 1.25, dash: "5 3")
        canvas.text("Start in this \(noun)", x: 37, y: 54)
        canvas.text(Canvas.clipped(measure, to: Canvas.width - 8), x: 4, y: 79, colour: Canvas.Colour.quiet)
    }

    private func draw(
        _ panel: Panel, on canvas: inout Canvas, x: Double, width: Double, top: Double, hasLabels: Bool
    ) {
        let bottom = top + Self.height
        let vertical = Axis(covering: values, range: (bottom - 5, top + 5))
        let horizontal = PeriodAxis(periods, range: (x, x + width))
        canvas.text(Canvas.clipped(panel.name, to: width), x: x, y: top - 6)
        horizontal.drawHoles(on: &canvas, top: top, bottom: bottom, isNamed: false)
        for tick in vertical.ticks {
            let y = vertical.position(tick)
            canvas.line(x, y, x + width, y)
            if hasLabels { canvas.text(vertical.label(tick), x: x - 6, y: y + 4, anchor: .end) }
        }
        if let start = panel.start, let first = horizontal.marks.firstIndex(where: { $0.ordinal >= start }), first > 0 {
            let line = horizontal.position(horizontal.marks[first].ordinal) - horizontal.step / 2
            canvas.line(line, top, line, bottom, colour: Canvas.Colour.ink, width: 1.25, dash: "5 3")
        }
        drawEnds(of: horizontal, on: &canvas, x: x, width: width, bottom: bottom)
        for ordinal in marked(panel.withheld, horizontal) {
            canvas.text(
                "c", x: horizontal.position(ordinal), y: bottom - 6, anchor: .middle, colour: Canvas.Colour.quiet)
        }
        let size = min(3, max(1.6, horizontal.step * 0.3))
        canvas.series(
            .init(name: "", style: .counterfactual, points: panel.expected), horizontal, vertical, size: size)
        canvas.series(.init(name: "", style: .partners, points: panel.observed), horizontal, vertical, size: size)
    }

    /// Only the first and the last period are named: a panel has no room for more.
    private func drawEnds(of axis: PeriodAxis, on canvas: inout Canvas, x: Double, width: Double, bottom: Double) {
        for mark in axis.marks {
            let at = axis.position(mark.ordinal)
            canvas.line(at, bottom, at, bottom + 3, colour: Canvas.Colour.quiet)
        }
        guard let first = axis.marks.first, let last = axis.marks.last else { return }
        canvas.text(PeriodAxis.short(first.label), x: x, y: bottom + 17)
        if last.ordinal != first.ordinal {
            canvas.text(PeriodAxis.short(last.label), x: x + width, y: bottom + 17, anchor: .end)
        }
    }

    /// One mark a period, or one a run of periods where they would run into one another.
    private func marked(_ withheld: [Int], _ axis: PeriodAxis) -> [Int] {
        let ordinals = withheld.sorted()
        guard axis.step < Canvas.width(of: "c") + 1 else { return ordinals }
        var runs: [[Int]] = []
        for ordinal in ordinals {
            if let last = runs.last?.last, ordinal - last <= 1 {
                runs[runs.count - 1].append(ordinal)
            } else {
                runs.append([ordinal])
            }
        }
        return runs.map { $0[$0.count / 2] }
    }
}
