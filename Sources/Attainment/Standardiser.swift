import Panels

/// By which standard deviation a gap is divided.
public enum Standardiser: String, Sendable, CaseIterable {
    /// Of all pupils of the row, group and peers together: the total variance, nothing held constant.
    case total
    /// Of pupils around the mean of their side, with the small-sample factor: Hedges g.
    case pooled
    /// Of pupils around the mean of their side within their school: smaller than the total, so that gaps look larger.
    case withinSchools = "within-schools"
    /// Of the peers in the first period, fixed before anything changed.
    case peersBefore = "peers-before"
    /// Of the means of schools: much smaller than that of pupils. A usual mistake.
    case schoolMeans = "school-means"
    /// Of what prior attainment leaves unexplained: smaller than the total. A usual mistake.
    case residual

    /// True for those that make every gap look larger than one in standard deviations of pupils.
    public var inflates: Bool { self == .schoolMeans || self == .residual }
}

/// A variance with what each school contributes to its error, for the standard error of a gap over its square root.
struct SpreadOfPupils {
    var variance: Double
    /// Degrees of freedom behind it, where pupils are independent.
    var degreesOfFreedom: Double
    /// By school, ascending: Σ over its pupils of their contribution to the variance; they sum to 0.
    var contributions: [(unit: Int, value: Double)] = []

    /// Of the pupils of both sides around their common mean.
    static func total(_ group: ClusteredMean, _ peers: ClusteredMean) -> SpreadOfPupils? {
        let all = joined([group, peers])
        return around(all.total.mean, [group, peers], n: all.total.n, lost: 1)
    }

    /// Of pupils around the mean of their side.
    static func pooled(_ group: ClusteredMean, _ peers: ClusteredMean) -> SpreadOfPupils? {
        let n = group.total.n + peers.total.n
        guard n > 2 else { return nil }
        let weight = group.total.weight + peers.total.weight
        let variance = (group.total.within + peers.total.within) / weight * n / (n - 2)
        return SpreadOfPupils(variance, n - 2) { unit in
            [group, peers].reduce(0) { sum, side in
                guard let place = side.position(of: unit) else { return sum }
                let part = side.parts[place]
                let distance = part.mean - side.total.mean
                return sum + (part.within + part.weight * distance * distance) / weight * n / (n - 2)
                    - part.weight / weight * variance
            }
        } units: {
            units(of: [group, peers])
        }
    }

    /// Of pupils around the mean of their side within their school.
    static func withinSchools(_ group: ClusteredMean, _ peers: ClusteredMean) -> SpreadOfPupils? {
        let n = group.total.n + peers.total.n
        let means = Double(group.parts.count + peers.parts.count)
        guard n > means, means > 0 else { return nil }
        let weight = group.total.weight + peers.total.weight
        let scale = n / (n - means) / weight
        let variance = (group.parts + peers.parts).reduce(0) { $0 + $1.within } * scale
        return SpreadOfPupils(variance, n - means) { unit in
            [group, peers].reduce(0) { sum, side in
                guard let place = side.position(of: unit) else { return sum }
                return sum + side.parts[place].within * scale - side.parts[place].weight / weight * variance
            }
        } units: {
            units(of: [group, peers])
        }
    }

    /// Of one side around its mean.
    static func side(_ mean: ClusteredMean) -> SpreadOfPupils? {
        around(mean.total.mean, [mean], n: mean.total.n, lost: 1)
    }

    /// Of the means of schools, each counting the same.
    static func schoolMeans(_ group: ClusteredMean, _ peers: ClusteredMean) -> SpreadOfPupils? {
        let schools = joined([group, peers])
        let count = Double(schools.units.count)
        guard count > 1 else { return nil }
        let middle = schools.parts.reduce(0) { $0 + $1.mean } / count
        let squares = schools.parts.map { ($0.mean - middle) * ($0.mean - middle) }
        let variance = squares.reduce(0, +) / (count - 1)
        return SpreadOfPupils(variance, count - 1) { unit in
            schools.position(of: unit).map { (squares[$0] * count / (count - 1) - variance) / count } ?? 0
        } units: {
            schools.units
        }
    }

    init?(
        _ variance: Double, _ degreesOfFreedom: Double, contribution: (Int) -> Double, units: () -> [Int]
    ) {
        guard variance > 0, degreesOfFreedom > 0 else { return nil }
        self.variance = variance
        self.degreesOfFreedom = degreesOfFreedom
        contributions = units().map { ($0, contribution($0)) }
    }

    private static func around(_ middle: Double, _ sides: [ClusteredMean], n: Double, lost: Double) -> SpreadOfPupils? {
        guard n > lost else { return nil }
        let weight = sides.reduce(0) { $0 + $1.total.weight }
        func squares(_ part: WeightedMean) -> Double {
            part.within + part.weight * (part.mean - middle) * (part.mean - middle)
        }
        let scale = n / (n - lost) / weight
        let variance = sides.reduce(0) { $0 + squares($1.total) } * scale
        return SpreadOfPupils(variance, n - lost) { unit in
            sides.reduce(0) { sum, side in
                guard let place = side.position(of: unit) else { return sum }
                return sum + squares(side.parts[place]) * scale - side.parts[place].weight / weight * variance
            }
        } units: {
            units(of: sides)
        }
    }

    private static func joined(_ sides: [ClusteredMean]) -> ClusteredMean {
        var all = ClusteredMean()
        for side in sides {
            for (unit, part) in zip(side.units, side.parts) {
                all.add(unit: unit, n: part.n, weight: part.weight, mean: part.mean, within: part.within)
            }
            if side.units.isEmpty {
                let part = side.total
                all.add(unit: nil, n: part.n, weight: part.weight, mean: part.mean, within: part.within)
            }
        }
        return all
    }

    private static func units(of sides: [ClusteredMean]) -> [Int] { Array(Set(sides.flatMap(\.units))).sorted() }
}
