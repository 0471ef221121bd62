import ArgumentParser
import Counterpart

/// `counterpart progress`: how far results lie from what prior attainment lets expect.
struct Progress: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Value added: how pupils, groups and schools progressed, given prior attainment.",
        discussion: """
            A pupil's score is the result less the mean result of pupils with like prior attainment; a school's is the mean \
            of its pupils' scores. Name whose results are the yardstick with --norm-where.

            EXAMPLE
              counterpart progress pupils-*.csv --outcome attainment8 \\
                --prior ks2_score --unit urn --time academic_year \\
                --by academic_year --norm-where partnership_start=
            """)

    @OptionGroup(title: "Rows and columns") var rows: RowOptions
    @OptionGroup(title: "Result") var result: ResultOptions

    @Option(help: ArgumentHelp("Prior attainment, a number.", valueName: "column"))
    var prior: String?
    @Option(
        help: ArgumentHelp(
            "bands (results are compared within bands of prior attainment), regression (with a straight line) or knots (with the lines of --knot-table).",
            valueName: "method"))
    var method: String?
    @Option(help: ArgumentHelp("So many bands with equal numbers of pupils (default: 10).", valueName: "count"))
    var bands: Int?
    @Option(
        name: .customLong("band-width"),
        help: ArgumentHelp("Bands of equal width: the whole part of prior divided by this.", valueName: "number"))
    var bandWidth: String?
    @Option(
        name: .customLong("band-table"),
        help: ArgumentHelp(
            "An official table: progress8-2024, or a CSV file with the columns from, to and mean, or ranges such as 59 to 82.",
            valueName: "name or file"))
    var bandTable: String?
    @Option(
        name: .customLong("band-mean"),
        help: ArgumentHelp(
            "The column of --band-table with the expected results, where it is not called mean; of Progress 8: attainment8, english, maths, ebacc or open.",
            valueName: "column"))
    var bandMean: String?
    @Option(
        name: .customLong("floor-table"),
        help: ArgumentHelp(
            "With --band-table: the least score of each band, as published with Progress 8: a CSV file with the columns group and minimum.",
            valueName: "file"))
    var floorTable: String?
    @Option(
        name: .customLong("knot-table"),
        help: ArgumentHelp(
            "Expected points by subject, as published for 16 to 18: a CSV file with qual_id, x_0, … and y_0, …; a second one with sd_suqu and size.",
            valueName: "file"))
    var knotTable: [String] = []
    @Option(
        name: .customLong("knot-subject"),
        help: ArgumentHelp("With --knot-table: the column with the subject, a qual_id.", valueName: "column"))
    var knotSubject: String?
    @Option(
        name: .customLong("pupil-sd"),
        help: ArgumentHelp(
            "The national standard deviation of pupils' scores, for standard errors; else that of the pupils at hand.",
            valueName: "number"))
    var pupilSD: Double?
    @Option(
        help: ArgumentHelp(
            "The first period that the partnership could affect, to check that prior attainment was taken before it.",
            valueName: "column"))
    var start: String?
    @Option(
        name: .customLong("prior-time"),
        help: ArgumentHelp("With --start: the period in which prior attainment was taken.", valueName: "column"))
    var priorTime: String?
    @Option(
        name: .customLong("prior-lag"),
        help: ArgumentHelp(
            "With --start: prior attainment was taken so many periods before the result.", valueName: "count"))
    var priorLag: Int?
    @Flag(
        help:
            "The outcome is a score as published for schools: recover the national spread behind its confidence limits."
    )
    var published = false
    @Option(
        name: .customLong("norm-where"),
        help: ArgumentHelp(
            "Whose results say what is expected, as a condition like those of --where. Repeatable; all must hold.",
            valueName: "condition"))
    var normWhere: [String] = []
    @Option(
        help: ArgumentHelp("A score for each combination of these columns, separated by commas.", valueName: "columns"))
    var by: [String] = []
    @Flag(help: "Add scores drawn towards the mean of all as far as their units are small.")
    var shrink = false
    @Option(help: ArgumentHelp("The level of the intervals.", valueName: "share"))
    var level = 0.95
    @OptionGroup var small: DisclosureOptions

    func run() throws {
        let format = try result.resultFormat(reading: rows.input.files)
        var request = try request()
        // The other formats do not print the files' digests.
        request.data.wantsDigests = format == .json
        request.data.digestLimit = DataRequest.quickDigests
        let answer = try ProgressRun.answer(request)
        try Output(options: result).deliver(
            answer.document.render(format), warnings: answer.document.frame.warnings, seconds: answer.seconds)
    }

    func request() throws -> ProgressRequest {
        if published { return try publishedRequest() }
        let others = [
            ("--count", rows.count != nil), ("--weights", rows.weights != nil),
            ("--weight-kind", rows.weightKind != nil), ("--lower-is-better", rows.lowerIsBetter),
        ]
        for (option, isGiven) in others where isGiven {
            throw RequestError.doesNotApply(option: option, to: "progress, where each row is one pupil's result")
        }
        guard let prior else {
            throw RequestError.missing(option: "--prior", why: "progress is measured from prior attainment")
        }
        var request = ProgressRequest(data: try rows.request(), prior: prior)
        (request.method, request.divisor) = try chosenMethod()
        request.subject = try chosenSubject()
        request.floors = try floors(of: request.method, outcomes: request.data.outcomes)
        request.timing = try timing(request.data)
        if let pupilSD {
            guard pupilSD > 0, pupilSD.isFinite else {
                throw RequestError.badValue(
                    option: "--pupil-sd", value: pupilSD.asTyped, allowed: "a number above 0")
            }
            request.pupilSpread = pupilSD
        }
        request.norm = try normWhere.map { try RowFilter(parsing: $0, option: "--norm-where") }
        request.by = CommaList.split(by)
        request.shrinks = shrink
        try setLimits(&request)
        if shrink, request.data.unit.isEmpty {
            throw RequestError.missing(option: "--unit", why: "--shrink draws the scores of units together")
        }
        return request
    }

    /// `--published` reads rows of schools: nothing is worked out from pupils' results.
    private func publishedRequest() throws -> ProgressRequest {
        let others = [
            ("--prior", prior != nil), ("--bands", bands != nil), ("--band-width", bandWidth != nil),
            ("--band-table", bandTable != nil), ("--band-mean", bandMean != nil), ("--norm-where", !normWhere.isEmpty),
            ("--method", method != nil), ("--by", !by.isEmpty), ("--shrink", shrink),
            ("--floor-table", floorTable != nil), ("--knot-table", !knotTable.isEmpty),
            ("--knot-subject", knotSubject != nil), ("--subject", rows.subject != nil),
            ("--result", rows.result != nil),
            ("--pupil-sd", pupilSD != nil), ("--start", start != nil), ("--prior-time", priorTime != nil),
            ("--prior-lag", priorLag != nil),
            ("--pupil", rows.pupil != nil), ("--points", rows.points != nil), ("--weights", rows.weights != nil),
            ("--weight-kind", rows.weightKind != nil), ("--lower-is-better", rows.lowerIsBetter),
            ("--double", rows.usesDoubles), ("--links", rows.links != nil),
        ]
        for (option, isGiven) in others where isGiven {
            throw RequestError.doesNotApply(option: option, to: "--published scores of schools")
        }
        var request = ProgressRequest(data: try rows.request())
        request.isPublished = true
        try setLimits(&request)
        return request
    }

    private func setLimits(_ request: inout ProgressRequest) throws {
        guard level > 0, level < 1 else {
            throw RequestError.badValue(
                option: "--level", value: level.asTyped, allowed: "a share between 0 and 1, such as 0.95")
        }
        request.level = level
        (request.disclosure, request.isForPublication) = (try small.profile(), small.isNamed)
    }

    private func chosenMethod() throws -> (ValueAddedRequest.Method, divisor: Double) {
        let rules = [
            ("--bands", bands != nil), ("--band-width", bandWidth != nil), ("--band-table", bandTable != nil),
        ].filter(\.1).map(\.0)
        guard rules.count < 2 else {
            throw RequestError.conflicting("\(rules[0]) and \(rules[1]) both say how bands are made; give one")
        }
        if bandMean != nil, bandTable == nil {
            throw RequestError.doesNotApply(option: "--band-mean", to: "a run without --band-table")
        }
        let named = try Choice.check(method, option: "--method", among: ["bands", "regression", "knots"])
        let method = named ?? (knotTable.isEmpty ? "bands" : "knots")
        if method != "bands", let rule = rules.first {
            throw RequestError.doesNotApply(option: rule, to: "--method \(method)")
        }
        if method != "knots", !knotTable.isEmpty {
            throw RequestError.doesNotApply(option: "--knot-table", to: "--method \(method)")
        }
        if method == "regression" { return (.regression, 1) }
        if method == "knots" {
            guard !knotTable.isEmpty else {
                throw RequestError.missing(option: "--knot-table", why: "it holds the knots")
            }
            if !normWhere.isEmpty {
                throw RequestError.doesNotApply(
                    option: "--norm-where", to: "--method knots, whose table says what is expected")
            }
            return (.knots(try KnotTableFile.read(knotTable)), 1)
        }
        if let bandTable {
            let table = try BandTable.named(bandTable, mean: bandMean)
            return (.bands(.table(table.bands)), table.divisor)
        }
        if let bandWidth {
            guard let width = Decimal6(parsing: bandWidth), width.mantissa > 0 else {
                throw RequestError.badValue(option: "--band-width", value: bandWidth, allowed: "a number above 0")
            }
            return (.bands(.width(width)), 1)
        }
        let count = bands ?? 10
        guard (2...1000).contains(count) else {
            throw RequestError.badValue(option: "--bands", value: "\(count)", allowed: "2 to 1000")
        }
        return (.bands(.equalNumbers(count)), 1)
    }

    private func chosenSubject() throws -> String? {
        guard !knotTable.isEmpty else {
            if knotSubject != nil {
                throw RequestError.doesNotApply(option: "--knot-subject", to: "a run without --knot-table")
            }
            return nil
        }
        guard let knotSubject else {
            throw RequestError.missing(option: "--knot-subject", why: "knots are those of a subject")
        }
        return knotSubject
    }

    private func floors(of method: ValueAddedRequest.Method, outcomes: [OutcomeRequest]) throws -> [Double?] {
        guard let floorTable else { return [] }
        if rows.subject != nil {
            throw RequestError.doesNotApply(
                option: "--floor-table",
                to: "--subject; keep the rows of one subject with --where and name the column of results")
        }
        guard case .bands(.table(let bands)) = method, bands.contains(where: { $0.mean != nil }) else {
            throw RequestError.doesNotApply(
                option: "--floor-table", to: "a run without a --band-table of expected results")
        }
        guard outcomes.count == 1, outcomes[0].equals == nil, rows.points == nil, rows.subject == nil else {
            throw RequestError.doesNotApply(option: "--floor-table", to: "anything but one outcome that is a number")
        }
        return try FloorTable.read(floorTable, bandCount: bands.count)
    }

    private func timing(_ data: DataRequest) throws -> PriorTiming? {
        guard let start else {
            for (option, isGiven) in [("--prior-time", priorTime != nil), ("--prior-lag", priorLag != nil)]
            where isGiven {
                throw RequestError.doesNotApply(option: option, to: "a run without --start")
            }
            return nil
        }
        guard data.timeName != nil else {
            throw RequestError.missing(option: "--time", why: "--start is compared with the periods of results")
        }
        if priorTime != nil, priorLag != nil {
            throw RequestError.conflicting(
                "--prior-time and --prior-lag both say when prior attainment was taken; give one")
        }
        if let priorTime { return PriorTiming(start: start, taken: .column(priorTime)) }
        guard let priorLag else {
            throw RequestError.missing(
                option: "--prior-time", why: "--start needs the time of prior attainment, by a column or by --prior-lag"
            )
        }
        guard priorLag >= 0 else {
            throw RequestError.badValue(option: "--prior-lag", value: "\(priorLag)", allowed: "0 or more")
        }
        return PriorTiming(start: start, taken: .before(priorLag))
    }
}
