import ArgumentParser
import Counterpart

/// `counterpart did`: one difference-in-differences estimate with its inference and diagnostics.
struct Did: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Estimate the effect of the partnership against comparison schools.",
        discussion: """
            Compares how results changed in partner schools with how they changed in comparison schools. What would have \
            happened without the partnership is imputed from the untreated results; the difference is the effect.

            EXAMPLE
              counterpart did pupils-*.csv --outcome attainment8 --unit urn \\
                --time academic_year --partners partners.csv \\
                --covariates ks2_score --factors sex --gap fsm=Y
            """)

    @OptionGroup(title: "Rows and columns") var rows: RowOptions
    @OptionGroup(title: "Who was treated") var who: TreatmentOptions
    @OptionGroup(title: "What is estimated") var model: ModelOptions
    @OptionGroup(title: "Who compares") var matching: MatchOptions
    @OptionGroup(title: "Small numbers") var small: DisclosureOptions
    @OptionGroup(title: "Result") var result: ResultOptions

    @Option(
        name: .customLong("match-method"),
        help: ArgumentHelp(
            "How --match chooses who compares: nearest (default), entropy or similar-schools; as in compare.",
            valueName: "name"))
    var matchMethod: String?
    @Option(help: ArgumentHelp("Fixed effects besides unit and period.", valueName: "columns"))
    var absorb: [String] = []
    @Option(
        help: ArgumentHelp(
            "The level at which errors are correlated, one or two columns (default: the unit).", valueName: "columns"))
    var cluster: String?
    @Option(
        help: ArgumentHelp(
            "A column that says which partners belong together, such as a trust; a warning where they share one.",
            valueName: "column"))
    var partnership: String?
    @Option(
        help: ArgumentHelp(
            "An estimate for each combination of these columns, separated by commas.", valueName: "column"))
    var by: [String] = []
    @Option(
        help: ArgumentHelp(
            "\(EstimatorName.list) (default: twfe where all start together, else imputation).", valueName: "name"))
    var estimator: String?
    @Option(
        help: ArgumentHelp(
            "Who compares: never (only units that never start) or not-yet (also those that start later).",
            valueName: "kind"))
    var comparison: String?
    @Option(
        help: ArgumentHelp(
            "callaway-santanna, how covariates enter: dr (doubly robust), dr-improved, ipw (weighting) or or (outcome regression); local-projections, how starts are weighed: equal or variance; lee-wooldridge, what is taken off: demean or detrend; synthetic-control: ridge moves weights by a ridge regression towards the partner's past.",
            valueName: "name"))
    var method: String?
    @Option(
        help: ArgumentHelp("Periods before the start that may already be affected.", valueName: "periods"))
    var anticipation: Int?
    @Option(
        help: ArgumentHelp(
            "What periods before the start are compared with: varying (the period before each) or universal (the last before the start).",
            valueName: "kind"))
    var base: String?
    @Option(
        help: ArgumentHelp(
            "Effects by event time only from schools seen so many periods after their start, and only up to there, so that every step rests on the same schools.",
            valueName: "periods"))
    var balance: Int?
    @Option(
        help: ArgumentHelp(
            "How etwfe takes results: linear, logit (shares and yes/no) or poisson (counts).", valueName: "name"))
    var family: String?
    @Flag(help: "Takes the mean of each unit and period first, where rows are pupils.")
    var collapse = false
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Event times to show, such as -3:3; those outside are joined to the ends (stacked, local-projections and dcdh leave them out).",
            valueName: "from:to"))
    var window: String?
    @Option(
        help: ArgumentHelp(
            "Standard errors: iid, hc1, hc2, hc3, cr0, cr1, cr2 or cr3 (default: cr2 where clusters are few, else cr1); of synthetic estimators placebo (default), jackknife or bootstrap.",
            valueName: "name"))
    var vcov: String?
    @Option(
        name: .customLong("small-sample"),
        help: ArgumentHelp("The factor on cr1 and hc1: fixest, stata, clusters or none.", valueName: "name"))
    var smallSample = "fixest"
    @Option(help: ArgumentHelp("Levels of an effect with one row: keep or drop.", valueName: "choice"))
    var singletons = "drop"
    @Option(
        help: ArgumentHelp(
            "Draws of the randomisation test; 0 turns it off (default: 999 where few schools were treated).",
            valueName: "draws"))
    var permutations: Int?
    @Option(
        help: ArgumentHelp(
            "Draws of the wild cluster bootstrap, every pattern of signs where there are no more; 0 turns it off (default: 9999 for the headline where cr2 is chosen).",
            valueName: "draws"))
    var wild: Int?
    @Option(
        name: .customLong("wild-weights"),
        help: ArgumentHelp(
            "Weights of --wild: rademacher, mammen or webb (default: webb below 12 clusters unless every pattern is tried, else rademacher).",
            valueName: "name"))
    var wildWeights: String?
    @Option(
        help: ArgumentHelp(
            "Draws of the multiplier bootstrap, for a band that holds all effects by event time, cohort or period at once.",
            valueName: "draws"))
    var bootstrap: Int?
    @Option(help: ArgumentHelp("The level of the intervals.", valueName: "share"))
    var level = 0.95
    @Option(help: ArgumentHelp("The seed of random draws.", valueName: "number"))
    var seed: UInt64 = 1
    @Option(
        help: ArgumentHelp(
            "pre-trend, bacon, honest, placebo, leave-one-out, composition and balance, separated by commas; all or none.",
            valueName: "names"))
    var diagnostics = "pre-trend,balance"
    @Option(
        name: .customLong("placebo-outcomes"),
        help: ArgumentHelp(
            "Outcomes that the partnership cannot affect, such as a prior score, separated by commas; the estimate of each stands among the diagnostics.",
            valueName: "columns"))
    var placeboOutcomes: [String] = []
    @Option(
        name: .customLong("equivalence-margin"),
        help: ArgumentHelp(
            "The trend before the start, a period, that counts as small (default: 0.05 of a standard deviation).",
            valueName: "number"))
    var equivalenceMargin: Double?

    func run() throws {
        let format = try result.resultFormat(reading: rows.input.files)
        var request = try request()
        // The other formats do not print the files' digests.
        request.data.wantsDigests = format == .json
        request.data.digestLimit = DataRequest.quickDigests
        let answer = try DidRun.answer(request)
        try Output(options: result).deliver(
            answer.document.render(format), warnings: answer.document.frame.warnings, seconds: answer.seconds)
    }

    func request() throws -> DidRequest {
        var request = try model.request(rows, who)
        request.design.absorbed = CommaList.split(absorb)
        request.design.clusters = CommaList.split(cluster)
        request.partnership = partnership
        request.by = CommaList.split(by)
        let matchesYesNo = CommaList.split(matching.match).contains { $0.contains("=") }
        if !request.unknown.isEmpty, model.gap == nil, by.isEmpty, !request.data.hasYesNo, !matchesYesNo {
            throw RequestError.doesNotApply(option: "--unknown", to: "a run without --gap, --by or a yes/no outcome")
        }
        try request.take(small)
        request.analysis = try AnalysisChoice(
            estimator: estimator, vcov: vcov, smallSample: smallSample, singletons: singletons, level: level,
            seed: seed,
            permutations: permutations, wild: wild, wildWeights: wildWeights, bootstrap: bootstrap, window: window,
            comparison: comparison, method: method, anticipation: anticipation, base: base, balance: balance,
            family: family, threads: request.data.threads
        ).options()
        request.allowLaterStarters()
        request.collapses = collapse
        let wanted = try Diagnostics.parse(diagnostics)
        request.analysis.diagnosesPreTrend = wanted.contains("pre-trend")
        request.analysis.leavesEachOut = wanted.contains("leave-one-out")
        request.analysis.decomposes = wanted.contains("bacon")
        request.analysis.triesPlacebos = wanted.contains("placebo")
        request.analysis.diagnosesComposition = wanted.contains("composition")
        request.analysis.judgesSensitivity = wanted.contains("honest")
        if matching.given != nil || matchMethod != nil {
            request.matching = try matching.choice(method: matchMethod ?? "nearest", option: "--match-method").request()
            let named = CommaList.split(diagnostics).contains("all") ? [] : wanted
            try request.checkMatching(named)
            request.leaveOutWhatMatchingForbids()
        }
        request.diagnosesBalance = wanted.contains("balance")
        try request.addPlacebos(CommaList.split(placeboOutcomes), option: "--placebo-outcomes")
        if let equivalenceMargin {
            guard request.analysis.diagnosesPreTrend else {
                throw RequestError.doesNotApply(
                    option: "--equivalence-margin", to: "a run without --diagnostics pre-trend")
            }
            try request.setMargin(equivalenceMargin, option: "--equivalence-margin")
        }
        return request
    }
}

/// The `--diagnostics` list.
enum Diagnostics {
    private static let built = ["pre-trend", "bacon", "honest", "placebo", "leave-one-out", "composition", "balance"]

    static func parse(_ text: String) throws -> Set<String> {
        var wanted: Set<String> = []
        for name in CommaList.split(text) {
            switch name {
            case "all": wanted.formUnion(built)
            case "none": break
            case _ where built.contains(name): wanted.insert(name)
            default:
                throw RequestError.badValue(
                    option: "--diagnostics", value: name, allowed: (built + ["all", "none"]).joined(separator: ", "))
            }
        }
        return wanted
    }
}

/// One of a few words.
enum Choice {
    static func check(_ value: String?, option: String, among allowed: [String]) throws -> String? {
        guard let value else { return nil }
        guard allowed.contains(value) else {
            throw RequestError.badValue(option: option, value: value, allowed: allowed.joined(separator: ", "))
        }
        return value
    }
}
