import Estimation
import Panels

/// The headline as it would be had the partnership started earlier: on results from before the start alone, where there is
/// nothing to find.
///
/// For one step earlier, two, …: treated results are left out, and so are the periods from the last start on; each treated
/// unit's start is moved back, and what lies between the two starts is taken for treated. Units that then have no period left
/// before the start are left out.
public struct PlaceboInTime: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        /// Calendar steps by which every start is moved back.
        public var steps: Int
        public var estimate: DiagnosticEstimate
        /// Treated units in it, and those left out for want of an earlier period.
        public var units: Int
        public var unitsLeftOut: Int
    }

    public var rows: [Row]
    /// The fewest pupils of the treated units in any of the single steps; nil where pupils are not known.
    public var fewestPupils: Double?
    public var words: String

    /// At most so many steps back.
    static let limit = 5

    static func run(_ design: Design, _ again: SameEstimate) -> PlaceboInTime {
        guard design.onlyStarts else { return PlaceboInTime(rows: [], words: Design.treatmentEnds) }
        var rows: [Row] = []
        var fewest: Double?
        var seen: [[Bool]] = []
        for steps in 1...limit {
            guard let placebo = Placement(design, steps: steps) else { continue }
            // A start moved into a hole is the same placebo as the one before.
            guard !seen.contains(placebo.design.isTreated) else { continue }
            seen.append(placebo.design.isTreated)
            fewest = [fewest, placebo.design.fewestTreatedPupils].compactMap { $0 }.min()
            rows.append(
                Row(
                    steps: steps, estimate: again.result(placebo.design), units: placebo.units,
                    unitsLeftOut: placebo.unitsLeftOut))
        }
        return PlaceboInTime(
            rows: rows, fewestPupils: fewest, words: sentence(rows, step: design.stepNoun, level: again.options.level))
    }

    /// The data and starts of one placebo.
    struct Placement {
        var design: Design
        var units: Int
        var unitsLeftOut: Int

        /// - Returns: nil where no treated unit has a result both before and after the moved start.
        init?(_ whole: Design, steps: Int) {
            let treated = whole.isTreatedUnit
            guard let last = whole.treatedStarts.last else { return nil }
            let ordinal = whole.period.map { whole.periods[$0].ordinal }
            let start = whole.start.indices.map { u in treated[u] ? whole.start[u].map { $0 - steps } : nil }
            var hasBefore = [Bool](repeating: false, count: whole.units.count)
            for c in ordinal.indices where !whole.isTreated[c] && ordinal[c] < last {
                if let moved = start[whole.unit[c]], ordinal[c] < moved { hasBefore[whole.unit[c]] = true }
            }
            let moved = whole.keeping(
                ordinal.indices.map { c in
                    !whole.isTreated[c] && ordinal[c] < last && (!treated[whole.unit[c]] || hasBefore[whole.unit[c]])
                }
            ).starting(start)
            guard moved.isTreated.contains(true) else { return nil }
            design = moved
            units = moved.isTreatedUnit.count { $0 }
            unitsLeftOut = treated.count { $0 } - units
        }
    }

    private static func sentence(_ rows: [Row], step: String, level: Double) -> String {
        let told = rows.filter { $0.estimate.effect?.estimate != nil }
        guard let largest = told.max(by: { size($0) < size($1) }) else {
            guard let first = rows.first, let reason = first.estimate.reason else {
                return "The start cannot be moved back: there are too few periods before it."
            }
            return "With the start moved back there is no estimate: \(reason)."
        }
        let clear = told.filter(\.estimate.isClear).map { "\($0.steps)" }
        let many = told.count == 1 ? "a placebo" : "\(told.count) placebos"
        let found =
            "With the start moved back on results from before it (\(many)), the largest estimate is "
            + "\(largest.estimate.text(level: level)), \(largest.steps) \(step)\(largest.steps == 1 ? "" : "s") early"
        guard !clear.isEmpty else {
            return found + "; no interval excludes zero, which does not show that there was no difference."
        }
        return found + ". The interval excludes zero \(clear.joined(separator: ", ")) \(step)"
            + "\(clear == ["1"] ? "" : "s") early, where there was nothing to find: the two arms did not move alike."
    }

    private static func size(_ row: Row) -> Double { abs(row.estimate.effect?.estimate ?? 0) }
}
