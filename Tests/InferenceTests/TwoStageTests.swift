import Estimation
import Panels
import Testing

@testable import Inference

/// Values of R did2s 1.2.0 on published data; its first stage is iterative, which leaves some eight digits.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct TwoStageReferenceTests {
    @Test func counties() throws {
        let effects = try ReferenceTests.analyse(ReferenceTests.mpdta().oneCellARow(), .twoStage, .cr0).effects
        try Self.compare(effects, "mpdta", overall: "overall")
        let exact = try ReferenceData.expected("mpdta.etwfe.att", in: "mpdta").first?.estimate
        #expect(isClose(effects.first?.estimate, try #require(exact), 1e-9))
    }

    @Test(arguments: [[], ["x1"]]) func staggered(covariates: [String]) throws {
        let effects = try ReferenceTests.analyse(
            ReferenceTests.baseStagg(covariates: covariates).oneCellARow(), .twoStage, .cr0
        ).effects
        try Self.compare(effects, "base_stagg", overall: covariates.isEmpty ? "overall" : "overall_x1")
    }

    private static func compare(_ effects: [Effect], _ group: String, overall: String) throws {
        try ReferenceTests.check(
            effects.first, ReferenceData.expected("\(group).gardner.\(overall)", in: group).first, relative: 1e-6)
        guard overall == "overall" else { return }
        let events = try ReferenceData.expected("\(group).gardner.es", in: group)
        #expect(events.count >= 7)
        for value in events {
            let e = Int(value.term.dropFirst("rel::".count))
            try ReferenceTests.check(
                effects.first { $0.kind == .event && $0.eventTime == e }, value, relative: 1e-6)
        }
    }
}

struct TwoStageTests {
    /// diff-diff 3.13.0 on an unbalanced panel (`Golden/cohort_periods.py`): direct algebra on both sides, 1e-9.
    @Test func unbalancedPanel() throws {
        let effects = try ReferenceTests.analyse(CohortPanels.units.oneCellARow(), .twoStage, .cr0).effects
        CohortPanels.expect(effects.first, 1.2558388963101315, 0.3262421741082473)
        let events = [
            (0, 0.8964703550228741, 0.38517626495062257), (1, 1.078506335370556, 0.4752086709430518),
            (2, 1.3134896180547964, 0.5743867748690865), (3, 2.4822902083878824, 1.0540136319570832),
        ]
        for (e, estimate, error) in events {
            CohortPanels.expect(effects.first { $0.kind == .event && $0.eventTime == e }, estimate, error)
        }
    }

    /// Estimates are imputation's in every form of data; the ledger is too.
    @Test func estimatesAreImputations() throws {
        var made = SeededRows(seed: 12)
        let rows = made.panel(
            starts: [3, 3, 5, 5, 5, nil, nil, nil, nil], pupils: 1...5, missing: 0.1, covariate: true, groups: true)
        let lenient = { (options: inout AnalysisOptions) in options.leavesOutUnidentified = true }
        let own = try ReferenceTests.analyse(rows.gathered(), .twoStage, change: lenient)
        let imputed = try ReferenceTests.analyse(rows.gathered(), .imputation, change: lenient)
        var compared = 0
        for effect in imputed.effects {
            let twin = own.effects.first {
                $0.kind == effect.kind && $0.term == effect.term && $0.group == effect.group
                    && $0.eventTime == effect.eventTime && $0.time == effect.time && $0.cohort == effect.cohort
            }
            #expect(isClose(twin?.estimate, try #require(effect.estimate), 1e-12))
            compared += 1
        }
        #expect(compared > 20)
        #expect(own.counterfactual.map(\.counterfactual) == imputed.counterfactual.map(\.counterfactual))
    }

    @Test func fewSchoolsFallBackToTheRandomisationTest() throws {
        var options = AnalysisOptions()
        options.estimator = .twoStage
        options.permutations = 99
        let result = try DidAnalysis.run(CohortPanels.units.oneCellARow(), options)
        #expect(result.varianceUsed == .cr1 && result.randomisation != nil)
        #expect(result.warnings.contains { $0.code == "no-cr2" })
        #expect(throws: EstimationError.self) {
            try ReferenceTests.analyse(CohortPanels.units.oneCellARow(), .twoStage, .cr2)
        }
    }
}
