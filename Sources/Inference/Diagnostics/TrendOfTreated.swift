import Estimation
import Panels

/// A trend of its own of the treated units: one more each calendar step, counted from each unit's start. In a triple
/// difference it is the peers' alone, so that the gap grows by one each step.
struct TrendOfTreated {
    /// Per cell: its height; 0 for comparison units.
    let height: [Double]

    init(_ design: Design) {
        height = design.unit.indices.map { c in
            design.isGroup?[c] == true ? 0 : Double(design.eventTime[c] ?? 0)
        }
    }
}

extension Fit {
    /// What a change of the cells' mean outcomes adds to each estimate of a fit whose rows are cells.
    func response(to change: [Double]) -> [Double] {
        estimands.indices.map { k in
            change.indices.reduce(0) { change[$1] == 0 ? $0 : $0 + weights[$1, k] * rows.scale[$1] * change[$1] }
        }
    }
}

extension Fit {
    /// What a trend of the treated of so much a step adds to the headline: by the weights of the cells where it is linear in
    /// their means, else by the estimate anew with the trend in the outcome.
    /// - Parameter fitted: the design that the estimator was given.
    func bias(_ fitted: Design, _ options: AnalysisOptions) -> (Double) -> Double? {
        if [.did2x2, .twfe, .eventStudy, .imputation].contains(estimator) {
            let response = keeping([0]).response(to: TrendOfTreated(design).height)[0]
            return { $0 * response }
        }
        guard let method = EstimatorCatalog.entry(estimator)?.make(options.estimation) else { return { _ in nil } }
        let height = TrendOfTreated(fitted).height
        return { slope in
            var moved = fitted
            let q = fitted.moments.variableCount
            for c in height.indices { moved.moments.mean[c * q] += slope * height[c] }
            guard let fit = try? method.fit(moved, nested: nil) else { return nil }
            return fit.estimates[0] - estimates[0]
        }
    }
}

extension Design {
    /// A calendar step as people call it.
    var stepNoun: String {
        switch periods.first?.kind {
        case .year, .academicYear: "year"
        case .term: "term"
        case .date, nil: "step"
        }
    }
}
