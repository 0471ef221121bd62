import Tables

/// Why the two arms cannot be compared.
public enum ComparisonError: Refusal, Equatable {
    case noTreatedUnits
    case noComparisonUnits
    case noBaseline(firstStart: String)
    case noDonors
    case measuredAfter(variable: String)
    case infeasible(variable: String, alone: Bool, stratum: [String])
    case separated(units: Int, of: Int)
    case numerical(String)
    case noMatch(reasons: [String])

    public var status: ExitStatus { .design }

    public var code: String {
        switch self {
        case .noTreatedUnits: "E391"
        case .noComparisonUnits: "E392"
        case .noBaseline: "E393"
        case .noDonors: "E394"
        case .measuredAfter: "E395"
        case .infeasible: "E396"
        case .separated: "E397"
        case .numerical: "E398"
        case .noMatch: "E399"
        }
    }

    public var message: String {
        switch self {
        case .noTreatedUnits: "no unit of these data is treated, so that there is nothing to compare"
        case .noComparisonUnits:
            "every unit of these data is treated at some time, so that there is nothing to compare with"
        case .noBaseline(let start): "one of the two arms has no results before the first start, '\(start)'"
        case .noDonors: "no unit may compare: the rules leave none with all the values that are matched on"
        case .measuredAfter(let variable):
            "\(variable) has no value before the first start: what is measured later may be an effect, and nothing is matched on it"
        case .infeasible(let variable, let alone, let stratum):
            (alone
                ? "no weights balance \(variable): the partners' mean lies beyond every comparison unit"
                : "no weights balance \(variable) together with the other variables: the partners' means lie beyond what comparison units can be mixed to")
                + (stratum.isEmpty ? "" : " (\(stratum.joined(separator: ", ")))")
        case .separated(let units, let of):
            "the matched variables tell partners from comparison units (\(units) of \(of) for certain), so that there is no probability of being a partner to match on"
        case .numerical(let what): "the distance between units cannot be worked out: \(what)"
        case .noMatch(let reasons): "no partner has a counterpart: \(reasons.joined(separator: "; "))"
        }
    }

    public var hint: String? {
        switch self {
        case .noTreatedUnits: "check the column that says who was treated"
        case .noComparisonUnits: "add comparison schools, such as the published tables"
        case .noBaseline: "add results from before the start"
        case .noDonors: "loosen --donors or --exact, or match on fewer columns"
        case .measuredAfter: "match on what was known before the start"
        case .infeasible: "leave that column out, loosen --donors or --exact, or use --method nearest"
        case .separated: "match on fewer columns, or use --distance mahalanobis"
        case .numerical: "match on fewer columns"
        case .noMatch: "widen --caliper, loosen --exact or --donors, or add comparison schools"
        }
    }
}
