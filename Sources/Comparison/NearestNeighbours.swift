import LinearAlgebra

/// Each treated unit beside the comparison units nearest to it.
///
/// Greedy: treated units take their nearest in a stated order, `ratio` rounds of it; without replacement a comparison unit is
/// taken once. Distances that are equal but for rounding are ties, and the unit whose name comes first in byte order is taken.
/// - Source: Rosenbaum & Rubin (1985), *The American Statistician* 39; Stuart (2010), *Statistical Science* 25.
public struct NearestNeighbours: ComparisonMethod, Equatable {
    public enum Order: String, Sendable, CaseIterable {
        /// The two units that are nearest to each other first, then the next two.
        case closest
        /// The treated unit with the highest probability of being treated first: it has the fewest to choose from.
        case largest
        /// By the treated unit's name.
        case name
    }

    public var distance = MatchDistance.mahalanobis
    /// Comparison units for each treated one.
    public var ratio = 1
    /// The farthest that a counterpart may be: in standard deviations of the score, or as a distance where there is none.
    public var caliper: Double?
    /// A comparison unit may serve several treated ones.
    public var replaces = false
    /// nil: `largest` where there is a score, else `closest`.
    public var order: Order?

    public init() {}

    public func group(_ profiles: UnitProfiles) throws(ComparisonError) -> ComparisonGroup {
        guard !profiles.donors.isEmpty else { throw .noDonors }
        let places = try distance.places(profiles)
        var found = [[ComparisonGroup.Match]](repeating: [], count: profiles.units.count)
        var reasons: [Int: String] = [:]
        for part in profiles.byStratum {
            let search = Search(self, places, part.treated, part.donors)
            for match in search.matches() { found[match.treated].append(match) }
            for i in part.treated where found[i].isEmpty {
                reasons[i] = reason(i, part.donors, search, profiles.strata[i])
            }
        }
        var group = ComparisonGroup(weights: [Double](repeating: 0, count: profiles.units.count))
        for i in profiles.treated {
            let share = 1 / Double(max(1, found[i].count))
            for var match in found[i] {
                match.weight = share
                group.weights[match.donor] += share * profiles.importance[i]
                group.matches.append(match)
            }
            if found[i].isEmpty {
                group.unmatched.append(.init(unit: i, reason: reasons[i] ?? "nobody is left to compare"))
            } else {
                group.weights[i] = profiles.importance[i]
            }
        }
        group.hasSets = !replaces
        group.dropped = places.dropped.map { profiles.variables[$0] }
        return group
    }

    private func reason(_ i: Int, _ donors: [Int], _ search: Search, _ stratum: [String]) -> String {
        guard !donors.isEmpty else { return "no comparison unit shares \(stratum.joined(separator: ", "))" }
        if let limit = search.limit, let nearest = donors.map({ search.distance(i, $0) }).min(), nearest > limit {
            return "the nearest comparison unit is beyond the caliper"
        }
        return caliper == nil
            ? "every comparison unit was taken by another partner"
            : "every comparison unit within the caliper was taken by another partner"
    }

    /// The search within one stratum.
    struct Search {
        let method: NearestNeighbours
        let places: MatchDistance.Places
        let treated: [Int]
        let donors: [Int]
        let limit: Double?

        init(_ method: NearestNeighbours, _ places: MatchDistance.Places, _ treated: [Int], _ donors: [Int]) {
            self.method = method
            self.places = places
            self.treated = treated
            self.donors = donors
            limit = method.caliper.map { $0 * places.unit }
        }

        func distance(_ i: Int, _ j: Int) -> Double {
            let (n, values) = (places.values.rows, places.values.storage)
            var sum = 0.0
            for k in 0..<places.values.columns {
                let d = values[k * n + i] - values[k * n + j]
                sum += d * d
            }
            return sum.squareRoot()
        }

        func matches() -> [ComparisonGroup.Match] {
            var used = Used(donors.count, isOnce: !method.replaces)
            var matches: [ComparisonGroup.Match] = []
            var open = treated
            for _ in 0..<method.ratio {
                let found = round(open, &used)
                matches += found
                // Who found none will find none in the next round.
                let lucky = Set(found.map(\.treated))
                open = open.filter { lucky.contains($0) }
            }
            return matches
        }

        private func round(_ open: [Int], _ used: inout Used) -> [ComparisonGroup.Match] {
            switch method.order ?? (places.score == nil ? .closest : .largest) {
            case .closest where !method.replaces: return closest(open, &used)
            case .largest:
                guard let score = places.score else { return inTurn(open, &used) }
                return inTurn(open.enumerated().sorted { (-score[$0.1], $0.0) < (-score[$1.1], $1.0) }.map(\.1), &used)
            default: return inTurn(open, &used)
            }
        }

        private func inTurn(_ order: [Int], _ used: inout Used) -> [ComparisonGroup.Match] {
            order.compactMap { i in
                nearest(i, used).map { best in
                    used.take(best.place, for: i)
                    return match(i, best)
                }
            }
        }

        /// Each open unit keeps its nearest; whoever lost it to another looks again.
        private func closest(_ open: [Int], _ used: inout Used) -> [ComparisonGroup.Match] {
            var best = open.map { nearest($0, used) }
            var isOpen = best.map { $0 != nil }
            var matches: [ComparisonGroup.Match] = []
            while true {
                var next: Int?
                for a in open.indices where isOpen[a] {
                    guard let own = best[a] else { continue }
                    if let leader = next.flatMap({ best[$0] }), !isNearer(own.distance, leader.distance) { continue }
                    next = a
                }
                guard let a = next, let own = best[a] else { return matches }
                if used.isTaken(own.place, for: open[a]) {
                    best[a] = nearest(open[a], used)
                    isOpen[a] = best[a] != nil
                    continue
                }
                used.take(own.place, for: open[a])
                matches.append(match(open[a], own))
                isOpen[a] = false
            }
        }

        private func match(_ i: Int, _ best: (place: Int, distance: Double)) -> ComparisonGroup.Match {
            ComparisonGroup.Match(treated: i, donor: donors[best.place], distance: best.distance, weight: 0)
        }

        private func isNearer(_ a: Double, _ b: Double) -> Bool { a < b - 1e-12 * (1 + b) }

        /// Among those not taken, within the caliper.
        private func nearest(_ i: Int, _ used: Used) -> (place: Int, distance: Double)? {
            let (n, q) = (places.values.rows, places.values.columns)
            return places.values.storage.withUnsafeBufferPointer { values in
                var best: (place: Int, distance: Double)?
                for (place, j) in donors.enumerated() where !used.isTaken(place, for: i) {
                    var sum = 0.0
                    for k in 0..<q {
                        let d = values[k * n + i] - values[k * n + j]
                        sum += d * d
                    }
                    let distance = sum.squareRoot()
                    if let limit, distance > limit { continue }
                    if let known = best, !isNearer(distance, known.distance) { continue }
                    best = (place, distance)
                }
                return best
            }
        }
    }

    /// Which donors are taken: by anyone, or by the same unit in an earlier round.
    struct Used {
        private let isOnce: Bool
        private var taken: [Bool]
        private var own: [Int: Set<Int>] = [:]

        init(_ count: Int, isOnce: Bool) {
            self.isOnce = isOnce
            taken = [Bool](repeating: false, count: count)
        }

        func isTaken(_ place: Int, for unit: Int) -> Bool {
            isOnce ? taken[place] : own[unit]?.contains(place) ?? false
        }

        mutating func take(_ place: Int, for unit: Int) {
            taken[place] = true
            if !isOnce { own[unit, default: []].insert(place) }
        }
    }
}
