import Panels
import Reporting

/// The settings of a result as ordered JSON members; what was not set is left out.
struct SettingsList {
    private(set) var members: [JSONValue.Member] = []

    mutating func put(_ name: String, _ value: String?) {
        if let value { members.append(.init(name, .text(value))) }
    }

    mutating func put(_ name: String, _ value: Int?) {
        if let value { members.append(.init(name, .integer(value))) }
    }

    mutating func put(_ name: String, _ value: Double) { members.append(.init(name, .number(value))) }

    mutating func put(_ name: String, _ values: [String]) {
        if !values.isEmpty { members.append(.init(name, .array(values.map { .text($0) }))) }
    }

    mutating func put(_ name: String, isOn: Bool) {
        if isOn { members.append(.init(name, .bool(true))) }
    }

    /// How the comparison was made.
    mutating func put(_ matching: MatchingRequest, method name: String = "method") {
        put("match", matching.match.map(\.name))
        put(name, matching.method.name)
        switch matching.method {
        case .nearest(let nearest):
            put("distance", nearest.distance.name)
            put("ratio", nearest.ratio)
            put("caliper", nearest.caliper.map { $0.asTyped })
            put("replace", isOn: nearest.replaces)
            put("order", nearest.order?.rawValue)
        case .similarSchools(let similar):
            put("ratio", similar.neighbours)
            put("caliper", similar.caliper.map { $0.asTyped })
            put("distanceTable", similar.weights.map { "\($0.variable) \($0.weight.asTyped)" })
        case .entropy, .synthetic: break
        }
        put("exact", matching.exact)
        put("donors", matching.donors.map(\.text))
    }

    /// The columns and rows that were read.
    mutating func put(_ data: DataRequest) {
        put("outcome", data.outcomes.map(\.name))
        put("subject", data.subject)
        put("result", data.result)
        put("unit", data.unit)
        put("time", data.timeName.map { [$0] } ?? [])
        put("pupil", data.pupil)
        put("count", data.count)
        put("weights", data.weights)
        if data.weights != nil { put("weightKind", data.weightsAreFrequencies ? "frequency" : "analytic") }
        put("where", data.filters.map(\.text))
        put("missing", data.missing.codes)
    }

    /// What is shown of small numbers.
    mutating func put(_ disclosure: DisclosureProfile, isNamed: Bool) {
        if isNamed { put("disclosure", disclosure.name) }
        put("suppress", disclosure.threshold)
    }

    /// Who was treated, and from when.
    mutating func putTreatment(_ design: DesignRequest) {
        switch design.treatment {
        case .startColumn(let name): put("start", name)
        case .treatedColumn(let name): put("treated", name)
        case .partners(_, let startAt):
            put("partners", "list")
            put("startAt", startAt)
        }
        put("lag", design.exposure?.delay ?? design.lag)
        if let exposure = design.exposure {
            let groups = exposure.yearGroups
            put("yearGroups", "\(groups.lowerBound)-\(groups.upperBound)")
            put("outcomeYearGroup", exposure.outcomeYearGroup)
        }
    }
}
