import LinearAlgebra
import Panels
import Regression
import Tables

/// What both synthetic estimators share: from a design to weights, effects and each treated unit's own counterfactual.
struct SyntheticEstimate {
    let name: EstimatorName
    let form: SyntheticForm

    /// - Throws: `.doesNotTake` for a gap, absorbed effects or clusters of several units; what `SyntheticPanel` refuses.
    func fit(_ whole: Design) throws(EstimationError) -> Fit {
        try check(whole)
        let first = try SyntheticPanel(whole)
        let usedNames = Set((first.treated.map(\.series) + first.donors).map { first.names[$0] })
        let design = whole.keeping(whole.unit.map { usedNames.contains(whole.units[$0]) })
        let panel = try SyntheticPanel(design)
        let events = Array(
            Set(design.unit.indices.compactMap { design.eventTime[$0] })
        ).sorted()
        let model = SyntheticModel(panel, form, estimands: Self.estimands(design, panel, events))
        let contrasts = model.contrasts()
        // Every estimand was made from cells that are there.
        let kept = contrasts.indices.filter { contrasts[$0] != nil }
        let estimates = model.estimates(model.observed.gaps, contrasts)
        let count = panel.periodCount
        let q = design.moments.variableCount
        var untreated = (0..<design.cellCount).map { design.moments.mean[$0 * q] }
        for (i, unit) in panel.treated.enumerated() {
            for t in 0..<count {
                for c in panel.cells[unit.series * count + t] {
                    untreated[c] -= model.observed.gaps[i * count + t] * panel.scale
                }
            }
        }
        let cells = EstimandCells(design: design, eventTime: design.eventTime)
        let asked = model.keeping(kept)
        return Fit(
            estimator: name, design: design,
            rows: CompressedRows(derived: [], named: design.outcome, weight: [], cell: []), estimands: asked.estimands,
            estimates: kept.map { estimates[$0] ?? 0 }, weights: Matrix(0, kept.count), residuals: Matrix(0, 1),
            basis: .synthetic(asked), effects: [], untreatedOutcome: untreated,
            warnings: first.warnings,
            cellWeights: asked.estimands.map { cells.weights($0).map { CellWeights($0) } ?? .none })
    }

    private static func estimands(_ design: Design, _ panel: SyntheticPanel, _ events: [Int]) -> [Estimand] {
        let means = EstimandCells.allMeans(design, events: events)
        guard panel.starts.count > 1 else { return means }
        return means
            + panel.starts.flatMap { start in
                panel.periods.map { Estimand(.groupTime(cohort: start.ordinal, period: $0)) }
            }
    }

    private func check(_ design: Design) throws(EstimationError) {
        func refused(_ what: String, _ instead: String) -> EstimationError {
            .doesNotTake(estimator: name.rawValue, what: what, instead: instead)
        }
        try design.refuseAbsorbed(name)
        guard design.isGroup == nil else {
            throw refused("--gap", "estimate each group by itself with --by, or use --estimator imputation")
        }
        let shared = design.clusters.first { cluster in
            !cluster.isNested(in: design.unitFactor)
        }
        if let shared {
            throw refused(
                "--cluster \(shared.name), which joins units",
                "leave it out: placebos put whole units in the treated units' places")
        }
    }
}
