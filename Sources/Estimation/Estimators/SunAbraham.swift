import Panels
import Regression
import Tables

/// An event study with an effect of its own for each start, beside unit and period effects: Y = Σ δ(g, ℓ)·1{start g}·1{event
/// time ℓ} + a_unit + b_period + absorbed + covariates + ε, and means of the δ by the rows behind them.
///
/// Nothing compares with units already treated, as the event study of `EventStudy` does where starts differ. Each start's
/// reference is its last event time before the start: −1, or the last before it where −1 is a hole. Units that never start
/// are the comparison; where there are none, those that start last, and periods from their start on are left out. Units
/// treated from their first period are left out. With a window, event times outside are joined to its ends within each
/// start. The shares in means are taken as given.
/// - Source: Sun & Abraham (2021), Journal of Econometrics 225.
public struct SunAbraham: Estimator {
    public static let name = EstimatorName.sunAbraham
    public let window: ClosedRange<Int>?
    public let comparison: ComparisonUnits?
    /// See `EventStudy.balanced`.
    public let balance: Int?

    public init(window: ClosedRange<Int>? = nil, comparison: ComparisonUnits? = nil, balance: Int? = nil) {
        self.window = window
        self.balance = balance
        self.comparison = comparison
    }

    /// - Throws: `.neverTreatedCompare` where those that start last are asked for and some never start; `.noPeriodBefore`.
    public func fit(_ whole: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try fit(whole, nested: nested, headlineAlone: false)
    }

    public func headline(_ design: Design) throws(EstimationError) -> Fit {
        try fit(design, nested: nil, headlineAlone: true)
    }

    private func fit(_ whole: Design, nested: CellFactor?, headlineAlone: Bool) throws(EstimationError) -> Fit {
        let present = whole.isPresentUnit
        let never = whole.units.indices.filter { present[$0] && whole.start[$0] == nil }.count
        if comparison == .notYet, never > 0 { throw .neverTreatedCompare(units: never) }
        var used = ComparableCells(whole)
        used.takeLastAsComparison()
        used.leaveOutAlwaysTreated()
        let design = used.design
        guard design.isTreated.contains(true) else {
            throw .noPeriodBefore(
                units: whole.isTreatedUnit.filter { $0 }.count, firstPeriod: whole.periods.first?.label ?? "")
        }
        var eventTime = EventStudy.binned(design, window: window)
        let cells = CohortCells(design, eventTime: eventTime)
        let references = cells.references
        let keys = cells.keys.filter { !references.contains($0) }
        // What is compared with is no estimate: it takes no part in means.
        for key in references { for c in cells.cells(key) { eventTime[c] = nil } }
        eventTime = EventStudy.balanced(eventTime, design, balance)
        let events = Set(keys.map(\.step)).sorted()
        var fit = try TreatmentRegression(
            estimator: Self.name, design: design, effects: design.effects, treatment: keys.map(cells.column),
            eventTime: eventTime,
            estimands: headlineAlone
                ? [EstimandCells.headline(design)]
                : EstimandCells.allMeans(design, events: events) + cells.groupTimes(keys),
            reportsCoefficients: !headlineAlone
        ).fit(nested: used.rest(of: nested))
        fit.warnings = used.warnings + referenceWarning(cells, references) + fit.warnings
        return fit
    }

    /// Starts that are not compared with the period just before them.
    private func referenceWarning(_ cells: CohortCells, _ references: [CohortCells.Key]) -> [Warning] {
        let others = references.filter { $0.step < -1 }
        guard !others.isEmpty else { return [] }
        let named = others.map { key in
            let period = cells.cells(key).first.map { cells.design.periods[cells.design.period[$0]].label } ?? ""
            return "those that start in \(cells.design.label(ofOrdinal: key.start)) with \(period)"
        }
        var seen: [String] = []
        for name in named where !seen.contains(name) { seen.append(name) }
        return [
            Warning(
                "reference-period",
                "no results in the period just before the start; compared instead: \(seen.joined(separator: "; "))")
        ]
    }
}
