/// Every option of every command with a case in which it acts or is refused by name.
enum OptionLists {
    static let all =
        did + compare + power + gaps + progress + cells + sql + describe + convert + measures + start + run + review

    // MARK: did

    private static let whatDid = ["--outcome", "attainment8", "--unit", "urn", "--time", "academic_year"]
    /// Without the draws, which take their time in a debug build.
    private static let untreated =
        whatDid + ["--permutations", "0", "--wild", "0", "--diagnostics", "balance", "--format", "json"]
    private static let startDid = untreated + ["--start", "partnership_start"]
    private static let didList = OptionList(command: "did", base: ["pupils.csv"] + startDid)

    private static var did: [OptionCase] {
        let schools = ["schools.csv"] + startDid
        let grades = ["pupils.csv"] + ["--outcome", "grade"] + startDid.dropFirst(2)
        let list = didList
        return reading(list, startDid, number: ["--outcome", "attainment8"])
            + rows(list, schools: schools, grades: grades) + result(list)
            + whoWasTreated(list, untreated) + model + analysis
            + [
                list.acts(
                    "--weight-kind", "frequency", with: ["--weights", "weight", "--vcov", "hc1", "--estimator", "twfe"]),
                list.refuses("--weight-kind", "frequency", says: "--weights is missing"),
                list.acts("--lower-is-better"),
                list.acts("--match", "ks2_score"), list.acts("--match", "ks2_score@201516"),
                list.refuses("--match", "ks2_score@201718", says: "before 201617"),
                list.acts("--match-method", "entropy", with: ["--match", "ks2_score"]),
                list.refuses("--match-method", "synthetic", says: "synthetic-control"),
                list.acts("--distance", "logit", with: ["--match", "ks2_score,attainment8"]),
                list.refuses("--distance", "logit", says: "--match is missing"),
                list.acts("--ratio", "2", with: ["--match", "ks2_score", "--replace"]),
                list.acts("--caliper", "0.2", with: ["--match", "ks2_score"]),
                list.acts("--exact", "trust", with: ["--match", "ks2_score"]),
                list.acts("--replace", with: ["--match", "ks2_score", "--exact", "trust"]),
                list.acts("--order", "name", with: ["--match", "ks2_score,attainment8"]),
                list.acts("--donors", "trust!=Ash", with: ["--match", "ks2_score"]),
                list.acts(
                    "--distance-table", "distances.csv",
                    with: ["--match-method", "similar-schools", "--match", "ks2:ks2_score", "--ratio", "2"], status: 0),
                list.acts(
                    "--unit", "urn",
                    base: [
                        "pupils.csv", "--outcome", "attainment8", "--time", "academic_year", "--start",
                        "partnership_start",
                    ]),
                list.acts(
                    "--time", "academic_year",
                    base: ["pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--start", "partnership_start"]),
            ]
    }

    /// - Parameter untreated: the arguments after the file, without a word of who was treated.
    private static func whoWasTreated(_ list: OptionList, _ untreated: [String]) -> [OptionCase] {
        let open = ["pupils.csv"] + untreated
        let startDid = untreated + ["--start", "partnership_start"]
        return [
            list.acts("--start", "partnership_start", base: open),
            list.acts("--treated", "treated_now", base: open),
            list.acts("--partners", "partners.csv", base: open),
            list.acts(
                "--partners-unit", "school", base: open,
                with: ["--partners", "differently.csv", "--partners-start", "joined"]),
            list.acts(
                "--partners-start", "joined", base: open,
                with: ["--partners", "differently.csv", "--partners-unit", "school"]),
            list.acts("--start-at", "201617", base: open, with: ["--partners", "undated.csv"]),
            list.refuses("--partners-unit", "urn", says: "--partners-unit does not apply"),
            list.refuses("--partners-start", "start", says: "--partners-start does not apply"),
            list.refuses("--start-at", "201617", says: "--start-at does not apply"),
            list.acts("--lag", "1"),
            list.refuses("--lag", "1", base: open, with: ["--treated", "treated_now"], says: "--lag does not apply"),
            list.acts("--year-groups", "10-11", with: ["--outcome-year-group", "11"]),
            list.acts(
                "--outcome-year-group", "11", with: ["--year-groups", "10"],
                says: list.command == "did" ? "notReached" : nil),
            list.refuses("--year-groups", "7-9", says: "--outcome-year-group is missing"),
            list.refuses("--outcome-year-group", "11", says: "--year-groups is missing"),
            list.refuses("--year-groups", "10", with: ["--lag", "1", "--outcome-year-group", "11"], says: "give one"),
            list.refuses(
                "--year-groups", "10", base: open, with: ["--treated", "treated_now"],
                says: "--year-groups does not apply"),
            list.acts("--first-start", base: ["restart.csv"] + startDid),
            list.acts("--exclude", "exclude.csv"),
            list.acts("--comparison-units", "others.csv"),
            list.refuses("--partners", "partners.csv", says: "give one"),
        ]
    }

    private static var model: [OptionCase] {
        let list = didList
        let gap = ["--gap", "fsm=Y"]
        return [
            list.acts("--covariates", "ks2_score"), list.acts("--factors", "sex"), list.acts("--absorb", "sex"),
            list.acts("--cluster", "trust"),
            list.acts("--partnership", "trust", says: "shared-partnership"), list.acts("--by", "sex"),
            list.acts("--gap", "fsm=Y"),
            list.refuses("--gap", "fsm", says: "column=value"), list.acts("--peers", "N", with: gap),
            list.acts("--unknown", "U", with: gap), list.acts("--unknown", "U", with: ["--by", "fsm"]),
            list.refuses("--peers", "N", says: "--peers does not apply"),
            list.refuses("--unknown", "U", says: "--unknown does not apply"),
            list.acts("--rows", "pupils", base: ["schools.csv"] + startDid), list.acts("--estimand", "schools"),
            list.refuses("--rows", "schools", says: "pupils, units"),
            list.refuses("--estimand", "all", says: "pupils, schools"),
            list.acts("--pupil-sd", "12", says: "month"),
        ]
    }

    private static var analysis: [OptionCase] {
        let list = didList
        let twfe = ["--estimator", "twfe"]
        let drawn =
            ["pupils.csv"] + whatDid + ["--diagnostics", "none", "--format", "json", "--start", "partnership_start"]
        let whole = ["--suppress", "0"]
        let groupTime = ["--estimator", "callaway-santanna"]
        return [
            "twfe", "event-study", "imputation", "callaway-santanna", "sun-abraham", "two-stage", "etwfe", "stacked",
            "dcdh", "local-projections", "lee-wooldridge", "synthetic-control", "synthetic-did",
        ].map { name in
            list.acts("--estimator", name, with: name == "imputation" ? twfe : [])
        }
            + families + changes + synthetic
            + [
                list.refuses("--estimator", "did2x2", status: 4, says: "did2x2 needs one common start"),
                list.acts(
                    "--estimator", "did2x2",
                    base: ["pupils.csv"] + untreated + ["--partners", "undated.csv", "--start-at", "201617"]),
            ]
            + [list.refuses("--estimator", "twef", says: "twfe")]
            + ["iid", "hc1", "hc2", "hc3", "cr0", "cr1", "cr2", "cr3"].map {
                list.acts("--vcov", $0, with: ["--estimator", "twfe", "--vcov", $0 == "cr0" ? "cr1" : "cr0"])
            }
            + [list.refuses("--vcov", "robust", says: "choose from: iid")]
            + ["stata", "clusters", "none"].map {
                list.acts("--small-sample", $0, with: ["--estimator", "twfe", "--vcov", "cr1"])
            }
            + [
                list.refuses("--small-sample", "some", says: "choose from: fixest"),
                list.refuses(
                    "--small-sample", "stata", with: twfe + ["--vcov", "cr2"],
                    says: "--small-sample stata does not apply to --vcov cr2"), list.acts("--window", "-2:1"),
                list.refuses("--window", "1:2", says: "-3:3"),
                list.refuses("--window", "-2:1", with: twfe, says: "--window does not apply to --estimator twfe"),
                list.acts("--singletons", "keep", base: ["lonely.csv"] + startDid + twfe),
                list.refuses("--singletons", "lose", says: "keep, drop"),
                list.acts("--permutations", "19", base: drawn),
                list.refuses("--permutations", "-1", says: "--permutations"),
                list.acts("--level", "0.9"), list.refuses("--level", "95", says: "choose from: a share"),
                list.acts("--seed", "2", base: drawn + ["--permutations", "19"]),
                list.acts("--diagnostics", "none"), list.acts("--diagnostics", "all"),
                list.acts("--diagnostics", "pre-trend"),
                list.acts("--diagnostics", "balance", with: ["--diagnostics", "none"]),
                list.refuses("--diagnostics", "blance", says: "choose from: pre-trend"), list.acts("--suppress", "60"),
                list.acts("--disclosure", "ons-10-5"), list.refuses("--disclosure", "none", says: "dfe-tables"),
                list.refuses("--suppress", "-1", says: "--suppress"),
            ]
            + [("bacon", "negativeShare"), ("placebo", "withoutLastPeriod"), ("composition", "\"composition\"")].map {
                list.acts("--diagnostics", $0, with: whole + ["--diagnostics", "none"], says: $1)
            }
            + [
                list.acts("--placebo-outcomes", "ks2_score", says: "which the partnership cannot affect"),
                list.acts("--placebo-outcomes", "passed=Y", with: ["--covariates", "ks2_score"], says: "passed=Y"),
                list.refuses("--placebo-outcomes", "attainment8", says: "it can be one of the two"),
                list.acts("--equivalence-margin", "2", with: ["--diagnostics", "pre-trend"], says: "given"),
                list.refuses("--equivalence-margin", "2", says: "--equivalence-margin does not apply"),
                list.refuses(
                    "--equivalence-margin", "0", with: ["--diagnostics", "pre-trend"], says: "a number above 0"),
            ]
            + [
                list.acts(
                    "--comparison", "not-yet", base: ["partners-alone.csv"] + startDid, says: "no comparison arm"),
                list.acts("--comparison", "not-yet", with: groupTime),
                list.acts("--comparison", "never", with: groupTime + ["--comparison", "not-yet"]),
                list.refuses("--comparison", "all", with: groupTime, says: "never, not-yet"),
                list.refuses(
                    "--comparison", "never", with: ["--estimator", "imputation"],
                    says: "--comparison never does not apply to --estimator imputation"),
                list.refuses("--comparison", "never", says: "does not apply to a run without --estimator"),
            ]
            + ["dr", "dr-improved", "ipw", "or"].map { method in
                list.acts(
                    "--method", method,
                    with: groupTime + [
                        "--covariates", "ks2_score", "--collapse", "--method", method == "or" ? "dr" : "or",
                    ])
            }
            + [
                list.refuses("--method", "ols", with: groupTime, says: "choose from: dr"),
                list.refuses(
                    "--method", "dr-improved", with: groupTime + ["--covariates", "ks2_score"], status: 4,
                    says: "not defined for repeated cross-sections"),
                list.refuses("--method", "dr", with: twfe, says: "--method does not apply to --estimator twfe"),
                list.acts("--anticipation", "1", with: groupTime),
                list.acts("--balance", "1", with: groupTime), list.acts("--balance", "1"),
                list.refuses("--balance", "1001", says: "0 to 1000 periods"),
                list.refuses("--balance", "1", with: twfe, says: "--balance does not apply to --estimator twfe"),
                list.refuses("--anticipation", "101", with: groupTime, says: "0 to 100 periods"),
                list.refuses(
                    "--anticipation", "1", with: twfe, says: "--anticipation does not apply to --estimator twfe"),
                list.acts("--base", "universal", with: groupTime),
                list.acts("--base", "varying", with: groupTime + ["--base", "universal"]),
                list.refuses("--base", "first", with: groupTime, says: "varying, universal"),
                list.refuses("--base", "universal", says: "--base does not apply to a run without --estimator"),
                list.acts("--collapse"), list.acts("--collapse", with: groupTime),
                list.refuses(
                    "--collapse", base: ["schools.csv"] + startDid,
                    says: "--collapse does not apply to rows that are units"),
                list.acts("--wild", "99", with: whole, says: "wildPValue"),
                list.refuses("--wild", "1000001", says: "0 to 1000000"),
                list.refuses(
                    "--wild", "99", with: ["--cluster", "urn,academic_year"], status: 4, says: "two levels of clusters"),
                list.acts("--wild-weights", "webb", with: ["--wild", "99"]),
                list.acts("--wild-weights", "mammen", with: ["--wild", "99"]),
                list.acts("--wild-weights", "rademacher", with: ["--wild", "99", "--wild-weights", "webb"]),
                list.refuses("--wild-weights", "webb", says: "--wild-weights does not apply"),
                list.refuses("--wild-weights", "coin", with: ["--wild", "99"], says: "rademacher, mammen, webb"),
                list.acts("--bootstrap", "99", with: whole, says: "bandLower"),
                list.refuses("--bootstrap", "1000001", says: "0 to 1000000"),
                list.acts(
                    "--diagnostics", "leave-one-out", with: whole + ["--diagnostics", "none"], says: "mostInfluential"),
                list.acts(
                    "--diagnostics", "honest", with: whole + ["--diagnostics", "none"], says: "relativeMagnitudes"),
            ]
    }

    /// What synthetic estimators know.
    private static var synthetic: [OptionCase] {
        let list = didList
        func named(_ estimator: String) -> [String] { ["--estimator", estimator] }
        let placebos =
            ["pupils.csv"] + whatDid + ["--diagnostics", "none", "--format", "json", "--start", "partnership_start"]
            + named("synthetic-did") + ["--permutations", "19"]
        return [
            list.acts("--method", "ridge", with: named("synthetic-control")),
            list.refuses("--method", "ridge", with: named("synthetic-did"), says: "--method does not apply"),
            list.acts("--vcov", "jackknife", base: placebos),
            list.acts("--vcov", "bootstrap", with: named("synthetic-did")),
            list.acts("--vcov", "placebo", with: named("synthetic-did") + ["--vcov", "jackknife"]),
            list.refuses("--vcov", "placebo", with: named("twfe"), status: 4, says: "E450"),
            list.refuses("--vcov", "cr2", with: named("synthetic-did"), status: 4, says: "E450"),
            list.refuses("--wild", "99", with: named("synthetic-did"), status: 4, says: "E417"),
            list.acts("--bootstrap", "50", with: named("synthetic-did")),
            list.acts("--permutations", "19", with: named("synthetic-did")),
            list.refuses("--gap", "fsm=Y", with: named("synthetic-control"), status: 4, says: "E450"),
        ]
            + ["never", "not-yet"].map { (kind: String) in
                list.refuses(
                    "--comparison", kind, with: named("synthetic-did"), says: "--comparison \(kind) does not apply")
            }
    }

    /// What only estimators from changes know.
    private static var changes: [OptionCase] {
        let list = didList
        func named(_ estimator: String) -> [String] { ["--estimator", estimator] }
        let switching = ["switching.csv"] + untreated + named("dcdh")
        return [
            list.acts("--window", "-2:1", with: named("stacked")),
            list.acts("--window", "-2:1", with: named("local-projections")),
            list.acts("--window", "-2:1", with: named("dcdh")),
            list.refuses("--window", "-2:1", with: named("lee-wooldridge"), says: "--window does not apply"),
            list.refuses("--window", "-9:9", with: named("stacked"), status: 4, says: "E451"),
            list.acts("--comparison", "never", with: named("stacked") + ["--window", "-2:0"]),
            list.acts("--comparison", "never", with: named("local-projections")),
            list.acts("--comparison", "not-yet", with: named("lee-wooldridge")),
            list.acts("--method", "variance", with: named("local-projections")),
            list.acts("--method", "equal", with: named("local-projections") + ["--method", "variance"]),
            list.acts("--method", "detrend", with: named("lee-wooldridge")),
            list.acts("--method", "demean", with: named("lee-wooldridge") + ["--method", "detrend"]),
            list.refuses("--method", "detrend", with: named("stacked"), says: "--method does not apply"),
            list.refuses("--method", "covariates", with: named("stacked"), says: "demean, detrend"),
            list.acts("--vcov", "iid", with: named("lee-wooldridge") + ["--vcov", "cr1"]),
            list.refuses("--vcov", "hc3", with: named("stacked"), status: 4, says: "hc3 is not defined for stacked"),
            list.acts("--gap", "fsm=Y", with: named("stacked")),
            list.acts("--gap", "fsm=Y", with: named("local-projections")),
            list.refuses("--gap", "fsm=Y", with: named("lee-wooldridge"), status: 4, says: "E450"),
            list.refuses("--gap", "fsm=Y", with: named("dcdh"), status: 4, says: "E450"),
            list.refuses("--covariates", "ks2_score", with: named("dcdh"), status: 4, says: "E450"),
            list.refuses("--absorb", "sex", with: named("local-projections"), status: 4, says: "E450"),
            list.acts("--treated", "treated_now", base: switching, says: "att-leavers"),
            list.refuses(
                "--treated", "treated_now", base: ["switching.csv"] + untreated, status: 3,
                says: "--estimator dcdh"),
        ]
    }

    /// What only some estimators know.
    private static var families: [OptionCase] {
        let list = didList
        let (etwfe, sunAbraham) = (["--estimator", "etwfe"], ["--estimator", "sun-abraham"])
        let passed = ["pupils.csv", "--outcome", "passed=Y"] + startDid.dropFirst(2) + etwfe
        let absences = ["pupils.csv", "--outcome", "weight"] + startDid.dropFirst(2) + etwfe
        return [
            list.acts("--family", "logit", base: passed), list.acts("--family", "poisson", base: absences),
            list.acts("--family", "linear", base: passed, with: ["--family", "logit"]),
            list.refuses("--family", "probit", base: passed, says: "linear, logit, poisson"),
            list.refuses("--family", "logit", says: "--family does not apply"),
            list.refuses("--family", "logit", base: passed, with: ["--absorb", "sex"], status: 4, says: "E441"),
            list.acts("--comparison", "never", with: etwfe),
            list.acts("--comparison", "not-yet", base: ["partners-alone.csv"] + startDid + sunAbraham),
            list.refuses("--comparison", "not-yet", with: sunAbraham, status: 4, says: "E440"),
            list.refuses("--window", "-2:1", with: etwfe, says: "--window does not apply to --estimator etwfe"),
            list.acts("--window", "-2:1", with: sunAbraham),
            list.acts("--window", "-2:1", with: ["--estimator", "two-stage"]),
        ]
    }

    // MARK: compare

    private static var compare: [OptionCase] {
        let untreated = whatDid + ["--match", "attainment8", "--format", "json"]
        let start = untreated + ["--start", "partnership_start"]
        let list = OptionList(command: "compare", base: ["pupils.csv"] + start)
        let schools =
            ["schools.csv"] + whatDid + ["--match", "attainment8", "--format", "json", "--start", "partnership_start"]
        let grades =
            ["pupils.csv", "--outcome", "grade", "--match", "grade", "--format", "json"] + whatDid.dropFirst(2)
            + ["--start", "partnership_start"]
        let propensity = ["--distance", "propensity"]
        func named(_ method: String) -> [String] {
            ["pupils.csv"] + whatDid + ["--format", "json", "--start", "partnership_start", "--method", method]
        }
        let similar = named("similar-schools") + ["--distance-table", "distances.csv"]
        return reading(list, start, number: ["--outcome", "attainment8"]) + rows(list, schools: schools, grades: grades)
            + result(list) + whoWasTreated(list, untreated)
            + [
                list.refuses(
                    "--weight-kind", "frequency", with: ["--weights", "weight"], says: "--weight-kind does not"),
                list.refuses("--lower-is-better", says: "--lower-is-better does not apply"),
                list.acts("--unit", "urn", base: list.base.filter { $0 != "--unit" && $0 != "urn" }),
                list.acts(
                    "--time", "academic_year",
                    base: list.base.filter { $0 != "--time" && $0 != "academic_year" }),
                list.acts("--match", "sex=F"),
                list.acts("--unknown", "U", with: ["--match", "fsm=Y"]),
                list.refuses("--match", "attainment8", says: "named twice"),
                list.acts("--match", "ks2:ks2_score", base: similar),
                list.refuses("--match", "reading:ks2_score", base: similar, says: "variable:column"),
                list.refuses("--match", "ks2_score", base: named("synthetic"), says: "--match does not apply"),
                list.acts("--method", "entropy"),
                list.acts("--method", "nearest", base: named("synthetic") + ["--match", "ks2_score"], status: 0),
                list.refuses("--method", "best", says: "similar-schools"),
                list.acts("--distance", "propensity"), list.acts("--distance", "logit"),
                list.refuses("--distance", "euclid", says: "choose from: mahalanobis"),
                list.refuses("--distance", "logit", with: ["--method", "entropy"], says: "--distance does not apply"),
                list.acts("--ratio", "2", with: ["--replace"]), list.refuses("--ratio", "0", says: "1 to 1000"),
                list.acts("--caliper", "0.5"), list.refuses("--caliper", "0", says: "above 0"),
                list.acts("--exact", "trust"), list.acts("--replace", with: ["--exact", "trust"]),
                list.refuses("--exact", "sex", says: "two values in one period"),
                list.acts("--order", "name"), list.refuses("--order", "size", says: "closest"),
                list.refuses("--order", "largest", says: "--order largest does not apply"),
                list.refuses("--order", "name", with: ["--replace"], says: "--order does not apply"),
                list.acts("--order", "name", with: propensity),
                list.acts("--donors", "trust!=Ash"), list.acts("--donors", "periods-before:2", says: "leftOut"),
                list.acts("--donors", "not-same:trust"),
                list.refuses("--donors", "trust", says: "not-same"),
                list.acts(
                    "--distance-table", "distances.csv", base: named("similar-schools") + ["--match", "ks2:ks2_score"],
                    status: 0),
                list.refuses("--distance-table", "distances.csv", says: "--distance-table does not apply"),
                list.acts("--rows", "pupils", base: schools), list.refuses("--rows", "schools", says: "pupils, units"),
                list.acts("--chart", "balance.csv"), list.acts("--units", "chosen.csv"),
                list.acts("--disclosure", "rounded-10", says: "nearest 10"),
                list.refuses("--disclosure", "none", says: "dfe-tables"),
                list.acts("--suppress", "6000", says: "suppressed"),
                list.refuses("--suppress", "-1", says: "--suppress"),
            ]
    }

    // MARK: power

    private static var power: [OptionCase] {
        let untreated = whatDid + ["--format", "json"]
        let start = untreated + ["--start", "partnership_start"]
        let list = OptionList(command: "power", base: ["pupils.csv"] + start)
        let schools = ["schools.csv"] + start
        let gap = ["--gap", "fsm=Y"]
        return reading(list, start, number: ["--outcome", "attainment8"])
            + rows(list, schools: schools, grades: ["pupils.csv", "--outcome", "grade"] + start.dropFirst(2))
            + result(list) + whoWasTreated(list, untreated)
            + [
                list.acts("--weight-kind", "frequency", with: ["--weights", "weight"]),
                list.refuses("--weight-kind", "frequency", says: "--weights is missing"),
                list.acts("--lower-is-better"),
                list.acts("--unit", "urn", base: list.base.filter { $0 != "--unit" && $0 != "urn" }),
                list.acts(
                    "--time", "academic_year", base: list.base.filter { $0 != "--time" && $0 != "academic_year" }),
                list.acts("--covariates", "ks2_score"), list.acts("--factors", "sex"), list.acts("--gap", "fsm=Y"),
                list.acts("--peers", "N", with: gap), list.acts("--unknown", "U", with: gap),
                list.refuses("--peers", "N", says: "--peers does not apply"),
                list.refuses("--unknown", "U", says: "--unknown does not apply"),
                list.acts("--rows", "pupils", base: schools), list.acts("--estimand", "schools"),
                list.acts("--pupil-sd", "12"), list.acts("--estimator", "twfe"),
                list.refuses("--estimator", "twef", says: "twfe"),
                list.acts("--comparison", "not-yet", base: ["partners-alone.csv"] + start),
                list.acts("--level", "0.9"), list.refuses("--level", "95", says: "choose from: a share"),
                list.acts("--disclosure", "rounded-10", says: "nearest 10"),
                list.refuses("--disclosure", "none", says: "dfe-tables"),
                list.acts("--suppress", "6000", says: "withheld"), list.refuses("--suppress", "-1", says: "--suppress"),
                list.acts("--schools", "30"), list.refuses("--schools", "1", says: "2 to 100000"),
                list.acts("--pupils", "90"), list.refuses("--pupils", "0", says: "above 0"),
                list.refuses("--pupils", "90", base: schools, says: "--pupils does not apply"),
                list.acts("--periods", "4:2"), list.refuses("--periods", "4", says: "before:after"),
                list.acts("--power", "0.9"), list.refuses("--power", "0.01", says: "above the test's own"),
            ]
    }

    // MARK: gaps

    private static let whatGaps = ["--outcome", "attainment8", "--group", "fsm=Y"]

    private static var gaps: [OptionCase] {
        let after = whatGaps + ["--format", "json"]
        let list = OptionList(command: "gaps", base: ["pupils.csv"] + after)
        let years = ["--time", "academic_year", "--by", "academic_year"]
        let schools = [
            "schools.csv", "--outcome", "attainment8", "--group", "sd_band=1", "--unit", "urn", "--time",
            "academic_year", "--format", "json",
        ]
        let grades = ["pupils.csv", "--outcome", "grade", "--group", "fsm=Y", "--format", "json"]
        return reading(list, after, number: ["--outcome", "attainment8"]) + rows(list, schools: schools, grades: grades)
            + result(list)
            + [
                list.acts("--weight-kind", "frequency", with: ["--weights", "weight"]), list.acts("--unit", "urn"),
                list.acts("--group", "sex=F"), list.acts("--group", "sex"), list.acts("--peers", "N"),
                list.acts("--unknown", "U"),
                list.refuses(
                    "--peers", "N", base: ["pupils.csv", "--outcome", "attainment8", "--group", "fsm"],
                    says: "--peers does not apply"),
                list.acts("--by", "sex"), list.acts("--change", with: years),
                list.refuses("--change", says: "--time is missing"),
                list.acts("--time", "academic_year", with: ["--by", "academic_year", "--change"]),
                list.acts("--prior", "ks2_score"), list.acts("--standardise"),
            ] + furtherGaps(list, years: years)
            + [
                list.acts("--rows", "pupils", base: schools),
                list.acts("--pupil-sd", "9", base: schools + ["--standardise"]), list.acts("--level", "0.9"),
                list.refuses("--level", "0", says: "choose from: a share"),
                list.acts("--disclosure", "ons-10-5"), list.refuses("--disclosure", "none", says: "dfe-tables"),
                list.acts("--suppress", "200"), list.refuses("--suppress", "-3", says: "--suppress"),
                list.acts("--round", "3", base: ["pupils.csv"] + whatGaps),
                list.refuses("--round", "99", says: "0 to 15"),
                list.acts("--lower-is-better"),
            ]
    }

    private static func furtherGaps(_ list: OptionList, years: [String]) -> [OptionCase] {
        let counts = ["--group", "fsm=Y", "--time", "academic_year", "--by", "trust", "--format", "json"]
        let shares = ["counts.csv", "--outcome", "passed"] + counts
        let totals = ["totals.csv", "--outcome", "passed", "--share-of", "pupils"] + counts
        return [
            list.acts("--group", "fsm=Y,sex=F"), list.acts("--group", "fsm,sex"),
            list.refuses("--group", "fsm,sex=F", says: "with a value each"),
            list.refuses(
                "--peers", "N",
                base: ["pupils.csv", "--outcome", "attainment8", "--group", "fsm=Y,sex=F"],
                says: "--peers does not apply"),
            list.acts("--baseline", "first", with: years + ["--change"]),
            list.acts("--baseline", "201516", with: years + ["--change"]),
            list.refuses("--baseline", "first", with: years, says: "--change is missing"),
            list.acts("--baseline", "199900", with: years + ["--change"], status: 3, says: "E340"),
            list.acts("--trend", with: years), list.refuses("--trend", says: "--time is missing"),
            list.acts("--within", with: ["--unit", "urn"]), list.refuses("--within", says: "--unit is missing"),
            list.acts("--index"),
            list.refuses("--index", with: ["--outcome", "ks2_score"], says: "name one --outcome"),
            list.acts("--national", "national.csv", with: years),
            list.acts("--national-ranks", "ranks.csv", with: ["--index"]),
            list.refuses("--national-ranks", "ranks.csv", says: "--index is missing"),
            list.acts("--share-of", "pupils", base: shares),
            list.refuses("--share-of", "pupils", with: ["--weights", "weight"], says: "--weights does not apply"),
            list.acts("--totals", "ALL", base: totals, status: 0),
            list.acts("--totals", "Everyone", base: totals, status: 3, says: "E233"),
            list.acts("--standardiser", "within-schools", with: ["--standardise", "--unit", "urn"]),
            list.acts("--standardiser", "school-means", with: ["--unit", "urn"], says: "inflated-standardiser"),
            list.refuses("--standardiser", "school-means", says: "--unit is missing"),
            list.refuses("--standardiser", "residual", says: "--prior is missing"),
            list.refuses("--standardiser", "total", with: ["--pupil-sd", "9"], says: "give one"),
            list.acts("--months", "eef-trials"), list.refuses("--months", "guess", says: "eef-toolkit"),
            list.refuses("--months", "eef-toolkit", with: ["--lower-is-better"], says: "lower is better"),
            list.refuses(
                "--months", "eef-toolkit", base: ["pupils.csv", "--outcome", "passed=Y", "--group", "fsm=Y"],
                says: "a share of pupils"),
            list.refuses(
                "--months", "eef-toolkit", with: ["--unit", "urn", "--standardiser", "school-means"],
                says: "too many"),
            list.acts("--adjust", "holm", with: years), list.acts("--adjust", "simultaneous", with: years),
            list.refuses("--adjust", "sometimes", says: "hochberg"),
        ]
    }

    // MARK: progress

    private static let whatProgress = ["--outcome", "attainment8", "--prior", "ks2_score", "--unit", "urn"]

    private static var progress: [OptionCase] {
        let after = whatProgress + ["--format", "json"]
        let list = OptionList(command: "progress", base: ["pupils.csv"] + after)
        let grades = ["pupils.csv", "--outcome", "grade"] + after.dropFirst(2)
        let shared = rows(list, schools: nil, grades: grades).filter { item in
            !["--weights", "--count"].contains(item.option)
                && !(item.option == "--outcome" && item.added.contains("ks2_score"))
        }
        let byTable = ["--band-table", "bands.csv"]
        let scores = ["--outcome", "reading", "--unit", "urn", "--count", "pupils", "--format", "json"]
        return reading(list, after, number: ["--outcome", "attainment8"]) + shared + result(list)
            + [
                list.acts("--outcome", "weight"),
                list.refuses("--outcome", "ks2_score", says: "cannot be --prior too"),
                list.acts("--unit", "trust"), list.acts("--time", "academic_year"),
                list.acts("--prior", "weight"),
                list.refuses("--weights", "weight", says: "--weights does not apply"),
                list.refuses("--count", "weight", says: "--count does not apply"),
                list.refuses("--weight-kind", "frequency", says: "--weight-kind does not apply"),
                list.refuses("--lower-is-better", says: "--lower-is-better does not apply"),
                list.acts("--method", "regression"), list.acts("--method", "bands", with: ["--method", "regression"]),
                list.refuses("--method", "spline", says: "bands, regression, knots"),
                list.refuses("--method", "knots", says: "--knot-table is missing"),
                list.acts("--floor-table", "floors.csv", with: ["--band-table", "bands.csv"], says: "scores-limited"),
                list.refuses("--floor-table", "floors.csv", says: "--floor-table does not apply"),
                list.refuses(
                    "--floor-table", "bands.csv", with: ["--band-table", "bands.csv"], status: 3, says: "E242"),
                list.acts("--knot-table", "knots.csv", with: ["--knot-subject", "sex"], status: 0),
                list.acts(
                    "--knot-table", "variance.csv", with: ["--knot-subject", "sex", "--knot-table", "knots.csv"]),
                list.refuses("--knot-table", "bands.csv", with: ["--knot-subject", "sex"], status: 3, says: "E243"),
                list.refuses("--knot-table", "knots.csv", says: "--knot-subject is missing"),
                list.refuses(
                    "--knot-table", "knots.csv", with: ["--method", "regression"], says: "--knot-table does not apply"),
                list.acts("--knot-subject", "sex", with: ["--knot-table", "knots.csv"]),
                list.refuses("--knot-subject", "sex", says: "--knot-subject does not apply"),
                list.acts("--pupil-sd", "12.5"), list.refuses("--pupil-sd", "0", says: "a number above 0"),
                list.acts(
                    "--start", "partnership_start", with: ["--time", "academic_year", "--prior-lag", "0"], status: 0,
                    says: "prior-after-start"),
                list.refuses("--start", "partnership_start", says: "--time is missing"),
                list.refuses(
                    "--start", "partnership_start", with: ["--time", "academic_year"], says: "--prior-time is missing"),
                list.acts(
                    "--prior-time", "academic_year", with: ["--time", "academic_year", "--start", "partnership_start"]),
                list.refuses("--prior-time", "academic_year", says: "--prior-time does not apply"),
                list.acts("--prior-lag", "1", with: ["--time", "academic_year", "--start", "partnership_start"]),
                list.refuses("--prior-lag", "1", says: "--prior-lag does not apply"),
                list.acts("--bands", "4"), list.refuses("--bands", "1", says: "2 to 1000"),
                list.refuses("--bands", "4", with: ["--method", "regression"], says: "--bands does not apply"),
                list.acts("--band-width", "2.5"), list.refuses("--band-width", "0", says: "a number above 0"),
                list.refuses("--band-width", "2", with: ["--bands", "4"], says: "give one"),
                list.acts("--band-table", "bands.csv"),
                list.refuses("--band-table", "pupils.csv", status: 3, says: "E241"),
                list.acts("--band-table", "progress8-2024"),
                list.refuses("--band-table", "progress8-2025", says: "sat no key stage 2 tests"),
                list.acts("--band-mean", "maths", with: ["--band-table", "progress8-2024"]),
                list.refuses("--band-mean", "art", with: ["--band-table", "progress8-2024"], says: "E147"),
                list.acts("--published", base: ["published.csv"] + scores, status: 0),
                list.refuses("--published", says: "--prior does not apply"),
                list.refuses(
                    "--subject", "urn", base: ["published.csv", "--published", "--result", "reading"] + scores,
                    says: "--subject does not apply"),
                list.acts("--band-mean", "other", with: byTable),
                list.refuses("--band-mean", "other", says: "--band-mean does not apply"),
                list.acts("--norm-where", "partnership_start="),
                list.refuses("--norm-where", "sex", says: "--norm-where cannot be"),
                list.acts("--by", "sex"), list.refuses("--by", "ks2_score", says: "cannot be in --by too"),
                list.acts("--shrink"), list.acts("--level", "0.9"),
                list.acts("--disclosure", "ons-10-5"), list.refuses("--disclosure", "none", says: "dfe-tables"),
                list.refuses("--level", "1", says: "choose from: a share"),
                list.acts("--suppress", "80"), list.refuses("--suppress", "-1", says: "--suppress"),
            ]
    }

    // MARK: cells

    private static let whatCells = [
        "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "-o", "cells.csv",
    ]

    private static var cells: [OptionCase] {
        let list = OptionList(command: "cells", base: ["pupils.csv"] + whatCells)
        let grades = [
            "pupils.csv", "--outcome", "grade", "--unit", "urn", "--time", "academic_year", "-o", "cells.csv",
        ]
        let keys = [
            "--start": "partnership_start", "--treated": "treated_now", "--covariates": "ks2_score", "--factors": "sex",
            "--absorb": "sex",
            "--cluster": "trust", "--group": "fsm=Y", "--gap": "fsm=Y", "--prior": "ks2_score", "--by": "sex",
        ]
        return reading(list, whatCells, number: ["--outcome", "attainment8"]) + rows(list, schools: nil, grades: grades)
            + keys.keys.sorted().map { list.acts($0, keys[$0]) }
            + [
                list.refuses("--treated", "treated_now", with: ["--start", "partnership_start"], says: "give one"),
                list.refuses(
                    "--weight-kind", "frequency", with: ["--weights", "weight"],
                    says: "--weight-kind does not apply to cells"),
                list.refuses("--lower-is-better", says: "--lower-is-better does not apply to cells"),
                list.acts(
                    "--unit", "urn",
                    base: ["pupils.csv", "--outcome", "attainment8", "--time", "academic_year", "-o", "cells.csv"]),
                list.acts(
                    "--time", "academic_year",
                    base: ["pupils.csv", "--outcome", "attainment8", "--unit", "urn", "-o", "cells.csv"]),
                list.acts("--output", "other.csv"), list.acts("--quiet"), list.acts("--minimum-cell", "9"),
                list.refuses("--minimum-cell", "-1", says: "--minimum-cell"),
                list.acts("--strict", base: ["broken.csv", "--lenient"] + whatCells, status: 1),
                list.acts(
                    "--profile-answer", "ranks.csv", with: ["--dialect", "spark", "--table", "pupils"], status: 3,
                    says: "E160"),
                list.refuses(
                    "--profile-answer", "ranks.csv", with: ["--table", "pupils"], says: "--dialect is missing"),
                list.refuses(
                    "--profile-answer", "ranks.csv", with: ["--dialect", "spark"], says: "--table is missing"),
            ]
    }

    // MARK: sql

    private static var sql: [OptionCase] {
        let place = ["--dialect", "duckdb", "--table", "pupils"]
        let columns = ["--unit", "urn", "--time", "academic_year"]
        let list = OptionList(command: "sql", base: place + ["--outcome", "attainment8"] + columns)
        let values = [
            "--start": "partnership_start", "--treated": "treated_now", "--covariates": "ks2_score", "--factors": "sex",
            "--absorb": "sex", "--cluster": "trust", "--group": "fsm=Y", "--gap": "fsm=Y", "--prior": "ks2_score",
            "--by": "sex", "--where": "sex=F", "--weights": "weight", "--missing": "withheld", "--points": "points.csv",
        ]
        return values.keys.sorted().map { list.acts($0, values[$0]) }
            + [
                list.acts("--dialect", "spark", base: ["--table", "pupils", "--outcome", "attainment8"] + columns),
                list.refuses("--dialect", "oracle", says: "postgres, duckdb, spark, clickhouse"),
                list.acts("--table", "pupils", base: ["--dialect", "spark", "--outcome", "attainment8"] + columns),
                list.refuses("--table", "a..b", says: "E158"),
                list.acts("--outcome", "passed=Y", base: place + columns),
                list.acts("--unit", "urn", base: place + ["--outcome", "attainment8"]),
                list.acts("--time", "academic_year", base: place + ["--outcome", "attainment8"]),
                list.acts("--no-known-codes"), list.acts("--profile"), list.acts("--pupil", "upn", with: ["--profile"]),
                list.acts("--answer", "answered.csv", says: "900 rows read, 880 used, sums in doubles"),
                list.acts("--answer", "ranks.csv", status: 3, says: "E160"),
                list.acts("--double", with: ["--answer", "answered.csv"], status: 0, says: nil),
                list.acts("--quiet", with: ["--answer", "answered.csv"]),
                list.acts("--strict", with: ["--answer", "answered.csv"], status: 1),
                list.refuses("--answer", "ranks.csv", with: ["--profile"], says: "give one"),
                list.refuses("--double", says: "--answer is missing"),
                list.refuses("--treated", "treated_now", with: ["--start", "partnership_start"], says: "give one"),
                list.acts("--format", "json"), list.refuses("--format", "csv", says: "text, json"),
                list.acts("--output", "out.sql"),
            ]
    }

    // MARK: Files alone

    private static var describe: [OptionCase] {
        let list = OptionList(command: "describe", base: ["pupils.csv"])
        let times = ["--unit", "urn", "--time", "academic_year"]
        return forms(list, [], number: []) + result(list, base: ["unnamed.csv"])
            + [
                list.refuses("--lenient", says: "--lenient does not apply"),
                list.refuses("--rejects", "r.csv", says: "--rejects does not apply"),
                list.acts("--missing", "withheld", base: ["codes.csv"]), list.acts("--no-known-codes"),
                list.acts("--disclosure", "ons-10-5"), list.refuses("--disclosure", "none", says: "dfe-tables"),
                list.acts("--suppress", "400"), list.refuses("--suppress", "-1", says: "--suppress"),
                list.acts("--unit", "urn", base: ["pupils.csv", "--time", "academic_year"]),
                list.acts("--time", "academic_year", base: ["pupils.csv", "--unit", "urn"]),
                list.acts("--unit", "trust", with: times),
            ]
    }

    private static var convert: [OptionCase] {
        let list = OptionList(command: "convert", base: ["pupils.csv", "--format", "json"])
        let numbers = ["--numbers", "attainment8", "--format", "json"]
        let withoutNumbers = ["--thousands": ",", "--decimal": ",", "--missing": "withheld"]
        return forms(list, ["--format", "json"], number: ["--numbers", "attainment8"]) + lenient(list, [])
            + withoutNumbers.keys.sorted().map {
                list.refuses($0, withoutNumbers[$0], says: "\($0) does not apply to a run without --numbers")
            }
            + ["--percent", "--no-known-codes"].map {
                list.refuses($0, says: "\($0) does not apply to a run without --numbers")
            }
            + [
                list.acts("--missing", "withheld", base: ["codes.csv"] + numbers),
                list.acts("--no-known-codes", base: ["pupils.csv"] + numbers, status: 3, says: "not a number"),
                list.acts("--numbers", "attainment8"),
                list.refuses("--numbers", "attainment9", status: 3, says: "no column"),
                list.acts("--format", "csv"), list.refuses("--format", "text", says: "csv, json"),
                list.acts("--output", "o.csv"), list.acts("--quiet", base: ["broken.csv", "--lenient"]),
                list.acts("--strict", base: ["broken.csv", "--lenient"], status: 1), list.acts("--drop", "upn"),
                list.refuses("--drop", "upm", status: 3, says: "no column"),
                list.acts("--pseudonymise", "upn", with: ["--key", "project.key"]),
                list.refuses("--pseudonymise", "upn", says: "--key is missing"),
                list.refuses("--key", "project.key", says: "--key does not apply"),
                list.acts("--key", "project.key", with: ["--pseudonymise", "upn"]),
            ]
    }

    // MARK: measures

    private static var measures: [OptionCase] {
        let sessions = ["--missed", "missed", "--possible", "possible"]
        let grades = ["--english", "language,literature", "--points", "gcse.csv"]
        let list = OptionList(command: "measures", base: ["grades.csv"] + grades)
        let numbers = ["--missed", "attainment8", "--possible", "ks2_score"]
        let plain = ["pupils.csv"] + numbers
        return forms(list, numbers, number: numbers) + lenient(list, numbers)
            + [
                list.acts("--missing", "withheld", base: ["codes.csv"] + plain.dropFirst()),
                list.acts("--no-known-codes", base: plain, status: 3, says: "not a number"),
                list.acts("--where", "upn=A1"), list.refuses("--where", "upn", says: "column=value"),
                list.acts(
                    "--english", "language", base: ["grades.csv", "--points", "gcse.csv", "--maths", "mathematics"]),
                list.acts("--maths", "mathematics"), list.acts("--ebacc", "science,science"),
                list.acts("--open", "art"),
                list.refuses("--open", "music", status: 3, says: "no column"),
                list.refuses("--maths", "attainment8", base: ["pupils.csv"], says: "have a column attainment8 already"),
                list.acts("--points", "gcse.csv", base: ["grades.csv", "--english", "language"], status: 0),
                list.refuses(
                    "--points", "gcse", base: ["grades.csv", "--english", "language"], status: 3, says: "E204"),
                list.refuses(
                    "--points", "gcses", base: ["grades.csv", "--english", "language"], says: "choose from: gcse"),
                list.refuses("--points", "gcse", base: ["grades.csv"] + sessions, says: "--points does not apply"),
                list.acts("--missed", "missed", with: ["--possible", "possible"], status: 0),
                list.refuses("--missed", "missed", says: "--possible is missing"),
                list.acts("--possible", "possible", with: ["--missed", "missed"], status: 0),
                list.refuses("--possible", "possible", says: "--missed is missing"),
                list.acts("--time", "school_year", with: sessions),
                list.refuses("--time", "school_year", says: "--time does not apply"),
                list.refuses("--time", "upn", with: sessions, status: 3, says: "E148"),
                list.acts("--ks2-reading", "reading", with: ["--ks2-maths", "maths"], status: 0),
                list.refuses("--ks2-reading", "reading", says: "--ks2-maths is missing"),
                list.acts("--ks2-maths", "maths", with: ["--ks2-reading", "reading"], status: 0),
                list.refuses("--ks2-maths", "maths", says: "--ks2-reading is missing"),
                list.acts("--output", "added.csv"), list.acts("--quiet"),
                list.acts("--strict", base: ["broken.csv", "--lenient"] + numbers, status: 1),
            ]
    }

    private static var start: [OptionCase] {
        let list = OptionList(command: "init", base: ["pupils.csv"])
        return forms(list, [], number: [])
            + [
                list.refuses("--lenient", says: "--lenient does not apply"),
                list.refuses("--rejects", "r.csv", says: "--rejects does not apply"),
                list.acts("--missing", "withheld", base: ["codes.csv"]), list.acts("--no-known-codes"),
                list.acts("--output", "p.yml"),
            ]
    }

    private static var run: [OptionCase] {
        let list = OptionList(command: "run", base: ["plan.yml"])
        return [
            list.acts("--output", "elsewhere", says: "elsewhere/report.html"), list.acts("--format", "json"),
            list.refuses("--format", "csv", says: "text, json"), list.refuses("--threads", "0", says: "--threads"),
            list.acts("--quiet", with: ["--format", "json"]),
            list.acts("--strict", status: 1),
            list.acts("--show-values", base: ["bad-plan.yml"], status: 3, says: "withheld"),
        ]
    }

    private static var review: [OptionCase] {
        let list = OptionList(command: "review", base: ["plan.yml"])
        return [
            list.acts("--output", "elsewhere", says: "elsewhere/review.html"), list.acts("--format", "json"),
            list.refuses("--format", "csv", says: "text, json"), list.refuses("--threads", "0", says: "--threads"),
            list.acts("--quiet"),
            list.acts("--strict", base: ["alone.yml"], status: 1),
            list.acts("--show-values", base: ["bad-plan.yml"], status: 3, says: "withheld"),
        ]
    }

    // MARK: What commands share

    /// The forms of files.
    ///
    /// - Parameters:
    ///   - after: the arguments after the file.
    ///   - number: what reads `attainment8` as a number.
    private static func forms(_ list: OptionList, _ after: [String], number: [String]) -> [OptionCase] {
        let read = after + (after.contains(number.first ?? "") ? [] : number)
        // With a schema, `convert` writes the columns that it names and no others.
        let seen = list.command == "convert" ? after : read
        return [
            list.acts("--delimiter", ";", base: ["pupils.csv"] + read, status: 3),
            list.refuses("--delimiter", "ab", says: "one character"),
            list.acts("--schema", "dfe-ks2", base: ["ks2-2018.csv"] + seen),
            list.refuses("--schema", "dfe-ks3", says: "choose from: dfe-ks2"),
            list.refuses(
                "--schema", "dfe-ks2", base: ["pupils.csv", "--percent"] + read, says: "--percent does not apply"),
            list.acts("--schema-year", "2018", base: ["ks2final.csv", "--schema", "dfe-ks2"] + seen, status: 0),
            list.refuses("--schema-year", "2018", says: "--schema-year does not apply"),
            list.refuses(
                "--schema-year", "MMXVIII", base: ["ks2final.csv", "--schema", "dfe-ks2"] + seen,
                says: "2018, 201718 or 2017/18"),
            list.acts("--schema-as", "2018", base: ["ks2-2030.csv", "--schema", "dfe-ks2"] + seen, status: 0),
            list.refuses("--schema-as", "2018", says: "--schema-as does not apply"),
            list.acts("--encoding", "windows-1252", base: ["latin.csv"] + read),
            list.refuses("--encoding", "latin9", status: 2, says: "latin9"),
            list.acts("--skip-first", "2", base: ["preamble.csv"] + read),
            list.refuses("--skip-first", "-1", says: "--skip-first"),
            list.acts("--skip-last", "1", base: ["footer.csv"] + read),
            list.refuses("--skip-last", "-1", says: "--skip-last"),
            list.acts("--thousands", ",", base: ["thousands.csv"] + read),
            list.acts("--decimal", ",", base: ["decimal.csv"] + read),
            list.acts("--fill-short-rows", base: ["short.csv"] + read),
            list.acts("--unwrap-formulas", base: ["wrapped.csv"] + read),
            list.acts("--percent", base: ["percent.csv"] + read), list.refuses("--threads", "0", says: "--threads"),
            list.acts("--max-field", "3", base: ["pupils.csv"] + read, status: 3, says: "--max-field"),
            list.refuses("--max-field", "many", says: "500000, 64MB or 2GB"),
            list.acts("--max-header", "9", base: ["pupils.csv"] + read, status: 3, says: "--max-header"),
            list.acts("--max-columns", "2", base: ["pupils.csv"] + read, status: 3, says: "--max-columns"),
            list.acts("--max-unpacked", "1kB", base: ["packed.csv"] + read, status: 3, says: "--max-unpacked"),
            list.acts(
                "--max-memory", "1kB", base: ["latin.csv"] + read, with: ["--encoding", "windows-1252"], status: 3,
                says: "--max-memory"),
            list.refuses("--timeout", "0", says: "--timeout"),
            list.acts("--show-values", base: ["broken.csv"] + read, status: 3, says: "one,field,too,few"),
        ]
    }

    private static func lenient(_ list: OptionList, _ after: [String]) -> [OptionCase] {
        [
            list.acts("--lenient", base: ["broken.csv"] + after),
            list.acts("--rejects", "rejects.csv", base: ["broken.csv", "--lenient"] + after),
            list.refuses("--rejects", "rejects.csv", base: ["broken.csv"] + after, says: "--rejects does not apply"),
        ]
    }

    private static func reading(_ list: OptionList, _ after: [String], number: [String]) -> [OptionCase] {
        forms(list, after, number: number) + lenient(list, after)
            + [
                list.acts("--missing", "withheld", base: ["codes.csv"] + after),
                list.acts("--no-known-codes", status: 3, says: "not a number"),
            ]
    }

    private static func rows(_ list: OptionList, schools: [String]?, grades: [String]) -> [OptionCase] {
        let named =
            SmallSchools.years.map { "results-\($0).csv" }
            + list.base.dropFirst().filter { $0 != "--time" && $0 != "academic_year" }
        let longBase = ["long.csv"] + list.base.dropFirst()
        let byTime = list.command == "gaps" ? ["--by", "time"] : []
        return [
            list.acts("--where", "sex=F"), list.refuses("--where", "sex", says: "column=value"),
            list.acts("--outcome", "ks2_score"), list.acts("--outcome", "passed=Y"),
            list.refuses("--outcome", "attainment8", says: "named twice"),
            list.acts("--time-from-name", "results-*.csv", base: named + byTime),
            list.acts("--points", "points.csv", base: grades),
            list.acts("--subject", "subject", base: longBase, with: ["--result", "result"]),
            list.acts("--result", "result", base: longBase, with: ["--subject", "subject"]),
            list.refuses("--subject", "subject", base: longBase, says: "--result is missing"),
            list.refuses("--result", "result", base: longBase, says: "--subject is missing"),
            list.refuses("--points", "gcses", base: grades, says: "choose from: gcse"),
        ] + links(list) + [
            list.acts("--pupil", "upn", base: ["twice.csv"] + list.base.dropFirst(), status: 3, says: "E301"),
            list.acts("--opt-out", "optouts.csv", with: ["--pupil", "upn"]),
            list.refuses("--opt-out", "optouts.csv", says: "--pupil is missing"),
            list.acts("--key", "project.key", with: ["--pupil", "upn", "--opt-out", "pseudonyms.csv"]),
            list.refuses("--key", "project.key", says: "--pupil is missing"),
            list.acts("--weights", "weight"),
            list.acts("--double", says: list.command == "cells" ? nil : "\"arithmetic\": \"double\""),
            // That they act is shown against engines, in SourceCommandTests.
            list.refuses("--source", "postgres://host/db", says: "--table is missing"),
            list.refuses("--table", "pupils", says: "--table does not apply"),
            list.refuses("--dialect", "postgres", says: "--dialect does not apply"),
            list.acts("--count", schools == nil ? "weight" : "pupils", base: schools),
        ]
    }

    private static func links(_ list: OptionList) -> [OptionCase] {
        let unit = list.base.contains("--unit") ? [] : ["--unit", "urn"]
        return [
            list.acts("--links", "links.csv", with: unit, says: "is now"),
            list.acts("--link-decisions", "links.csv", with: unit + ["--links", "merged.csv"], says: "is now"),
            list.refuses("--link-decisions", "links.csv", says: "--link-decisions does not apply"),
        ]
    }

    private static func result(_ list: OptionList, base: [String]? = nil) -> [OptionCase] {
        let plain = list.base.filter { $0 != "--format" && $0 != "json" }
        return ["json", "csv", "markdown"].map { list.acts("--format", $0, base: plain) }
            + [
                list.refuses("--format", "xml", says: "markdown"), list.acts("--output", "out.csv", with: []),
                list.acts(
                    "--quiet",
                    base: base.map { $0 + ["--format", "json"] } ?? ["broken.csv", "--lenient"] + list.base.dropFirst()),
                list.acts("--strict", base: base ?? ["broken.csv", "--lenient"] + list.base.dropFirst(), status: 1),
            ]
    }
}
