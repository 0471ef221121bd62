import Estimation
import LinearAlgebra
import Panels
import Regression

/// The event study behind an analysis: every step before and after the start against one reference, with the errors of both
/// sides side by side, so that their covariance is joint.
///
/// - `event-study`, `twfe`, `did2x2`: the regression with one dummy a step; for the last two, that have one effect for all
///   steps, it is the event study of the same design.
/// - `imputation`: its leads and effects. Effects imputed from all untreated results compare with the mean of the periods
///   before the start, not with the reference, and a difference before the start bends them (Roth 2024, *Interpreting event
///   studies from recent difference-in-differences methods*). So the leads are taken out of the untreated results first: with
///   γ̂ the leads, D their dummies and v'y the effect, it becomes v'(y − Dγ̂), whose error is v'e − v'D(γ̂'s error).
/// - `two-stage`, whose effects are those of imputation: the same.
/// - `callaway-santanna` with the universal base; `sun-abraham`, `stacked` and `local-projections` with their own steps.
struct JointEventStudy {
    /// Event times, ascending, without the reference.
    var times: [Int]
    /// The event time that all are compared with.
    var reference: Int
    /// An estimate an event time.
    var estimates: [Double]
    /// K = event times.
    var covariance: Matrix
    /// Event times before the reference that rest on one unit or cluster: what they say of its error is not known.
    var unsupported: [Int]
    /// Per event time: its share of the treated weight; 0 before the start.
    var shares: [Double]
    /// The fit whose rows the target's interval is compared with, and their covariance.
    var table: EffectTable

    /// - Parameters:
    ///   - table: of the analysis.
    ///   - kind: of its variance.
    static func make(_ table: EffectTable, kind: VarianceKind) throws(EstimationError) -> JointEventStudy {
        let fit = table.fit
        switch fit.estimator {
        case .eventStudy, .twfe, .did2x2:
            let nested = kind.isLeverageAdjusted ? fit.design.clusters.first : nil
            return try JointEventStudy(
                regression: try EventStudy().fit(fit.design, nested: nested), kind: kind, options: table.options)
        case .callawaySantAnna:
            var choice = table.options.estimation
            choice.base = .universal
            let steps = try CallawaySantAnna(choice).fit(fit.design, nested: nil)
            return try JointEventStudy(universal: steps, anticipation: choice.anticipation ?? 0, table: table)
        case .sunAbraham:
            let steps = try SunAbraham(comparison: table.options.estimation.comparison).fit(fit.design, nested: nil)
            return try JointEventStudy(universal: steps, anticipation: 0, table: table)
        case .stacked, .localProjections:
            return try JointEventStudy(universal: fit, anticipation: 0, table: table)
        case .imputation, .twoStage: return try JointEventStudy(imputation: table)
        default:
            throw .noSensitivity(
                reason:
                    "\(fit.estimator.rawValue) does not compare every step before and after the start with one period; "
                    + "imputation does")
        }
    }

    /// One regression with both sides.
    private init(regression fit: Fit, kind: VarianceKind, options: AnalysisOptions) throws(EstimationError) {
        let part = Self.part(fit.design)
        let chosen = fit.estimands.indices.filter { Self.time(fit.estimands[$0], part) != nil }
        guard let reference = EventStudy.reference(Self.times(fit.design)) else {
            throw .noSensitivity(reason: "there is no period before the start")
        }
        let clustered = try CovarianceOfEstimates.compute(
            fit.keeping(chosen), kind: kind == .cr0 ? .cr0 : .cr1, smallSample: options.smallSample)
        let steps = EffectTable(fit: fit.keeping(chosen), covariance: clustered, options: options)
        let whole = try CovarianceOfEstimates.compute(fit, kind: kind, smallSample: options.smallSample)
        self.init(
            steps, reference: reference, shares: Self.shares(fit),
            table: EffectTable(fit: fit, covariance: whole, options: options))
    }

    /// Effects by step against the last period before each start that nothing anticipates.
    private init(universal fit: Fit, anticipation: Int, table: EffectTable) throws(EstimationError) {
        let design = fit.design
        let ordinals = Set(design.period.map { design.periods[$0].ordinal })
        let bases = Set(
            design.treatedStarts.compactMap { start in
                ordinals.filter { $0 < start - anticipation }.max().map { $0 - start }
            })
        guard let reference = bases.first, bases.count == 1 else {
            throw .noSensitivity(
                reason: "periods are missing just before some starts, so that cohorts are compared with different steps"
            )
        }
        let chosen = fit.estimands.indices.filter { k in
            Self.time(fit.estimands[k], .everyone).map { $0 != reference } ?? false
        }
        let steps = EffectTable(
            fit: fit.keeping(chosen),
            covariance: try CovarianceOfEstimates.compute(
                fit.keeping(chosen), kind: table.covariance.kind == .cr0 ? .cr0 : .cr1,
                smallSample: table.options.smallSample), options: table.options)
        self.init(steps, reference: reference, shares: Self.shares(fit), table: table)
    }

    private init(_ steps: EffectTable, reference: Int, shares: [Int: Double], table: EffectTable) {
        let fit = steps.fit
        let part = Self.part(fit.design)
        let times = fit.estimands.compactMap { Self.time($0, part) }
        let order = times.indices.sorted { times[$0] < times[$1] }
        self.times = order.map { times[$0] }
        self.reference = reference
        estimates = order.map { fit.estimates[$0] }
        covariance = steps.covariance.matrix.selecting(rows: order).selecting(columns: order)
        unsupported = order.filter { times[$0] < reference && !steps.isSupported($0) }.map { times[$0] }
        self.shares = self.times.map { shares[$0] ?? 0 }
        self.table = table
    }

    private init(imputation table: EffectTable) throws(EstimationError) {
        let (fit, options) = (table.fit, table.options)
        let part = Self.part(fit.design)
        var untreated = fit.design.keeping(fit.design.isTreated.map { !$0 })
        if options.singletons == .drop {
            untreated = untreated.keeping(Singletons(untreated, effects: untreated.effects).keep)
        }
        let found = Leads().times(untreated)
        guard let reference = found.reference, !found.leads.isEmpty else {
            throw .noSensitivity(
                reason: "there is only one period before the start, so no change before it to measure departures by")
        }
        let leads = try Leads().fit(untreated, nested: nil, parts: EstimandCells.parts(untreated))
        let shifted = try fit.design.takingOut(leads)
        let events = try BorusyakImputation().fit(shifted, nested: nil)
        let own = leads.estimands.indices.filter { Self.time(leads.estimands[$0], part) != nil }
        let after = events.estimands.indices.filter { Self.time(events.estimands[$0], part) != nil }
        let joined = try LinearEstimates(
            effects: events.keeping(after), leads: leads, own: own, smallSample: options.smallSample)
        let kind: VarianceKind = table.covariance.kind == .cr0 ? .cr0 : .cr1
        let covariance = try CovarianceOfEstimates.compute(joined, kind: kind, smallSample: options.smallSample)
        let alone = EffectTable(
            fit: leads,
            covariance: try CovarianceOfEstimates.compute(leads, kind: kind, smallSample: options.smallSample),
            options: options)
        times =
            own.compactMap { Self.time(leads.estimands[$0], part) }
            + after.compactMap { Self.time(events.estimands[$0], part) }
        self.reference = reference
        estimates = own.map { leads.estimates[$0] } + after.map { events.estimates[$0] }
        self.covariance = covariance.matrix
        unsupported = own.filter { !alone.isSupported($0) }.compactMap { Self.time(leads.estimands[$0], part) }
        let shares = Self.shares(events)
        self.shares = times.map { shares[$0] ?? 0 }
        self.table = table
    }

    // MARK: What is asked of a fit

    /// The part of a design whose effect is the headline.
    private static func part(_ design: Design) -> Estimand.Part { design.isGroup == nil ? .everyone : .gap }

    private static func time(_ estimand: Estimand, _ part: Estimand.Part) -> Int? {
        guard case .event(let e) = estimand.kind, estimand.part == part else { return nil }
        return e
    }

    /// Event times that occur.
    private static func times(_ design: Design) -> [Int] { Array(Set(design.eventTime.compactMap { $0 })).sorted() }

    /// Per event time from the start on: its share of the weight of treated results that the headline averages over.
    private static func shares(_ fit: Fit) -> [Int: Double] {
        let design = fit.design
        let isGap = design.isGroup != nil
        let weights =
            fit.estimands.firstIndex { $0.kind == .overall && $0.part == part(design) }.map { fit.cellWeights[$0] }
            ?? .none
        var shares: [Int: Double] = [:]
        // In a gap, peers have weights to 1 and the group to −1: a step's share is the mean of the two.
        for (c, weight) in zip(weights.cells, weights.values) {
            if let e = design.eventTime[c], e >= 0 { shares[e, default: 0] += abs(weight) / (isGap ? 2 : 1) }
        }
        return shares
    }
}

extension Design {
    /// The design whose untreated results before the start have their leads taken out.
    ///
    /// - Parameter leads: of every part of the design.
    /// - Throws: `.noSensitivity` where a result lies at a step whose lead could not be told.
    func takingOut(_ leads: Fit) throws(EstimationError) -> Design {
        let reference = Leads().times(leads.design).reference ?? -1
        var shifted = self
        for c in 0..<cellCount {
            guard let lead = try leads.lead(of: self, cell: c, reference: reference) else { continue }
            shifted.moments.mean[c * moments.variableCount] -= leads.estimates[lead]
        }
        return shifted
    }
}

extension Fit {
    /// The lead that a cell of the design carries; nil for treated, comparison and reference cells.
    func lead(of design: Design, cell: Int, reference: Int) throws(EstimationError) -> Int? {
        guard !design.isTreated[cell], let e = design.eventTime[cell], e < reference else { return nil }
        let part: Estimand.Part = design.isGroup.map { $0[cell] ? .group : .peers } ?? .everyone
        guard let k = estimands.firstIndex(of: Estimand(.event(e), part)) else {
            throw .noSensitivity(
                reason: "the difference \(-e) steps before the start cannot be told apart from unit and period effects")
        }
        return k
    }
}

extension LinearEstimates {
    /// Leads, then effects against the reference: rows of the imputation above rows of the leads' regression.
    ///
    /// - Parameters:
    ///   - effects: imputed with the leads taken out.
    ///   - leads: of every part of the design; `own` those that are reported.
    init(effects: Fit, leads: Fit, own: [Int], smallSample: SmallSample) throws(EstimationError) {
        let (upper, lower) = (LinearEstimates(effects), LinearEstimates(leads))
        let (n, m) = (effects.rows.count, leads.rows.count)
        let reference = Leads().times(leads.design).reference ?? -1
        // What the leads weigh in each effect, v'D.
        var pull = Matrix(leads.estimands.count, effects.estimands.count)
        for r in 0..<effects.rows.cellCount {
            let lead = try leads.lead(of: effects.design, cell: effects.rows.cell[r], reference: reference)
            guard let lead else { continue }
            for k in 0..<pull.columns { pull[lead, k] += effects.rows.scale[r] * effects.weights[r, k] }
        }
        // CR1's factor for a regression's parameters, so that the leads' own block is the one they are shown with.
        let factor = try ClusterRobust(estimates: lower, smallSample: smallSample).parameterFactor().squareRoot()
        let count = own.count + effects.estimands.count
        var weights = Matrix(n + m, count)
        var residuals = Matrix(n + m, count)
        let leadResidual = leads.residual(0)
        let through = leads.weights.times(pull)
        for j in 0..<count {
            for r in 0..<m {
                weights[n + r, j] = factor * (j < own.count ? leads.weights[r, own[j]] : -through[r, j - own.count])
                residuals[n + r, j] = leadResidual[r]
            }
            guard j >= own.count else { continue }
            let e = effects.residual(j - own.count)
            for r in 0..<n {
                weights[r, j] = effects.weights[r, j - own.count]
                residuals[r, j] = e[r]
            }
        }
        self.init(stacked: upper, over: lower, weights: weights, residuals: residuals)
    }
}
