import Inference

/// The answer as a picture of one line an estimate: the figure, its interval, and zero.
enum IntervalStrip {
    struct Row {
        var name: String
        var effect: Effect

        init(_ name: String, _ effect: Effect) {
            self.name = name
            self.effect = effect
        }
    }

    static func svg(rows: [Row], outcome: OutcomeName, level: String, id: String) -> String? {
        let shown = rows.filter { $0.effect.estimate != nil && !$0.effect.isSuppressed }
        let values = shown.flatMap { [$0.effect.estimate, $0.effect.lower, $0.effect.upper].compactMap { $0 } }
        guard !values.isEmpty else { return nil }
        let bottom = 8 + Double(shown.count) * 44
        var canvas = Canvas(
            id: id, title: "The estimates and their intervals",
            description: shown.map { "\($0.name): \(words($0.effect, outcome, level))" }.joined(separator: ". ") + ".",
            height: bottom + 40)
        let axis = Axis(covering: values + [0], range: (16, Canvas.width - 16))
        let zero = axis.position(0)
        for (index, row) in shown.enumerated() {
            let top = 8 + Double(index) * 44
            canvas.line(zero, top + 17, zero, top + 38, colour: Canvas.Colour.ink, width: 1.25)
            draw(row, top: top, on: &canvas, axis)
        }
        canvas.line(16, bottom, Canvas.width - 16, bottom, colour: Canvas.Colour.quiet)
        for tick in axis.ticks {
            let x = axis.position(tick)
            canvas.line(x, bottom, x, bottom + 4, colour: Canvas.Colour.quiet)
            canvas.text(axis.label(tick), x: x, y: bottom + 17, anchor: .middle)
        }
        canvas.text(
            "Difference (\(outcome.unit)); 0 is no effect", x: Canvas.width / 2,
            y: bottom + 35,
            anchor: .middle, colour: Canvas.Colour.quiet)
        return canvas.svg.text
    }

    private static func draw(_ row: Row, top: Double, on canvas: inout Canvas, _ axis: Axis) {
        guard let estimate = row.effect.estimate else { return }
        canvas.text(Canvas.clipped(row.name, to: Canvas.width - 24), x: 16, y: top + 12)
        if let lower = row.effect.lower, let upper = row.effect.upper {
            let (left, right) = (axis.position(lower), axis.position(upper))
            canvas.line(left, top + 27, right, top + 27, colour: Canvas.Colour.partners, width: 3)
            for x in [left, right] { canvas.line(x, top + 22, x, top + 32, colour: Canvas.Colour.partners, width: 2) }
        }
        canvas.mark(axis.position(estimate), top + 27, style: .partners, size: 5.5)
    }

    private static func words(_ effect: Effect, _ outcome: OutcomeName, _ level: String) -> String {
        let precision = Wording().precision(effect)
        guard let estimate = effect.estimate else { return "" }
        let interval = effect.lower.flatMap { low in
            effect.upper.map { ", \(level) interval \(precision(low)) to \(precision($0))" }
        }
        return "\(precision(estimate)) \(outcome.unit)" + (interval ?? "")
    }
}
