import ArgumentParser
import Counterpart

/// How a comparison group is made: the options that `compare` and `did` share.
struct MatchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What counterparts are like, separated by commas: number columns or column=value, as means before the first start, or column@2016 in one period and column@each in every one. With similar-schools: variable:column for each variable of the table.",
            valueName: "columns"))
    var match: [String] = []
    @Option(
        help: ArgumentHelp(
            "With nearest: mahalanobis, propensity (the probability of being a partner) or logit (its log-odds).",
            valueName: "name"))
    var distance: String?
    @Option(
        help: ArgumentHelp(
            "Counterparts for each partner (default: 1; with similar-schools 50).", valueName: "count"))
    var ratio: Int?
    @Option(
        help: ArgumentHelp(
            "The farthest that a counterpart may be: standard deviations of the probability or log-odds, else the distance itself.",
            valueName: "number"))
    var caliper: Double?
    @Option(
        help: ArgumentHelp("Columns whose value counterparts share, separated by commas.", valueName: "columns"))
    var exact: [String] = []
    @Flag(help: "A school may be the counterpart of several partners.")
    var replace = false
    @Option(
        help: ArgumentHelp(
            "Who chooses first: closest (the two nearest to each other), largest (the partner with the highest probability) or name.",
            valueName: "rule"))
    var order: String?
    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "Who may compare: a condition as in --where, not-same:COLUMN, not-selective:COLUMN, not-boarding:COLUMN, periods-before:COUNT or within-reach:STANDARD-DEVIATIONS. Repeatable.",
            valueName: "rule"))
    var donors: [String] = []
    @Option(
        name: .customLong("distance-table"),
        help: ArgumentHelp(
            "With similar-schools: a CSV file of variables and their weights (default: primary schools, 2026).",
            valueName: "file"))
    var distanceTable: String?

    /// - Parameter method: as it is typed.
    func choice(method: String, option: String = "--method") -> MatchingChoice {
        MatchingChoice(
            match: CommaList.split(match), method: method, distance: distance, ratio: ratio, caliper: caliper,
            exact: CommaList.split(exact), replaces: replace, order: order, donors: donors,
            distanceTable: distanceTable, methodOption: option)
    }

    /// The first that was given, as it is typed.
    var given: String? {
        let all: [(String, Bool)] = [
            ("--match", !match.isEmpty), ("--distance", distance != nil), ("--ratio", ratio != nil),
            ("--caliper", caliper != nil), ("--exact", !exact.isEmpty), ("--replace", replace),
            ("--order", order != nil),
            ("--donors", !donors.isEmpty), ("--distance-table", distanceTable != nil),
        ]
        return all.first { $0.1 }?.0
    }
}
