import LinearAlgebra
import Panels
import Regression
import Tables

/// Extended two-way fixed effects of shares (logit) and counts (Poisson): the mean outcome is h(cohort + period + δ(g, t)), an
/// effect of a cell is the mean over its rows of h(η) − h(η without δ), and covariates have slopes as in the linear model.
///
/// Quasi-maximum likelihood needs the mean alone to be right; errors may be correlated within clusters. Cohort effects
/// stand in for unit effects, which a curved model with few periods cannot have without bias. Errors of means come from
/// scores by cluster and the delta method; shares in means are taken as given.
/// - Source: Wooldridge (2023), *Simple approaches to nonlinear difference-in-differences with panel data*, The
///   Econometrics Journal 26(3).
struct CurvedCohortPeriods {
    let curve: QuasiLikelihood.Curve
    let cells: CohortCells
    let keys: [CohortCells.Key]
    let slopes: CovariateSlopes
    /// Per cell, nil for what is compared with.
    let eventTime: [Int?]
    let estimands: [Estimand]
    private let word: String
    /// Of shares: 1, or 100 for percentages.
    private let ceiling: Double?

    init(
        family: OutcomeFamily, cells: CohortCells, keys: [CohortCells.Key], slopes: CovariateSlopes, eventTime: [Int?],
        estimands: [Estimand], ceiling: Double?
    ) {
        curve = family == .logit ? .logit : .poisson
        word = family.rawValue
        self.cells = cells
        self.keys = keys
        self.slopes = slopes
        self.eventTime = eventTime
        self.estimands = estimands
        self.ceiling = ceiling
    }

    private var design: Design { cells.design }

    /// - Throws: `.outcomeOutsideFamily`, `.covariatesJoined`, `.effectsOutsideFamily`, `.allAlike` where results leave no finite
    ///   effect, `.collinearTreatment`.
    func fit() throws(EstimationError) -> Fit {
        guard design.absorbed.isEmpty else {
            throw .effectsOutsideFamily(family: word, effects: design.absorbed.map(\.name))
        }
        try checkCovariates()
        let unit = try scale()
        let q = design.moments.variableCount
        let y = (0..<design.cellCount).map { design.moments.mean[$0 * q] / unit }
        let model = try columns()
        try checkVariation(y, model)
        let profile = profiles()
        let x = model.matrix.selecting(rows: profile.first)
        let found = try solve(y, x, profile)
        for (key, j) in zip(keys, model.treatment) where found.place[j] == nil {
            throw .collinearTreatment(term: cells.name(key))
        }
        let effect = model.treatment + model.effectSlopes
        let added = x.selecting(columns: effect).times(effect.map { found.coefficients[$0] })
        let without = zip(found.line, added).map { $0 - $1 }
        let difference = found.line.indices.map { curve.mean(found.line[$0]) - curve.mean(without[$0]) }

        let means = EstimandCells(design: design, eventTime: eventTime)
        let asked = estimands.compactMap { one in means.weights(one).map { (estimand: one, omega: $0) } }
        var share = Matrix(profile.first.count, asked.count)
        for (k, one) in asked.enumerated() {
            for c in y.indices where one.omega[c] != 0 { share[profile.of[c], k] += one.omega[c] }
        }
        let gradient = gradient(share, x, found, without: without, effect: effect)
        let scores = scores(y, model.matrix, found, profile)
        let kept = found.place.indices.filter { found.place[$0] != nil }
        let influence = scores.selecting(columns: kept)
            .times(found.informationInverse.times(gradient.selecting(rows: kept)))
        return Fit(
            influenceOf: .etwfe, design, estimands: asked.map(\.estimand),
            estimates: share.transposedTimes(difference).map { unit * $0 }, influence: influence.scaled(by: unit),
            untreatedOutcome: y.indices.map { unit * curve.mean(without[profile.of[$0]]) },
            cellWeights: asked.map { CellWeights($0.omega) }, warnings: unusedCovariates(found, model))
    }

    /// The model on profiles: their weights and mean outcomes are all it needs.
    private func solve(
        _ y: [Double], _ x: Matrix, _ profile: (of: [Int], first: [Int])
    ) throws(EstimationError) -> QuasiLikelihood {
        var weight = [Double](repeating: 0, count: profile.first.count)
        var outcome = weight
        for c in y.indices {
            weight[profile.of[c]] += design.moments.weight[c]
            outcome[profile.of[c]] += design.moments.weight[c] * y[c]
        }
        for p in weight.indices { outcome[p] /= weight[p] }
        let (means, weights) = (outcome, weight)
        return try regressing { () throws(RegressionError) in
            try QuasiLikelihood(means, x, weight: weights, curve)
        }
    }

    private func unusedCovariates(_ found: QuasiLikelihood, _ model: Model) -> [Warning] {
        let parts = slopes.columns
        let names = parts.nuisance.map(\.name) + parts.factors.map(\.name)
        return parts.warnings(
            kept: Set(names.indices.filter { found.place[model.firstSlope + $0] != nil }.map { names[$0] }))
    }

    // MARK: The model

    private struct Model {
        /// cells × columns.
        var matrix: Matrix
        var firstSlope: Int
        var treatment: [Int]
        var effectSlopes: [Int]
        /// Of columns that are 1 in some cells and 0 elsewhere: what they stand for.
        var dummies: [(column: Int, name: String)]
    }

    /// - Throws: `.tooManyValues`.
    private func columns() throws(EstimationError) -> Model {
        let parts = slopes.columns
        let count =
            parts.nuisance.count + parts.effects.count + parts.factors.count + parts.factorEffects.count + keys.count
        guard count * design.cellCount <= ModelColumns.valueLimit else {
            throw .regression(.tooManyValues(rows: design.cellCount, columns: count))
        }
        var columns: [[Double]] = []
        var dummies: [(column: Int, name: String)] = []
        let sides = design.isGroup == nil ? [nil] : [false, true]
        for side in sides {
            let who = side.map { $0 ? "the group of those" : "the peers of those" } ?? "those"
            func indicators(_ codes: [Int], _ name: (Int) -> String, dropsFirst: Bool) {
                let mine = codes.indices.filter { side == nil || design.isGroup?[$0] == side }
                for level in Set(mine.map { codes[$0] }).sorted().dropFirst(dropsFirst ? 1 : 0) {
                    var values = [Double](repeating: 0, count: codes.count)
                    for c in mine where codes[c] == level { values[c] = 1 }
                    dummies.append((columns.count, name(level)))
                    columns.append(values)
                }
            }
            indicators(
                design.unit.map { design.start[$0] ?? .max },
                {
                    $0 == .max
                        ? "the results of \(who) that never start"
                        : "the results before the start of \(who) that start in \(design.label(ofOrdinal: $0))"
                },
                dropsFirst: false)
            indicators(design.period, { "the untreated results of \(design.periods[$0].label)" }, dropsFirst: true)
        }
        let firstSlope = columns.count
        columns += parts.nuisance.map { $0.means(design) } + parts.factors.map(\.values)
        let effectSlopes = parts.effects.map { $0.means(design) } + parts.factorEffects.map(\.values)
        let slopePlaces = Array(columns.count..<columns.count + effectSlopes.count)
        columns += effectSlopes
        let treatment = Array(columns.count..<columns.count + keys.count)
        for key in keys {
            dummies.append((columns.count, cells.name(key)))
            columns.append(cells.column(key).values)
        }
        return Model(
            matrix: Matrix(rows: design.cellCount, columns: columns), firstSlope: firstSlope,
            treatment: treatment,
            effectSlopes: slopePlaces, dummies: dummies)
    }

    /// Cells that share every regressor are one row of the fit.
    private func profiles() -> (of: [Int], first: [Int]) {
        let q = design.moments.variableCount
        var number: [[Int]: Int] = [:]
        var first: [Int] = []
        let of = (0..<design.cellCount).map { c -> Int in
            var key = [design.start[design.unit[c]] ?? .max, design.period[c], design.isGroup?[c] == true ? 1 : 0]
            for factor in design.factors { key.append(factor.codes[c]) }
            for j in 1..<max(q, 1) { key.append(Int(bitPattern: UInt(design.moments.mean[c * q + j].bitPattern))) }
            if let known = number[key] { return known }
            number[key] = first.count
            first.append(c)
            return first.count - 1
        }
        return (of, first)
    }

    // MARK: Errors

    /// Per estimand Σ ω (h'(η) x − h'(η₀) x₀), columns × K; x₀ is x without the effects.
    private func gradient(
        _ share: Matrix, _ x: Matrix, _ found: QuasiLikelihood, without: [Double], effect: [Int]
    ) -> Matrix {
        let slope = found.line.map(curve.slope)
        let base = without.map(curve.slope)
        var own = share
        var change = share
        for k in 0..<share.columns {
            for p in 0..<share.rows {
                own[p, k] *= slope[p]
                change[p, k] *= slope[p] - base[p]
            }
        }
        var gradient = x.transposedTimes(change)
        let direct = x.selecting(columns: effect).transposedTimes(own)
        for (i, j) in effect.enumerated() { for k in 0..<share.columns { gradient[j, k] = direct[i, k] } }
        return gradient
    }

    /// Σ W (y − μ) x by block of clusters: blocks × columns.
    private func scores(
        _ y: [Double], _ x: Matrix, _ found: QuasiLikelihood, _ profile: (of: [Int], first: [Int])
    ) -> Matrix {
        let blocks = design.clusterBlocks
        let left = y.indices.map { design.moments.weight[$0] * (y[$0] - curve.mean(found.line[profile.of[$0]])) }
        var scores = Matrix(blocks.levels.count, x.columns)
        for j in 0..<x.columns {
            for c in left.indices where x[c, j] != 0 { scores[blocks.codes[c], j] += left[c] * x[c, j] }
        }
        return scores
    }

    // MARK: Refusals

    private func checkCovariates() throws(EstimationError) {
        let moments = design.moments
        let q = moments.variableCount
        let pairs = q * (q + 1) / 2
        for (j, name) in design.covariates.enumerated() {
            let own = (j + 1) * q - (j + 1) * j / 2
            let (within, size) = (0..<design.cellCount).reduce((0.0, 0.0)) { sums, c in
                let mean = moments.mean[c * q + j + 1]
                return (sums.0 + moments.within[c * pairs + own], sums.1 + moments.weight[c] * mean * mean)
            }
            guard within <= 1e-20 * (size + within) else { throw .covariatesJoined(family: word, covariate: name) }
        }
    }

    /// What outcomes are divided by: 1, or 100 for percentages.
    private func scale() throws(EstimationError) -> Double {
        let q = design.moments.variableCount
        let means = (0..<design.cellCount).map { design.moments.mean[$0 * q] }
        var unit = 1.0
        if curve == .logit { unit = ceiling ?? (means.contains { $0 > 1 } ? 100 : 1) }
        let outside = means.filter { $0 < 0 || curve == .logit && $0 > unit }.count
        guard outside == 0 else { throw .outcomeOutsideFamily(family: word, outcome: design.outcome, results: outside) }
        return unit
    }

    /// Where all results of a cohort, period or effect lie at a bound, its coefficient has no finite value. What has an effect
    /// of its own tells nothing of its cohort and period.
    private func checkVariation(_ y: [Double], _ model: Model) throws(EstimationError) {
        var isOwn = [Bool](repeating: false, count: y.count)
        for key in keys { for c in cells.cells(key) { isOwn[c] = true } }
        let first = model.treatment.first ?? 0
        let named = model.dummies.filter { dummy in
            let own = y.indices.filter {
                model.matrix[$0, dummy.column] != 0 && (dummy.column >= first || !isOwn[$0])
            }.map { y[$0] }
            return !own.isEmpty && (own.allSatisfy { $0 == 0 } || curve == .logit && own.allSatisfy { $0 == 1 })
        }
        guard named.isEmpty else { throw .allAlike(family: word, where: named.map(\.name)) }
    }
}

extension Matrix {
    fileprivate func scaled(by factor: Double) -> Matrix {
        var scaled = self
        for i in scaled.storage.indices { scaled.storage[i] *= factor }
        return scaled
    }
}
