/// A drawing in the making: SVG elements in the order in which they are painted, every label escaped.
///
/// Drawings are 360 units wide, so that on a phone a unit is a pixel and no letter is smaller than 12 pixels.
struct Canvas {
    static let width = 360.0
    static let textSize = 12.5

    var height: Double
    /// Names the figure in the ids of its title and description.
    var id: String
    var title: String
    var description: String
    private var body: Markup = ""

    init(id: String, title: String, description: String, height: Double) {
        self.id = id
        self.title = title
        self.description = description
        self.height = height
    }

    enum Anchor: String { case start, middle, end }

    /// The strokes and marks of a series; told apart by dash and shape, not by colour alone.
    struct Style: Sendable {
        enum Shape: Sendable { case circle, square, diamond }
        var colour: String
        var dash: String = ""
        var shape: Shape
        var isHollow = false

        static let partners = Style(colour: Colour.partners, shape: .circle)
        static let comparison = Style(colour: Colour.comparison, dash: "6 3", shape: .square, isHollow: true)
        static let counterfactual = Style(colour: Colour.ink, dash: "2 3", shape: .diamond, isHollow: true)
    }

    enum Colour {
        static let ink = "#1f2933"
        static let quiet = "#52606d"
        static let grid = "#d9dee3"
        static let hole = "#eef1f4"
        static let partners = "#1b4f8a"
        static let comparison = "#a04500"
    }

    mutating func line(
        _ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, colour: String = Colour.grid, width: Double = 1,
        dash: String = ""
    ) {
        body += """
            <line x1="\(Self.at(x1))" y1="\(Self.at(y1))" x2="\(Self.at(x2))" y2="\(Self.at(y2))" stroke="\(colour)" \
            stroke-width="\(Self.at(width))"\(Self.dashed(dash))/>

            """
    }

    mutating func path(_ points: [(x: Double, y: Double)], style: Style) {
        guard points.count > 1 else { return }
        let steps = points.enumerated().map { "\($0 == 0 ? "M" : "L")\(Self.at($1.x)) \(Self.at($1.y))" }
        body += """
            <path d="\(steps.joined(separator: " "))" fill="none" stroke="\(style.colour)" stroke-width="2" \
            stroke-linejoin="round"\(Self.dashed(style.dash))/>

            """
    }

    mutating func rectangle(x: Double, y: Double, width: Double, height: Double, fill: String) {
        body += """
            <rect x="\(Self.at(x))" y="\(Self.at(y))" width="\(Self.at(width))" height="\(Self.at(height))" \
            fill="\(fill)"/>

            """
    }

    mutating func mark(_ x: Double, _ y: Double, style: Style, size: Double = 4) {
        let fill = style.isHollow ? "#ffffff" : style.colour
        let paint: Markup = "fill=\"\(fill)\" stroke=\"\(style.colour)\" stroke-width=\"1.75\""
        switch style.shape {
        case .circle:
            body += "<circle cx=\"\(Self.at(x))\" cy=\"\(Self.at(y))\" r=\"\(Self.at(size))\" \(paint)/>\n"
        case .square:
            let side = size * 1.8
            body += """
                <rect x="\(Self.at(x - side / 2))" y="\(Self.at(y - side / 2))" width="\(Self.at(side))" \
                height="\(Self.at(side))" \(paint)/>

                """
        case .diamond:
            let r = size * 1.25
            let corners = [(x, y - r), (x + r, y), (x, y + r), (x - r, y)]
            let points = corners.map { "\(Self.at($0.0)),\(Self.at($0.1))" }.joined(separator: " ")
            body += "<polygon points=\"\(points)\" \(paint)/>\n"
        }
    }

    /// A label with a white edge, so that it stays legible where a line runs behind it.
    mutating func text(
        _ text: String, x: Double, y: Double, anchor: Anchor = .start, colour: String = Colour.ink
    ) {
        body += """
            <text x="\(Self.at(x))" y="\(Self.at(y))" text-anchor="\(anchor.rawValue)" fill="\(colour)" stroke="#ffffff" \
            stroke-width="3" stroke-linejoin="round" paint-order="stroke" stroke-opacity="0.85">\(text)</text>

            """
    }

    /// An interval with its end caps.
    mutating func whisker(x: Double, from y1: Double, to y2: Double, colour: String) {
        line(x, y1, x, y2, colour: colour, width: 1.5)
        for y in [y1, y2] { line(x - 3, y, x + 3, y, colour: colour, width: 1.5) }
    }

    /// One line of the legend: a sample of the series and its name.
    mutating func legend(_ name: String, style: Style, x: Double, y: Double) {
        line(x, y - 4, x + 26, y - 4, colour: style.colour, width: 2, dash: style.dash)
        mark(x + 13, y - 4, style: style)
        text(name, x: x + 33, y: y)
    }

    /// The whole drawing as an element for a page, or with its namespace as a file of its own.
    var svg: Markup {
        """
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(Self.at(Self.width)) \(Self.at(height))" role="img" \
        aria-labelledby="\(id)-title \(id)-desc" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif" \
        font-size="\(Self.at(Self.textSize))">
        <title id="\(id)-title">\(title)</title>
        <desc id="\(id)-desc">\(description)</desc>
        \(body)</svg>

        """
    }

    /// The width of a text in units, roughly: enough to keep labels apart.
    static func width(of text: String) -> Double { Double(text.count) * textSize * 0.56 }

    /// A label cut to a width; the whole of it stands in the table behind the chart.
    static func clipped(_ text: String, to limit: Double) -> String {
        guard width(of: text) > limit else { return text }
        return text.prefix(max(1, Int(limit / width(of: "n")) - 1)) + "…"
    }

    /// Coordinates to a tenth of a unit.
    static func at(_ value: Double) -> String {
        var text = Numeral.fixed(value, decimals: 1, minus: .hyphen).filter { $0 != "," }
        if text.hasSuffix(".0") { text.removeLast(2) }
        return text
    }

    private static func dashed(_ dash: String) -> Markup { dash.isEmpty ? "" : " stroke-dasharray=\"\(dash)\"" }
}
