import Tables

/// Why the two arms cannot be compared.
public enum ComparisonError: Refusal, Equatable {
    case noTreatedUnits
    case noComparisonUnits
    case noBaseline(firstStart: String)

    public var status: ExitStatus { .design }

    public var code: String {
        switch self {
        case .noTreatedUnits: "E391"
        case .noComparisonUnits: "E392"
        case .noBaseline: "E393"
        }
    }

    public var message: String {
        switch self {
        case .noTreatedUnits: "no unit of these data is treated, so that there is nothing to compare"
        case .noComparisonUnits:
            "every unit of these data is treated at some time, so that there is nothing to compare with"
        case .noBaseline(let start): "one of the two arms has no results before the first start, '\(start)'"
        }
    }

    public var hint: String? {
        switch self {
        case .noTreatedUnits: "check the column that says who was treated"
        case .noComparisonUnits: "add comparison schools, such as the published tables"
        case .noBaseline: "add results from before the start"
        }
    }
}
