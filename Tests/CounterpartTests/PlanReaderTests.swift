import Testing

@testable import Counterpart

@Suite struct PlanReaderTests {
    /// A plan file that cannot be carried out, and what is said of it.
    struct Faulty: Sendable, CustomTestStringConvertible {
        let name, yaml: String
        let code: String
        let line: Int?
        let says: [String]
        var testDescription: String { name }
    }

    private static let columns = "data:\n  files: [a.csv]\n  columns: {unit: urn, time: year, outcome: [score]}\n"

    static let faulty = [
        Faulty(name: "empty", yaml: "", code: "E121", line: 1, says: ["the file is empty"]),
        Faulty(
            name: "no YAML", yaml: "title: [a\ndata: b\n", code: "E121", line: 2,
            says: ["this is not YAML", "indentation"]),
        Faulty(
            name: "a control letter", yaml: "title: a\n" + columns + "rows: \u{1}\n", code: "E121", line: 5,
            says: ["this is not YAML", "control characters"]),
        Faulty(name: "only text", yaml: "hello\n", code: "E124", line: 1, says: ["the plan", "section"]),
        Faulty(name: "a key twice", yaml: "title: a\ntitle: b\n" + columns, code: "E121", line: nil, says: ["title"]),
        Faulty(
            name: "unknown key", yaml: "titel: a\n" + columns, code: "E122", line: 1,
            says: ["\"titel\" is not a key of the plan", "did you mean \"title\"?"]),
        Faulty(
            name: "unknown key unlike any", yaml: columns + "colour: red\n", code: "E122", line: 4,
            says: ["\"colour\" is not a key", "its keys are: title, partnership"]),
        Faulty(
            name: "unknown key inside", yaml: "data:\n  files: [a.csv]\n  covariate: [prior]\n", code: "E122", line: 3,
            says: ["\"covariate\" is not a key of data", "did you mean \"covariates\"?"]),
        Faulty(
            name: "unknown column role", yaml: "data:\n  files: [a.csv]\n  columns:\n    unit: urn\n    tme: year\n",
            code: "E122", line: 5,
            says: ["\"tme\" is not a key of data.columns", "did you mean \"time\"?"]),
        Faulty(
            name: "no data", yaml: "title: a\n", code: "E123", line: 1,
            says: ["the plan needs \"data\"", "counterpart init"]),
        Faulty(
            name: "no files", yaml: "data:\n  columns: {unit: a, time: b, outcome: [c]}\n", code: "E123", line: 2,
            says: ["data needs \"files\""]),
        Faulty(
            name: "no columns", yaml: "data:\n  files: [a.csv]\n", code: "E123", line: 2,
            says: ["data needs \"columns\""]),
        Faulty(
            name: "no outcome", yaml: "data:\n  files: [a.csv]\n  columns: {unit: a, time: b}\n", code: "E123", line: 3,
            says: ["data.columns needs \"outcome\""]),
        Faulty(
            name: "objective without text", yaml: "objectives:\n  - outcome: score\n" + columns, code: "E123", line: 2,
            says: ["an objective needs \"text\""]),
        Faulty(
            name: "a list where one value stands", yaml: "title: [a, b]\n" + columns, code: "E124", line: 1,
            says: ["\"title\" should be one value"]),
        Faulty(
            name: "a word for a number", yaml: columns + "analysis:\n  permutations: many\n", code: "E124", line: 5,
            says: ["a whole number"]),
        Faulty(
            name: "a word for true", yaml: columns + "  lowerIsBetter: perhaps\n", code: "E124", line: 4,
            says: ["true or false"]),
        Faulty(
            name: "a level in percent", yaml: columns + "analysis:\n  level: 95\n", code: "E124", line: 5,
            says: ["such as 0.95"]),
        Faulty(
            name: "half a window", yaml: columns + "analysis:\n  window: [3]\n", code: "E124", line: 5,
            says: ["[-3, 3]"]),
        Faulty(
            name: "a long separator", yaml: columns + "  delimiter: semicolon\n", code: "E124", line: 4,
            says: ["one character"]),
        Faulty(
            name: "a threshold below zero", yaml: columns + "disclosure:\n  threshold: -1\n", code: "E124", line: 5,
            says: ["0 or more"]),
        Faulty(
            name: "an unknown area", yaml: "partnership:\n  area: sports\n" + columns, code: "E125", line: 2,
            says: ["\"sports\"", "choose from: teaching"]),
        Faulty(
            name: "an unknown profile", yaml: columns + "disclosure:\n  profile: strict\n", code: "E125", line: 5,
            says: ["dfe-tables"]),
        Faulty(
            name: "an unknown format", yaml: columns + "report:\n  formats: [html, pdf]\n", code: "E125", line: 5,
            says: ["\"pdf\"", "html, json, csv, svg"]),
        Faulty(
            name: "a workbook", yaml: columns + "report:\n  formats: [xlsx]\n", code: "E126", line: 5,
            says: ["is not in this version"]),
        Faulty(
            name: "a day that is none", yaml: columns + "  permissions:\n    retainUntil: 2027\n", code: "E124",
            line: 5,
            says: ["such as 2027-08-31"]),
        Faulty(
            name: "terms of another name", yaml: columns + "  protection: {owner: us}\n", code: "E122", line: 4,
            says: ["\"owner\""]),
        Faulty(
            name: "an objective on another outcome", yaml: "objectives:\n  - {text: a, outcome: scor}\n" + columns,
            code: "E125", line: 2,
            says: ["\"scor\"", "choose from: score"]),
        Faulty(
            name: "a gap without its group", yaml: columns + "analysis:\n  gap: fsm\n", code: "E124", line: 5,
            says: ["such as fsm=Y"]),
        Faulty(
            name: "an unknown question", yaml: columns + "checklist:\n  reasons: none\n", code: "E122", line: 5,
            says: ["\"reasons\" is not a key of checklist"]),
    ]

    @Test(arguments: faulty) func faultIsToldWithLineAndRemedy(_ faulty: Faulty) throws {
        let error = try #require(throws: PlanError.self) { try PlanReader(path: "plan.yml").plan(faulty.yaml) }
        #expect(error.code == faulty.code)
        #expect(error.place?.file == "plan.yml")
        if let line = faulty.line { #expect(error.place?.line == line) } else { #expect(error.place?.line != nil) }
        for words in faulty.says { #expect("\(error)".contains(words), "\(error)") }
        #expect(error.status == .usage)
    }

    @Test func missingAndUnreadableFiles() throws {
        let folder = try WorkFolder()
        let absent = #expect(throws: PlanError.self) { try PlanReader.read(folder.path + "/none.yml") }
        #expect(absent?.code == "E120" && absent?.status == .input)
        try folder.write(.init([0xFF, 0xFE, 0x00, 0xD8]), "bytes.yml")
        let bytes = #expect(throws: PlanError.self) { try PlanReader.read(folder.path + "/bytes.yml") }
        #expect("\(try #require(bytes))".contains("not UTF-8"))
    }

    @Test func filesThatNoPatternMatches() throws {
        let folder = try WorkFolder()
        let path = try folder.write(
            Self.columns.replacing("a.csv", with: "\"*.csv\"") + "partnership: {partners: [A], startAt: 2019}\n",
            "plan.yml")
        let (plan, _) = try PlanReader.read(path)
        let error = #expect(throws: PlanError.self) { try PlanRequests(plan: plan, path: path, threads: 1).did() }
        #expect(error == .noFiles(path: path, line: 2, pattern: "*.csv"))
    }

    /// Nothing that says who was treated is ignored.
    @Test(arguments: [
        ("{partners: p.csv}", "start: s"), ("{startAt: 2019}", "start: s"), ("{startColumn: x}", "treated: t"),
        ("{unitColumn: x}", "start: s"),
        ("{lag: 1}", "treated: t"), ("{lead: A}", "start: s, treated: t"),
    ]) func partnersBesideColumnsAreRefused(partnership: String, columns: String) throws {
        let yaml =
            Self.columns.replacing("outcome: [score]", with: "outcome: [score], \(columns)")
            + "partnership: \(partnership)\n"
        let plan = try PlanReader(path: "plan.yml").plan(yaml)
        let error = #expect(throws: RequestError.self) {
            try PlanRequests(plan: plan, path: "plan.yml", threads: 1).did()
        }
        #expect(error?.status == .usage)
    }

    @Test func everyKeyHasItsPlace() throws {
        let plan = try PlanReader(path: "plan.yml").plan(Self.whole)
        #expect(plan.title == "All keys")
        #expect(
            plan.partnership.partners == ["A", "B"] && plan.partnership.startAt == "201819" && plan.partnership.lag == 1
        )
        #expect(
            plan.partnership.lead == "A School" && plan.partnership.area == "leadership"
                && plan.partnership.agreement == "2018-07-01")
        #expect(
            plan.objectives == [.init(text: "Raise results", outcome: "score", gap: "fsm=Y", target: 1.5, by: "202324")]
        )
        let data = plan.data
        #expect(data.files.map(\.pattern) == ["a-*.csv", "b.csv"] && data.files[1].constants == ["year": "201819"])
        #expect(
            data.unit == ["la", "estab"] && data.time == ["year"] && data.pupil == "upn"
                && data.outcomes == ["score", "passed=Y"])
        #expect(
            data.prior == "ks2" && data.clusters == ["trust"] && data.weights == "w" && data.count == "pupils"
                && data.partnership == "hub")
        #expect(data.treated == "type" && data.treatedValues == ["AC", "ACC"])
        #expect(
            data.groups == ["fsm=Y", "sex"] && data.unknown == ["U"] && data.covariates == ["ks2"]
                && data.factors == ["sex"] && data.absorb == ["class"])
        #expect(data.filters == ["year!=201920"] && data.missing == ["withheld"] && !data.knownCodes)
        #expect(
            data.form.delimiter == UInt8(ascii: "\t") && data.form.decimal == UInt8(ascii: ",")
                && data.form.thousands == UInt8(ascii: "."))
        #expect(
            data.form.encoding == "windows-1252" && data.form.skipFirst == 1 && data.form.skipLast == 2
                && data.form.percent)
        #expect(
            data.rows == "pupils" && data.links == "links.csv" && data.exclude == "out.csv"
                && data.comparisonUnits == "in.csv" && data.points == "points.csv")
        #expect(data.keepBalanced && data.keepUntreatedAt == "201617" && data.lowerIsBetter && data.pupilSD == 12.5)
        #expect(plan.permissions.map(\.value) == ["public task", "3", "2027-09-01"])
        #expect(data.optOut == "left.csv" && data.pupilKey == "project.key")
        #expect(data.protection?.controller == "Trust" && data.protection?.columns == ["score", "urn"])
        #expect(plan.usedColumns.contains("ks2") && plan.usedColumns.contains("year"))
        #expect(plan.comparisonExcludes == ["Z"])
        #expect(
            plan.matching
                == MatchingChoice(
                    match: ["score", "ks2@201617"], method: "nearest", distance: "logit", ratio: 2, caliper: 0.2,
                    exact: ["type"], replaces: true, order: "name", donors: ["not-same:trust"],
                    distanceTable: "weights.csv", methodOption: "comparison.method"))
        let analysis = plan.analysis
        #expect(
            analysis.estimator == "twfe" && analysis.estimand == "schools" && analysis.gap == "fsm=Y"
                && analysis.window == "-3:2")
        #expect(
            analysis.comparison == "never" && analysis.method == "or" && analysis.anticipation == 1
                && analysis.base == "universal" && analysis.balance == 2 && analysis.family == "logit"
                && analysis.collapse)
        #expect(
            analysis.vcov == "cr1" && analysis.smallSample == "stata" && analysis.singletons == "keep"
                && analysis.level == 0.9)
        #expect(analysis.seed == 7 && analysis.permutations == 99 && !analysis.robustness && analysis.keepCovidYears)
        #expect(analysis.placeboOutcomes == ["ks2", "late=Y"] && analysis.equivalenceMargin == 0.5)
        #expect(analysis.gapsWithinSchools)
        #expect(plan.disclosure.name == "dfe-destinations" && plan.disclosure.threshold == 12)
        #expect(plan.audiences == ["governors", "funder"] && plan.formats == ["html", "json"])
        #expect(plan.checklist == ["rationale": "A need", "roles": "One; Two"])
    }

    /// Every option of the analysis that is typed reaches the request; a word that is none is refused there.
    @Test func wordsOfTheAnalysisAreChecked() throws {
        let wrong = [
            "estimator: twef", "vcov: robust", "window: [1, 2]", "permutations: -1", "comparison: some",
            "estimator: callaway-santanna\n  method: best", "estimator: callaway-santanna\n  anticipation: -1",
            "estimator: callaway-santanna\n  base: first", "estimator: imputation\n  balance: -1",
            "estimator: etwfe\n  family: probit", "estimator: twfe\n  balance: 2",
        ]
        for line in wrong {
            let plan = try PlanReader(path: "plan.yml").plan(
                Self.columns + "partnership: {partners: [A], startAt: 2019}\nanalysis:\n  \(line)\n")
            #expect(throws: RequestError.self, "\(line)") {
                try PlanRequests(plan: plan, path: "plan.yml", threads: 1).did()
            }
        }
    }

    private static let whole = """
        title: All keys
        partnership:
          partners: [A, B]
          startAt: 201819
          lag: 1
          lead: A School
          area: leadership
          agreement: 2018-07-01
        objectives:
          - {text: Raise results, outcome: score, gap: fsm=Y, target: 1.5, by: 202324}
        data:
          files:
            - a-*.csv
            - {path: b.csv, set: {year: 201819}}
          columns:
            unit: [la, estab]
            time: year
            pupil: upn
            outcome: [score, passed=Y]
            prior: ks2
            treated: {column: type, in: [AC, ACC]}
            cluster: trust
            weights: w
            count: pupils
            partnership: hub
          groups: [fsm=Y, sex]
          unknown: [U]
          covariates: [ks2]
          factors: [sex]
          absorb: [class]
          where: ["year!=201920"]
          missing: [withheld]
          knownCodes: false
          delimiter: tab
          decimal: ","
          thousands: "."
          encoding: windows-1252
          skipFirst: 1
          skipLast: 2
          percent: true
          rows: pupils
          links: links.csv
          exclude: out.csv
          comparisonUnits: in.csv
          points: points.csv
          keep: {balanced: true, untreatedAt: 201617}
          lowerIsBetter: true
          pupilSD: 12.5
          permissions: {basis: public task, noticeVersion: 3, retainUntil: 2027-09-01}
          optOut: left.csv
          key: project.key
          protection: {controller: Trust, columns: [score, urn]}
        comparison:
          exclude: [Z]
          match: [score, "ks2@201617"]
          method: nearest
          distance: logit
          ratio: 2
          caliper: 0.2
          exact: [type]
          replace: true
          order: name
          donors: ["not-same:trust"]
          distanceTable: weights.csv
        analysis:
          estimator: twfe
          estimand: schools
          gap: fsm=Y
          window: [-3, 2]
          comparison: never
          method: or
          anticipation: 1
          base: universal
          balance: 2
          family: logit
          collapse: true
          vcov: cr1
          smallSample: stata
          singletons: keep
          level: 0.9
          seed: 7
          permutations: 99
          robustness: none
          placeboOutcomes: [ks2, "late=Y"]
          equivalenceMargin: 0.5
          keepCovidYears: true
          gapsWithinSchools: true
        disclosure:
          profile: dfe-destinations
          threshold: 12
        report:
          audience: [governors, funder]
          formats: [html, json]
        checklist:
          rationale: A need
          roles: [One, Two]
        """
}
