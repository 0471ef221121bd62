import Panels

/// Estimands of a regression that has one coefficient for each side and event time: the headline, event times, and periods
/// for the counterfactual's intervals.
struct EventMeans {
    var results: TreatedResults
    /// Per side and event time: regressors with their shares in the effect.
    var place: [[Int: [(Int, Double)]]]
    /// Those with a coefficient, ascending.
    var eventTimes: [Int]

    /// Equal weights.
    static func plain(_ times: [Int]) -> (Int) -> [Int: Double] {
        { _ in Dictionary(uniqueKeysWithValues: times.map { ($0, 1 / Double(times.count)) }) }
    }

    /// By the treated weight behind each event time from 0, within each side.
    func byWeight() -> (Int) -> [Int: Double] {
        { side in
            let whole = results.total { $0.side == side && $0.eventTime >= 0 }
            return Dictionary(
                uniqueKeysWithValues: eventTimes.filter { $0 >= 0 }.map { e in
                    (e, results.total { $0.side == side && $0.eventTime == e } / whole)
                })
        }
    }

    /// - Parameter headline: per side, weights of event times that sum to one.
    func asked(headline: (Int) -> [Int: Double]) -> [DerivedRegression.Asked] {
        let parts = EstimandCells.parts(results.design)
        var asked = parts.map { mean(Estimand(.overall, $0), headline) }
        for part in parts {
            for e in eventTimes { asked.append(mean(Estimand(.event(e), part)) { _ in [e: 1] }) }
        }
        let periods = Array(Set(results.results.filter { $0.eventTime >= 0 }.map(\.period))).sorted()
        for part in parts where part != .gap {
            for t in periods {
                asked.append(
                    mean(Estimand(.calendar(t), part, isReported: false)) { side in
                        var weights: [Int: Double] = [:]
                        let here = results.results.filter { $0.side == side && $0.period == t && $0.eventTime >= 0 }
                        let whole = here.reduce(0) { $0 + $1.weight }
                        for result in here { weights[result.eventTime, default: 0] += result.weight / whole }
                        return weights
                    })
            }
        }
        return asked
    }

    /// Per side: share of each cell in the headline.
    func headlineShares(_ headline: (Int) -> [Int: Double]) -> [[Double]] {
        place.indices.map { side in
            var shares = [Double](repeating: 0, count: results.design.cellCount)
            for (e, weight) in headline(side).sorted(by: { $0.key < $1.key }) {
                guard let part = results.shares({ $0.side == side && $0.eventTime == e }) else { continue }
                for c in shares.indices { shares[c] += weight * part[c] }
            }
            return shares
        }
    }

    /// Sides of a part with their signs.
    static func sides(_ part: Estimand.Part) -> [(side: Int, sign: Double)] {
        switch part {
        case .everyone, .group: [(0, 1)]
        case .peers: [(1, 1)]
        case .gap: [(1, 1), (0, -1)]
        }
    }

    /// A mean of the coefficients; of a gap, the peers' less the group's.
    func mean(_ estimand: Estimand, _ weights: (Int) -> [Int: Double]) -> DerivedRegression.Asked {
        var asked = DerivedRegression.Asked(
            estimand: estimand, contrast: [:],
            cellWeights: [Double](repeating: 0, count: results.design.cellCount))
        for (side, sign) in Self.sides(estimand.part) {
            let chosen = weights(side).sorted { $0.key < $1.key }
            for (e, weight) in chosen {
                for (regressor, share) in place[side][e] ?? [] {
                    asked.contrast[regressor, default: 0] += sign * weight * share
                }
                guard let part = results.shares({ $0.side == side && $0.eventTime == e }) else { continue }
                for c in part.indices { asked.cellWeights[c] += sign * weight * part[c] }
            }
        }
        return asked
    }
}
