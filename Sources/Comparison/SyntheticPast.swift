import LinearAlgebra

/// Each treated unit beside the weighted mean of comparison units that comes closest to it in every variable: its results period
/// by period, for the past of synthetic control.
///
/// All variables count alike, as they are. A ridge of 10⁻¹² of the largest distance only chooses between equals.
/// - Source: Abadie, Diamond & Hainmueller (2010), JASA 105.
public struct SyntheticPast: ComparisonMethod, Equatable {
    public init() {}

    public func group(_ profiles: UnitProfiles) throws(ComparisonError) -> ComparisonGroup {
        guard !profiles.donors.isEmpty else { throw .noDonors }
        var group = ComparisonGroup(weights: [Double](repeating: 0, count: profiles.units.count))
        var matches = [[ComparisonGroup.Match]](repeating: [], count: profiles.units.count)
        for part in profiles.byStratum {
            for i in part.treated {
                guard !part.donors.isEmpty else {
                    group.unmatched.append(
                        .init(unit: i, reason: "no comparison unit shares \(part.values.joined(separator: ", "))"))
                    continue
                }
                group.weights[i] = profiles.importance[i]
                matches[i] = Self.matches(profiles, i, part.donors)
            }
        }
        group.unmatched.sort { $0.unit < $1.unit }
        group.matches = matches.flatMap { $0 }
        for match in group.matches {
            group.weights[match.donor] += match.weight * profiles.importance[match.treated]
        }
        return group
    }

    /// Comparison units with a weight, the largest first.
    private static func matches(_ profiles: UnitProfiles, _ i: Int, _ donors: [Int]) -> [ComparisonGroup.Match] {
        let d = profiles.variables.count
        var points: [Double] = []
        points.reserveCapacity(d * donors.count)
        for j in donors { for k in 0..<d { points.append(profiles.values[j, k] - profiles.values[i, k]) } }
        let squares = donors.indices.map { a in points[a * d..<(a + 1) * d].reduce(0) { $0 + $1 * $1 } }
        let found = SimplexProgramme(
            points: points, dimension: d, count: donors.count, ridge: 1e-12 * (squares.max() ?? 0)
        ).solve()
        let order = donors.indices.filter { found.weights[$0] > 0 }.sorted {
            (-found.weights[$0], $0) < (-found.weights[$1], $1)
        }
        return order.map {
            ComparisonGroup.Match(
                treated: i, donor: donors[$0], distance: squares[$0].squareRoot(), weight: found.weights[$0])
        }
    }
}
