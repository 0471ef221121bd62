import ArgumentParser
import Counterpart

/// What is held constant, for whom, and for which gap: shared by `did` and `power`.
struct ModelOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Number columns held constant, separated by commas.", valueName: "columns"))
    var covariates: [String] = []
    @Option(
        help: ArgumentHelp(
            "Category columns held constant; the first value in byte order is the reference.", valueName: "columns"))
    var factors: [String] = []
    @Option(
        help: ArgumentHelp(
            "The effect on the gap between this group, such as fsm=Y, and its peers; below zero it narrows.",
            valueName: "column=value"))
    var gap: String?
    @Option(help: ArgumentHelp("The peers' value, where they are not every other known value.", valueName: "value"))
    var peers: String?
    @Option(
        help: ArgumentHelp(
            "Values of the columns of groups, and of yes/no outcomes, that mean unknown, separated by commas.",
            valueName: "values"))
    var unknown: [String] = []
    @Option(
        name: .customLong("rows"),
        help: ArgumentHelp("What a row is: pupils or units (found by itself otherwise).", valueName: "kind"))
    var rowKind: String?
    @Option(
        help: ArgumentHelp(
            "Whom the effect is for: pupils (every row counts the same; the default for pupil rows) or schools (every unit and period does).",
            valueName: "kind"))
    var estimand: String?
    @Option(
        name: .customLong("pupil-sd"),
        help: ArgumentHelp("The standard deviation of pupils' results, for months of progress.", valueName: "number"))
    var pupilSD: Double?

    /// The question with rows, units, periods, who was treated and this model; the analysis is still to be chosen.
    func request(_ rows: RowOptions, _ who: TreatmentOptions) throws -> DidRequest {
        var request = try who.request(rows, unknown: unknown, rowKind: rowKind)
        request.covariates = CommaList.split(covariates)
        request.design.factors = CommaList.split(factors)
        request.design.gap = try contrast()
        request.design.estimand = try Choice.check(estimand, option: "--estimand", among: ["pupils", "schools"])
            .flatMap { EstimandKind(rawValue: $0) }
        request.unknown = CommaList.split(unknown)
        request.pupilSD = pupilSD
        request.lowerIsBetter = rows.lowerIsBetter
        return request
    }

    private func contrast() throws -> GroupContrast? {
        guard let gap else {
            if peers != nil { throw RequestError.doesNotApply(option: "--peers", to: "a run without --gap") }
            return nil
        }
        return try GroupText(gap).contrast(option: "--gap", peers: peers, unknown: CommaList.split(unknown))
    }
}

extension DidRequest {
    /// With `--comparison not-yet` units that start later may be the only comparison.
    mutating func allowLaterStarters() { design.allowsNotYetOnly = analysis.comparesWithNotYetTreated }

    mutating func take(_ options: DisclosureOptions) throws {
        (disclosure, isForPublication) = (try options.profile(), options.isNamed)
    }
}
