import LinearAlgebra

/// Every unit whose past is known in all that is matched on, and how a comparison group is made of them, whoever is treated.
public struct ComparisonPool: Sendable {
    public let variables: [String]
    /// In byte order.
    public let units: [String]
    /// Units × variables.
    let values: Matrix
    let strata: [[String]]
    /// What a unit counts beside others: 1 for each, or its pupils.
    public let importance: [Double]
    /// How many of the variables are matched on: the first ones.
    public let matchedCount: Int
    /// Of every unit, also of those whose past is not known in full.
    let facts: DonorFacts
    /// Per unit: its place among the facts.
    let places: [Int]
    public let rules: [DonorRule]
    let method: any ComparisonMethod

    /// - Parameters:
    ///   - importance: as many as units, each above 0.
    public init(
        variables: [String], matchedCount: Int, units: [String], values: Matrix, strata: [[String]],
        importance: [Double], facts: DonorFacts, places: [Int], rules: [DonorRule], method: any ComparisonMethod
    ) {
        self.variables = variables
        self.matchedCount = matchedCount
        self.units = units
        self.values = values
        self.strata = strata
        self.importance = importance
        self.facts = facts
        self.places = places
        self.rules = rules
        self.method = method
    }

    /// A group made for some treated units.
    public struct Made: Sendable {
        /// Of the treated units and those that rules let compare, with all variables.
        public var profiles: UnitProfiles
        public var group: ComparisonGroup
        /// Comparison units that each rule left out.
        public var leftOut: [Int]
        /// Per profile: the unit of the pool.
        public var units: [Int]
    }

    /// - Parameters:
    ///   - isTreated: per unit of the pool.
    ///   - copies: how often each unit is there, as in a sample drawn with replacement; nil for once each.
    /// - Throws: what the method refuses.
    public func group(isTreated: [Bool], copies: [Int]? = nil) throws(ComparisonError) -> Made {
        var facts = self.facts
        for (unit, place) in places.enumerated() { facts.isTreated[place] = isTreated[unit] }
        let (isKept, leftOut) = facts.kept(by: rules)
        var chosen: [Int] = []
        for unit in units.indices where isKept[places[unit]] {
            for _ in 0..<(copies?[unit] ?? 1) { chosen.append(unit) }
        }
        let treated = chosen.filter { isTreated[$0] }
        // Treated units count one each on average.
        let scale = treated.isEmpty ? 1 : Double(treated.count) / treated.reduce(0) { $0 + importance[$1] }
        let profiles = UnitProfiles(
            variables: variables, units: chosen.map { units[$0] }, isTreated: chosen.map { isTreated[$0] },
            values: values.selecting(rows: chosen), strata: chosen.map { strata[$0] },
            importance: chosen.map { scale * importance[$0] })
        let group = try method.group(profiles.keeping(first: matchedCount))
        return Made(profiles: profiles, group: group, leftOut: leftOut, units: chosen)
    }
}
