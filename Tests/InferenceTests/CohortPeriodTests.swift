import Estimation
import Foundation
import Panels
import Testing

@testable import Inference

/// What holds for every estimator with an effect a cohort and period: contributions are derivatives, the ledger adds up, neither
/// the order of rows nor the number of threads matters.
struct CohortPeriodTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: EstimatorName
        var family: OutcomeFamily?
        var comparison: ComparisonUnits?
        var testDescription: String { "\(name.rawValue) \(family?.rawValue ?? "") \(comparison?.rawValue ?? "")" }

        func estimator() throws -> any Estimator {
            var options = EstimatorOptions()
            options.family = family
            options.comparison = comparison
            options.leavesOutUnidentified = true
            return try #require(EstimatorCatalog.entry(name)).make(options)
        }

        /// - Parameter covariate: with one, but for shares, which have too few rows here.
        func rows(groups: Bool = false, covariate: Bool = true) -> RowDesign {
            var made = SeededRows(seed: 41)
            var rows = made.panel(
                starts: [3, 3, 3, 4, 4, 4, nil, nil, nil, nil], periods: 1...5, pupils: 5...9, covariate: true,
                groups: groups, unitSpread: 0.5)
            if family == .logit {
                rows.y = rows.y.indices.map { rows.y[$0] + (rows.isGroup?[$0] == true ? 1 : 0) > 1 ? 1 : 0 }
            }
            if family == .poisson {
                rows.y = rows.y.map { exp($0 / 3).rounded(.down) }
                rows.covariates[0].values = rows.covariates[0].values.map { $0.rounded() }
            }
            if !covariate || family == .logit { rows.covariates = [] }
            return rows
        }

        /// Cells by school and period, and by the covariate's values for a curved family.
        func design(_ rows: RowDesign) -> Design {
            guard family == .poisson, let x = rows.covariates.first else { return rows.gathered() }
            var apart = rows
            apart.factors = [("x", x.values.map { "\($0)" })]
            var design = apart.gathered()
            design.factors = []
            return design
        }
    }

    static let cases = [
        Case(name: .sunAbraham), Case(name: .twoStage), Case(name: .etwfe), Case(name: .etwfe, comparison: .never),
        Case(name: .etwfe, family: .logit), Case(name: .etwfe, family: .logit, comparison: .never),
        Case(name: .etwfe, family: .poisson),
    ]

    /// Effects of one cohort in one period: their weights are no part of the derivative. Two stages: means as well, which
    /// their second stage has in it.
    @Test(arguments: cases) func contributionsAreDerivatives(test: Case) throws {
        // With covariates etwfe's effect is a mean over a cell's rows, whose weights move it and are taken as given.
        var rows = test.rows(covariate: test.name != .etwfe)
        rows.weights = rows.y.map { _ in 1 }
        let estimator = try test.estimator()
        let fit = try estimator.fit(test.design(rows), nested: nil)
        let contributions = LinearEstimates(fit).contributions(by: fit.design.clusters[0])
        let chosen = fit.estimands.indices.filter {
            switch fit.estimands[$0].kind {
            case .groupTime: true
            case .mean(.cohorts), .coefficient: false
            default: test.name == .twoStage
            }
        }
        #expect(chosen.count > 4)
        let step = 1e-5
        for (g, unit) in fit.design.units.enumerated() {
            func moved(_ by: Double) throws -> [Double] {
                var other = rows
                other.weights = rows.unit.map { $0 == unit ? 1 + by : 1 }
                return try estimator.fit(test.design(other), nested: nil).estimates
            }
            let (up, down) = (try moved(step), try moved(-step))
            for k in chosen {
                let slope = (up[k] - down[k]) / (2 * step)
                #expect(abs(slope - contributions[g, k]) < 1e-6, "\(fit.estimands[k]) \(unit)")
            }
        }
    }

    /// The weighted mean of observed less expected over treated units is the headline; by period it is that period's effect.
    @Test(arguments: cases) func ledgerAddsUp(test: Case) throws {
        var options = AnalysisOptions()
        options.estimator = test.name
        options.estimation.family = test.family
        options.estimation.comparison = test.comparison
        options.permutations = 0
        let result = try DidAnalysis.run(test.design(test.rows()), options)
        let units = result.counterfactual.filter { $0.unit != nil }
        let weight = units.reduce(0) { $0 + $1.weight }
        let mean = units.reduce(0.0) { sum, row in
            sum + row.weight * ((row.observed ?? .nan) - (row.counterfactual ?? .nan)) / weight
        }
        #expect(isClose(mean, try #require(result.effects[0].estimate), 1e-10))
        let periods = result.counterfactual.filter { $0.group != nil }
        #expect(periods.count == 3)
        for row in periods {
            let effect = result.effects.first { $0.kind == .calendar && $0.time == row.time }
            let difference = (row.observed ?? .nan) - (row.counterfactual ?? .nan)
            #expect(isClose(difference, try #require(effect?.estimate), 1e-9))
            #expect(row.lower != nil && row.upper != nil)
        }
    }

    /// Every figure of a gap is peers less group; the two groups' ledgers give the headline.
    @Test(arguments: cases.filter { $0.family != .poisson }) func gapAddsUp(test: Case) throws {
        var options = AnalysisOptions()
        options.estimator = test.name
        options.estimation.family = test.family
        options.estimation.comparison = test.comparison
        options.permutations = 0
        let result = try DidAnalysis.run(test.design(test.rows(groups: true)), options)
        func effect(_ group: String?, _ row: Effect) -> Double? {
            result.effects.first {
                $0.group == group && $0.eventTime == row.eventTime && $0.time == row.time && $0.cohort == row.cohort
                    && ($0.term == row.term || row.term == "gap") && ($0.kind == row.kind || row.kind == .gap)
            }?.estimate
        }
        let gaps = result.effects.filter { $0.kind == .gap || $0.term == "gap" }
        #expect(gaps.count > 8)
        for row in gaps {
            let peers = try #require(effect("peers", row))
            let group = try #require(effect("group", row))
            #expect(isClose(row.estimate, peers - group, 1e-10), "\(row)")
        }
        func ledger(_ group: String) -> Double {
            let rows = result.counterfactual.filter { $0.group == group }
            let weight = rows.reduce(0) { $0 + $1.weight }
            return rows.reduce(0.0) { sum, row in
                sum + row.weight * ((row.observed ?? .nan) - (row.counterfactual ?? .nan)) / weight
            }
        }
        let headline = try #require(result.effects[0].estimate)
        #expect(isClose(ledger("peers") - ledger("group"), headline, 1e-9))
    }

    /// What draws look at is what the whole fit has.
    @Test(arguments: cases, [false, true]) func headlineAlone(test: Case, groups: Bool) throws {
        let design = test.design(test.rows(groups: groups, covariate: !groups))
        let estimator = try test.estimator()
        let whole = try estimator.fit(design, nested: nil)
        let alone = try estimator.headline(design)
        #expect(alone.estimands == [whole.estimands[0]])
        #expect(isClose(alone.estimates[0], whole.estimates[0], 1e-12))
        let sums = [whole, alone].map { LinearEstimates($0).contributions(by: design.clusters[0]).column(0) }
        for (a, b) in zip(sums[0], sums[1]) { #expect(abs(a - b) < 1e-12) }
    }

    /// Reassignments and bootstraps do not depend on the number of threads.
    @Test(arguments: cases) func threads(test: Case) throws {
        func analyse(_ threads: Int) throws -> AnalysisResult {
            var options = AnalysisOptions()
            options.estimator = test.name
            options.estimation.family = test.family
            options.estimation.comparison = test.comparison
            options.permutations = 19
            options.bootstrap = 99
            options.threads = threads
            return try DidAnalysis.run(test.design(test.rows()), options)
        }
        let (one, three) = (try analyse(1), try analyse(3))
        #expect(one.effects == three.effects && one.randomisation == three.randomisation)
        #expect(one.randomisation != nil && one.effects.contains { $0.bandLower != nil })
    }

    /// The headline without each unit is the estimate on the others.
    @Test(arguments: cases.filter { $0.family == nil }) func leaveOneOut(test: Case) throws {
        var options = AnalysisOptions()
        options.estimator = test.name
        options.estimation.comparison = test.comparison
        options.permutations = 0
        options.leavesEachOut = true
        let whole = test.design(test.rows())
        let rows = try #require(try DidAnalysis.run(whole, options).leaveOneOut).rows
        let rest = whole.keeping(whole.unit.map { $0 != 2 })
        options.leavesEachOut = false
        let alone = try DidAnalysis.run(rest, options).effects[0].estimate
        #expect(isClose(rows[2].estimate, try #require(alone), 1e-11))
    }

    @Test func countsInOtherUnits() throws {
        let test = Case(name: .etwfe, family: .poisson)
        let rows = test.rows()
        var scaled = rows
        scaled.y = rows.y.map { 1000 * $0 }
        let (a, b) = (
            try test.estimator().fit(test.design(rows), nested: nil),
            try test.estimator().fit(test.design(scaled), nested: nil)
        )
        for (x, y) in zip(a.estimates, b.estimates) { #expect(isClose(y, 1000 * x, 1e-10)) }
    }
}
