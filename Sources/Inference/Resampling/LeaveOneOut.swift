import Estimation
import LinearAlgebra
import Panels

/// The headline without each unit in turn: how much of it rests on one of them.
public struct LeaveOneOut: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        public var unit: String
        public var isTreated: Bool
        /// nil where no effect can be told without this unit.
        public var estimate: Double?
        /// The fewest pupils in any of its used cells; nil where they are not known.
        public var smallestCell: Double?
        /// The estimate is withheld because it would tell of too few pupils.
        public var isSuppressed = false
    }
    /// The headline with every unit.
    public var estimate: Double
    /// Units in their order.
    public var rows: [Row]

    /// One arm's estimates, its range and the unit without which the headline moves most.
    public struct Arm: Sendable, Equatable {
        public var units: Int
        public var lowest: Row
        public var highest: Row
        public var mostInfluential: Row
        /// Units without which there is no estimate.
        public var needed: Int
    }

    /// - Returns: nil where no unit of the arm can be left out.
    public func arm(isTreated: Bool) -> Arm? {
        let members = rows.filter { $0.isTreated == isTreated }
        let told = members.filter { $0.estimate != nil }
        func moved(_ row: Row) -> Double { abs((row.estimate ?? estimate) - estimate) }
        guard let lowest = told.min(by: { ($0.estimate ?? 0) < ($1.estimate ?? 0) }),
            let highest = told.max(by: { ($0.estimate ?? 0) < ($1.estimate ?? 0) }),
            let most = told.max(by: { moved($0) < moved($1) })
        else { return nil }
        return Arm(
            units: members.count, lowest: lowest, highest: highest, mostInfluential: most,
            needed: members.count - told.count)
    }

    /// - Parameters:
    ///   - fit: of `estimator`, on the design whose units are left out.
    ///   - sign: −1 where the headline is shown with its sign changed.
    public static func run(_ fit: Fit, _ estimator: any Estimator, sign: Double = 1, threads: Int = 1)
        throws(EstimationError) -> LeaveOneOut
    {
        var design = fit.design
        design.clusters = [design.unitFactor]
        let byUnit = try estimator.fit(design, nested: design.unitFactor)
        let without = WithoutUnit(byUnit, estimator)
        let present = design.isPresentUnit
        let treated = design.isTreatedUnit
        var smallest = [Double](repeating: .infinity, count: design.units.count)
        for (c, u) in design.unit.enumerated() { smallest[u] = min(smallest[u], design.pupils?[c] ?? .infinity) }
        let units = design.units.indices.filter { present[$0] }
        let estimates = concurrently(units.count, threads: threads) { without.estimate(units[$0]) }
        return LeaveOneOut(
            estimate: sign * fit.estimates[0],
            rows: zip(units, estimates).map { u, estimate in
                Row(
                    unit: design.units[u], isTreated: treated[u], estimate: estimate.map { sign * $0 },
                    smallestCell: smallest[u].isFinite ? smallest[u] : nil)
            })
    }
}

/// A headline as it would be without a unit, from sums by unit.
///
/// Every headline here is α − β'θ with θ = A⁻¹q and A, q, α and β sums over units, so that leaving out a unit takes its part
/// off each sum. A regression has α = 0 and β = −c; imputation has the untreated regression's A and q, and α and β the
/// treated cells' outcomes and regressors, per unit of treated weight.
struct WithoutUnit: Sendable {
    private let grams: [Matrix]
    private let products: [[Double]]
    private let gram: Matrix
    private let product: [Double]
    private let headline: @Sendable (Int) -> Functional?
    private let refit: (@Sendable (Int) -> Double?)?

    /// α and −β for one unit left out.
    struct Functional: Sendable {
        var constant = 0.0
        var contrast: [Double]
    }

    /// - Parameter fit: with units as clusters, and all that is eliminated lying within them.
    init(_ fit: Fit, _ estimator: any Estimator) {
        let unit = fit.design.unitFactor
        switch fit.basis {
        case .leastSquares(let model) where Self.hasSums.contains(fit.estimator):
            let sums = ClusterSums(fit, model, cluster: unit)
            let place = Self.placeOfUnit(fit)
            grams = place.map { $0.map { sums.grams[$0] } ?? Matrix(0, 0) }
            products = place.map { $0.map { sums.outcomes.column($0) } ?? [] }
            headline = Self.regressionHeadline(fit, sums)
            refit = nil
        case .leastSquares, .influence, .synthetic:
            (grams, products) = ([], [])
            headline = { _ in nil }
            refit = Self.refit(fit.design, estimator)
        case .imputation(let model):
            let parts = ImputationSums(fit, model)
            grams = parts.grams
            products = parts.products
            headline = { parts.headline($0) }
            // Sums by unit are not enough where the eliminated effect reaches over units.
            let isNested = parts.isNested
            let design = fit.design
            refit = isNested ? nil : Self.refit(design, estimator)
        }
        let present = grams.filter { $0.rows > 0 }
        gram = present.dropFirst().reduce(present.first ?? Matrix(0, 0)) { $0.adding($1, 1) }
        var total = [Double](repeating: 0, count: gram.rows)
        for q in products { for i in q.indices { total[i] += q[i] } }
        product = total
    }

    /// Regressions whose headline is one contrast of the coefficients, whoever is left out, or told by event times.
    private static let hasSums: [EstimatorName] = [.did2x2, .twfe, .eventStudy]

    /// The headline without unit u; nil where it cannot be told.
    func estimate(_ u: Int) -> Double? {
        if let refit { return refit(u) }
        guard let functional = headline(u) else { return nil }
        let rest = gram.adding(grams[u], -1)
        let floors = (0..<gram.rows).map { 1e-9 * gram[$0, $0] }
        let c = functional.contrast
        guard let cholesky = try? OrderedCholesky(rest, floors: floors),
            let z = try? cholesky.solve(cholesky.kept.map { c[$0] }),
            rest.tells(c, by: z, over: cholesky.kept, but: cholesky.dropped)
        else { return nil }
        var value = functional.constant
        for (a, i) in cholesky.kept.enumerated() { value += z[a] * (product[i] - products[u][i]) }
        return value
    }

    /// The estimate on the design without a unit, from its rows.
    static func refit(_ design: Design, _ estimator: any Estimator) -> @Sendable (Int) -> Double? {
        { u in
            let rest = design.keeping(design.unit.map { $0 != u })
            return (try? estimator.headline(rest))?.estimates.first
        }
    }

    /// Per unit: its place among those with rows.
    private static func placeOfUnit(_ fit: Fit) -> [Int?] {
        var next = 0
        return fit.design.isPresentUnit.map { isPresent in
            guard isPresent else { return nil }
            defer { next += 1 }
            return next
        }
    }

    /// The contrast of the headline without a unit: its own, or in an event study the mean of event times after the start
    /// by the treated weight that is left in each.
    private static func regressionHeadline(_ fit: Fit, _ sums: ClusterSums) -> @Sendable (Int) -> Functional? {
        func contrast(_ k: Int) -> [Double] {
            let p = sums.leverage(fit.weights.column(k))
            return p.times([Double](repeating: 1, count: p.columns))
        }
        guard fit.estimator == .eventStudy else {
            let own = Functional(contrast: contrast(0))
            return { _ in own }
        }
        let design = fit.design
        let sides: [(part: Estimand.Part, sign: Double)] =
            design.isGroup == nil ? [(.everyone, 1)] : [(.peers, 1), (.group, -1)]
        struct Step: Sendable {
            var side: Int
            var sign: Double
            var contrast: [Double]
            var weightOfUnit: [Double]
        }
        var steps: [Step] = []
        for (k, estimand) in fit.estimands.enumerated() {
            guard case .event(let e) = estimand.kind, e >= 0,
                let side = sides.firstIndex(where: { $0.part == estimand.part })
            else { continue }
            var weights = [Double](repeating: 0, count: design.units.count)
            for c in fit.cellWeights[k].cells {
                weights[design.unit[c]] += design.moments.weight[c]
            }
            steps.append(
                Step(side: side, sign: sides[side].sign, contrast: contrast(k), weightOfUnit: weights))
        }
        let all = steps
        let count = sides.count
        let whole = all.map { $0.weightOfUnit.reduce(0, +) }
        return { u in
            let left = zip(all, whole).map { $1 - $0.weightOfUnit[u] }
            var total = [Double](repeating: 0, count: count)
            var before = total
            for (i, step) in all.enumerated() {
                total[step.side] += left[i]
                before[step.side] += whole[i]
            }
            guard let first = all.first, zip(total, before).allSatisfy({ $0 > 1e-9 * $1 }) else { return nil }
            var mean = [Double](repeating: 0, count: first.contrast.count)
            for (step, weight) in zip(all, left) {
                for i in mean.indices { mean[i] += step.sign * weight / total[step.side] * step.contrast[i] }
            }
            return Functional(contrast: mean)
        }
    }
}

/// Sums by unit of an imputation: the untreated regression's, and the treated cells' outcomes and regressors.
private struct ImputationSums: Sendable {
    var grams: [Matrix]
    var products: [[Double]]
    /// True where every level of the eliminated effect lies within one unit.
    let isNested: Bool
    /// Per side (everyone; or peers, group) and unit: Σ√W y*, Σ√W x*, ΣW over treated cells.
    private var outcome: [[Double]]
    private var regressors: [[[Double]]]
    private var weight: [[Double]]
    private let signs: [Double]
    private var totals: [(outcome: Double, regressors: [Double], weight: Double)] = []

    init(_ fit: Fit, _ model: Imputation) {
        let design = fit.design
        let rows = fit.rows
        let x = Self.lengthOne(model.deviations)
        let y = Self.aboutUntreatedMeans(rows.outcome, rows.scale, model)
        let k = x.columns
        signs = design.isGroup == nil ? [1] : [1, -1]
        let zero = [Double](repeating: 0, count: design.units.count)
        outcome = signs.map { _ in zero }
        weight = outcome
        regressors = signs.map { _ in zero.map { _ in [Double](repeating: 0, count: k) } }
        grams = zero.map { _ in Matrix(k, k) }
        products = zero.map { _ in [Double](repeating: 0, count: k) }
        var members = [[Int]](repeating: [], count: design.units.count)
        for r in 0..<rows.count { members[design.unit[rows.cell[r]]].append(r) }
        for (u, block) in members.enumerated() {
            let untreated = block.filter { !model.isTreated[$0] }
            let part = x.selecting(rows: untreated)
            grams[u] = part.crossProduct()
            products[u] = part.transposedTimes(untreated.map { y[$0] })
            for r in block where model.isTreated[r] && r < rows.cellCount {
                let side = design.isGroup?[r] == true ? 1 : 0
                outcome[side][u] += rows.scale[r] * y[r]
                weight[side][u] += rows.scale[r] * rows.scale[r]
                for j in 0..<k { regressors[side][u][j] += rows.scale[r] * x[r, j] }
            }
        }
        var home = [Int?](repeating: nil, count: model.levelWeight.count)
        var isNested = true
        for r in 0..<rows.cellCount {
            isNested = isNested && (home[model.level[r]] ?? design.unit[r]) == design.unit[r]
            home[model.level[r]] = design.unit[r]
        }
        self.isNested = isNested
        totals = signs.indices.map { side in
            var sum = [Double](repeating: 0, count: k)
            for values in regressors[side] { for j in 0..<k { sum[j] += values[j] } }
            return (outcome[side].reduce(0, +), sum, weight[side].reduce(0, +))
        }
    }

    /// Columns scaled to length one, so that what counts as singular does not depend on units of measurement.
    private static func lengthOne(_ x: Matrix) -> Matrix {
        var scaled = x
        for j in 0..<x.columns {
            let column = x.column(j)
            let length = dot(column, column).squareRoot()
            for i in 0..<x.rows where length > 0 { scaled[i, j] /= length }
        }
        return scaled
    }

    private static func aboutUntreatedMeans(_ outcome: [Double], _ scale: [Double], _ model: Imputation) -> [Double] {
        var mean = [Double](repeating: 0, count: model.levelWeight.count)
        for r in outcome.indices where model.level[r] >= 0 && !model.isTreated[r] {
            mean[model.level[r]] += scale[r] * outcome[r]
        }
        for l in mean.indices where model.levelWeight[l] > 0 { mean[l] /= model.levelWeight[l] }
        return outcome.indices.map {
            model.level[$0] >= 0 ? outcome[$0] - scale[$0] * mean[model.level[$0]] : outcome[$0]
        }
    }

    func headline(_ u: Int) -> WithoutUnit.Functional? {
        var functional = WithoutUnit.Functional(contrast: [Double](repeating: 0, count: products[u].count))
        for (side, sign) in signs.enumerated() {
            let whole = totals[side]
            let left = whole.weight - weight[side][u]
            guard left > 1e-9 * whole.weight else { return nil }
            functional.constant += sign * (whole.outcome - outcome[side][u]) / left
            for j in functional.contrast.indices {
                functional.contrast[j] -= sign * (whole.regressors[j] - regressors[side][u][j]) / left
            }
        }
        return functional
    }
}
