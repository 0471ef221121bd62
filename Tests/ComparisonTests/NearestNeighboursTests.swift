import LinearAlgebra
import Probability
import Testing

@testable import Comparison

/// Greedy matching against the definition written out, its ties, calipers and strata.
struct NearestNeighboursTests {
    /// The first units are treated; values of two variables.
    private func profiles(
        _ treated: [(Double, Double)], _ donors: [(Double, Double)], strata: [[String]]? = nil
    ) -> UnitProfiles {
        let all = treated + donors
        return UnitProfiles(
            variables: ["x", "z"], units: all.indices.map { "u\(100 + $0)" },
            isTreated: all.indices.map { $0 < treated.count },
            values: Matrix(rows: all.count, columns: [all.map(\.0), all.map(\.1)]), strata: strata)
    }

    private func drawn(seed: UInt64, treated: Int, donors: Int) -> UnitProfiles {
        var random = CounterRandom(seed: seed, stream: 0)
        func place() -> (Double, Double) { (random.uniform() * 3, random.uniform()) }
        return profiles((0..<treated).map { _ in place() }, (0..<donors).map { _ in place() })
    }

    private func nearest(_ change: (inout NearestNeighbours) -> Void = { _ in }) -> NearestNeighbours {
        var method = NearestNeighbours()
        method.distance = .weighted([1, 1])
        change(&method)
        return method
    }

    private func pairs(_ group: ComparisonGroup) -> [[Int]] { group.matches.map { [$0.treated, $0.donor] } }

    /// All pairs sorted by distance, each taken where both are free: what `closest` means.
    @Test(arguments: 1...6) func closestIsItsDefinition(seed: Int) throws {
        let profiles = drawn(seed: UInt64(seed), treated: 9, donors: 14)
        let group = try nearest().group(profiles)
        func distance(_ i: Int, _ j: Int) -> Double {
            let (x, z) = (profiles.values[i, 0] - profiles.values[j, 0], profiles.values[i, 1] - profiles.values[j, 1])
            return (x * x + z * z).squareRoot()
        }
        let sorted = profiles.treated.flatMap { i in profiles.donors.map { (i, $0) } }.sorted {
            distance($0.0, $0.1) < distance($1.0, $1.1)
        }
        var (free, found) = (Set(profiles.units.indices), [[Int]]())
        for (i, j) in sorted where free.contains(i) && free.contains(j) {
            free.subtract([i, j])
            found.append([i, j])
        }
        #expect(pairs(group) == found.sorted { $0[0] < $1[0] })
        for match in group.matches { #expect(abs(match.distance - distance(match.treated, match.donor)) < 1e-14) }
    }

    /// With replacement each takes its own nearest, whoever else does, and the order does not matter.
    @Test(arguments: NearestNeighbours.Order.allCases) func replacement(order: NearestNeighbours.Order) throws {
        let profiles = drawn(seed: 7, treated: 8, donors: 5)
        let group = try nearest { ($0.replaces, $0.ratio, $0.order) = (true, 2, order) }.group(profiles)
        #expect(group.matches.count == 16 && group.unmatched.isEmpty)
        for i in profiles.treated {
            let own = group.matches.filter { $0.treated == i }
            #expect(Set(own.map(\.donor)).count == 2 && own.allSatisfy { $0.weight == 0.5 })
            #expect(own[0].distance <= own[1].distance)
        }
        #expect(abs(profiles.donors.reduce(0) { $0 + group.weights[$1] } - 8) < 1e-14)
    }

    /// Equal but for rounding: the first name.
    @Test func ties() throws {
        let equal = profiles([(1, 0)], [(1.5, 0), (0.5, 0), (0.5 + 1e-15, 0)])
        #expect(pairs(try nearest().group(equal)) == [[0, 1]])
        let two = profiles([(0, 0), (1, 0)], [(0.5, 0), (3, 0)])
        #expect(pairs(try nearest().group(two)) == [[0, 2], [1, 3]])
    }

    @Test func calipersAndReasons() throws {
        let places = profiles([(0, 0), (0.2, 0), (9, 0)], [(0.1, 0), (5, 0)])
        let group = try nearest { $0.caliper = 1 }.group(places)
        #expect(group.matches.count == 1 && group.weights[2] == 0)
        let reasons = group.unmatched.map { [places.units[$0.unit], $0.reason] }
        #expect(
            reasons == [
                ["u101", "every comparison unit within the caliper was taken by another partner"],
                ["u102", "the nearest comparison unit is beyond the caliper"],
            ])
        let few = try nearest { $0.order = .name }.group(profiles([(0, 0), (1, 0)], [(1, 0)]))
        #expect(pairs(few) == [[0, 2]])
        #expect(few.unmatched.map(\.reason) == ["every comparison unit was taken by another partner"])
    }

    @Test func strataAreKeptApart() throws {
        let strata = [["a"], ["b"], ["c"], ["b"], ["a"]]
        let group = try nearest().group(
            profiles([(0, 0), (0, 0), (0, 0)], [(0, 0), (9, 0)], strata: strata))
        #expect(pairs(group) == [[0, 4], [1, 3]])
        #expect(group.unmatched == [.init(unit: 2, reason: "no comparison unit shares c")])
        #expect(group.weights == [1, 1, 0, 1, 1])
    }

    /// Mahalanobis distances do not know in what units, or in what mixture, variables are measured; a copy says nothing more.
    @Test func mahalanobisIsFreeOfUnits() throws {
        let plain = drawn(seed: 3, treated: 6, donors: 12)
        var method = nearest()
        method.distance = .mahalanobis
        let first = try method.group(plain)
        let (x, z) = (plain.values.column(0), plain.values.column(1))
        var mixed = plain
        mixed.values = Matrix(
            rows: 18, columns: [zip(x, z).map { 1000 * $0 + 3 * $1 + 5 }, zip(x, z).map { $0 - 0.01 * $1 }])
        let second = try method.group(mixed)
        #expect(pairs(first) == pairs(second))
        for (a, b) in zip(first.matches, second.matches) { #expect(abs(a.distance - b.distance) < 1e-9) }
        var copied = UnitProfiles(
            variables: ["x", "z", "again"], units: plain.units, isTreated: plain.isTreated,
            values: Matrix(rows: 18, columns: [x, z, x.map { 2 * $0 }]))
        let third = try method.group(copied)
        #expect(pairs(third) == pairs(first) && third.dropped == ["again"])
        var flat = profiles([(1, 1)], [(2, 2)])
        #expect(throws: ComparisonError.numerical("no matched column varies within the two groups")) {
            try method.group(flat)
        }
        flat.values = Matrix(2, 2)
        #expect(throws: ComparisonError.self) { try method.group(flat) }
        copied.isTreated = copied.isTreated.map { _ in true }
        #expect(throws: ComparisonError.noDonors) { try method.group(copied) }
    }

    /// By hand: S pools the two arms' squares about their own means, over n − 2.
    @Test func mahalanobisIsItsFormula() throws {
        let profiles = UnitProfiles(
            variables: ["x"], units: ["a", "b", "c", "d", "e"], isTreated: [true, true, false, false, false],
            values: Matrix(rows: 5, columns: [[1, 3, 0, 4, 8]]))
        var method = NearestNeighbours()
        method.order = .name
        let group = try method.group(profiles)
        // Squares 2 and 32 over 3.
        let deviation = (34.0 / 3).squareRoot()
        #expect(pairs(group) == [[0, 2], [1, 3]])
        for match in group.matches { #expect(abs(match.distance - 1 / deviation) < 1e-12) }
    }

    @Test func separationIsRefused() throws {
        let apart = profiles([(10, 0), (11, 1)], [(0, 0), (1, 1), (2, 0)])
        var method = NearestNeighbours()
        method.distance = .propensity
        let error = #expect(throws: ComparisonError.self) { try method.group(apart) }
        #expect(error?.code == "E397")
    }

    /// The published distance, by its formula: primary schools that differ in all nine variables.
    @Test func similarSchools() throws {
        let weights = DistanceWeight.primary2026
        let values = [
            [16.2, 30, 2.5, 90, 15, 12, 0.2, 3, 320], [16.0, 28, 2.7, 88, 14, 20, 0.25, 2, 210],
            [14.0, 60, 1.2, 70, 20, 70, 0.4, 5, 420],
        ]
        let profiles = UnitProfiles(
            variables: weights.map(\.variable), units: ["a", "b", "c"], isTreated: [true, false, false],
            values: Matrix(rows: 3, columns: (0..<9).map { k in values.map { $0[k] } }))
        let group = try SimilarSchools(weights: weights, neighbours: 2).group(profiles)
        for match in group.matches {
            let square = weights.indices.reduce(0.0) { sum, k in
                let d = values[0][k] - values[match.donor][k]
                return sum + weights[k].weight * d * d
            }
            #expect(abs(match.distance - square.squareRoot()) < 1e-12)
        }
        #expect(group.matches.map(\.donor) == [1, 2] && group.weights == [1, 0.5, 0.5])
    }
}
