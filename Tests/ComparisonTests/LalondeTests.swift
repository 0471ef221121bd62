import LinearAlgebra
import ReferenceSets
import Testing

@testable import Comparison

/// The published data of the National Supported Work programme beside what other programs make of them: R glm and MatchIt's
/// measures of balance, a greedy matching written in Python, R ebal 0.1-8 and an exact dual in scipy.
@Suite(.enabled(if: ReferenceSet.isPresent, "skipped: no reference data"))
struct LalondeTests {
    private let profiles: UnitProfiles
    private let names: [String]
    private let outcome: [Double]

    static let variables = ["age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75"]

    init() throws {
        let set = try ReferenceSet(
            "lalonde", numbers: ["treat", "age", "educ", "married", "nodegree", "re74", "re75", "re78"],
            texts: ["rownames", "race"])
        let race = set.texts("race")
        let columns = Self.variables.map { name -> [Double] in
            name == "black" || name == "hispan" ? race.map { $0 == name ? 1 : 0 } : set.numbers(name)
        }
        names = set.texts("rownames")
        outcome = set.numbers("re78")
        // Names whose byte order is the file's, which the reference's ties follow.
        let ordered = (0..<set.rowCount).map { "\(10_000 + $0)" }
        profiles = UnitProfiles(
            variables: Self.variables, units: ordered, isTreated: set.numbers("treat").map { $0 == 1 },
            values: Matrix(rows: set.rowCount, columns: columns))
    }

    private func isClose(_ a: Double?, _ b: Double?, _ tolerance: Double) -> Bool {
        guard let a, let b else { return false }
        return abs(a - b) <= tolerance * max(1, abs(b))
    }

    /// Means and deviations alone: 1e-12.
    @Test func balanceBeforeMatching() throws {
        let even = ComparisonGroup(weights: profiles.units.map { _ in 1 })
        let balance = GroupBalance(profiles, even)
        let values = try ReferenceSet.rows("lalonde.match.balance_raw")
        #expect(values.count >= 8)
        for value in values {
            guard let row = balance.rows.first(where: { $0.variable == value["term"] as? String }) else { continue }
            #expect(
                isClose(
                    row.before.standardisedDifference, value["smd_treated"] as? Double, 1e-12), "\(row.variable)")
            let difference = row.before.treatedMean - row.before.comparisonMean
            #expect(isClose(difference, value["estimate"] as? Double, 1e-10))
            #expect(row.after == row.before)
        }
        #expect(balance.donors == 429 && balance.used == 429 && isClose(balance.effectiveSampleSize, 429, 1e-12))
    }

    /// The pairs of both orders, one by one, and their distances: the two logits agree to about 1e-9.
    @Test(arguments: [(NearestNeighbours.Order.name, "data"), (.largest, "largest")])
    func greedyPairs(order: NearestNeighbours.Order, entry: String) throws {
        var method = NearestNeighbours()
        (method.distance, method.order) = (.propensity, order)
        let group = try method.group(profiles)
        let values = try ReferenceSet.rows("lalonde.match.greedy_\(entry).pairs")
        #expect(values.count == 185 && group.matches.count == 185)
        for value in values {
            let treated = (value["term"] as? String)?.split(separator: "=").last.map(String.init) ?? ""
            let match = try #require(group.matches.first { names[$0.treated] == treated })
            #expect(names[match.donor] == value["control"] as? String, "\(treated)")
            #expect(abs(match.distance - (value["distance"] as? Double ?? .nan)) < 1e-8)
        }
        let att = try #require(ReferenceSet.expected("lalonde.match.greedy_\(entry).att").first?.estimate)
        #expect(isClose(effect(group), att, 1e-9))
    }

    /// Newton to 1e-10 of a standard deviation on both sides.
    @Test func entropyWeights() throws {
        let group = try EntropyBalance().group(profiles)
        let expected = try ReferenceSet.expected("lalonde.match.ebal.att")
        func value(_ term: String) -> Double? { expected.first { $0.term == term }?.estimate }
        #expect(isClose(effect(group), value("ATT"), 1e-8))
        let balance = GroupBalance(profiles, group)
        #expect(isClose(balance.effectiveSampleSize, value("ess"), 1e-8))
        let donors = profiles.donors.map { group.weights[$0] }
        #expect(isClose(donors.max(), value("max_weight"), 1e-8))
        #expect(donors.allSatisfy { $0 > 0 } && isClose(donors.reduce(0, +), 185, 1e-12))
        for row in balance.rows { #expect(abs(row.after.standardisedDifference ?? 1) < 1e-9, "\(row.variable)") }
        for weight in try ReferenceSet.expected("lalonde.match.ebal.top_weights") {
            let name = weight.term.split(separator: "=").last.map(String.init)
            let place = try #require(names.firstIndex { $0 == name })
            #expect(isClose(group.weights[place], weight.estimate, 1e-7))
        }
    }

    /// The difference of weighted mean earnings.
    private func effect(_ group: ComparisonGroup) -> Double {
        func mean(_ units: [Int]) -> Double {
            let weight = units.reduce(0) { $0 + group.weights[$1] }
            return units.reduce(0) { $0 + group.weights[$1] * outcome[$1] } / weight
        }
        return mean(profiles.treated) - mean(profiles.donors)
    }
}
