import Tables

/// Why no gap can be worked out.
public enum AttainmentError: Refusal, Equatable {
    case valueNotFound(column: String, value: String)
    case changeWithoutTime
    case unitRowsNeedPupilSpread
    case priorNotANumber(column: String)
    case noKnownPrior(column: String)
    case onePrior(column: String)
    case noPublishedScores(outcome: String)
    case noExpectation(column: String)
    case noSuchBaseline(String, known: [String])
    case noNationalMean(outcome: String, group: String, period: String?)
    case figureNeeds(figure: String, what: String, option: String)
    case indexOfUnits
    case noNationalRanks(period: String?)
    case tooManyAtOnce(Int, limit: Int)
    case monthsOfNoAttainment(outcome: String, why: String)

    public var status: ExitStatus {
        switch self {
        case .noKnownPrior, .onePrior, .noPublishedScores, .noExpectation: .design
        case .valueNotFound, .priorNotANumber, .noSuchBaseline, .noNationalMean, .noNationalRanks: .input
        case .changeWithoutTime, .unitRowsNeedPupilSpread, .figureNeeds, .indexOfUnits, .tooManyAtOnce,
            .monthsOfNoAttainment:
            .usage
        }
    }

    public var code: String {
        switch self {
        case .valueNotFound: "E381"
        case .changeWithoutTime: "E382"
        case .unitRowsNeedPupilSpread: "E383"
        case .priorNotANumber: "E384"
        case .noKnownPrior: "E385"
        case .onePrior: "E386"
        case .noPublishedScores: "E387"
        case .noExpectation: "E388"
        case .noSuchBaseline: "E340"
        case .noNationalMean: "E341"
        case .figureNeeds: "E342"
        case .indexOfUnits: "E343"
        case .tooManyAtOnce: "E344"
        case .noNationalRanks: "E346"
        case .monthsOfNoAttainment: "E345"
        }
    }

    public var message: String {
        switch self {
        case .valueNotFound(let column, let value): "no row with a result has '\(value)' in the column '\(column)'"
        case .changeWithoutTime: "a change of the gap needs the column with the period"
        case .unitRowsNeedPupilSpread:
            "rows that are units do not tell how pupils differ, so that the gap cannot be put in standard deviations"
        case .priorNotANumber(let column): "a key in the column '\(column)' is not a number"
        case .noKnownPrior(let column): "no row of a group and its peers has a value in the column '\(column)'"
        case .noPublishedScores(let outcome):
            "no school with 20 pupils or more has a score of '\(outcome)' with its confidence limits"
        case .noExpectation(let column):
            "for no pupil is anything expected at the prior attainment in the column '\(column)'"
        case .onePrior(let column):
            "all pupils of a period have one value in the column '\(column)', which gives no line"
        case .noSuchBaseline(let text, _):
            "no results are of the period '\(text)', from which changes were to be measured"
        case .noNationalMean(let outcome, let group, let period):
            "the national peers of \(group) have no mean of \(outcome)\(period.map { " in \($0)" } ?? "")"
        case .figureNeeds(let figure, let what, _): "\(figure) needs \(what)"
        case .indexOfUnits:
            "rows that are units do not tell how pupils rank, so that there is no disadvantage gap index"
        case .noNationalRanks(let period):
            "the national ranks have no results\(period.map { " of \($0)" } ?? "")"
        case .tooManyAtOnce(let count, let limit):
            "\(count) gaps are too many for bands that hold all of them at once: at most \(limit)"
        case .monthsOfNoAttainment(let outcome, let why):
            "months of progress tell attainment, and \(outcome) is none: \(why)"
        }
    }

    public var hint: String? {
        switch self {
        case .valueNotFound:
            "the value must be written as in the file; 'counterpart describe' shows the values that occur"
        case .changeWithoutTime: "name it with --time"
        case .unitRowsNeedPupilSpread: "give the standard deviation of pupils with --pupil-sd"
        case .priorNotANumber: "prior attainment is a number; leave other texts empty or declare them missing"
        case .noKnownPrior: "check the name of the column with prior attainment"
        case .noPublishedScores: "the limits stand in columns of the score's name with _lower, _upper and _coverage"
        case .noExpectation:
            "check that the table, or the pupils of --norm-where, cover the subjects and the prior attainment at hand"
        case .onePrior: "use --method bands, or check the column with prior attainment"
        case .noSuchBaseline(_, let known):
            known.isEmpty
                ? nil : "the periods are \(known.joined(separator: ", ")); 'first' is the first of each series"
        case .noNationalRanks: "add the rows to the file, or leave those pupils out with --where"
        case .noNationalMean: "add the row to the file of national means, or leave those rows out with --where"
        case .figureNeeds(_, _, let option): "name it with \(option)"
        case .indexOfUnits: "give rows of pupils"
        case .tooManyAtOnce: "--adjust holm holds for any number, or ask for fewer with --by or --where"
        case .monthsOfNoAttainment: "leave --months out; the gap itself says how far apart they are"
        }
    }
}
