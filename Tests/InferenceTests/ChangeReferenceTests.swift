import Estimation
import Panels
import Testing

@testable import Inference

/// Values of diff-diff 3.13.0, moderndid 0.2.0 and regressions by hand on made-up data (`Golden/changes.py`).
///
/// Tolerance 1e-10: both sides solve small dense systems of a few thousand operations.
struct ChangeReferenceTests {
    private func expect(
        _ effect: Effect?, _ estimate: Double, _ error: Double? = nil, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(
            isClose(effect?.estimate, estimate, 1e-10), "\(String(describing: effect))", sourceLocation: sourceLocation)
        guard let error else { return }
        #expect(
            isClose(effect?.standardError, error, 1e-10), "\(String(describing: effect))",
            sourceLocation: sourceLocation)
    }

    private func analyse(
        _ design: Design, _ estimator: EstimatorName, _ vcov: VarianceKind = .cr1, _ smallSample: SmallSample = .fixest,
        _ change: (inout EstimatorOptions) -> Void = { _ in }
    ) throws -> [Effect] {
        try ReferenceTests.analyse(design, estimator, vcov) {
            $0.smallSample = smallSample
            change(&$0.estimation)
        }.effects
    }

    // MARK: Stacks

    @Test(arguments: [
        (
            ComparisonUnits.notYet,
            [
                (0.7809150582862391, 0.49366936553878915), (-0.5565678063633287, 0.3975699775220768),
                (0.6465138712401234, 0.5195391147357727), (0.9153162453323548, 0.5599369421201822),
            ]
        ),
        (
            .never,
            [
                (0.7079299286007881, 0.5188938971312878), (-0.42732936402161864, 0.4235742616269708),
                (0.592865125536919, 0.5239796569579841), (0.8229947316646572, 0.6067073540716742),
            ]
        ),
    ])
    func stacked(comparison: ComparisonUnits, values: [(Double, Double)]) throws {
        let effects = try analyse(PathPanel.absorbing.design(), .stacked) {
            $0.window = -2...1
            $0.comparison = comparison
        }
        expect(effects.first, values[0].0, values[0].1)
        for (e, value) in zip([-2, 0, 1], values.dropFirst()) {
            expect(effects.first { $0.eventTime == e }, value.0, value.1)
        }
    }

    // MARK: Local projections

    private static let horizons = [-3, -2, 0, 1, 2, 3]

    @Test(arguments: [
        (
            HorizonWeighting.equal, ComparisonUnits.notYet,
            [
                (-0.5518217849452994, 0.48253882345805976), (-0.4523925614338187, 0.3869923489914401),
                (0.6039650033199876, 0.5037137348633494), (0.9153162453323601, 0.5535301845526617),
                (1.6342156921733524, 0.8279121472791111), (1.421982476247681, 0.9660133928470643),
            ], (-0.5021071731895588, 0.4098410643544349), (0.7809150582862396, 0.48221933618698665)
        ),
        (
            .variance, .notYet,
            [
                (-0.5521739717657355, 0.4808063661247218), (-0.452751095064826, 0.3860331088944558),
                (0.6076143922555794, 0.5086156767745819), (0.9278380497922476, 0.5476005236399462),
                (1.635455789203938, 0.8340555734263028), (1.4483946876227847, 0.953425091702399),
            ], (-0.5024625334152809, 0.40859019570026434), (0.7796307303490881, 0.4725726358511185)
        ),
        (
            .equal, .never,
            [
                (-0.6493282481034602, 0.46252092131642764), (-0.4273293640216195, 0.4066238864734032),
                (0.592865125536919, 0.5040953302223308), (0.8229947316646579, 0.5938585774758125),
                (1.61265842118197, 0.8772646365577171), (1.421982476247681, 0.9660133928470643),
            ], (-0.5383288060625407, 0.4084342157724851), (0.7079299286007885, 0.5042993332827178)
        ),
    ])
    func localProjections(
        weighting: HorizonWeighting, comparison: ComparisonUnits, values: [(Double, Double)],
        before: (Double, Double), after: (Double, Double)
    ) throws {
        let effects = try analyse(PathPanel.absorbing.design(), .localProjections, .cr1, .clusters) {
            $0.window = -3...3
            $0.comparison = comparison
            $0.weighting = weighting
        }
        for (h, value) in zip(Self.horizons, values) {
            expect(effects.first { $0.eventTime == h }, value.0, value.1)
        }
        // Pooled over what every start has: one step after, three before.
        expect(effects.first { $0.term == "pooled-before" }, before.0, before.1)
        expect(effects.first { $0.term == "att-pooled" }, after.0, after.1)
    }

    /// Estimates of the peer with the base period's covariate; the standard error is that of one regression by hand, since the
    /// peer takes starts' own deviations into it.
    @Test func adjustedProjections() throws {
        let effects = try analyse(PathPanel.absorbing.design(covariate: true), .localProjections, .cr1, .clusters) {
            $0.window = -3...3
        }
        let values = [
            -0.6368294070442033, -0.4885947240607787, 0.6458718218660146, 0.9753854265837233, 1.6054873972069388,
            1.5659770012311331,
        ]
        for (h, value) in zip(Self.horizons, values) { expect(effects.first { $0.eventTime == h }, value) }
        expect(effects.first { $0.term == "att-pooled" }, 0.8225499699196366)
        expect(effects.first { $0.eventTime == 1 }, 0.9753854265837231, 0.49393810043417885)
    }

    // MARK: Lee and Wooldridge

    /// The exact t of few schools, with 9 degrees of freedom, and HC3.
    @Test func oneStart() throws {
        let design = PathPanel.oneStart.design()
        for (transformation, estimate, classical, p, robust) in [
            (
                RollingTransformation.demean, 1.5325562527917669, 0.4508074557179913, 0.00787856240168486,
                0.639031626629891
            ),
            (.detrend, 0.6700613030933198, 1.1430219356815101, 0.5721351913813323, 1.2970590066793255),
        ] {
            let exact = try analyse(design, .leeWooldridge, .iid) { $0.transformation = transformation }
            expect(exact.first, estimate, classical)
            #expect(exact.first?.degreesOfFreedom == 9)
            #expect(isClose(exact.first?.pValue, p, 1e-9))
            expect(
                try analyse(design, .leeWooldridge, .hc3) { $0.transformation = transformation }.first, estimate, robust
            )
        }
    }

    @Test(arguments: [
        (
            RollingTransformation.demean, false, 1.5573654555744596,
            [1.750392257841428, 2.0672840917110444, 0.555762603614065]
        ),
        (.demean, true, 1.592117325909787, [1.7680813885243856, 2.14942828936333, 0.555762603614065]),
        (.detrend, false, 0.09400912186456112, [-0.03551610895792582, -0.43025399780273454, 1.0089019994584343]),
        (.detrend, true, 0.2079707905782882, [0.1598247278752957, -0.33254503770308075, 1.0089019994584343]),
    ])
    func severalStarts(
        transformation: RollingTransformation, comparesWithNotYet: Bool, estimate: Double, cohorts: [Double]
    ) throws {
        let effects = try analyse(PathPanel.absorbing.design(), .leeWooldridge) {
            $0.transformation = transformation
            $0.comparison = comparesWithNotYet ? .notYet : nil
        }
        expect(effects.first, estimate)
        let found = effects.filter { $0.kind == .cohort }
        #expect(found.map(\.cohort) == ["4", "5", "7"])
        for (effect, value) in zip(found, cohorts) { expect(effect, value) }
    }

    /// One regression of one number a unit, by hand.
    @Test func byHand() throws {
        for (covariate, transformation, estimate, classical, robust) in [
            (false, RollingTransformation.demean, 1.557365455574458, 0.6858825210007482, 0.7128081185986169),
            (true, .demean, 2.011194123355654, 0.5453318238280533, 0.5941078177627215),
            (false, .detrend, 0.09400912186456034, 1.0149238008941144, 0.9320801843296991),
            (true, .detrend, 0.47289450058376226, 1.1069522515390542, 1.0076637616163144),
        ] {
            let design = PathPanel.absorbing.design(covariate: covariate)
            for (vcov, error) in [(VarianceKind.iid, classical), (.hc3, robust)] {
                expect(
                    try analyse(design, .leeWooldridge, vcov) { $0.transformation = transformation }.first, estimate,
                    error)
            }
        }
        expect(
            try analyse(PathPanel.absorbing.design(), .leeWooldridge, .cr1, .clusters) { $0.comparison = .notYet }
                .first, 1.5921173259097876, 0.5795607986698545)
    }

    // MARK: Switches

    private static let switchTimes = [0, 1, 2, -4, -3, -2]

    @Test func switches() throws {
        for (panel, values) in [
            (
                PathPanel.absorbing,
                [
                    (0.6039650033199876, 0.46745163100263415), (0.91531624533236, 0.5245733983187086),
                    (1.6342156921733506, 0.8066348478483999), (-1.8796598842740062, 0.9082876712291101),
                    (-0.7019582109672555, 0.48789081259251804), (-0.452392561433818, 0.3705867430556009),
                ]
            ),
            (
                .switching,
                [
                    (1.8661823019941473, 0.35910043907084577), (1.372546186256089, 0.4636848038647846),
                    (1.7152407848145814, 0.6377274285293554), (1.6062941160053015, 0.9542318160911765),
                    (-0.07756748328961077, 0.4435361706455505), (0.6610887531309078, 0.28270677177299547),
                ]
            ),
        ] {
            let effects = try analyse(panel.design(), .dcdh, .cr0, .none)
            for (e, value) in zip(Self.switchTimes, values) {
                expect(effects.first { $0.eventTime == e }, value.0, value.1)
            }
        }
    }

    /// moderndid's totals by treatment: of those that begin 1.885 over 29 periods, of those that end 1.639 over 15 (its sign
    /// turned). All together it adds them without turning one; here they are one mean.
    @Test func totalByTreatment() throws {
        let effects = try analyse(PathPanel.switching.design(), .dcdh, .cr1) { $0.window = -4...2 }
        let (began, ended) = (1.8854998611540634, 1.6389341597046174)
        expect(effects.first { $0.term == "att-per-period" }, (29 * began + 15 * ended) / 44)
        expect(effects.first { $0.term == "att-joiners" }, 29 * began / 33)
        expect(effects.first { $0.term == "att-leavers" }, ended)
        expect(effects.first, (29 * began + 15 * ended) / 48)
        let absorbing = try analyse(PathPanel.absorbing.design(), .dcdh, .cr1) { $0.window = -4...2 }
        expect(absorbing.first, 0.998161097375404)
        #expect(!absorbing.contains { $0.term == "att-per-period" || $0.term == "att-joiners" })
    }
}
