import ArgumentParser
import Counterpart

/// Who was treated, and from when.
struct TreatmentOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The column with the first period whose results the partnership could affect; empty, 0 or never is comparison.",
            valueName: "column"))
    var start: String?
    @Option(help: ArgumentHelp("A 0/1 column: treated in this period.", valueName: "column"))
    var treated: String?
    @Flag(
        name: .customLong("first-start"),
        help: "Where treatment goes on and off, or a school has several starts, count from the first.")
    var firstStart = false
    @Option(help: ArgumentHelp("A CSV file of partner units and their starts.", valueName: "file"))
    var partners: String?
    @Option(
        name: .customLong("partners-unit"),
        help: ArgumentHelp("The unit's column in the partners file, where its name differs.", valueName: "column"))
    var partnersUnit: String?
    @Option(
        name: .customLong("partners-start"),
        help: ArgumentHelp("The start's column in the partners file (default: start).", valueName: "column"))
    var partnersStart: String?
    @Option(
        name: .customLong("start-at"),
        help: ArgumentHelp("The start of every partner, for a list without dates.", valueName: "period"))
    var startAt: String?
    @Option(help: ArgumentHelp("Periods from the start to the first plausible effect.", valueName: "periods"))
    var lag = 0
    @Option(
        name: .customLong("year-groups"),
        help: ArgumentHelp(
            "The year groups that the partnership works with, such as 7-9: starts are then those of its work.",
            valueName: "from-to"))
    var yearGroups: String?
    @Option(
        name: .customLong("outcome-year-group"),
        help: ArgumentHelp("The year group whose results are studied, such as 11.", valueName: "year"))
    var outcomeYearGroup: Int?
    @Option(help: ArgumentHelp("A CSV file of units to leave out.", valueName: "file"))
    var exclude: String?
    @Option(
        name: .customLong("comparison-units"),
        help: ArgumentHelp("A CSV file of the only units that compare.", valueName: "file"))
    var comparisonUnits: String?

    func source(unit: [String]) throws -> TreatmentSource {
        let given = [start, treated, partners].compactMap { $0 }
        guard given.count == 1 else {
            throw given.isEmpty
                ? RequestError.missing(
                    option: "--start, --treated or --partners", why: "say who was in the partnership, and from when")
                : RequestError.conflicting("--start, --treated and --partners each say who was treated; give one")
        }
        if partners == nil {
            for (option, value) in [
                ("--partners-unit", partnersUnit), ("--partners-start", partnersStart), ("--start-at", startAt),
            ]
            where value != nil {
                throw RequestError.doesNotApply(option: option, to: "a run without --partners")
            }
        }
        guard lag >= 0 else { throw RequestError.badValue(option: "--lag", value: "\(lag)", allowed: "0 or more") }
        if let start { return .startColumn(start) }
        if let treated {
            if yearGroups != nil {
                throw RequestError.doesNotApply(option: "--year-groups", to: "--treated, which says the periods itself")
            }
            if lag != 0 {
                throw RequestError.doesNotApply(option: "--lag", to: "--treated, which says the periods itself")
            }
            return .treatedColumn(treated)
        }
        return try PartnerList.read(
            partners ?? "", unit: unit, unitColumn: partnersUnit, startColumn: partnersStart, startAt: startAt)
    }

    /// The question with rows, units, periods and who was treated; the model is still to be chosen.
    func request(_ rows: RowOptions, unknown: [String], rowKind: String?) throws -> DidRequest {
        var data = try rows.request()
        data.unknown = CommaList.split(unknown)
        guard !data.unit.isEmpty else {
            throw RequestError.missing(option: "--unit", why: "name the column of schools")
        }
        guard data.timeName != nil else {
            throw RequestError.missing(option: "--time", why: "name the column of periods")
        }
        var request = DidRequest(data: data, treatment: try source(unit: data.unit))
        request.design.lag = lag
        request.design.exposure = try exposure()
        request.design.takesFirstStart = firstStart
        request.design.excluded = Set(try excludedUnits(unit: data.unit))
        request.design.comparisonUnits = try onlyComparison(unit: data.unit).map { Set($0) }
        request.design.rows = try Choice.check(rowKind, option: "--rows", among: ["pupils", "units"]).flatMap {
            RowKind(rawValue: $0)
        }
        try rows.refuseCount(of: request.design.rows)
        return request
    }

    /// The year groups worked with and that of the outcome; nil where neither is named.
    private func exposure() throws -> Exposure? {
        try ExposureText.exposure(
            yearGroups, outcomeYearGroup, names: ("--year-groups", "--outcome-year-group"), lag: lag, lagName: "--lag")
    }

    private func excludedUnits(unit: [String]) throws -> [String] {
        try exclude.map { try UnitList.read($0, unit: unit) } ?? []
    }

    private func onlyComparison(unit: [String]) throws -> [String]? {
        try comparisonUnits.map { try UnitList.read($0, unit: unit) }
    }
}
