/// The table of coverage as Markdown, so that it can be published as it is printed.
enum CoverageTable {
    static var head: String {
        let titles = ["design", "schools"] + Method.all.map(\.title) + ["df", "bias"]
        return line(titles) + "\n" + line(titles.enumerated().map { $0.offset < 2 ? "---" : "---:" })
    }

    static func row(_ experiment: Experiment, _ tally: CoverageTally) -> String {
        line(
            [experiment.letter, experiment.title]
                + Method.all.map { tally.coverage($0).map { fixed($0, 3) } ?? "–" }
                + [
                    tally.meanDegreesOfFreedom(.defaultInterval).map { fixed($0, 1) } ?? "–",
                    "\(fixed(tally.bias, 3)) ± \(fixed(tally.biasError, 3))",
                ])
    }

    static func foot(samples: Int) -> String {
        "\n\(samples) samples a row; the simulation's own error of a coverage of .95 is "
            + fixed((0.95 * 0.05 / Double(samples)).squareRoot(), 4) + "."
    }

    static func line(_ fields: [String]) -> String { "| " + fields.joined(separator: " | ") + " |" }

    static func fixed(_ value: Double, _ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1.0) { s, _ in s * 10 }
        let whole = Int((abs(value) * scale).rounded())
        let digits = String(whole)
        let padded = String(repeating: "0", count: max(0, decimals + 1 - digits.count)) + digits
        let sign = value < 0 && whole > 0 ? "-" : ""
        return sign + padded.dropLast(decimals) + (decimals > 0 ? "." + padded.suffix(decimals) : "")
    }
}
