import Panels

/// What is taken off a unit's results after its start: its mean before it, or its own line before it, continued.
public enum RollingTransformation: String, Sendable, CaseIterable {
    case demean, detrend

    /// Results before the start that it takes.
    var needed: Int { self == .demean ? 1 : 2 }
}

/// Results after a start less what the unit's own results before it lead to expect.
struct RollingOutcomes {
    let panel: UnitPeriods
    let transformation: RollingTransformation

    /// Starts with enough periods before them, ascending, and those without.
    var starts: (usable: [Int], tooEarly: [Int]) {
        let all = panel.starts
        let isUsable = all.map { g in panel.present.count { panel.ordinals[$0] < g } >= transformation.needed }
        return (
            all.indices.filter { isUsable[$0] }.map { all[$0] }, all.indices.filter { !isUsable[$0] }.map { all[$0] }
        )
    }

    /// Periods with results from a start on.
    func periods(from start: Int) -> [Int] { panel.present.filter { panel.ordinals[$0] >= start } }

    /// Per period: the result of a series less its mean or line before a start; nil where it has no result. Nil altogether
    /// where it has too few before.
    func rolled(_ s: Int, before start: Int) -> [Double?]? {
        let before = panel.present.filter { panel.ordinals[$0] < start && panel.hasResult(s, $0) }
        guard before.count >= transformation.needed else { return nil }
        let count = Double(before.count)
        let mean = before.reduce(0) { $0 + panel.outcome(s, $1) } / count
        let time = panel.ordinals.map(Double.init)
        let centre = before.reduce(0) { $0 + time[$1] } / count
        var slope = 0.0
        if transformation == .detrend {
            let spread = before.reduce(0) { $0 + (time[$1] - centre) * (time[$1] - centre) }
            slope = before.reduce(0) { $0 + (time[$1] - centre) * (panel.outcome(s, $1) - mean) } / spread
        }
        return panel.ordinals.indices.map { t in
            panel.hasResult(s, t) ? panel.outcome(s, t) - mean - slope * (time[t] - centre) : nil
        }
    }

    /// Per series: its mean weight over its results.
    var weights: [Double] {
        panel.series.indices.map { s in
            let own = panel.present.filter { panel.hasResult(s, $0) }
            return own.reduce(0) { $0 + panel.weight(s, $1) } / Double(max(1, own.count))
        }
    }

    /// Per series: its mean covariates over periods in which nobody has started; nil where it has no result there.
    var covariates: [[Double]?] {
        let first = panel.starts.first ?? .max
        return panel.series.indices.map { s in
            let own = panel.present.filter { panel.hasResult(s, $0) && panel.ordinals[$0] < first }
            guard !own.isEmpty else { return nil }
            return panel.covariates.indices.map { j in
                own.reduce(0) { $0 + panel.covariate(j, s, $1) } / Double(own.count)
            }
        }
    }
}
