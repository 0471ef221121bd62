/// A scale from values to positions with ticks at round numbers.
struct Axis: Sendable {
    var ticks: [Double]
    var decimals: Int
    /// The ends of the scale in values, and where they lie on the canvas.
    var domain: ClosedRange<Double>
    var range: (from: Double, to: Double)

    /// - Parameters:
    ///   - values: what must lie on the axis; anything not finite is ignored.
    ///   - count: about how many ticks.
    init(covering values: [Double], count: Int = 5, range: (from: Double, to: Double)) {
        let finite = values.filter(\.isFinite)
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if low == high {
            let room = max(low.magnitude * 0.05, 0.5)
            (low, high) = (low - room, high + room)
        }
        let step = Self.niceStep((high - low) / Double(max(1, count - 1)))
        let first = (low / step).rounded(.down)
        let last = (high / step).rounded(.up)
        ticks = first < last ? stride(from: first, through: last, by: 1).map { $0 * step } : [low, high]
        decimals = Numeral.decimals(for: step, digits: 1)
        domain = (ticks.first ?? low)...(ticks.last ?? high)
        self.range = range
    }

    func position(_ value: Double) -> Double {
        let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
        return range.from + share * (range.to - range.from)
    }

    func label(_ tick: Double) -> String { Numeral.fixed(tick, decimals: decimals) }

    /// 1, 2 or 5 times a power of ten, the least that is not below `step`.
    static func niceStep(_ step: Double) -> Double {
        guard step > 0, step.isFinite else { return 1 }
        var power = 1.0
        while power * 10 <= step { power *= 10 }
        while power > step { power /= 10 }
        return [1.0, 2, 5, 10].map { $0 * power }.first { $0 >= step * 0.999_999 } ?? power * 10
    }
}

/// Calendar periods along a chart, among them those without results.
public struct PeriodMark: Sendable, Equatable {
    /// As the input wrote it, such as `2018/19`.
    public var label: String
    /// Calendar steps; periods without results keep their place.
    public var ordinal: Int
    public var hasResults: Bool

    public init(label: String, ordinal: Int, hasResults: Bool = true) {
        self.label = label
        self.ordinal = ordinal
        self.hasResults = hasResults
    }
}

/// The horizontal axis of periods: one step a calendar step, periods without results shown as holes.
struct PeriodAxis: Sendable {
    var marks: [PeriodMark]
    var range: (from: Double, to: Double)

    /// Fills ordinals that no mark has, so that a hole keeps its width even where nobody named it.
    init(_ marks: [PeriodMark], range: (from: Double, to: Double)) {
        var byOrdinal: [Int: PeriodMark] = [:]
        for mark in marks { byOrdinal[mark.ordinal] = mark }
        let ordinals = marks.map(\.ordinal)
        if let first = ordinals.min(), let last = ordinals.max(), last - first < 200 {
            self.marks = (first...last).map { byOrdinal[$0] ?? PeriodMark(label: "", ordinal: $0, hasResults: false) }
        } else {
            self.marks = marks.sorted { $0.ordinal < $1.ordinal }
        }
        self.range = range
    }

    var step: Double { (range.to - range.from) / Double(max(1, marks.count)) }

    func position(_ ordinal: Int) -> Double {
        let index = marks.firstIndex { $0.ordinal == ordinal } ?? 0
        return range.from + (Double(index) + 0.5) * step
    }

    func ordinal(of label: String) -> Int? { marks.first { $0.label == label }?.ordinal }

    /// `2018/19` and `201819` as `18/19`: the century is in the table below the chart.
    static func short(_ label: String) -> String {
        let digits = label.filter(\.isNumber)
        if label.count == 7, digits.count == 6, label.hasPrefix("20") || label.hasPrefix("19") {
            return String(label.dropFirst(2)).split(separator: "-").joined(separator: "/")
        }
        if label.count == 6, digits.count == 6 { return label.dropFirst(2).prefix(2) + "/" + label.suffix(2) }
        return label
    }

    /// Bands where there are no results, and as many labels as fit side by side.
    func draw(on canvas: inout Canvas, top: Double, bottom: Double) {
        drawHoles(on: &canvas, top: top, bottom: bottom)
        drawLabels(on: &canvas, bottom: bottom)
    }

    /// - Parameter isNamed: says in each band what it is, where there is room.
    func drawHoles(on canvas: inout Canvas, top: Double, bottom: Double, isNamed: Bool = true) {
        var index = 0
        while index < marks.count {
            guard !marks[index].hasResults else {
                index += 1
                continue
            }
            let end = marks[index...].firstIndex { $0.hasResults } ?? marks.count
            let left = range.from + Double(index) * step
            let width = Double(end - index) * step
            canvas.rectangle(x: left, y: top, width: width, height: bottom - top, fill: Canvas.Colour.hole)
            for x in [left, left + width] {
                canvas.line(x, top, x, bottom, colour: Canvas.Colour.quiet, width: 0.75, dash: "2 3")
            }
            let words = width >= Canvas.width(of: "no results") ? ["no results"] : ["no", "results"]
            for (row, word) in words.enumerated() where isNamed && width >= Canvas.width(of: word) {
                canvas.text(
                    word, x: left + width / 2, y: top + 16 + Double(row) * 14, anchor: .middle,
                    colour: Canvas.Colour.quiet)
            }
            index = end
        }
    }

    private func drawLabels(on canvas: inout Canvas, bottom: Double) {
        let labels = marks.map { Self.short($0.label) }
        let widest = labels.map(Canvas.width).max() ?? 0
        let stride = max(1, Int(((widest + 6) / step).rounded(.up)))
        for (index, mark) in marks.enumerated() {
            let x = range.from + (Double(index) + 0.5) * step
            canvas.line(x, bottom, x, bottom + 4, colour: Canvas.Colour.quiet)
            if index.isMultiple(of: stride) {
                canvas.text(
                    labels[index], x: x, y: bottom + 18, anchor: .middle,
                    colour: mark.hasResults ? Canvas.Colour.ink : Canvas.Colour.quiet)
            }
        }
    }
}
