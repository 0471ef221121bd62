import Foundation
import LinearAlgebra
import Probability
import Tables
import Testing

@testable import Comparison

/// Entropy balancing, synthetic pasts, balance, and who may compare at all.
struct WeightingTests {
    private func profiles(
        _ columns: [[Double]], treated: Int, strata: [[String]]? = nil
    ) -> UnitProfiles {
        let n = columns[0].count
        return UnitProfiles(
            variables: columns.indices.map { "x\($0)" }, units: (0..<n).map { "u\(1000 + $0)" },
            isTreated: (0..<n).map { $0 < treated }, values: Matrix(rows: n, columns: columns), strata: strata)
    }

    private func drawn(seed: UInt64, treated: Int, donors: Int, variables: Int) -> UnitProfiles {
        var random = CounterRandom(seed: seed, stream: 0)
        return profiles(
            (0..<variables).map { _ in
                (0..<treated + donors).map { ($0 < treated ? 0.6 : 0) + Normal.tailQuantile(random.uniform()) }
            }, treated: treated)
    }

    /// Means are the partners'; weights are e^(a + b'x): their logarithms lie on a plane.
    @Test func entropyBalancesEveryMean() throws {
        let profiles = drawn(seed: 5, treated: 12, donors: 80, variables: 3)
        let group = try EntropyBalance().group(profiles)
        let balance = GroupBalance(profiles, group)
        for row in balance.rows {
            #expect(abs(row.after.treatedMean - row.after.comparisonMean) < 1e-9)
            #expect(abs(row.before.treatedMean - row.before.comparisonMean) > 0.1)
        }
        let donors = profiles.donors
        #expect(abs(donors.reduce(0) { $0 + group.weights[$1] } - 12) < 1e-10)
        #expect(balance.effectiveSampleSize > 20 && balance.effectiveSampleSize < 80)
        // Residuals of ln w on a constant and x are nothing.
        let x = Matrix(
            rows: donors.count,
            columns: [donors.map { _ in 1.0 }] + (0..<3).map { k in donors.map { profiles.values[$0, k] } })
        let logs = donors.map { log(group.weights[$0]) }
        let slopes = try OrderedCholesky(x.crossProduct()).solve(x.transposedTimes(logs))
        for (a, b) in zip(logs, x.times(slopes)) { #expect(abs(a - b) < 1e-8) }
    }

    @Test func whatCannotBeBalancedIsNamed() throws {
        let alone = profiles([[0, 0.1, 0, 1, 2], [9, 8, 1, 2, 3]], treated: 2)
        #expect(throws: ComparisonError.infeasible(variable: "x1", alone: true, stratum: [])) {
            try EntropyBalance().group(alone)
        }
        // Each mean lies within the others' range, both together do not: donors lie on a line.
        let together = profiles([[0.5, 0, 0.25, 0.75, 1], [0.9, 0, 0.25, 0.75, 1]], treated: 1)
        let error = #expect(throws: ComparisonError.self) { try EntropyBalance().group(together) }
        let named = ["x0", "x1"].map { ComparisonError.infeasible(variable: $0, alone: false, stratum: []) }
        #expect(named.contains { $0 == error })
        let noise = drawn(seed: 11, treated: 3, donors: 30, variables: 2)
        var copied = noise
        copied.variables = ["x0", "x1", "copy"]
        copied.values = Matrix(
            rows: 33,
            columns: [noise.values.column(0), noise.values.column(1), noise.values.column(0).map { 3 * $0 + 1 }])
        let (one, two) = (try EntropyBalance().group(noise), try EntropyBalance().group(copied))
        #expect(two.dropped == ["copy"])
        for (a, b) in zip(one.weights, two.weights) { #expect(abs(a - b) < 1e-8) }
    }

    @Test func strataAreBalancedApart() throws {
        let columns = [[1.0, 5, 9] + [0.5, 1.5, 4, 6]]
        let strata = [["p"], ["s"], ["x"], ["p"], ["p"], ["s"], ["s"]]
        let group = try EntropyBalance().group(profiles(columns, treated: 3, strata: strata))
        #expect(group.unmatched == [.init(unit: 2, reason: "no comparison unit shares x")])
        for (a, b) in zip(group.weights, [1, 1, 0, 0.5, 0.5, 0.5, 0.5]) { #expect(abs(a - b) < 1e-12) }
    }

    /// Treated units alike in both columns: a mixture of two donors reaches them, and the third gets nothing.
    @Test func syntheticPastsAreMixtures() throws {
        let group = try SyntheticPast().group(
            profiles([[1, 3, 0, 4, 9], [2, 2.5, 1, 5, 0]], treated: 2))
        let own = group.matches.filter { $0.treated == 0 }
        #expect(own.prefix(2).map(\.donor) == [2, 3] && own.dropFirst(2).allSatisfy { $0.weight < 1e-6 })
        #expect(abs(own[0].weight - 0.75) < 1e-6 && abs(own.reduce(0) { $0 + $1.weight } - 1) < 1e-14)
        #expect(abs(group.weights[2...].reduce(0, +) - 2) < 1e-12)
        #expect(group.weights.allSatisfy { $0 >= 0 })
    }

    @Test func whoIsBeyondEveryDonor() {
        let balance = GroupBalance(
            profiles([[5, 0, 1, 2], [3, -1, 0, 9]], treated: 2), ComparisonGroup(weights: [1, 0, 1, 0]))
        #expect(
            balance.beyond == [
                .init(unit: 0, variable: 0, isAbove: true), .init(unit: 1, variable: 0, isAbove: false),
                .init(unit: 1, variable: 1, isAbove: false),
            ])
        #expect(balance.matched == 1 && balance.used == 1 && balance.effectiveSampleSize == 1)
    }

    @Test func rulesForDonors() {
        let facts = DonorFacts(
            isTreated: [true, false, false, false, false, false], periodsBefore: [3, 3, 1, 3, 3, 3],
            outcome: [50, 51, 50, 70, nil, 49],
            columns: [
                "trust": ["Ash", "Ash", "Birch", nil, "Cedar", "Cedar"],
                "admissions": ["Selective", "Non-selective", "Selective", "SEL", nil, "Not applicable"],
                "roll": ["100", "900", "800", "950", "many", "1000"],
            ])
        func kept(_ rules: [DonorRule]) -> [Bool] { facts.kept(by: rules).isKept }
        #expect(kept([.notSame(column: "trust")]) == [true, false, true, true, true, true])
        #expect(kept([.notSelective(column: "admissions")]) == [true, true, false, false, true, true])
        #expect(kept([.periodsBefore(2)]) == [true, true, false, true, true, true])
        let large = RowFilter(column: "roll", test: .greaterOrEqual(900), text: "roll>=900")
        #expect(kept([.condition(large)]) == [true, true, false, true, false, true])
        // The four donors' means: 51, 50, 70, 49; their standard deviation is 10.03.
        #expect(kept([.withinReach(1)]) == [true, true, true, false, false, true])
        #expect(kept([.withinReach(2)]) == [true, true, true, true, false, true])
        let both = facts.kept(by: [.notSame(column: "trust"), .periodsBefore(2), .withinReach(1)])
        #expect(both.leftOut == [1, 1, 2])
    }
}
