import Estimation
import Foundation
import Panels
import Testing

@testable import Inference

/// `--gap` with group-time effects as a whole analysis: identities, the ledger, invariances, few schools, refusals.
struct GapAnalysisTests {
    private static func options(_ method: AdjustmentMethod? = nil, notYet: Bool = false) -> AnalysisOptions {
        var options = AnalysisOptions()
        options.estimator = .callawaySantAnna
        options.estimation.method = method
        options.estimation.comparison = notYet ? .notYet : nil
        options.permutations = 0
        options.wild = 0
        return options
    }

    private static func rows(_ isMatched: Bool, covariate: Bool = false) -> RowDesign {
        GapInfluenceTests.rows(.init(isGap: true, isMatched: isMatched, covariate: covariate, method: .doublyRobust))
    }

    private static func part(_ rows: RowDesign, group: Bool) throws -> RowDesign {
        let side = try #require(rows.isGroup)
        let keep = rows.y.indices.filter { side[$0] == group }
        var part = rows
        part.isGroup = nil
        part.unit = keep.map { rows.unit[$0] }
        part.time = keep.map { rows.time[$0] }
        part.y = keep.map { rows.y[$0] }
        part.start = keep.map { rows.start[$0] }
        part.weights = nil
        part.covariates = rows.covariates.map { column in (column.name, keep.map { column.values[$0] }) }
        return part
    }

    /// Without covariates, and with those that never start: the gap's effect is the peers' own analysis less the group's, in
    /// every mean, and their rows are those of the two analyses.
    @Test(arguments: [true, false]) func isADifferenceOfTwoAnalyses(isMatched: Bool) throws {
        let rows = Self.rows(isMatched)
        let whole = try DidAnalysis.run(rows.oneCellARow(), Self.options()).effects
        let alone = try [true, false].map {
            try DidAnalysis.run(Self.part(rows, group: $0).oneCellARow(), Self.options()).effects
        }
        #expect(whole.count == 3 * alone[0].count && whole[0].kind == .gap)
        #expect(whole[1].group == "group" && whole[2].group == "peers")
        let gap = whole.filter { $0.group == nil }
        for (k, name) in ["group", "peers"].enumerated() {
            let own = whole.filter { $0.group == name }
            #expect(own.count == alone[k].count)
            for (a, b) in zip(own, alone[k]) {
                #expect(abs((a.estimate ?? 0) - (b.estimate ?? 1)) < 1e-12, "\(name) \(a)")
                #expect(abs((a.standardError ?? 0) - (b.standardError ?? 1)) < 1e-9, "\(name) \(a)")
            }
        }
        for (g, (group, peers)) in zip(gap, zip(alone[0], alone[1])) {
            #expect(abs((g.estimate ?? 0) - ((peers.estimate ?? 0) - (group.estimate ?? 0))) < 1e-12)
        }
    }

    /// Two periods: the coefficient of the triple interaction in a regression.
    @Test func isTheRegressionOfTwoPeriods() throws {
        var rows = Self.rows(true)
        let keep = rows.y.indices.filter { [2, 3].contains(rows.time[$0]) && rows.start[$0] != 4 }
        rows = RowDesign(
            unit: keep.map { rows.unit[$0] }, time: keep.map { rows.time[$0] }, y: keep.map { rows.y[$0] },
            start: keep.map { rows.start[$0] }, isGroup: rows.isGroup.map { side in keep.map { side[$0] } })
        var options = Self.options()
        let ours = try DidAnalysis.run(rows.oneCellARow(), options)
        options.estimator = .did2x2
        let regression = try DidAnalysis.run(rows.oneCellARow(), options)
        #expect(abs((ours.effects[0].estimate ?? 0) - (regression.effects[0].estimate ?? 1)) < 1e-12)
        #expect(ours.varianceUsed == .cr2 && regression.varianceUsed == .cr2)
        let (a, b) = (ours.effects[0], regression.effects[0])
        #expect(abs((a.standardError ?? 0) - (b.standardError ?? 1)) < 1e-9)
        #expect(abs((a.degreesOfFreedom ?? 0) - (b.degreesOfFreedom ?? 1)) < 1e-6)
    }

    struct Way: Sendable, CustomTestStringConvertible {
        var isMatched: Bool
        var covariate: Bool
        var method: AdjustmentMethod
        var notYet: Bool
        var testDescription: String {
            "\(isMatched ? "matched" : "rows") \(covariate ? method.rawValue : "plain") \(notYet ? "not-yet" : "never")"
        }
    }
    static let ways: [Way] = [true, false].flatMap { isMatched in
        [true, false].flatMap { notYet in
            [Way(isMatched: isMatched, covariate: false, method: .doublyRobust, notYet: notYet)]
                + [AdjustmentMethod.doublyRobust, .weighting, .regression].map {
                    Way(isMatched: isMatched, covariate: true, method: $0, notYet: notYet)
                }
        }
    }

    /// Every row of the gap is the peers' less the group's, and the ledger's weighted mean of observed − expected is each
    /// headline.
    @Test(arguments: ways) func addsUp(_ way: Way) throws {
        let rows = Self.rows(way.isMatched, covariate: way.covariate)
        let result = try DidAnalysis.run(rows.oneCellARow(), Self.options(way.method, notYet: way.notYet))
        let effects = result.effects
        let lists = [nil, "group", "peers"].map { name in effects.filter { $0.group == name } }
        for (gap, (group, peers)) in zip(lists[0], zip(lists[1], lists[2])) {
            #expect(abs((gap.estimate ?? 0) - ((peers.estimate ?? 0) - (group.estimate ?? 0))) < 1e-10)
        }
        for (name, list) in [("group", lists[1]), ("peers", lists[2])] {
            let ledger = result.counterfactual.filter { $0.group == name }
            let total = ledger.reduce(0) { $0 + $1.weight }
            let mean = ledger.reduce(0) { $0 + $1.weight * (($1.observed ?? 0) - ($1.counterfactual ?? 0)) } / total
            #expect(abs(mean - (list[0].estimate ?? 0)) < 1e-10, "\(name)")
        }
        // CR2 by the regression beside the estimates, where there is one.
        let hasTwin = !way.covariate || way.method == .regression
        #expect(result.varianceUsed == (hasTwin ? .cr2 : .cr1))
        #expect(result.warnings.contains { $0.code == "no-cr2" } != hasTwin)
        #expect(result.rowsUsed == rows.y.count)
    }

    @Test(arguments: ways.filter { $0.method == .doublyRobust })
    func doesNotDependOnUnitsOfMeasureOrOrder(_ way: Way) throws {
        let rows = Self.rows(way.isMatched, covariate: way.covariate)
        let own = try DidAnalysis.run(rows.oneCellARow(), Self.options(way.method, notYet: way.notYet)).effects
        var moved = rows
        moved.y = rows.y.map { 1000 + 10 * $0 }
        moved.covariates = rows.covariates.map { ($0.name, $0.values.map { 3 - 100 * $0 }) }
        let order = rows.y.indices.sorted { ($0 * 7919) % 1009 < ($1 * 7919) % 1009 }
        moved.unit = order.map { rows.unit[$0] }
        moved.time = order.map { rows.time[$0] }
        moved.y = order.map { moved.y[$0] }
        moved.start = order.map { rows.start[$0] }
        moved.isGroup = rows.isGroup.map { side in order.map { side[$0] } }
        moved.covariates = moved.covariates.map { column in (column.name, order.map { column.values[$0] }) }
        let other = try DidAnalysis.run(moved.oneCellARow(), Self.options(way.method, notYet: way.notYet)).effects
        #expect(own.count == other.count)
        for (a, b) in zip(own, other) {
            #expect(abs((b.estimate ?? 0) / 10 - (a.estimate ?? 1)) < 1e-9)
            #expect(abs((b.standardError ?? 0) / 10 - (a.standardError ?? 0)) < 1e-9)
        }
    }

    /// The other way round: what was the group are the peers now.
    @Test func turnsRoundWithTheGroup() throws {
        let rows = Self.rows(false)
        var turned = rows
        turned.isGroup = rows.isGroup?.map { !$0 }
        let a = try DidAnalysis.run(rows.oneCellARow(), Self.options()).effects[0]
        let b = try DidAnalysis.run(turned.oneCellARow(), Self.options()).effects[0]
        #expect(abs((a.estimate ?? 0) + (b.estimate ?? 1)) < 1e-12)
        #expect(abs((a.standardError ?? 0) - (b.standardError ?? 1)) < 1e-12)
    }

    @Test func drawsCanBeHad() throws {
        var options = Self.options()
        options.permutations = 39
        options.wild = 99
        options.bootstrap = 199
        let result = try DidAnalysis.run(Self.rows(true).oneCellARow(), options)
        #expect(result.effects[0].wildPValue != nil && result.effects[0].permutationPValue != nil)
        #expect(result.effects.contains { $0.kind == .event && $0.bandLower != nil })
    }

    /// A start with one school on a side cannot be compared with on its own.
    @Test func leavesOutStartsThatAreTooSmall() throws {
        var rows = Self.rows(true)
        let only = "u01"
        rows.start = rows.start.indices.map { rows.unit[$0] == only ? 4 : rows.start[$0] == 4 ? nil : rows.start[$0] }
        let result = try DidAnalysis.run(rows.oneCellARow(), Self.options(notYet: true))
        let warning = try #require(result.warnings.first { $0.code == "comparison-left-out" })
        #expect(warning.message.hasSuffix("start 4"))
        #expect(result.effects[0].estimate?.isFinite == true)
    }

    @Test func saysWhoIsMissing() throws {
        var rows = Self.rows(false, covariate: false)
        let side = try #require(rows.isGroup)
        let keep = rows.y.indices.filter { !(side[$0] && rows.start[$0] == 4 && rows.time[$0] == 3) }
        rows = RowDesign(
            unit: keep.map { rows.unit[$0] }, time: keep.map { rows.time[$0] }, y: keep.map { rows.y[$0] },
            start: keep.map { rows.start[$0] }, isGroup: keep.map { side[$0] }, rowsArePupils: true)
        #expect(throws: EstimationError.emptyComparison(cohort: "4", period: "3", side: "the group")) {
            _ = try DidAnalysis.run(rows.oneCellARow(), Self.options())
        }
    }

    /// A covariate that is the same for all who compare has no slope there, and is named.
    @Test func namesACovariateWithoutASlope() throws {
        var rows = Self.rows(true, covariate: true)
        rows.covariates.append(
            ("leavers", rows.y.indices.map { rows.start[$0] == nil ? 0 : Double(($0 * 37) % 11) }))
        #expect(throws: EstimationError.covariateWithoutComparison(name: "leavers")) {
            _ = try DidAnalysis.run(rows.oneCellARow(), Self.options(.regression))
        }
    }
}
