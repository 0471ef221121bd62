import LinearAlgebra

/// What was known of units before any of them started: one row a unit, one column a variable.
public struct UnitProfiles: Sendable, Equatable {
    public var variables: [String]
    /// In byte order, which every tie follows.
    public var units: [String]
    public var isTreated: [Bool]
    /// Units × variables; none is missing.
    public var values: Matrix
    /// Per unit: the values that a counterpart must share, in the order of the columns; empty where there are none.
    public var strata: [[String]]
    /// Per unit: what it counts beside others, 1 on average for treated units.
    public var importance: [Double]

    /// - Precondition: as many units as entries of each.
    public init(
        variables: [String], units: [String], isTreated: [Bool], values: Matrix, strata: [[String]]? = nil,
        importance: [Double]? = nil
    ) {
        precondition(units.count == isTreated.count && values.rows == units.count && values.columns == variables.count)
        self.variables = variables
        self.units = units
        self.isTreated = isTreated
        self.values = values
        self.strata = strata ?? units.map { _ in [] }
        self.importance = importance ?? units.map { _ in 1 }
    }

    /// Without the variables behind the first ones.
    public func keeping(first count: Int) -> UnitProfiles {
        var part = self
        part.variables = Array(variables.prefix(count))
        part.values = values.selecting(columns: Array(0..<count))
        return part
    }

    public var treated: [Int] { units.indices.filter { isTreated[$0] } }
    public var donors: [Int] { units.indices.filter { !isTreated[$0] } }

    /// Units by what they must share, the strata in order of their values.
    var byStratum: [(values: [String], treated: [Int], donors: [Int])] {
        let order = Set(strata).sorted { $0.lexicographicallyPrecedes($1) }
        var place: [[String]: Int] = [:]
        for (k, values) in order.enumerated() { place[values] = k }
        var parts = order.map { (values: $0, treated: [Int](), donors: [Int]()) }
        for i in units.indices {
            guard let k = place[strata[i]] else { continue }
            if isTreated[i] { parts[k].treated.append(i) } else { parts[k].donors.append(i) }
        }
        return parts
    }
}

/// Who compares with the treated units, and how much each counts.
public struct ComparisonGroup: Sendable, Equatable {
    public struct Match: Sendable, Equatable {
        /// Indices of units.
        public var treated: Int
        public var donor: Int
        public var distance: Double
        /// Its share in the treated unit's comparison.
        public var weight: Double
    }

    /// Per unit: a treated unit's importance where it has a counterpart, the weight of a comparison unit, else 0. Those of
    /// comparison units sum to those of the treated ones.
    public var weights: [Double]
    /// By treated unit, the nearest first; empty where units are weighted together.
    public var matches: [Match] = []
    public var unmatched: [Unmatched] = []
    /// No comparison unit serves two treated ones, so that each treated unit and its counterparts are a set apart.
    public var hasSets = false
    /// Variables that earlier ones explain, and so say nothing more.
    public var dropped: [String] = []

    /// The weights as they are shown, where treated units count one each: of those, nobody learns how many pupils a unit has.
    public func shares(_ profiles: UnitProfiles) -> [Double] {
        var shares = weights
        for i in profiles.treated where weights[i] > 0 { shares[i] = 1 }
        guard !matches.isEmpty else { return shares }
        for j in profiles.donors { shares[j] = 0 }
        for match in matches { shares[match.donor] += match.weight }
        return shares
    }

    /// A treated unit without a counterpart, and why.
    public struct Unmatched: Sendable, Equatable {
        public var unit: Int
        public var reason: String
    }
}

/// A rule that makes a comparison group from profiles alone: it never sees a result after the start.
public protocol ComparisonMethod: Sendable {
    /// - Throws: `.noDonors` where nobody may compare; what the method refuses.
    func group(_ profiles: UnitProfiles) throws(ComparisonError) -> ComparisonGroup
}
