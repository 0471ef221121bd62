import LinearAlgebra
import Tables

/// The schools most like each treated one by a published distance: d² = Σ w_k (x_k − z_k)², with the weights as data.
///
/// A school may be like several, so that the same may serve more than one treated school.
public struct SimilarSchools: ComparisonMethod, Equatable {
    public var weights: [DistanceWeight]
    /// How many for each treated school.
    public var neighbours: Int
    public var caliper: Double?

    /// As many as published for each school.
    public static let published = 50

    public init(weights: [DistanceWeight], neighbours: Int = published) {
        self.weights = weights
        self.neighbours = neighbours
    }

    /// - Precondition: the variables of the profiles are those of the weights, in their order.
    public func group(_ profiles: UnitProfiles) throws(ComparisonError) -> ComparisonGroup {
        precondition(profiles.variables.count == weights.count)
        var nearest = NearestNeighbours()
        nearest.distance = .weighted(weights.map(\.weight))
        (nearest.ratio, nearest.replaces, nearest.order) = (neighbours, true, .name)
        nearest.caliper = caliper
        return try nearest.group(profiles)
    }
}

/// What a squared difference in one variable counts.
public struct DistanceWeight: Sendable, Equatable {
    public var variable: String
    public var weight: Double

    public init(_ variable: String, _ weight: Double) {
        self.variable = variable
        self.weight = weight
    }

    /// The distance between primary schools that the Department for Education publishes (2026): 1,445 published pairs follow it to
    /// 2e-15. Prior attainment is the mean of Key Stage 1 reading, writing and mathematics; shares are percentages.
    public static let primary2026 = EmbeddedTable.rows(
        PackageResources.similar_primary_schools_2026_csv, fields: 2
    ).compactMap { row in Double(row[1]).map { DistanceWeight(row[0], $0) } }
}
