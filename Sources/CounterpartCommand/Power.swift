import ArgumentParser
import Counterpart

/// `counterpart power`: what effect a design could detect.
struct Power: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Name the smallest effect that this design, or another, could tell from none.",
        discussion: """
            Takes the columns of did. How far results move without a partnership is estimated from untreated results; with it \
            the smallest detectable effect is named for the schools, pupils and periods that there are, and for more of them.

            EXAMPLE
              counterpart power pupils-*.csv --outcome attainment8 --unit urn \\
                --time academic_year --partners partners.csv \\
                --covariates ks2_score --schools 40 --periods 3:2
            """)

    @OptionGroup(title: "Rows and columns") var rows: RowOptions
    @OptionGroup(title: "Who was treated") var who: TreatmentOptions
    @OptionGroup(title: "What is estimated") var model: ModelOptions
    @OptionGroup(title: "Small numbers") var small: DisclosureOptions
    @OptionGroup(title: "Result") var result: ResultOptions

    @Option(
        help: ArgumentHelp(
            "A design with so many schools, the share of partners as it is.", valueName: "count"))
    var schools: Int?
    @Option(help: ArgumentHelp("A design with so many pupils in a school and period.", valueName: "count"))
    var pupils: Double?
    @Option(
        help: ArgumentHelp(
            "A design with so many periods before the first start and from the last start on, such as 3:2.",
            valueName: "before:after"))
    var periods: String?
    @Option(
        help: ArgumentHelp("The probability with which the effect is to be found.", valueName: "share"))
    var power = 0.8
    @Option(
        help: ArgumentHelp(
            "did2x2, twfe, event-study, imputation or another whose estimate is a regression on the rows (default: twfe where all start together, else imputation).",
            valueName: "name"))
    var estimator: String?
    @Option(
        help: ArgumentHelp(
            "With imputation, not-yet lets units that start later be the only comparison, where none is left without a start.",
            valueName: "kind"))
    var comparison: String?
    @Option(help: ArgumentHelp("The level of the intervals: the test is at 1 less this.", valueName: "share"))
    var level = 0.95

    func run() throws {
        let format = try result.resultFormat(reading: rows.input.files)
        var request = try request()
        // The other formats do not print the files' digests.
        request.did.data.wantsDigests = format == .json
        request.did.data.digestLimit = DataRequest.quickDigests
        let answer = try PowerRun.answer(request)
        try Output(options: result).deliver(
            answer.document.render(format), warnings: answer.document.frame.warnings, seconds: answer.seconds)
    }

    func request() throws -> PowerRequest {
        var did = try model.request(rows, who)
        if !did.unknown.isEmpty, model.gap == nil, !did.data.hasYesNo {
            throw RequestError.doesNotApply(option: "--unknown", to: "a run without --gap or a yes/no outcome")
        }
        try did.take(small)
        did.analysis = try AnalysisChoice(
            estimator: estimator, vcov: nil, smallSample: "fixest", singletons: "drop", level: level, seed: 1,
            permutations: nil, window: nil, comparison: comparison, threads: did.data.threads
        ).options()
        did.allowLaterStarters()
        var request = PowerRequest(did: did)
        request.options.analysis = did.analysis
        guard power > 1 - level, power < 1 else {
            throw RequestError.badValue(
                option: "--power", value: power.asTyped,
                allowed: "a share above the test's own and below 1, such as 0.8")
        }
        request.options.power = power
        if let schools, schools < 2 || schools > 100_000 {
            throw RequestError.badValue(option: "--schools", value: "\(schools)", allowed: "2 to 100000")
        }
        request.options.schools = schools
        if let pupils, !(pupils > 0 && pupils <= 1e9) {
            throw RequestError.badValue(option: "--pupils", value: pupils.asTyped, allowed: "a number above 0")
        }
        request.options.pupils = pupils
        request.options.periods = try periods.map { try Self.periods($0) }
        return request
    }

    /// `before:after`, both at least 1.
    private static func periods(_ text: String) throws -> (before: Int, after: Int) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let before = parts[0], let after = parts[1], (1...1000).contains(before),
            (1...1000).contains(after)
        else {
            throw RequestError.badValue(
                option: "--periods", value: text, allowed: "periods before:after, both at least 1, such as 3:2")
        }
        return (before, after)
    }
}
