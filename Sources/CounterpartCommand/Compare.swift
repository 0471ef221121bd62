import ArgumentParser
import Counterpart

/// `counterpart compare`: a comparison group built from what was known before the start, and how alike it is.
struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build and check a comparison group.",
        discussion: """
            Finds, for the partners, schools that were like them before any partnership started, and shows how alike they are \
            before and after. Nothing measured from the first start on is looked at.

            EXAMPLE
              counterpart compare schools.csv --outcome attainment8 --unit urn \\
                --time academic_year --partners partners.csv \\
                --match attainment8,ks2_score,fsm_share --donors not-same:trust
            """)

    @OptionGroup(title: "Rows and columns") var rows: RowOptions
    @OptionGroup(title: "Who was treated") var who: TreatmentOptions
    @OptionGroup(title: "Who compares") var matching: MatchOptions
    @OptionGroup(title: "Result") var result: ResultOptions
    @OptionGroup(title: "Small numbers") var small: DisclosureOptions

    @Option(
        help: ArgumentHelp(
            "nearest (the nearest schools), entropy (weights that balance the means), similar-schools (a published distance) or synthetic (each partner's past, mixed from other schools').",
            valueName: "name"))
    var method = "nearest"
    @Option(
        help: ArgumentHelp(
            "Values of columns matched by column=value that mean unknown, separated by commas.", valueName: "values"))
    var unknown: [String] = []
    @Option(
        name: .customLong("rows"),
        help: ArgumentHelp("What a row is: pupils or units (found by itself otherwise).", valueName: "kind"))
    var rowKind: String?
    @Option(
        help: ArgumentHelp(
            "Write the comparison schools chosen to this CSV file, a list for did --comparison-units.",
            valueName: "file"))
    var units: String?
    @Option(help: ArgumentHelp("Write the chart of both balances to this SVG file.", valueName: "file"))
    var chart: String?

    func run() throws {
        let format = try result.resultFormat(reading: rows.input.files)
        for path in [units, chart].compactMap({ $0 }) { try OutputFile.check(path, reading: rows.input.files) }
        var request = try request()
        // The other formats do not print the files' digests.
        request.did.data.wantsDigests = format == .json
        request.did.data.digestLimit = DataRequest.quickDigests
        let answer = try CompareRun.answer(request)
        if let units { try WholeFile.write(answer.document.units(named: request.did.data.unitName), to: units) }
        if let chart, let drawn = answer.document.chart { try WholeFile.write(drawn, to: chart) }
        try Output(options: result).deliver(
            answer.document.render(format), warnings: answer.document.frame.warnings, seconds: answer.seconds)
    }

    func request() throws -> CompareRequest {
        var did = try who.request(rows, unknown: unknown, rowKind: rowKind)
        for (option, isGiven) in [("--lower-is-better", rows.lowerIsBetter), ("--weight-kind", rows.weightKind != nil)]
        where isGiven {
            throw RequestError.doesNotApply(option: option, to: "compare, where results are only likened")
        }
        try did.take(small)
        return CompareRequest(did: did, matching: try matching.choice(method: method).request())
    }
}
