import Tables

/// A request that cannot be carried out as it was typed or written in the plan.
public enum RequestError: Refusal, Equatable {
    case notInThisVersion(String)
    case missing(option: String, why: String)
    case conflicting(String)
    case badValue(option: String, value: String, allowed: String)
    case doesNotApply(option: String, to: String)
    case cellsLack(String)
    case needsRows(String)
    case noComparison
    case notEES(String)
    case pupilsAsGroups(column: String, option: String, why: String)

    public var status: ExitStatus {
        switch self {
        case .cellsLack, .needsRows, .noComparison: .design
        default: .usage
        }
    }

    public var code: String {
        switch self {
        case .notInThisVersion: "E010"
        case .missing: "E011"
        case .conflicting: "E012"
        case .badValue: "E013"
        case .doesNotApply: "E014"
        case .cellsLack: "E330"
        case .needsRows: "E331"
        case .noComparison: "E336"
        case .pupilsAsGroups: "E015"
        case .notEES: "E016"
        }
    }

    public var message: String {
        switch self {
        case .notInThisVersion(let what): "\(what) is not in this version"
        case .missing(let option, let why): "\(option) is missing: \(why)"
        case .conflicting(let what): what
        case .badValue(let option, let value, _): "\(option) cannot be \"\(value)\""
        case .doesNotApply(let option, let to): "\(option) does not apply to \(to)"
        case .cellsLack(let what): "these cells do not carry \(what)"
        case .needsRows(let what): "\(what) needs the rows themselves, and a database answers with sums over them"
        case .noComparison:
            "these files can show progress, not impact; add comparison schools, such as the published tables"
        case .notEES(let why): "this cannot be a file for Explore Education Statistics: \(why)"
        case .pupilsAsGroups(let column, let option, let why):
            "\(column) cannot be named by \(option): \(why), and every pupil would be listed"
        }
    }

    public var hint: String? {
        switch self {
        case .badValue(_, _, let allowed): "choose from: \(allowed)"
        case .cellsLack(let what):
            what.hasPrefix("exactly")
                ? "leave out the covariates that differ, make the cells again, or give the files of rows"
                : "make them again with this column named, or give the files of rows"
        case .needsRows: "leave it out, or give the rows as CSV files"
        case .notInThisVersion(let what): what.hasPrefix("counterpart ") ? nil : "leave it out"
        case .doesNotApply: "leave it out"
        case .pupilsAsGroups:
            "name a column of groups, such as fsm; where each row is a school, say --rows units, and name the school by --unit"
        case .notEES: "--format csv writes the same figures in a table of no such standard"
        case .missing, .conflicting, .noComparison: nil
        }
    }
}
