import Foundation
import Panels
import Testing

@testable import Estimation
@testable import Inference

/// Triple differences: values of moderndid 0.2.0 and diff-diff 3.13.0 (`Golden/triple_difference.py`), derivatives, identities.
struct GapEffectsTests {
    /// Schools with a group's row and its peers' row in each period, as in the script.
    static func panel(starts: [Int?], periods: Int, seed: Int) -> RowDesign {
        var random = Congruential(x: seed)
        var rows = RowDesign(unit: [], time: [], y: [], start: [])
        var x: [Double] = []
        var isGroup: [Bool] = []
        for (u, start) in starts.enumerated() {
            let level = 2 * random.normal()
            for q in 0...1 {
                let side = Double(q)
                let own = random.normal() + 0.3 * side + (start == nil ? 0 : 0.4)
                for t in 1...periods {
                    let e = random.normal()
                    let time = Double(t)
                    let since = Double(t - (start ?? t))
                    let effect = start.map { t >= $0 } == true ? 1 + 0.5 * side + 0.2 * since : 0
                    rows.unit.append(String(format: "%03d", u))
                    rows.time.append(t)
                    rows.start.append(start)
                    rows.y.append(
                        level + 0.3 * time + 0.1 * time * own + 0.2 * side * time + 0.1 * Double(start ?? 9) * time
                            + effect - side + e)
                    x.append(own)
                    isGroup.append(q == 1)
                }
            }
        }
        rows.covariates = [("x", x)]
        rows.isGroup = isGroup
        return rows
    }

    static let staggered = panel(
        starts: [[Int?]](repeating: [4, 5, 6, nil, nil, 4, nil, 5], count: 12).flatMap { $0 }, periods: 7, seed: 11)

    /// Pupils who change from one period to the next, half of the schools starting in the second, as in the script.
    static let sections: RowDesign = {
        var random = Congruential(x: 12)
        var rows = RowDesign(unit: [], time: [], y: [], start: [])
        var xs: [Double] = []
        var isGroup: [Bool] = []
        for u in 0..<40 {
            let level = random.normal()
            for t in 1...2 {
                for _ in 0..<30 {
                    let q = random.uniform() < 0.4 ? 1.0 : 0
                    let s = Double(u % 2)
                    let x = random.normal() + 0.3 * q + 0.3 * s
                    rows.unit.append(String(format: "%03d", u))
                    rows.time.append(t)
                    rows.start.append(u % 2 == 1 ? 2 : nil)
                    rows.y.append(
                        level + 0.5 * x + 0.3 * Double(t) * (1 + 0.2 * x) - q + s * Double(t - 1) * (1 + 0.4 * q)
                            + random.normal())
                    xs.append(x)
                    isGroup.append(q == 1)
                }
            }
        }
        rows.covariates = [("x", xs)]
        rows.isGroup = isGroup
        rows.rowsArePupils = true
        return rows
    }()

    static func estimator(_ method: AdjustmentMethod, notYet: Bool = false) -> CallawaySantAnna {
        var estimator = CallawaySantAnna()
        estimator.method = method
        estimator.comparesWithNotYet = notYet
        estimator.usesUniversalBase = true
        return estimator
    }

    static func findings(_ design: Design, _ estimator: CallawaySantAnna) throws -> GroupTimeFindings {
        let plan = estimator.plan(design)
        return try estimator.find(GroupTimeSample.used(design, plan), plan)
    }

    /// The gap's estimate and standard error in one cohort and period.
    static func gap(_ found: GroupTimeFindings, cohort: Int, time: Int) throws -> (estimate: Double, error: Double) {
        let design = found.sample.design
        let mean = try #require(
            found.means(threads: 1).first {
                guard case .groupTime(cohort, let t) = $0.estimand.kind else { return false }
                return $0.estimand.part == .gap && design.periods[t].ordinal == time
            })
        return (mean.estimate, found.contributions(of: [mean]).storage.reduce(0) { $0 + $1 * $1 }.squareRoot())
    }

    @Test func theDataAreThoseOfTheScript() {
        #expect(abs(Self.staggered.y.reduce(0, +) - 5418.732310917378) < 1e-8)
        #expect(abs(Self.sections.y.reduce(0, +) - 885.5334548236132) < 1e-8)
    }
}

extension GapEffectsTests {
    /// An effect on the group less that on its peers, by moderndid.
    struct Value: Sendable {
        var covariate: Bool
        var method: AdjustmentMethod
        var notYet: Bool
        var cohort: Int
        var time: Int
        var estimate: Double
        var error: Double

        init(
            _ covariate: Bool, _ method: AdjustmentMethod, notYet: Bool, _ cohort: Int, _ time: Int, _ estimate: Double,
            _ error: Double
        ) {
            self.covariate = covariate
            self.method = method
            self.notYet = notYet
            self.cohort = cohort
            self.time = time
            self.estimate = estimate
            self.error = error
        }
    }

    static let moderndid = [
        Value(false, .doublyRobust, notYet: false, 4, 2, -0.28801818953620095, 0.5046928445720449),
        Value(false, .doublyRobust, notYet: false, 4, 4, 1.1003689924875892, 0.5278976129474834),
        Value(false, .doublyRobust, notYet: false, 4, 5, 0.1587051073710113, 0.5154049545924224),
        Value(false, .doublyRobust, notYet: false, 5, 5, -0.09293196996053177, 0.5603953615486307),
        Value(false, .doublyRobust, notYet: false, 5, 7, 0.2057147237989636, 0.5994276094505812),
        Value(false, .doublyRobust, notYet: false, 6, 6, 0.5021874427795421, 0.6260640134722262),
        Value(false, .doublyRobust, notYet: true, 4, 2, 0.06040414728815194, 0.4631648241344157),
        Value(false, .doublyRobust, notYet: true, 4, 4, 1.0254850213627595, 0.4722421857132881),
        Value(false, .doublyRobust, notYet: true, 4, 5, 0.3408405303276456, 0.4313605500636582),
        Value(false, .doublyRobust, notYet: true, 5, 5, 0.12276070656129634, 0.45949383411972866),
        Value(false, .doublyRobust, notYet: true, 5, 7, 0.2057147237989636, 0.5994276094505812),
        Value(false, .doublyRobust, notYet: true, 6, 6, 0.5021874427795421, 0.6260640134722262),
        Value(true, .doublyRobust, notYet: false, 4, 2, -0.34590735815949303, 0.504902445534626),
        Value(true, .doublyRobust, notYet: false, 4, 4, 1.0078188499539438, 0.5361191780023645),
        Value(true, .doublyRobust, notYet: false, 4, 5, -0.006661385752160243, 0.4873108148031966),
        Value(true, .doublyRobust, notYet: false, 5, 5, -0.41541843044928717, 0.6084592017167118),
        Value(true, .doublyRobust, notYet: false, 5, 7, -0.4391248489936035, 0.6302412224285677),
        Value(true, .doublyRobust, notYet: false, 6, 6, 0.2898739967421484, 0.7473199609869159),
        Value(true, .doublyRobust, notYet: true, 4, 2, -0.03476450427006407, 0.46390035833513305),
        Value(true, .doublyRobust, notYet: true, 4, 4, 0.9611052819912347, 0.4779793436894777),
        Value(true, .doublyRobust, notYet: true, 4, 5, 0.14894461258866878, 0.41550301904845527),
        Value(true, .doublyRobust, notYet: true, 5, 5, -0.10750805891352119, 0.49912257600927584),
        Value(true, .doublyRobust, notYet: true, 5, 7, -0.4391248489936035, 0.6302412224285677),
        Value(true, .doublyRobust, notYet: true, 6, 6, 0.2898739967421484, 0.7473199609869159),
        Value(true, .weighting, notYet: false, 4, 2, -0.34357352604432356, 0.5049521460405095),
        Value(true, .weighting, notYet: false, 4, 4, 1.0142519897334124, 0.5350676208408114),
        Value(true, .weighting, notYet: false, 4, 5, 0.001142666124339442, 0.4885096144697376),
        Value(true, .weighting, notYet: false, 5, 5, -0.4705228015019687, 0.6207699868536638),
        Value(true, .weighting, notYet: false, 5, 7, -0.4770895957938337, 0.6483187415056951),
        Value(true, .weighting, notYet: false, 6, 6, 0.5495591522368088, 0.7406823970342833),
        Value(true, .weighting, notYet: true, 4, 2, 0.032212446958539795, 0.458309269292717),
        Value(true, .weighting, notYet: true, 4, 4, 0.9665981908997162, 0.4699801284351799),
        Value(true, .weighting, notYet: true, 4, 5, 0.2126251778814029, 0.4097572566005674),
        Value(true, .weighting, notYet: true, 5, 5, -0.018483173929171537, 0.4911592100518016),
        Value(true, .weighting, notYet: true, 5, 7, -0.4770895957938337, 0.6483187415056951),
        Value(true, .weighting, notYet: true, 6, 6, 0.5495591522368088, 0.7406823970342833),
        Value(true, .regression, notYet: false, 4, 2, -0.34062091899142954, 0.5007316988743206),
        Value(true, .regression, notYet: false, 4, 4, 1.019660544188611, 0.5317498659876774),
        Value(true, .regression, notYet: false, 4, 5, 0.004509724844621754, 0.4816018841752359),
        Value(true, .regression, notYet: false, 5, 5, -0.4589141116609472, 0.6324899987344679),
        Value(true, .regression, notYet: false, 5, 7, -0.24328328250146414, 0.6574758385593705),
        Value(true, .regression, notYet: false, 6, 6, 0.18787941791155482, 0.7860178267871831),
        Value(true, .regression, notYet: true, 4, 2, -0.02702799616856101, 0.46307892899177505),
        Value(true, .regression, notYet: true, 4, 4, 0.9798018120864953, 0.4769646628145437),
        Value(true, .regression, notYet: true, 4, 5, 0.15000413850851144, 0.4110143596112603),
        Value(true, .regression, notYet: true, 5, 5, -0.10665378054468727, 0.5132727559800674),
        Value(true, .regression, notYet: true, 5, 7, -0.24328328250146414, 0.6574758385593705),
        Value(true, .regression, notYet: true, 6, 6, 0.18787941791155482, 0.7860178267871831),
    ]

    /// The peer's logit stops early: 1e-8 with covariates.
    ///
    /// Where several starts are combined its standard error takes all units for those of the comparison, so that it is
    /// too small by the root of their ratio, and divides by n − 1; the derivatives below hold ours.
    @Test(arguments: moderndid) func equalsModerndid(_ value: Value) throws {
        var rows = Self.staggered
        if !value.covariate { rows.covariates = [] }
        // Its errors are those of a school's sides apart.
        let side = try #require(rows.isGroup)
        rows.clusters = [("pair", rows.unit.indices.map { "\(rows.unit[$0])\(side[$0] ? 1 : 0)" })]
        let found = try Self.findings(rows.oneCellARow(), Self.estimator(value.method, notYet: value.notYet))
        let gap = try Self.gap(found, cohort: value.cohort, time: value.time)
        let tolerance = value.covariate ? 1e-8 : 1e-11
        #expect(abs(gap.estimate + value.estimate) < tolerance * 10)
        let latest = max(value.cohort - 1, value.time)
        let isCombined = value.notYet && latest < 6
        let compared = rows.start.indices.filter { r in
            let start = rows.start[r]
            return rows.time[r] == 1 && (start == nil || start == value.cohort || start ?? 0 > latest)
        }.count
        let units = Double(rows.y.count / 7)
        let peer =
            isCombined
            ? value.error * (units / Double(compared)).squareRoot()
                * (Double(compared - 1) / Double(compared)).squareRoot()
            : value.error
        #expect(abs(gap.error - peer) < 10 * tolerance)
    }

    /// On repeated cross-sections, by diff-diff: covariate, method, clusters, estimate, standard error.
    static let diffDiff: [(Bool, AdjustmentMethod, Bool, Double, Double)] = [
        (false, .doublyRobust, false, 0.34065672321282126, 0.23613173453508682),
        (false, .doublyRobust, true, 0.34065672321282126, 0.20969045754583085),
        (true, .doublyRobust, false, 0.464127792839621, 0.22993155803054766),
        (true, .doublyRobust, true, 0.464127792839621, 0.18543268453220726),
        (true, .weighting, false, 0.39689151568956493, 0.2584410601425483),
        (true, .weighting, true, 0.39689151568956493, 0.2687428191795619),
        (true, .regression, false, 0.3938163813623683, 0.23179471662118797),
        (true, .regression, true, 0.3938163813623683, 0.1898190735309527),
    ]

    /// Its standard errors divide by n − 1, those by clusters have the factor G/(G − 1). With `dr` it adds the regression term
    /// of the earlier period that has to be taken off (as DRDID does), so that it is not compared; the derivatives hold ours.
    @Test(arguments: diffDiff)
    func equalsDiffDiff(covariate: Bool, method: AdjustmentMethod, clusters: Bool, estimate: Double, error: Double)
        throws
    {
        var rows = Self.sections
        if !covariate { rows.covariates = [] }
        if !clusters { rows.clusters = [("row", rows.unit.indices.map { String($0) })] }
        let gap = try Self.gap(Self.findings(rows.oneCellARow(), Self.estimator(method)), cohort: 2, time: 2)
        #expect(abs(gap.estimate + estimate) < 1e-9)
        guard !(covariate && method == .doublyRobust) else { return }
        let factor = clusters ? 40.0 / 39 : 2400.0 / 2399
        #expect(abs(gap.error * factor.squareRoot() - error) < 1e-9)
    }
}
