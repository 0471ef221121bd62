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
    /// What a change of the cells' mean outcomes adds to the headline, where that is linear in them: by its weights, or where rows
    /// are not cells by the estimator's own work on the change. Nil where it has no answer.
    func headlineResponse(to change: [Double], _ estimator: any Estimator) -> Double? {
        guard rows.isDerived else { return response(to: change)[0] }
        var other = design
        let q = design.moments.variableCount
        for (c, value) in change.enumerated() { other.moments.mean[c * q] = value }
        return (try? estimator.fit(other, nested: nil))?.estimates.first
    }

    /// What a change of the cells' mean outcomes adds to each estimate of a fit whose rows are cells.
    func response(to change: [Double]) -> [Double] {
        estimands.indices.map { k in
            change.indices.reduce(0) { change[$1] == 0 ? $0 : $0 + weights[$1, k] * rows.scale[$1] * change[$1] }
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
