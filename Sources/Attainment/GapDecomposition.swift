import Panels

/// A gap as the sum of two parts: between pupils of the same school, and because group and peers are in different schools.
///
///     within  = Σ_s h_s (peers' mean in s − group's mean in s) / Σ_s h_s,   h_s = W_g W_p / (W_g + W_p)
///     between = gap − within = Σ_s (q_s − p_s) a_s
///
/// W_g and W_p are the weights of group and peers in school s, p_s and q_s its shares of all the group and all peers, and
/// a_s its level once the gap within schools is set aside. `within` is the coefficient of the group in a regression with an
/// effect for each school; a school with pupils of one side only tells nothing of it.
struct GapDecomposition {
    private let group: ClusteredMean
    private let peers: ClusteredMean
    /// Peers minus group in each school that has both. No rows of its own, so that CR1 counts none twice.
    private let differences: ClusteredMean

    /// - Returns: nil where no school holds pupils of both sides.
    init?(group: ClusteredMean, peers: ClusteredMean) {
        var differences = ClusteredMean()
        var position = 0
        var pupils = (group: 0.0, peers: 0.0)
        for (index, unit) in group.units.enumerated() {
            let own = group.parts[index]
            while position < peers.units.count, peers.units[position] < unit { position += 1 }
            guard position < peers.units.count, peers.units[position] == unit else { continue }
            let other = peers.parts[position]
            differences.add(
                unit: unit, n: 0, weight: own.weight * other.weight / (own.weight + other.weight),
                mean: other.mean - own.mean, within: 0)
            pupils.group += group.pupils[index]
            pupils.peers += peers.pupils[position]
        }
        guard differences.total.weight > 0 else { return nil }
        self.group = group
        self.peers = peers
        self.differences = differences
        self.pupils = min(pupils.group, pupils.peers)
    }

    /// Peers minus group within schools.
    var within: Double { differences.total.mean }
    var between: Double { peers.total.mean - group.total.mean - within }
    /// Schools that hold both sides.
    var schools: Int { differences.units.count }
    /// Pupils of the smaller side in those schools: all that `within` rests on.
    private(set) var pupils = 0.0

    /// CR2 with Satterthwaite's degrees of freedom, or CR1, as everywhere; nil where only one school holds both sides.
    func uncertaintyWithin() -> MeanContrast.Uncertainty? {
        MeanContrast(terms: [(1, differences)]).clustered()
    }

    /// The three means share their pupils, so that the degrees of freedom take how they covary into account.
    func uncertaintyBetween() -> MeanContrast.Uncertainty? {
        let contrast = MeanContrast(terms: [(1, peers), (-1, group), (-1, differences)])
        guard var found = contrast.clustered() else { return nil }
        if contrast.hasFewClusters { found.degreesOfFreedom = degreesOfFreedom() ?? found.degreesOfFreedom }
        return found
    }

    /// Satterthwaite's (tr Q)²/‖Q‖² for the adjusted contributions r_s = κ_s'(m_s − M) of the schools, where m_s holds the
    /// means of peers, group and their difference in school s, M their overall means, and pupils are independent with
    /// variance 1/w: Q_st = cov(r_s, r_t).
    func degreesOfFreedom() -> Double? {
        let units = Array(Set(group.units + peers.units)).sorted()
        let means = [peers, group, differences]
        let places = units.map { unit in means.map { $0.position(of: unit) } }
        var kappa: [[Double]] = []
        var own: [Double] = []
        /// cov(κ_s'm_s, M_j).
        var toMeans: [[Double]] = []
        var covariance = [[Double]](repeating: [0, 0, 0], count: 3)
        for place in places {
            let weights = zip(means, place).map { mean, at in at.map { mean.parts[$0].weight } ?? 0 }
            let shares = zip(means, weights).map { $1 / $0.total.weight }
            let factors = zip([1.0, -1, -1], shares).map { $0 * $1 / (1 - $1).squareRoot() }
            let block = Self.covariance(peers: weights[0], group: weights[1])
            let row = (0..<3).map { j in (0..<3).reduce(0) { $0 + factors[$1] * block[$1][j] } }
            kappa.append(factors)
            own.append(zip(row, factors).reduce(0) { $0 + $1.0 * $1.1 })
            toMeans.append(zip(row, shares).map { $0 * $1 })
            for i in 0..<3 { for j in 0..<3 { covariance[i][j] += shares[i] * shares[j] * block[i][j] } }
        }
        func form(_ a: [Double], _ b: [Double]) -> Double {
            (0..<3).reduce(0) { sum, i in sum + (0..<3).reduce(0) { $0 + a[i] * covariance[i][$1] * b[$1] } }
        }
        func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
        var (trace, norm) = (0.0, 0.0)
        for s in units.indices {
            for t in 0...s {
                let value =
                    (s == t ? own[s] : 0) - dot(toMeans[s], kappa[t]) - dot(toMeans[t], kappa[s])
                    + form(kappa[s], kappa[t])
                if s == t { trace += value }
                norm += (s == t ? 1 : 2) * value * value
            }
        }
        let found = trace * trace / norm
        return found.isFinite && found > 0 ? found : nil
    }

    /// Of the means of peers, group and their difference in one school; a side that is not there has none.
    private static func covariance(peers: Double, group: Double) -> [[Double]] {
        let p = peers > 0 ? 1 / peers : 0
        let g = group > 0 ? 1 / group : 0
        guard peers > 0, group > 0 else { return [[p, 0, 0], [0, g, 0], [0, 0, 0]] }
        return [[p, 0, p], [0, g, -g], [p, -g, p + g]]
    }
}

extension GapDraft {
    /// - Parameter isCounted: the pupils behind rows are known; few of them in the schools that hold both sides show nothing.
    mutating func addDecomposition(_ request: GapRequest, isCounted: Bool) {
        guard row.gap != nil, let parts = GapDecomposition(group: group, peers: peers) else { return }
        guard !isCounted || parts.pupils >= Double(request.threshold) else { return }
        let isOneSchool = Set(group.units + peers.units).count == 1
        // Within a single school pupils count as independent, as for its gap, and nothing lies between schools.
        let within =
            isOneSchool
            ? MeanContrast(terms: terms(factor: 1)).independent() : parts.uncertaintyWithin()
        row.within = GapFigure(request.sign * parts.within, within, level: request.level)
        row.between = GapFigure(
            request.sign * parts.between, isOneSchool ? nil : parts.uncertaintyBetween(), level: request.level)
        row.schoolsWithBoth = parts.schools
    }
}
