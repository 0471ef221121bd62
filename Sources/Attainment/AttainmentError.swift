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

    public var status: ExitStatus {
        switch self {
        case .noKnownPrior, .onePrior, .noPublishedScores, .noExpectation: .design
        case .valueNotFound, .priorNotANumber: .input
        case .changeWithoutTime, .unitRowsNeedPupilSpread: .usage
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
        }
    }
}
