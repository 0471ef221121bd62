import Estimation
import Panels
import Testing

@testable import Inference

/// Regressions of published data against R (lm, sandwich 3.0-2, clubSandwich 0.6.0, fixest 0.14.2): every value of every
/// entry. Their own algebra is exact to about 1e-11; where they demean iteratively, to 1e-7.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data"))
struct PlainRegressionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var group: String
        var entry: String
        var regression: PlainRegression
        var testDescription: String { entry }
    }

    static let ordinary = [
        Case(
            group: "exam", entry: "exam.va_ols",
            regression: PlainRegression(
                file: "exam.csv", outcome: "normexam", terms: [("standLRT", "standLRT"), ("female", "sex=F")],
                clusters: ["school"])),
        Case(
            group: "petersen", entry: "petersen.ols",
            regression: PlainRegression(
                file: "petersen.csv", outcome: "y", terms: [("x", "x")], clusters: ["firm", "year"])),
        Case(group: "star", entry: "star.gap_ols", regression: star("mathk", [("free", "lunchk=free")])),
        Case(
            group: "star", entry: "star.class_ols",
            regression: star("mathk + readk", [("small", "stark=small"), ("aide", "stark=regular+aide")])),
        Case(
            group: "scotssec", entry: "scotssec.ols",
            regression: PlainRegression(
                file: "scotssec.csv", outcome: "attain", terms: [("verbal", "verbal"), ("female", "sex=F")],
                clusters: ["primary", "second"])),
        Case(
            group: "crt", entry: "crt.ols",
            regression: PlainRegression(
                file: "crtData.csv", outcome: "Posttest",
                terms: [("Intervention", "Intervention"), ("Prettest", "Prettest")], clusters: ["School"])),
        Case(
            group: "mst", entry: "mst.ols",
            regression: PlainRegression(
                file: "mstData.csv", outcome: "Posttest",
                terms: [("Intervention", "Intervention"), ("Prettest", "Prettest")], clusters: ["School"])),
        Case(
            group: "base_did", entry: "base_did.did2x2",
            regression: PlainRegression(
                file: "base_did.csv", outcome: "y",
                terms: [("treat", "treat"), ("post", "post"), ("tp", "treat * post")],
                clusters: ["id", "period"])),
        Case(group: "injury", entry: "injury_ky.did2x2", regression: injury([])),
        Case(
            group: "injury", entry: "injury_ky.did2x2_cov",
            regression: injury(
                [("male", "male"), ("married", "married"), ("age", "age"), ("I(age^2)", "age * age"), ("hosp", "hosp")]
                    + (2...3).map { ("factor(indust)\($0)", "indust=\($0).0") }
                    + (2...8).map { ("factor(injtype)\($0)", "injtype=\($0)") })),
        Case(
            group: "math_reform", entry: "math_reform12.ols",
            regression: PlainRegression(
                file: "math_reform.csv", outcome: "incearn_ln", terms: [("reform_math", "reform_math")],
                factors: ["state", "class"], clusters: ["state"], first: (12, "state"))),
    ]

    private static func star(_ outcome: String, _ terms: [(String, String)]) -> PlainRegression {
        PlainRegression(
            file: "star.csv", outcome: outcome, terms: terms, clusters: ["schoolidk"],
            needs: ["mathk", "readk", "lunchk"])
    }

    private static func injury(_ more: [(String, String)]) -> PlainRegression {
        PlainRegression(
            file: "injury.csv", outcome: "ldurat",
            terms: [("afchnge", "afchnge"), ("highearn", "highearn"), ("afhigh", "afhigh")] + more,
            needs: more.isEmpty ? [] : ["male", "married", "age", "hosp", "indust", "injtype"], only: ["ky": "1"])
    }

    /// By the last part of an entry's name: the kind, the factor and the number of cluster levels.
    private static let kinds: [String: (kind: VarianceKind, rule: SmallSample, levels: Int)] = [
        "iid": (.iid, .fixest, 0), "hc0": (.hc1, .none, 0), "hc1": (.hc1, .stata, 0), "hc2": (.hc2, .fixest, 0),
        "hc3": (.hc3, .fixest, 0), "cr0": (.cr0, .fixest, 1), "cr1": (.cr1, .clusters, 1), "cr1s": (.cr1, .stata, 1),
        "cr2": (.cr2, .fixest, 1), "cr3": (.cr3, .fixest, 1), "cr3j": (.cr3, .fixest, 1),
        "twoway_hc0": (.cr1, .none, 2), "twoway_cgm": (.cr1, .stata, 2),
    ]

    @Test(arguments: ordinary)
    func everyVariance(of model: Case) throws {
        var found = 0
        for (suffix, choice) in Self.kinds.sorted(by: { $0.key < $1.key }) {
            guard let values = try? ReferenceData.expected("\(model.entry).\(suffix)", in: model.group) else {
                continue
            }
            found += 1
            let clusters = Array(model.regression.clusters.prefix(choice.levels))
            let answers = try model.regression.answers(choice.kind, choice.rule, clusters: clusters)
            var factor = 1.0
            if suffix == "cr3j" {
                let count = Double(try Set(model.regression.rows(clusters: clusters).unit).count)
                factor = ((count - 1) / count).squareRoot()
            }
            for value in values { try check(answers[value.term], value, 1e-9, factor: factor, suffix) }
        }
        #expect(found >= 5)
    }

    private func check(
        _ answer: PlainRegression.Answer?, _ value: ReferenceData.Value, _ relative: Double, factor: Double = 1,
        _ name: String
    ) throws {
        let answer = try #require(answer, "\(name) \(value)")
        let estimate = try #require(value.estimate)
        #expect(isClose(answer.estimate, estimate, relative), "\(name) \(answer) \(value)")
        if let error = value.se {
            #expect(isClose(answer.standardError.map { $0 * factor }, error, relative), "\(name) \(answer) \(value)")
        }
        if let df = value.df {
            #expect(isClose(answer.degreesOfFreedom, df, relative), "\(name) \(answer) \(value)")
        }
    }

    /// With absorbed effects, nested in the clusters or crossing them; singletons kept or dropped; weights.
    static let absorbed: [(entry: String, regression: PlainRegression, kind: VarianceKind, rule: SmallSample)] = [
        ("exam.va_fe.cl", exam, .cr1, .fixest), ("exam.va_fe.hc1", exam, .hc1, .fixest),
        ("exam.va_fe.iid", exam, .iid, .fixest),
        ("petersen.fixest.firm", petersen(["firm"]), .cr1, .fixest),
        ("petersen.fixest.twoway", petersen(["firm", "year"]), .cr1, .fixest),
        ("petersen.fixest.twoway_conv", petersen(["firm", "year"]), .cr1, .stata),
        ("petersen.fixest.fe_firm", petersen(["firm"], effects: ["firm"]), .cr1, .fixest),
        ("star.gap_fe.cl", absorbing(star("mathk", [("free", "lunchk=free")]), ["schoolidk"]), .cr1, .fixest),
        (
            "star.class_fe.cl",
            absorbing(
                star(
                    "mathk + readk",
                    [
                        ("small", "stark=small"), ("aide", "stark=regular+aide"), ("free", "lunchk=free"),
                        ("I(gender == \"female\")TRUE", "gender=female"),
                    ]), ["schoolidk"]), .cr1, .fixest
        ),
        ("scotssec.fe2", scotssec, .cr1, .fixest), ("scotssec.fe2.singletons_dropped", scotssec, .cr1, .fixest),
        ("mst.fe.cl", absorbing(ordinary[6].regression, ["School"]), .cr1, .fixest),
        ("base_did.twfe.cl", baseDid(["id"]), .cr1, .fixest),
        ("base_did.twfe.twoway", baseDid(["id", "period"]), .cr1, .fixest),
        (
            "math_reform.twfe.cl",
            PlainRegression(
                file: "math_reform.csv", outcome: "incearn_ln", terms: [("reform_math", "reform_math")],
                effects: ["state", "class"], clusters: ["state"]), .cr1, .fixest
        ),
        ("divorce.twfe.cl", divorce([], weights: nil), .cr1, .fixest),
        ("divorce.twfe.w", divorce([("lnpersinc", "lnpersinc")], weights: "stpop"), .cr1, .fixest),
        ("jtrain.fe.cl", jtrain("lscrap", []), .cr1, .fixest), ("jtrain.fe.iid", jtrain("lscrap", []), .iid, .fixest),
        ("jtrain.fe_hrs.cl", jtrain("hrsemp", [("lemploy", "lemploy")]), .cr1, .fixest),
        ("jtrain.fe_hrs.cl.singletons_dropped", jtrain("hrsemp", [("lemploy", "lemploy")]), .cr1, .fixest),
        ("wagepan.fe.cl", wagepan, .cr1, .fixest), ("wagepan.fe.iid", wagepan, .iid, .fixest),
    ]

    private static func absorbing(_ regression: PlainRegression, _ effects: [String]) -> PlainRegression {
        var copy = regression
        copy.effects = effects
        return copy
    }

    private static let exam = absorbing(ordinary[0].regression, ["school"])
    private static let scotssec = PlainRegression(
        file: "scotssec.csv", outcome: "attain", terms: [("verbal", "verbal"), ("female", "sex=F")],
        effects: ["primary", "second"], clusters: ["second"])
    private static let wagepan = PlainRegression(
        file: "wagepan.csv", outcome: "lwage",
        terms: [("union", "union"), ("married", "married"), ("expersq", "expersq")], effects: ["nr", "year"],
        clusters: ["nr"])

    private static func petersen(_ clusters: [String], effects: [String] = []) -> PlainRegression {
        PlainRegression(
            file: "petersen.csv", outcome: "y", terms: [("x", "x")], effects: effects, clusters: clusters)
    }

    private static func baseDid(_ clusters: [String]) -> PlainRegression {
        PlainRegression(
            file: "base_did.csv", outcome: "y", terms: [("x1", "x1"), ("tp", "treat * post")],
            effects: ["id", "period"], clusters: clusters)
    }

    private static func divorce(_ more: [(String, String)], weights: String?) -> PlainRegression {
        PlainRegression(
            file: "divorce.csv", outcome: "suiciderate_elast_jag", terms: [("unilateral", "unilateral")] + more,
            effects: ["stid", "year"], clusters: ["stid"], weights: weights)
    }

    private static func jtrain(_ outcome: String, _ more: [(String, String)]) -> PlainRegression {
        PlainRegression(
            file: "jtrain.csv", outcome: outcome, terms: [("grant", "grant"), ("grant_1", "grant_1")] + more,
            effects: ["fcode", "year"], clusters: ["fcode"], needs: [outcome, "grant", "grant_1"] + more.map(\.1))
    }

    @Test(arguments: absorbed.indices)
    func withEffects(index: Int) throws {
        let model = Self.absorbed[index]
        let group = String(model.entry.prefix { $0 != "." })
        let answers = try model.regression.answers(
            model.kind, model.rule, clusters: model.kind.isClustered ? model.regression.clusters : [],
            dropsSingletons: model.entry.hasSuffix("singletons_dropped"))
        for value in try ReferenceData.expected(model.entry, in: group) where value.term != "(Intercept)" {
            try check(answers[value.term], value, 1e-7, model.entry)
        }
    }
}
