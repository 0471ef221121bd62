import Estimation
import Foundation
import Panels
import Testing

@testable import Inference

/// Values of R fixest 0.14.2 on published data; tolerance 1e-8, what its iterative demeaning allows.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct ExtendedTwoWayReferenceTests {
    @Test func counties() throws {
        let result = try ReferenceTests.analyse(ReferenceTests.mpdta().oneCellARow(), .etwfe)
        try ReferenceTests.check(result.effects.first, ReferenceData.expected("mpdta.etwfe.att", in: "mpdta").first)
        let cells = try ReferenceData.expected("mpdta.etwfe.cells", in: "mpdta")
        #expect(cells.count == 7)
        for value in cells {
            let parts = value.term.dropFirst("cell::".count).split(separator: "_").map(String.init)
            try ReferenceTests.check(
                result.effects.first { $0.kind == .groupTime && $0.cohort == parts[0] && $0.time == parts[1] }, value)
        }
    }
}

struct ExtendedTwoWayTests {
    // MARK: Linear

    /// diff-diff 3.13.0 on an unbalanced panel (`Golden/cohort_periods.py`); its standard errors count parameters otherwise.
    @Test func unbalancedPanel() throws {
        let effects = try ReferenceTests.analyse(CohortPanels.units.oneCellARow(), .etwfe).effects
        #expect(isClose(effects.first?.estimate, 1.2181996741479666, 1e-9))
        let cells = [
            ("4", "4", 0.7980049104633403), ("4", "5", 0.5208627922473817), ("4", "6", 0.35788961476198516),
            ("4", "7", 2.409861256758668), ("5", "5", 0.10830934722455042), ("5", "6", 1.185343915958789),
            ("5", "7", 2.1990348920809906), ("6", "6", 2.5012562439829633), ("6", "7", 1.8313250833930876),
        ]
        for (cohort, time, estimate) in cells {
            let effect = effects.first { $0.kind == .groupTime && $0.cohort == cohort && $0.time == time }
            #expect(isClose(effect?.estimate, estimate, 1e-9))
        }
    }

    /// Dense least squares on pupils' rows in numpy (`Golden/cohort_periods.py`), without and with a covariate that varies
    /// within schools and years.
    @Test func pupils() throws {
        let plain = try ReferenceTests.analyse(CohortPanels.pupils(covariate: false).gathered(), .etwfe, .cr0)
        CohortPanels.expect(plain.effects.first, 1.6691922075756889, 0.2119306440099183)
        let own = try ReferenceTests.analyse(CohortPanels.pupils(covariate: true).gathered(), .etwfe, .cr0)
        CohortPanels.expect(own.effects.first, 1.7795417659309016, 0.18317568752216196)
    }

    /// Where every school has one row in each period, effects are imputation's, and so are CR2, its degrees of freedom and the
    /// wild bootstrap: overall, by event time, start and period.
    @Test func balancedIsImputation() throws {
        var made = SeededRows(seed: 14)
        let design = made.panel(starts: [3, 3, 4, 4, 4, 6, 6, nil, nil, nil, nil]).oneCellARow()
        let wild = { (options: inout AnalysisOptions) in options.wild = 9_999 }
        let own = try ReferenceTests.analyse(design, .etwfe, .cr2, change: wild).effects
        let imputed = try ReferenceTests.analyse(design, .imputation, .cr2, change: wild).effects
        var compared = 0
        for effect in imputed {
            let twin = own.first {
                $0.kind == effect.kind && $0.eventTime == effect.eventTime && $0.time == effect.time
                    && $0.cohort == effect.cohort
            }
            #expect(isClose(twin?.estimate, try #require(effect.estimate), 1e-11))
            #expect(isClose(twin?.standardError, try #require(effect.standardError), 1e-11))
            #expect(isClose(twin?.degreesOfFreedom, try #require(effect.degreesOfFreedom), 1e-10))
            compared += 1
        }
        #expect(compared == 12)
        #expect(own[0].wildPValue == imputed[0].wildPValue && own[0].wildPValue != nil)
    }

    /// Where schools lack years the regression learns their levels from treated results too, and imputation does not.
    @Test func unbalancedIsNotImputation() throws {
        let design = CohortPanels.units.oneCellARow()
        let own = try #require(try ReferenceTests.analyse(design, .etwfe, .cr2).effects.first)
        let imputed = try #require(try ReferenceTests.analyse(design, .imputation, .cr2).effects.first)
        let (a, b) = (try #require(own.estimate), try #require(imputed.estimate))
        let error = try #require(own.standardError)
        #expect(abs(a - b) > 0.01 && abs(a - b) < 0.2 * error)
        #expect(isClose(own.standardError, try #require(imputed.standardError), 0.1))
    }

    /// With leads and those that never start alone it is Sun and Abraham's regression.
    @Test func neverAloneIsSunAbraham() throws {
        let design = CohortPanels.units.oneCellARow()
        let own = try ReferenceTests.analyse(design, .etwfe) { $0.estimation.comparison = .never }.effects
        let twin = try ReferenceTests.analyse(design, .sunAbraham).effects
        #expect(own == twin)
    }

    // MARK: Shares and counts

    private static func passed(_ y: Double) -> Double { y > 1.5 ? 1 : 0 }
    private static func count(_ y: Double) -> Double { (exp(min(y, 4) / 3) * 2).rounded(.down) }

    private func compare(
        _ effects: [Effect], _ values: [(String, Double, Double)], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for (name, estimate, error) in values {
            let numbers = name.split { !$0.isNumber }.compactMap { Int($0) }
            let effect = effects.first {
                switch numbers.count {
                case 0: $0.kind == .overall
                case 1: $0.kind == .event && $0.eventTime == numbers[0]
                default: $0.kind == .groupTime && $0.cohort == "\(numbers[0])" && $0.time == "\(numbers[1])"
                }
            }
            // The peer's derivative is numerical.
            CohortPanels.expect(effect, estimate, error, 1e-8, sourceLocation: sourceLocation)
        }
    }

    /// statsmodels 0.15.0 GLM, effects by prediction and their derivative numerically (`Golden/cohort_periods.py`).
    @Test func logit() throws {
        let rows = CohortPanels.pupils(covariate: false, Self.passed)
        let effects = try ReferenceTests.analyse(rows.gathered(), .etwfe, .cr0) { $0.estimation.family = .logit }
            .effects
        compare(
            effects,
            [
                ("overall", 0.3172858762062788, 0.09714916834697485),
                ("event 0", 0.38047056463032786, 0.09135890850443094),
                ("event 1", 0.3486086748940743, 0.09933868177698518),
                ("event 2", 0.23085318892579035, 0.13392978737639627),
                ("event 3", 0.08437406270197634, 0.15530610276674586),
                ("(4, 4)", 0.29216407523659793, 0.13879358785797707),
                ("(4, 5)", 0.19936281240733578, 0.09292539034933596),
                ("(4, 6)", -0.023529398877221275, 0.0764465750283053),
                ("(4, 7)", 0.08437406270197634, 0.15530610276674586),
                ("(5, 5)", 0.41848384347940815, 0.1619422062995747),
                ("(5, 6)", 0.2901224186819189, 0.2054000383303837),
                ("(5, 7)", 0.3669182940297268, 0.19230949012575208),
                ("(6, 6)", 0.429642657220149, 0.13840849437108832),
                ("(6, 7)", 0.6780557520016974, 0.11370454890551537),
            ])
        // diff-diff 3.13.0: its factor counts clusters, rows and parameters.
        let factor = (19.0 / 18 * 798 / 780).squareRoot()
        #expect(isClose(effects.first?.standardError.map { $0 * factor }, 0.10095638226484122, 1e-8))
    }

    @Test func logitWithCovariate() throws {
        let rows = CohortPanels.pupils(covariate: true, Self.passed)
        compare(
            try ReferenceTests.analyse(rows.oneCellARow(), .etwfe, .cr0) { $0.estimation.family = .logit }.effects,
            [
                ("overall", 0.3468655878038165, 0.0896903210559528),
                ("event 0", 0.4173559400714757, 0.0718924519361853),
                ("event 1", 0.4078057106675495, 0.10318972472240823),
                ("event 2", 0.2200881478157668, 0.13962081096786846),
                ("event 3", 0.07157664245409194, 0.15865708829876046),
                ("(4, 4)", 0.3095513636975068, 0.13350651251414083),
                ("(4, 5)", 0.34758313482707254, 0.06515836303761961),
                ("(4, 6)", -0.018846427107752715, 0.07989441128738935),
                ("(4, 7)", 0.07157664245409194, 0.15865708829876046),
                ("(5, 5)", 0.49348980172635765, 0.0916698754296017),
                ("(5, 6)", 0.2932290725456445, 0.2411055898969562),
                ("(5, 7)", 0.3478903623097423, 0.19993046009864626),
                ("(6, 6)", 0.43527164183002326, 0.15188671560167236),
                ("(6, 7)", 0.681755621101265, 0.12301551031569945),
            ])
    }

    @Test func poisson() throws {
        let rows = CohortPanels.pupils(covariate: false, Self.count)
        let effects = try ReferenceTests.analyse(rows.gathered(), .etwfe, .cr0) { $0.estimation.family = .poisson }
            .effects
        compare(
            effects,
            [
                ("overall", 1.1554886918167526, 0.6256575762279366),
                ("event 0", 1.6912458872916913, 0.42567735199671963),
                ("event 1", 1.408980244709262, 0.796538491662506),
                ("event 2", 0.4012325923223514, 0.8495085103196092),
                ("event 3", -0.5779128216125065, 1.3261944355712807),
                ("(4, 4)", 1.9865009626295544, 0.7785757983079807),
                ("(4, 5)", 1.3006927600289533, 0.7557998773191927),
                ("(4, 6)", -2.2029662458141046, 1.4423983015455286),
                ("(4, 7)", -0.5779128216125065, 1.3261944355712807),
                ("(5, 5)", 1.391345760274713, 0.5864613802824575),
                ("(5, 6)", 0.3141246532969397, 1.727820226121772),
                ("(5, 7)", 1.7941761569069679, 0.8795879100904374),
                ("(6, 6)", 1.7716401460049038, 0.7410271924006812),
                ("(6, 7)", 3.2792663868868552, 0.5029224693191843),
            ])
        let factor = (19.0 / 18 * 798 / 780).squareRoot()
        #expect(isClose(effects.first?.standardError.map { $0 * factor }, 0.6501766974167655, 1e-8))
    }

    @Test func poissonWithCovariate() throws {
        let rows = CohortPanels.pupils(covariate: true, Self.count)
        compare(
            try ReferenceTests.analyse(rows.oneCellARow(), .etwfe, .cr0) { $0.estimation.family = .poisson }.effects,
            [
                ("overall", 1.2871246397021188, 0.6297143781945334),
                ("event 0", 1.7455890269316163, 0.42776310178788),
                ("event 1", 1.5307730194725775, 0.8641472828197709),
                ("event 2", 0.6313591120760567, 0.8126191032482909),
                ("event 3", -0.3498981602343596, 1.3654616556600905),
                ("(4, 4)", 2.053177823280327, 0.8042503544741436),
                ("(4, 5)", 1.5434026118878559, 0.765476067505667),
                ("(4, 6)", -2.068379923940831, 1.3822196794471349),
                ("(4, 7)", -0.3498981602343596, 1.3654616556600905),
                ("(5, 5)", 1.4702044552504692, 0.7226818192444769),
                ("(5, 6)", 0.3765771885492665, 1.938975293977584),
                ("(5, 7)", 2.0754055732013685, 0.8270755182465896),
                ("(6, 6)", 1.7768635744064134, 0.810434961858499),
                ("(6, 7)", 3.2995692095392632, 0.5005144661088975),
            ])
    }

    /// Percentages are a hundred times shares, whoever says so.
    @Test func percentages() throws {
        let share = CohortPanels.pupils(covariate: false, Self.passed)
        var percent = share
        percent.y = share.y.map { 100 * $0 }
        let a = try ReferenceTests.analyse(share.gathered(), .etwfe, .cr0) { $0.estimation.family = .logit }
        let b = try ReferenceTests.analyse(percent.gathered(), .etwfe, .cr0) { $0.estimation.family = .logit }
        let c = try ReferenceTests.analyse(percent.gathered(), .etwfe, .cr0) {
            $0.estimation.family = .logit
            $0.estimation.outcomeCeiling = 100
        }
        #expect(b.effects == c.effects)
        for (x, y) in zip(a.effects, b.effects) {
            #expect(isClose(y.estimate, 100 * (try #require(x.estimate)), 1e-11))
            #expect(isClose(y.standardError, 100 * (try #require(x.standardError)), 1e-11))
        }
    }

    /// A gap is peers less group, each as it is on its own.
    @Test(arguments: OutcomeFamily.allCases) func gapIsTwoFits(family: OutcomeFamily) throws {
        var rows = SeededPanelTests.panel(starts: CohortPanels.starts, periods: 7, pupils: 12, seed: 21).0
        rows.factors = []
        // Half the pupils are too few for slopes of shares in every year.
        if family == .logit { rows.covariates = [] }
        rows.y = rows.y.map(family == .poisson ? Self.count : family == .logit ? Self.passed : { $0 })
        let isGroup = try #require(rows.isGroup)
        func effects(_ rows: RowDesign) throws -> [Effect] {
            let design = family == .linear ? rows.gathered() : rows.oneCellARow()
            return try ReferenceTests.analyse(design, .etwfe) { $0.estimation.family = family }.effects
        }
        func part(_ side: Bool) throws -> Effect {
            let chosen = rows.y.indices.filter { isGroup[$0] == side }
            var part = RowDesign(
                unit: chosen.map { rows.unit[$0] }, time: chosen.map { rows.time[$0] }, y: chosen.map { rows.y[$0] },
                start: chosen.map { rows.start[$0] })
            part.covariates = rows.covariates.map { column in (column.name, chosen.map { column.values[$0] }) }
            part.rowsArePupils = true
            return try #require(try effects(part).first)
        }
        let gap = try effects(rows)
        let (group, peers) = (try #require(try part(true).estimate), try #require(try part(false).estimate))
        #expect(isClose(gap[1].estimate, group, 1e-9) && gap[1].group == "group")
        #expect(isClose(gap[2].estimate, peers, 1e-9))
        #expect(isClose(gap[0].estimate, peers - group, 1e-9))
    }

    // MARK: Refusals

    @Test func periodWithoutUntreatedResults() throws {
        var made = SeededRows(seed: 15)
        let design = made.panel(starts: [3, 3, 3, 5, 5, 5], periods: 1...6).oneCellARow()
        #expect(throws: EstimationError.noNeverTreated(units: 6, starts: ["3", "5"])) {
            try ReferenceTests.analyse(design, .etwfe)
        }
        let result = try ReferenceTests.analyse(design, .etwfe) {
            $0.comparesWithNotYetTreated = true
            $0.leavesOutUnidentified = true
        }
        #expect(result.warnings.contains { $0.code == "not-imputable" && $0.message.contains("u03 in 5") })
        #expect(result.effects.filter { $0.kind == .groupTime }.map(\.time) == ["3", "4"])
        let named = (0..<6).flatMap { ["u0\($0) in 5", "u0\($0) in 6"] }
        #expect(throws: EstimationError.notImputable(cells: 12, examples: named)) {
            try ReferenceTests.analyse(design, .etwfe) { $0.comparesWithNotYetTreated = true }
        }
    }

    /// A covariate that is 1 exactly in a treated cell.
    @Test func explainedEffect() throws {
        var rows = CohortPanels.units
        rows.absorbed = [
            ("moved", rows.y.indices.map { rows.start[$0] == 5 && rows.time[$0] == 6 ? "yes" : "no" })
        ]
        #expect(throws: EstimationError.collinearTreatment(term: "the effect in 6 on those that start in 5")) {
            try ReferenceTests.analyse(rows.oneCellARow(), .etwfe)
        }
    }

    /// A covariate that is the same for all says nothing, and is named.
    @Test(arguments: OutcomeFamily.allCases) func constantCovariate(family: OutcomeFamily) throws {
        var rows = CohortPanels.pupils(covariate: false, family == .linear ? { $0 } : Self.passed)
        let alone = try ReferenceTests.analyse(rows.gathered(), .etwfe) { $0.estimation.family = family }
        rows.covariates = [("same", rows.y.map { _ in 3 })]
        let result = try ReferenceTests.analyse(rows.gathered(), .etwfe) { $0.estimation.family = family }
        #expect(result.warnings.first { $0.code == "collinear" }?.message.hasSuffix(": same") == true)
        for (a, b) in zip(result.effects, alone.effects) { #expect(isClose(a.estimate, b.estimate ?? .nan, 1e-9)) }
    }

    @Test func curvedRefusals() throws {
        let rows = CohortPanels.pupils(covariate: true, Self.passed)
        func analyse(_ rows: RowDesign, _ family: OutcomeFamily, gathered: Bool = false) throws -> AnalysisResult {
            try ReferenceTests.analyse(gathered ? rows.gathered() : rows.oneCellARow(), .etwfe) {
                $0.estimation.family = family
            }
        }
        #expect(throws: EstimationError.covariatesJoined(family: "logit", covariate: "x")) {
            try analyse(rows, .logit, gathered: true)
        }
        var absorbed = rows
        absorbed.absorbed = [("sex", rows.y.indices.map { "\($0 % 2)" })]
        #expect(throws: EstimationError.effectsOutsideFamily(family: "poisson", effects: ["sex"])) {
            try analyse(absorbed, .poisson)
        }
        var below = rows
        below.y[3] = -1
        #expect(throws: EstimationError.outcomeOutsideFamily(family: "logit", outcome: "y", results: 1)) {
            try analyse(below, .logit)
        }
        #expect(throws: EstimationError.outcomeOutsideFamily(family: "poisson", outcome: "y", results: 1)) {
            try analyse(below, .poisson)
        }
        var alike = rows
        for i in alike.y.indices where rows.start[i] == 6 && rows.time[i] == 7 { alike.y[i] = 1 }
        #expect(
            throws: EstimationError.allAlike(family: "logit", where: ["the effect in 7 on those that start in 6"])
        ) { try analyse(alike, .logit) }
        var before = rows
        for i in before.y.indices where rows.start[i] == 5 && rows.time[i] < 5 { before.y[i] = 0 }
        #expect(
            throws: EstimationError.allAlike(
                family: "logit", where: ["the results before the start of those that start in 5"])
        ) { try analyse(before, .logit) }
        var told = rows
        for i in told.y.indices where rows.start[i] == nil { told.y[i] = rows.covariates[0].values[i] > 0 ? 1 : 0 }
        #expect(throws: EstimationError.self) { try analyse(told, .logit) }
    }
}
