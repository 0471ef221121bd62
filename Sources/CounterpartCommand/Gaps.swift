import ArgumentParser
import Counterpart

/// `counterpart gaps`: attainment and progress gaps between groups.
struct Gaps: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measure the gap in results between a group of pupils and its peers.",
        discussion: """
            The gap is the peers' mean minus the group's: positive where the group is behind. Empty and unknown values join \
            neither side. Small counts are not shown.

            EXAMPLE
              counterpart gaps pupils-*.csv --outcome attainment8 --group fsm=Y \\
                --unit urn --time academic_year --by academic_year --change \\
                --prior ks2_score
            """)

    @OptionGroup(title: "Rows and columns") var rows: RowOptions
    @OptionGroup(title: "Result") var result: ResultOptions

    @Option(
        help: ArgumentHelp(
            "The group, as column=value, or a column (each value against the rest). Repeatable.",
            valueName: "column=value"))
    var group: [String] = []
    @Option(help: ArgumentHelp("The peers' value, where they are not every other known value.", valueName: "value"))
    var peers: String?
    @Option(
        help: ArgumentHelp(
            "Values of the groups, and of yes/no outcomes, that mean unknown, separated by commas.", valueName: "values"
        ))
    var unknown: [String] = []
    @Option(
        help: ArgumentHelp("A gap for each combination of these columns, separated by commas.", valueName: "columns"))
    var by: [String] = []
    @Flag(help: "The change in the gap from period to period.")
    var change = false
    @Option(
        help: ArgumentHelp(
            "Prior attainment: adds the gap between pupils with equal prior attainment.", valueName: "column"))
    var prior: String?
    @Flag(help: "Add the gap in pupil standard deviations (Hedges g).")
    var standardise = false
    @Option(
        name: .customLong("pupil-sd"),
        help: ArgumentHelp("The standard deviation of pupils' results, where rows are schools.", valueName: "number"))
    var pupilSD: Double?
    @Option(
        name: .customLong("rows"),
        help: ArgumentHelp("What a row is: pupils or units (found by itself otherwise).", valueName: "kind"))
    var rowKind: String?
    @Option(help: ArgumentHelp("The level of the intervals.", valueName: "share"))
    var level = 0.95
    @Option(help: ArgumentHelp("Counts of pupils below this are not shown; 0 shows all.", valueName: "count"))
    var suppress = 10
    @Option(help: ArgumentHelp("Round the printed figures to so many decimals.", valueName: "decimals"))
    var round: Int?

    func run() throws {
        let format = try result.resultFormat(reading: rows.input.files)
        var request = try request()
        // The other formats do not print the files' digests.
        request.data.wantsDigests = format == .json
        request.data.digestLimit = DataRequest.quickDigests
        let answer = try GapsRun.answer(request)
        try Output(options: result).deliver(
            answer.document.render(format, threads: request.data.threads), warnings: answer.document.frame.warnings,
            seconds: answer.seconds)
    }

    func request() throws -> GapsRequest {
        var request = GapsRequest(data: try rows.request())
        guard !group.isEmpty else {
            throw RequestError.missing(option: "--group", why: "name the group, such as fsm=Y")
        }
        request.groups = group.map { GroupText($0) }
        request.peers = peers
        request.unknown = CommaList.split(unknown)
        request.data.unknown = request.unknown
        if peers != nil, let open = request.groups.first(where: { $0.value == nil }) {
            throw RequestError.doesNotApply(
                option: "--peers", to: "--group \(open.column), where each value stands against the rest")
        }
        request.by = CommaList.split(by)
        request.change = change
        if change, request.data.timeName == nil {
            throw RequestError.missing(option: "--time", why: "--change is measured between periods")
        }
        request.prior = prior
        request.standardises = standardise
        request.pupilSD = pupilSD
        request.rows = try Choice.check(rowKind, option: "--rows", among: ["pupils", "units"]).flatMap {
            RowKind(rawValue: $0)
        }
        try rows.refuseCount(of: request.rows)
        guard level > 0, level < 1 else {
            throw RequestError.badValue(
                option: "--level", value: level.asTyped, allowed: "a share between 0 and 1, such as 0.95")
        }
        request.level = level
        guard suppress >= 0 else {
            throw RequestError.badValue(option: "--suppress", value: "\(suppress)", allowed: "0 or more")
        }
        request.suppressBelow = suppress
        if let round, round < 0 || round > 15 {
            throw RequestError.badValue(option: "--round", value: "\(round)", allowed: "0 to 15")
        }
        request.decimals = round
        request.lowerIsBetter = rows.lowerIsBetter
        return request
    }
}
