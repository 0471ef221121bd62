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
    @OptionGroup(title: "Small numbers") var small: DisclosureOptions
    @OptionGroup(title: "Result") var result: ResultOptions

    @Option(
        help: ArgumentHelp(
            "The group, as column=value, or a column (each value against the rest); fsm=Y,sex=F for pupils with both, fsm,sex "
                + "for each combination. Repeatable.",
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
            "Measure changes from this period, or from the first, instead of the one before.", valueName: "period"))
    var baseline: String?
    @Flag(help: "The slope of the gap over all periods, a year.")
    var trend = false
    @Flag(help: "Split the gap into the part within schools and that between them.")
    var within = false
    @Flag(help: "Add the disadvantage gap index, with ranks among these pupils.")
    var index = false
    @Option(
        name: .customLong("national-ranks"),
        help: ArgumentHelp(
            "How all pupils in the country are spread over results, a CSV with the outcome's column and pupils: adds the index "
                + "with national ranks to --index.",
            valueName: "file"))
    var nationalRanks: String?
    @Option(
        help: ArgumentHelp(
            "Means of national peers, a CSV with a row a period and a column an outcome: adds the gap to them.",
            valueName: "file"))
    var national: String?
    @Option(
        name: .customLong("share-of"),
        help: ArgumentHelp(
            "Rows count pupils: this column all of them, the outcome those with a yes. Figures are shares in percent.",
            valueName: "column"))
    var shareOf: String?
    @Option(
        help: ArgumentHelp(
            "Values that stand for the sum of the others, such as ALL, separated by commas: each pupil then counts once.",
            valueName: "values"))
    var totals: [String] = []
    @Option(
        help: ArgumentHelp(
            "Prior attainment: adds the gap between pupils with equal prior attainment.", valueName: "column"))
    var prior: String?
    @Flag(help: "Add the gap in pupil standard deviations (Hedges g).")
    var standardise = false
    @Option(
        help: ArgumentHelp(
            "The standard deviation of --standardise: \(Standardiser.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "name"))
    var standardiser: String?
    @Option(
        help: ArgumentHelp(
            "Tell the standardised gap as months of progress by a table: "
                + "\(MonthsOfProgress.all.map(\.key).joined(separator: ", ")).",
            valueName: "table"))
    var months: String?
    @Option(
        help: ArgumentHelp(
            "Adjust for the number of gaps: \(MultipleComparisons.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "method"))
    var adjust: String?
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
    @Option(help: ArgumentHelp("Round the printed figures to so many decimals.", valueName: "decimals"))
    var round: Int?

    func run() throws {
        if result.format == "ees" { return try writePair() }
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

    /// `--format ees`: two files, both whole or neither.
    private func writePair() throws {
        try EESPair.check(path: result.output)
        let path = result.output ?? ""
        let metaPath = EESPair.metaPath(of: path)
        for file in [path, metaPath] { try OutputFile.check(file, reading: rows.input.files) }
        if round != nil {
            throw RequestError.doesNotApply(option: "--round", to: "--format ees, which a profile rounds")
        }
        var request = try request()
        try EESPair.check(request)
        request.data.wantsDigests = false
        let answer = try GapsRun.answer(request)
        let pair = try EESPair(answer.document, request)
        try WholeFile.write([(path, pair.data), (metaPath, pair.meta)])
        try Output(options: result).report(
            answer.document.frame.warnings + pair.warnings, seconds: answer.seconds)
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
        if peers != nil, let several = request.groups.first(where: { !$0.parts.isEmpty }) {
            throw RequestError.doesNotApply(
                option: "--peers",
                to: "--group \(several.text); choose rows with --where instead, such as --where sex=F --group fsm=Y")
        }
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
        request.pupilSD = pupilSD
        try putFigures(in: &request)
        try putSpread(in: &request)
        request.rows = try Choice.check(rowKind, option: "--rows", among: ["pupils", "units"]).flatMap {
            RowKind(rawValue: $0)
        }
        try rows.refuseCount(of: request.rows)
        guard level > 0, level < 1 else {
            throw RequestError.badValue(
                option: "--level", value: level.asTyped, allowed: "a share between 0 and 1, such as 0.95")
        }
        request.level = level
        (request.disclosure, request.isForPublication) = (try small.profile(), small.isNamed)
        if let round, round < 0 || round > 15 {
            throw RequestError.badValue(option: "--round", value: "\(round)", allowed: "0 to 15")
        }
        request.decimals = round
        request.lowerIsBetter = rows.lowerIsBetter
        return request
    }

    private func putFigures(in request: inout GapsRequest) throws {
        if baseline != nil, !change {
            throw RequestError.missing(option: "--change", why: "--baseline says where changes are measured from")
        }
        request.baseline = baseline
        request.trend = trend
        if trend, request.data.timeName == nil {
            throw RequestError.missing(option: "--time", why: "--trend is a slope over periods")
        }
        request.within = within
        if within, request.data.unit.isEmpty {
            throw RequestError.missing(option: "--unit", why: "--within splits the gap by school")
        }
        request.index = index
        if index, request.data.outcomes.count > 1, shareOf == nil {
            throw RequestError.conflicting("--index ranks the results of one outcome; name one --outcome")
        }
        if index, request.data.subject != nil {
            throw RequestError.doesNotApply(
                option: "--index",
                to: "--subject; keep the rows of one subject with --where and name the column of results")
        }
        if index, rows.areCellTables, shareOf == nil {
            throw RequestError.doesNotApply(option: "--index", to: "cell tables, which hold no single results to rank")
        }
        if nationalRanks != nil, !index {
            throw RequestError.missing(option: "--index", why: "--national-ranks says among whom it ranks")
        }
        if nationalRanks != nil, shareOf != nil || request.data.outcomes.first?.equals != nil {
            throw RequestError.doesNotApply(option: "--national-ranks", to: "a share, which ranks no results")
        }
        request.nationalRanks = try nationalRanks.map {
            try NationalRanksTable.read(
                $0, outcome: request.data.outcomes.first?.column ?? "", time: request.data.timeName)
        }
        request.shareOf = shareOf
        try refuseBesideShares()
        request.totals = CommaList.split(totals)
        request.national = try national.map {
            try NationalTable.read($0, outcomes: request.data.outcomes.map(\.name), time: request.data.timeName)
        }
        request.adjustment =
            try Choice.check(adjust, option: "--adjust", among: MultipleComparisons.allCases.map(\.rawValue)).flatMap {
                MultipleComparisons(rawValue: $0)
            } ?? .none
    }

    /// Rows that count pupils leave no room for other ways to say what a row is.
    private func refuseBesideShares() throws {
        guard shareOf != nil else { return }
        let given = [
            ("--count", rows.count != nil), ("--weights", rows.weights != nil), ("--rows", rowKind != nil),
            ("--pupil", rows.pupil != nil), ("--points", rows.points != nil), ("--subject", rows.subject != nil),
            ("--double", rows.usesDoubles),
            ("--outcome column=value", rows.outcome.contains { OutcomeRequest($0).equals != nil }),
        ]
        for (option, isGiven) in given where isGiven {
            throw RequestError.doesNotApply(option: option, to: "--share-of, where rows count pupils")
        }
    }

    private func putSpread(in request: inout GapsRequest) throws {
        request.standardises = standardise || standardiser != nil || months != nil
        if standardiser != nil, pupilSD != nil {
            throw RequestError.conflicting("--pupil-sd and --standardiser both say what a gap is divided by; give one")
        }
        request.standardiser =
            try Choice.check(standardiser, option: "--standardiser", among: Standardiser.allCases.map(\.rawValue))
            .flatMap {
                Standardiser(rawValue: $0)
            } ?? .total
        request.months = try Choice.check(months, option: "--months", among: MonthsOfProgress.all.map(\.key)).flatMap {
            MonthsOfProgress.named($0)
        }
        if request.standardiser == .withinSchools || request.standardiser == .schoolMeans, request.data.unit.isEmpty {
            throw RequestError.missing(
                option: "--unit", why: "--standardiser \(request.standardiser.rawValue) is a matter of schools")
        }
        if request.standardiser == .residual, prior == nil {
            throw RequestError.missing(option: "--prior", why: "--standardiser residual is what it leaves unexplained")
        }
    }
}
