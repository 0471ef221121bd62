import Estimation
import Testing

@testable import Inference

/// The generator of `Golden/seeded_panel.py` and `Golden/changes.py`, number for number.
struct Congruential {
    var x: Int
    mutating func uniform() -> Double {
        x = (x * 1_103_515_245 + 12345) % (1 << 31)
        return Double(x) / Double(1 << 31)
    }
    mutating func normal() -> Double {
        var total = 0.0
        for _ in 0..<12 { total += uniform() }
        return total - 6
    }
}

/// Values of pyfixest 0.60.0 and diff-diff 3.13.0 on made-up data (`Golden/seeded_panel.py`).
///
/// Tolerance 1e-8: pyfixest demeans iteratively, to 1e-13 here, and its printed values then agree to about 1e-11.
struct SeededPanelTests {
    static func panel(starts: [Int?], periods: Int, pupils: Int, seed: Int) -> (RowDesign, weights: [Double]) {
        var r = Congruential(x: seed)
        var rows = RowDesign(unit: [], time: [], y: [], start: [])
        var covariate: [Double] = []
        var weights: [Double] = []
        var group: [Bool] = []
        var sex: [String] = []
        for (u, start) in starts.enumerated() {
            let level = 2 * r.normal()
            for t in 1...periods {
                let isGone = r.uniform() < 0.08
                let shock = 0.4 * r.normal()
                let n = 1 + Int(r.uniform() * Double(pupils))
                for i in 0..<n {
                    let x = r.normal()
                    let e = r.normal()
                    let w = 1 + Int(r.uniform() * 4)
                    if isGone { continue }
                    let d = start.map { t >= $0 ? 1.0 : 0 } ?? 0
                    let g = Double(i % 2)
                    let effect = d * (1 + 0.5 * g + 0.2 * Double(t - (start ?? t)))
                    rows.unit.append("\(u)")
                    rows.time.append(t)
                    rows.start.append(start)
                    rows.y.append(level + 0.3 * Double(t) + shock + 0.6 * x + effect - g + e)
                    covariate.append(x)
                    weights.append(Double(w))
                    group.append(i % 2 == 1)
                    sex.append("\((i / 2) % 2)")
                }
            }
        }
        rows.covariates = [("x", covariate)]
        rows.isGroup = group
        rows.factors = [("sex", sex)]
        rows.rowsArePupils = pupils > 1
        return (rows, weights)
    }

    private static let starts: [Int?] = [Int?](repeating: 4, count: 5) + [Int?](repeating: nil, count: 9)

    private static var pupils: (rows: RowDesign, weights: [Double]) {
        var (rows, weights) = panel(starts: starts, periods: 7, pupils: 6, seed: 7)
        rows.isGroup = nil
        rows.factors = []
        return (rows, weights)
    }

    private func expect(
        _ effect: Effect?, _ estimate: Double, _ error: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            isClose(effect?.estimate, estimate, 1e-8), "\(String(describing: effect))", sourceLocation: sourceLocation)
        #expect(
            isClose(effect?.standardError, error, 1e-8), "\(String(describing: effect))", sourceLocation: sourceLocation
        )
    }

    @Test func sameData() {
        let rows = Self.pupils.rows
        #expect(rows.y.count == 312)
        #expect(isClose(rows.y.reduce(0, +), 175.61797652319075, 1e-13))
    }

    @Test func twoWay() throws {
        let design = Self.pupils.rows.gathered()
        let cr1 = try ReferenceTests.analyse(design, .twfe).effects
        expect(cr1.first, 1.1071841815351253, try #require(cr1.first?.standardError))
        expect(cr1.first { $0.term == "x" }, 0.5897749630587639, 0.05789722926036809)
        expect(try ReferenceTests.analyse(design, .twfe, .iid).effects.first, 1.1071841815351253, 0.283555697064342)
    }

    @Test func factor() throws {
        var rows = Self.panel(starts: Self.starts, periods: 7, pupils: 6, seed: 7).0
        rows.isGroup = nil
        expect(try ReferenceTests.analyse(rows.gathered(), .twfe).effects.first, 1.1060294476442272, 0.4129085261384917)
    }

    @Test func robust() throws {
        var rows = Self.pupils.rows
        rows.covariates = []
        let effect = try ReferenceTests.analyse(rows.gathered(), .twfe, .hc1).effects.first
        expect(effect, 0.7733035290595123, 0.30938790736132465)
    }

    @Test func twoLevels() throws {
        var rows = Self.pupils.rows
        rows.clusters = [("unit", rows.unit), ("time", rows.time.map(String.init))]
        expect(try ReferenceTests.analyse(rows.gathered(), .twfe).effects.first, 1.1071841815351253, 0.4263070769444682)
    }

    @Test func weighted() throws {
        var (rows, weights) = Self.pupils
        rows.weights = weights
        expect(
            try ReferenceTests.analyse(rows.gathered(), .twfe).effects.first, 1.0225811378293321, 0.46342169291595153)
    }

    /// Weighted least squares, every row a cell (`Golden/weighted_variances.py`, statsmodels 0.15.0).
    @Test(arguments: [
        (VarianceKind.hc1, SmallSample.none, 0.28892161812906175, 0.06989943334847942),
        (.hc1, .fixest, 0.29968039782501615, 0.07250232824135107),
        (.hc2, .fixest, 0.304561915257546, 0.07379406295178711),
        (.hc3, .fixest, 0.3213460198292629, 0.07796583044908588),
    ])
    func weightedRobust(kind: VarianceKind, rule: SmallSample, treatment: Double, covariate: Double) throws {
        var (rows, weights) = Self.pupils
        rows.weights = weights
        let effects = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, kind) { $0.smallSample = rule }.effects
        expect(effects.first, 1.0225811378293321, treatment)
        #expect(isClose(effects.first { $0.term == "x" }?.standardError, covariate, 1e-8))
    }

    /// pyfixest 0.60.0 fits again without each cluster; without its factors that is CR3.
    @Test func weightedJackknife() throws {
        var (rows, weights) = Self.pupils
        rows.weights = weights
        let effects = try ReferenceTests.analyse(rows.gathered(), .twfe, .cr3).effects
        expect(effects.first, 1.0225811378293321, 0.5866484962433112)
        #expect(isClose(effects.first { $0.term == "x" }?.standardError, 0.055385895209671895, 1e-8))
    }

    /// CR2 takes the variance of a row as proportional to 1/w. Where weights are even within clusters that is clubSandwich's
    /// with `target = 1/w`; where they are not, it is another root of the same working model, and close.
    @Test func weightedBiasReduced() throws {
        var (rows, weights) = Self.pupils
        let even = rows.unit.map { 1 + (Double($0) ?? 0).truncatingRemainder(dividingBy: 3) }
        rows.weights = even
        let effects = try ReferenceTests.analyse(rows.gathered(), .twfe, .cr2).effects
        let x = try #require(effects.first { $0.term == "x" })
        #expect(isClose(effects.first?.standardError, 0.369968738870771, 1e-9))
        #expect(isClose(effects.first?.degreesOfFreedom, 5.326212041849561, 1e-8))
        #expect(isClose(x.standardError, 0.05153921665775528, 1e-9))
        #expect(isClose(x.degreesOfFreedom, 10.285337616607253, 1e-8))
        rows.weights = weights
        let uneven = try ReferenceTests.analyse(rows.gathered(), .twfe, .cr2).effects
        #expect(isClose(uneven.first?.standardError, 0.5039432372007893, 0.01))
        #expect(isClose(uneven.first?.degreesOfFreedom, 6.855291512538369, 0.02))
    }

    @Test func eventStudy() throws {
        let effects = try ReferenceTests.analyse(Self.pupils.rows.gathered(), .eventStudy).effects
        let values = [
            (-3, -0.1898514260579386, 0.46148414708077834), (-2, -0.25381281018538254, 0.528747770767073),
            (0, 0.29498190151070053, 0.4485284027127764), (1, 0.4075615830012724, 0.6996519233865764),
            (2, 1.3480848970328667, 0.6529818559859921), (3, 1.622229793902503, 0.7068365052692183),
        ]
        for (e, estimate, error) in values { expect(effects.first { $0.eventTime == e }, estimate, error) }
    }

    @Test func gap() throws {
        var rows = Self.panel(starts: Self.starts, periods: 7, pupils: 6, seed: 7).0
        rows.factors = []
        let effects = try ReferenceTests.analyse(rows.gathered(), .twfe) { $0.smallSample = .clusters }.effects
        #expect(effects.first?.kind == .gap)
        expect(effects.first, -0.03640860443453608, 0.24858505115315918)
    }

    @Test func leadsOnUntreatedRows() throws {
        let design = Self.pupils.rows.gathered()
        let leads = try Leads().fit(design.keeping(design.isTreated.map { !$0 }), nested: nil)
        #expect(leads.estimates.count == 2)
        #expect(isClose(leads.estimates[0], -0.4268162932231939, 1e-8))
        #expect(isClose(leads.estimates[1], -0.5616982932503801, 1e-8))
        let covariance = try CovarianceOfEstimates.compute(leads, kind: .cr1, smallSample: .fixest).matrix
        let (a, b) = (leads.estimates[0], leads.estimates[1])
        let determinant = covariance[0, 0] * covariance[1, 1] - covariance[0, 1] * covariance[0, 1]
        let wald = (a * a * covariance[1, 1] - 2 * a * b * covariance[0, 1] + b * b * covariance[0, 0]) / determinant
        #expect(isClose(wald, 1.6880569535400256, 1e-7))
    }

    @Test func imputationAndBiasReduced() throws {
        var rows = Self.panel(
            starts: [Int?](repeating: 4, count: 4) + [Int?](repeating: 5, count: 4) + [Int?](repeating: nil, count: 8),
            periods: 7, pupils: 1, seed: 9
        ).0
        rows.isGroup = nil
        rows.factors = []
        let cr2 = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, .cr2).effects.first
        expect(cr2, 1.117889422446652, 0.3897133112783945)
        #expect(isClose(cr2?.degreesOfFreedom, 13.474759421425992, 1e-8))
        rows.covariates = []
        let effects = try ReferenceTests.analyse(rows.oneCellARow(), .imputation, .cr0).effects
        expect(effects.first, 0.939650441555229, 0.3927792189189459)
        let events = [
            (0, 0.42579703430964294, 0.40729798347290397), (1, 0.9378204245034945, 0.6154604833149422),
            (2, 1.0533298226399532, 0.5112186278912922), (3, 1.7436585279804206, 1.0157847921177),
        ]
        for (e, estimate, error) in events { expect(effects.first { $0.eventTime == e }, estimate, error) }
    }
}
