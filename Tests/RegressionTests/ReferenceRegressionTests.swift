import Foundation
import Panels
import ReferenceSets
import Regression
import Testing

/// Point estimates of published regressions as R (lm, fixest) gives them.
///
/// Those of lm hold to 1e-9; fixest stops its iterations at a tolerance of its own, and its values to 1e-7.
@Suite(.enabled(if: ReferenceSet.isPresent, "skipped: no reference data"))
struct ReferenceRegressionTests {
    private func check(
        _ id: String, _ fit: RowRegression, terms: [String: String] = [:], tolerance: Double = 1e-9
    ) throws {
        let values = try ReferenceSet.expected(id)
        #expect(!values.isEmpty)
        for value in values {
            let name = terms[value.term] ?? value.term
            let ours = name == "(Intercept)" ? fit.constant : fit.coefficient(name)
            let found = try #require(ours, "\(id): no \(name)")
            let wanted = try #require(value.estimate)
            #expect(
                abs(found - wanted) <= max(tolerance * abs(wanted), 1e-12), "\(id) \(name): \(found), not \(wanted)")
        }
    }

    /// A factor's codes, levels in byte order.
    private func factor(_ name: String, _ values: [String]) -> CellFactor {
        let levels = Array(Set(values)).sorted()
        let number = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, $0) })
        return CellFactor(name: name, levels: levels, codes: values.map { number[$0] ?? 0 })
    }

    private func effect(_ name: String, _ values: [String]) -> EffectCodes { EffectCodes(factor(name, values)) }

    private func indicator(_ name: String, _ isOn: [Bool]) -> RowRegressor {
        RowRegressor(name, isOn.map { $0 ? 1 : 0 })
    }

    private func regressors(_ data: ReferenceSet, _ names: [String]) -> [RowRegressor] {
        names.map { RowRegressor($0, data.numbers($0)) }
    }

    @Test func twoByTwo() throws {
        let data = try ReferenceSet("base_did", numbers: ["y", "x1", "treat", "post", "period"], texts: ["id"])
        let sides = regressors(data, ["treat", "post"])
        var both = sides[0].times(sides[1])
        both.name = "tp"
        try check("base_did.did2x2.iid", RowRegression(outcome: data.numbers("y"), regressors: sides + [both]))
        let effects = [effect("id", data.texts("id")), effect("period", data.numbers("period").map { "\(Int($0))" })]
        let x = regressors(data, ["x1"])
        try check(
            "base_did.twfe.cl", RowRegression(outcome: data.numbers("y"), regressors: x + [both], effects: effects),
            tolerance: 1e-7)
        let leads = (1...10).filter { $0 != 5 }.map { t in
            RowRegressor(
                "period::\(t):treat",
                zip(data.numbers("period"), data.numbers("treat")).map { $0 == Double(t) ? $1 : 0 })
        }
        try check(
            "base_did.es", RowRegression(outcome: data.numbers("y"), regressors: x + leads, effects: effects),
            tolerance: 1e-7)
    }

    @Test func staggeredPanels() throws {
        let simulated = try ReferenceSet(
            "base_stagg", numbers: ["y", "x1", "treated", "time_to_treatment"], texts: ["id", "year"])
        let isAfter = simulated.numbers("treated").indices.map {
            simulated.number("treated", $0) == 1 && simulated.number("time_to_treatment", $0) >= 0
        }
        try check(
            "base_stagg.twfe.cl",
            RowRegression(
                outcome: simulated.numbers("y"),
                regressors: regressors(simulated, ["x1"]) + [indicator("post", isAfter)],
                effects: [effect("id", simulated.texts("id")), effect("year", simulated.texts("year"))]),
            tolerance: 1e-7)

        let counties = try ReferenceSet(
            "mpdta", numbers: ["lemp", "lpop", "first_treat", "treat", "year"], texts: ["countyreal"])
        let since = counties.numbers("year").indices.map { r -> Int? in
            let first = counties.number("first_treat", r)
            return first > 0 ? Int(counties.number("year", r) - first) : nil
        }
        let effects = [
            effect("countyreal", counties.texts("countyreal")),
            effect("year", counties.numbers("year").map { "\(Int($0))" }),
        ]
        let post = indicator("post", since.map { ($0 ?? -1) >= 0 })
        let outcome = counties.numbers("lemp")
        try check(
            "mpdta.twfe.cl", RowRegression(outcome: outcome, regressors: [post], effects: effects), tolerance: 1e-7)
        try check(
            "mpdta.twfe.w",
            RowRegression(
                outcome: outcome, regressors: [post], effects: effects, weights: counties.numbers("lpop").map(exp)),
            tolerance: 1e-7)
        let events = [-4, -3, -2, 0, 1, 2, 3].map { (e: Int) in indicator("rel::\(e)", since.map { $0 == e }) }
        try check(
            "mpdta.twfe_es", RowRegression(outcome: outcome, regressors: events, effects: effects), tolerance: 1e-7)
    }

    @Test func panelsWithCovariatesAndWeights() throws {
        let divorce = try ReferenceSet(
            "divorce", numbers: ["suiciderate_elast_jag", "unilateral", "lnpersinc", "stpop"], texts: ["stid", "year"])
        let states = [effect("stid", divorce.texts("stid")), effect("year", divorce.texts("year"))]
        let rate = divorce.numbers("suiciderate_elast_jag")
        try check(
            "divorce.twfe.cl",
            RowRegression(outcome: rate, regressors: regressors(divorce, ["unilateral"]), effects: states),
            tolerance: 1e-7)
        try check(
            "divorce.twfe.w",
            RowRegression(
                outcome: rate, regressors: regressors(divorce, ["unilateral", "lnpersinc"]), effects: states,
                weights: divorce.numbers("stpop")), tolerance: 1e-7)

        let wages = try ReferenceSet(
            "wagepan", numbers: ["lwage", "union", "married", "expersq"], texts: ["nr", "year"])
        try check(
            "wagepan.fe.cl",
            RowRegression(
                outcome: wages.numbers("lwage"), regressors: regressors(wages, ["union", "married", "expersq"]),
                effects: [effect("nr", wages.texts("nr")), effect("year", wages.texts("year"))]), tolerance: 1e-7)

        let maths = try ReferenceSet("math_reform", numbers: ["incearn_ln", "reform_math"], texts: ["state", "class"])
        try check(
            "math_reform.twfe.cl",
            RowRegression(
                outcome: maths.numbers("incearn_ln"), regressors: regressors(maths, ["reform_math"]),
                effects: [effect("state", maths.texts("state")), effect("class", maths.texts("class"))]),
            tolerance: 1e-7)
    }

    /// Missing values leave rows out; firms seen once fit perfectly and change no coefficient.
    @Test(arguments: [
        ("lscrap", ["grant", "grant_1"], "jtrain.fe.cl"),
        ("hrsemp", ["grant", "grant_1", "lemploy"], "jtrain.fe_hrs.cl"),
    ])
    func unbalancedFirms(outcome: String, names: [String], id: String) throws {
        let data = try ReferenceSet("jtrain", numbers: [outcome] + names, texts: ["fcode", "year"])
        try check(
            id,
            RowRegression(
                outcome: data.numbers(outcome), regressors: regressors(data, names),
                effects: [effect("fcode", data.texts("fcode")), effect("year", data.texts("year"))]), tolerance: 1e-7)
    }

    @Test func pupils() throws {
        let exam = try ReferenceSet("exam", numbers: ["normexam", "standLRT"], texts: ["school", "sex"])
        let x = regressors(exam, ["standLRT"]) + [indicator("female", exam.texts("sex").map { $0 == "F" })]
        try check("exam.va_ols.iid", RowRegression(outcome: exam.numbers("normexam"), regressors: x))
        try check(
            "exam.va_fe.cl",
            RowRegression(
                outcome: exam.numbers("normexam"), regressors: x, effects: [effect("school", exam.texts("school"))]))

        let star = try ReferenceSet(
            "star", numbers: ["mathk", "readk"], texts: ["lunchk", "stark", "gender", "schoolidk"]
        ) { !$0.text("lunchk", $1).isEmpty }
        let free = indicator("free", star.texts("lunchk").map { $0 == "free" })
        let school = effect("schoolidk", star.texts("schoolidk"))
        try check("star.gap_ols.iid", RowRegression(outcome: star.numbers("mathk"), regressors: [free]))
        try check(
            "star.gap_fe.cl", RowRegression(outcome: star.numbers("mathk"), regressors: [free], effects: [school]))
        let score = zip(star.numbers("mathk"), star.numbers("readk")).map { $0 + $1 }
        let arms = ["small", "aide"].map { arm in
            indicator(arm, star.texts("stark").map { $0 == (arm == "aide" ? "regular+aide" : arm) })
        }
        try check("star.class_ols.iid", RowRegression(outcome: score, regressors: arms))
        let female = indicator("female", star.texts("gender").map { $0 == "female" })
        try check(
            "star.class_fe.cl", RowRegression(outcome: score, regressors: arms + [free, female], effects: [school]),
            terms: ["I(gender == \"female\")TRUE": "female"])
    }

    /// Effects that cross: primary and secondary schools, some of them connected by one pupil.
    @Test func crossedSchools() throws {
        let data = try ReferenceSet("scotssec", numbers: ["attain", "verbal"], texts: ["sex", "primary", "second"])
        let x = regressors(data, ["verbal"]) + [indicator("female", data.texts("sex").map { $0 == "F" })]
        try check("scotssec.ols.iid", RowRegression(outcome: data.numbers("attain"), regressors: x))
        let effects = [effect("primary", data.texts("primary")), effect("second", data.texts("second"))]
        let exact = try RowRegression(outcome: data.numbers("attain"), regressors: x, effects: effects)
        try check("scotssec.fe2", exact, tolerance: 1e-7)
    }

    @Test func trials() throws {
        for (name, id) in [("crtData", "crt.ols.iid"), ("mstData", "mst.ols.iid")] {
            let data = try ReferenceSet(name, numbers: ["Posttest", "Intervention", "Prettest"])
            try check(
                id,
                RowRegression(
                    outcome: data.numbers("Posttest"), regressors: regressors(data, ["Intervention", "Prettest"])))
        }
        let data = try ReferenceSet("mstData", numbers: ["Posttest", "Intervention", "Prettest"], texts: ["School"])
        try check(
            "mst.fe.cl",
            RowRegression(
                outcome: data.numbers("Posttest"), regressors: regressors(data, ["Intervention", "Prettest"]),
                effects: [effect("School", data.texts("School"))]), tolerance: 1e-7)
        let firms = try ReferenceSet("petersen", numbers: ["y", "x"], texts: ["firm"])
        let x = regressors(firms, ["x"])
        try check("petersen.ols.iid", RowRegression(outcome: firms.numbers("y"), regressors: x))
        try check(
            "petersen.fixest.fe_firm",
            RowRegression(outcome: firms.numbers("y"), regressors: x, effects: [effect("firm", firms.texts("firm"))]),
            tolerance: 1e-7)
    }

    @Test func repeatedCrossSections() throws {
        let sides = ["afchnge", "highearn", "afhigh"]
        let data = try ReferenceSet("injury", numbers: ["ldurat", "ky"] + sides) { $0.number("ky", $1) == 1 }
        try check(
            "injury_ky.did2x2.iid", RowRegression(outcome: data.numbers("ldurat"), regressors: regressors(data, sides)))

        let names = sides + ["male", "married", "age", "hosp"]
        let whole = try ReferenceSet(
            "injury", numbers: ["ldurat", "ky", "indust", "injtype"] + names
        ) { $0.number("ky", $1) == 1 }
        var squared = regressors(whole, ["age"])[0]
        squared = squared.times(squared)
        squared.name = "I(age^2)"
        let dummies = ["indust", "injtype"].flatMap { name in
            RowRegressor.dummies(factor("factor(\(name))", whole.numbers(name).map { "\(Int($0))" }))
        }
        let found = try RowRegression(
            outcome: whole.numbers("ldurat"), regressors: regressors(whole, names) + [squared] + dummies)
        let terms = try ReferenceSet.expected("injury_ky.did2x2_cov.iid").map(\.term).filter { $0.hasPrefix("factor") }
        try check(
            "injury_ky.did2x2_cov.iid", found,
            terms: Dictionary(uniqueKeysWithValues: terms.map { ($0, $0.replacing(")", with: ")=")) }))
    }
}
