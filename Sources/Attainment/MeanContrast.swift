/// A sum of means with factors, such as the gap between two groups, its change between two periods or its slope over
/// several, with its uncertainty.
///
/// It is the contrast in a regression of the rows on one dummy for each mean, so that everything has a closed form.
struct MeanContrast {
    struct Uncertainty: Equatable {
        var standardError: Double
        var degreesOfFreedom: Double
    }

    var terms: [(factor: Double, mean: ClusteredMean)]

    /// Rows as independent, spreads of their own: √Σ f² s²/n with the degrees of freedom of Welch and Satterthwaite.
    func independent() -> Uncertainty? {
        var variance = 0.0
        var denominator = 0.0
        for (factor, mean) in terms {
            guard let part = mean.total.varianceOfMean.map({ factor * factor * $0 }) else { return nil }
            variance += part
            denominator += part * part / (mean.total.n - 1)
        }
        guard variance > 0 else { return nil }
        return Uncertainty(standardError: variance.squareRoot(), degreesOfFreedom: variance * variance / denominator)
    }

    /// Errors correlated within units. CR2 (Bell & McCaffrey 2002) with Satterthwaite degrees of freedom where there are
    /// fewer than 50 units, or fewer than 10 behind any of the means; else CR1 with G/(G − 1) · (N − 1)/(N − k) and G − 1.
    ///
    /// - Returns: nil where one of the means comes from a single unit: its error cannot be told from these data.
    func clustered() -> Uncertainty? {
        guard terms.allSatisfy({ $0.mean.units.count > 1 }) else { return nil }
        let table = ClusterTable(terms)
        return hasFewClusters ? table.cr2() : table.cr1()
    }

    /// Whether CR2 with Satterthwaite's degrees of freedom stands in for CR1.
    var hasFewClusters: Bool {
        terms.contains { $0.mean.units.count < 10 } || Set(terms.flatMap(\.mean.units)).count < 50
    }

    /// Within a single unit there is nothing to cluster: there, and without units, pupils count as independent.
    func uncertainty(isClustered: Bool) -> Uncertainty? {
        let first = terms.first?.mean.units.first
        let isWithinOneUnit = terms.allSatisfy { $0.mean.units.count < 2 && $0.mean.units.first == first }
        return isClustered && !isWithinOneUnit ? clustered() : independent()
    }
}

/// Of each cluster and mean: the share of the mean's weight that the cluster holds, and its signed part of the error.
private struct ClusterTable {
    let clusterCount: Int
    private let termCount: Int
    private let rows: Double
    /// clusterCount × termCount, cluster by cluster: weight of the cluster over that of the mean.
    private var share: [Double]
    /// Weight of each mean.
    private let total: [Double]
    /// clusterCount × termCount: f · w_s (ȳ_s − ȳ) / W.
    private var score: [Double]
    private let factor: [Double]

    init(_ terms: [(factor: Double, mean: ClusteredMean)]) {
        let units = Array(Set(terms.flatMap(\.mean.units))).sorted()
        var position: [Int: Int] = [:]
        for (index, unit) in units.enumerated() { position[unit] = index }
        clusterCount = units.count
        termCount = terms.count
        rows = terms.reduce(0) { $0 + $1.mean.total.n }
        total = terms.map(\.mean.total.weight)
        factor = terms.map(\.factor)
        share = [Double](repeating: 0, count: units.count * terms.count)
        score = share
        for (term, (factor, mean)) in terms.enumerated() {
            for (unit, part) in zip(mean.units, mean.parts) {
                guard let cluster = position[unit] else { continue }
                let slot = cluster * terms.count + term
                share[slot] = part.weight / mean.total.weight
                score[slot] = factor * share[slot] * (part.mean - mean.total.mean)
            }
        }
    }

    func cr1() -> MeanContrast.Uncertainty? {
        let clusters = Double(clusterCount)
        let factor = clusters / (clusters - 1) * (rows - 1) / (rows - Double(termCount))
        return uncertainty(factor * sumOfSquares { _, _ in 1 }, clusters - 1)
    }

    /// The hat matrix of a cluster is one block a mean, with the eigenvalue w_s / W: so each part is divided by √(1 − w_s/W).
    ///
    /// With a_s the coefficients of cluster s, the working errors independent with variance 1/w, Satterthwaite's degrees of
    /// freedom are (tr Q)²/‖Q‖² for Q_st = a_s'(I − H)_st a_t = δ_st d_s − Σ_j u_js u_jt / W_j, u_js = w_js a_js.
    func cr2() -> MeanContrast.Uncertainty? {
        let variance = sumOfSquares { cluster, term in 1 / (1 - share[cluster * termCount + term]) }
        var trace = 0.0
        var norm = 0.0
        var products = [Double](repeating: 0, count: termCount * termCount)
        for cluster in 0..<clusterCount {
            // v_j = u_j / √W_j, in which the weights cancel: f · share/√W · 1/√(1 − share).
            var diagonal = 0.0
            var v = [Double](repeating: 0, count: termCount)
            for term in 0..<termCount {
                let h = share[cluster * termCount + term]
                v[term] = factor[term] * h / ((1 - h) * total[term]).squareRoot()
                diagonal += factor[term] * factor[term] * h / ((1 - h) * total[term])
            }
            let own = v.reduce(0) { $0 + $1 * $1 }
            trace += diagonal - own
            norm += diagonal * diagonal - 2 * diagonal * own
            for i in 0..<termCount {
                for j in 0..<termCount { products[i * termCount + j] += v[i] * v[j] }
            }
        }
        norm += products.reduce(0) { $0 + $1 * $1 }
        return uncertainty(variance, trace * trace / norm)
    }

    private func sumOfSquares(_ factor: (Int, Int) -> Double) -> Double {
        var sum = 0.0
        for cluster in 0..<clusterCount {
            var part = 0.0
            for term in 0..<termCount {
                part += score[cluster * termCount + term] * factor(cluster, term).squareRoot()
            }
            sum += part * part
        }
        return sum
    }

    private func uncertainty(_ variance: Double, _ degreesOfFreedom: Double) -> MeanContrast.Uncertainty? {
        guard variance > 0, degreesOfFreedom > 0, degreesOfFreedom.isFinite else { return nil }
        return .init(standardError: variance.squareRoot(), degreesOfFreedom: degreesOfFreedom)
    }
}
