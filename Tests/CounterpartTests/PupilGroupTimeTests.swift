import Foundation
import Inference
import Testing

@testable import Counterpart

/// Pupils whose schools are treated, three ways with `callaway-santanna`: new pupils each year with covariates of their own, the
/// means of schools, and pupils followed. Errors belong to schools in all three.
struct PupilGroupTimeTests {
    private struct Row {
        var school: Int
        var year: Int
        var start: Int
        var sex: Int
        var prior: Int
        var score: Int
    }

    /// The generator of `Golden/pupil_group_time.py`, number for number.
    private static let rows: [Row] = {
        var x = 5
        func draw(_ n: Int) -> Int {
            x = (x * 1_103_515_245 + 12345) % (1 << 31)
            return (x / 65536) % n
        }
        var rows: [Row] = []
        for school in 0..<30 {
            let start = [0: 2017, 1: 2018][school % 5] ?? 0
            for year in 2015..<2020 {
                for _ in 0..<(6 + draw(6)) {
                    let sex = draw(2)
                    let prior = 900 + draw(200) + (start > 0 ? 15 : 0)
                    let noise = draw(120) + draw(120)
                    let on = start > 0 && year >= start ? 1 : 0
                    rows.append(
                        Row(
                            school: school, year: year, start: start, sex: sex, prior: prior,
                            score: 200 + 7 * school % 90 + (prior - 900) + 10 * sex + 4 * (year - 2015) + 30 * on
                                + noise))
                }
            }
        }
        return rows
    }()

    private static func tenth(_ value: Int) -> String { "\(value / 10).\(value % 10)" }

    private static func start(_ row: Row) -> String { row.start > 0 ? "\(row.start)" : "" }

    private static func request(_ lines: [String], header: String, in folder: WorkFolder) throws -> DidRequest {
        try folder.write((header + "\n" + lines.joined(separator: "\n") + "\n"), "rows.csv")
        var data = DataRequest()
        data.files = [InputFile(folder.path + "/rows.csv")]
        data.outcomes = [OutcomeRequest("score")]
        (data.unit, data.time) = (["school"], ["year"])
        var request = DidRequest(data: data, treatment: .startColumn("start"))
        request.analysis.estimator = .callawaySantAnna
        request.analysis.vcov = .cr1
        request.analysis.permutations = 0
        request.analysis.wild = 0
        request.analysis.diagnosesPreTrend = false
        request.disclosure.threshold = 0
        return request
    }

    private static func pupils(_ folder: WorkFolder) throws -> DidRequest {
        let lines = rows.map { row in
            "\(row.school),\(row.year),\(start(row)),\(row.sex),\(tenth(row.prior)),\(tenth(row.score))"
        }
        return try request(lines, header: "school,year,start,sex,prior,score", in: folder)
    }

    /// diff-diff takes every pupil row; here rows that agree in every covariate share a cell.
    ///
    /// Its standard errors of `reg` are not the derivatives of its estimates (1.2474 for the last effect below, where the script's
    /// finite differences give 1.3845), so that ours are held by these.
    @Test(arguments: [
        ("dr", 3.0189031664062225, 0.822678011997751, 1.8492075531456809, 5.207429834776077),
        ("ipw", 2.1850913822351856, 0.9228587406116404, 2.430270435925067, 2.0058583876989857),
        ("or", 2.83138435520675, nil, 2.5390482103794936, 2.950300985916874),
    ])
    func newPupilsEachYear(method: String, estimate: Double, error: Double?, before: Double, after: Double) throws {
        let folder = try WorkFolder()
        var request = try Self.pupils(folder)
        request.covariates = ["prior"]
        request.design.factors = ["sex"]
        request.analysis.estimation.method = AdjustmentMethod(rawValue: method)
        let document = try DidRun.answer(request).document
        func estimates(_ cohort: String, _ time: String) -> Double? {
            document.effects.first { $0.kind == .groupTime && $0.cohort == cohort && $0.time == time }?.estimate
        }
        // Its logit stops early.
        #expect(abs(try #require(document.effects[0].estimate) - estimate) < 1e-8)
        if let error { #expect(abs(try #require(document.effects[0].standardError) - error) < 1e-8) }
        #expect(abs(try #require(estimates("2017", "2016")) - before) < 1e-8)
        #expect(abs(try #require(estimates("2018", "2019")) - after) < 1e-8)
        if method == "or" {
            let last = document.effects.first { $0.kind == .groupTime && $0.cohort == "2018" && $0.time == "2019" }
            #expect(abs(try #require(last?.standardError) - 1.38450936978787) < 1e-7)
        }
        let sample = document.frame.sample
        #expect(sample.rowsUsed == Self.rows.count && sample.units == 30 && sample.clusters == 30)
        #expect(sample.missing.allSatisfy { !$0.column.contains("by value") })
        #expect(document.remarks.contains { $0.contains("kept apart by prior, as callaway-santanna needs") })
        let treated = Self.rows.filter { $0.start > 0 && $0.year >= $0.start }.count
        #expect(document.effects[0].n == Double(treated))
    }

    /// `--collapse` is the same as a file of means with the pupils behind them as weights.
    @Test(arguments: [false, true]) func meansOfSchools(covariate: Bool) throws {
        let folder = try WorkFolder()
        var request = try Self.pupils(folder)
        request.collapses = true
        if covariate {
            request.covariates = ["prior"]
            request.design.factors = ["sex"]
            request.analysis.estimation.method = .regression
        }
        let collapsed = try DidRun.answer(request).document
        var lines: [String] = []
        for school in 0..<30 {
            for year in 2015..<2020 {
                let members = Self.rows.filter { $0.school == school && $0.year == year }
                func mean(_ value: (Row) -> Int) -> String {
                    "\(Double(members.reduce(0) { $0 + value($1) }) / Double(members.count))"
                }
                lines.append(
                    "\(school),\(year),\(Self.start(members[0])),\(mean(\.sex)),\(mean(\.prior)),\(mean(\.score)),\(members.count)"
                )
            }
        }
        let second = try WorkFolder()
        var means = try Self.request(lines, header: "school,year,start,sex,prior,score,pupils", in: second)
        means.data.weights = "pupils"
        means.data.arithmetic = .double
        if covariate {
            means.covariates = ["prior", "sex"]
            means.analysis.estimation.method = .regression
        }
        let whole = try DidRun.answer(means).document
        #expect(collapsed.effects.count == whole.effects.count)
        for (a, b) in zip(collapsed.effects, whole.effects) {
            // Scores were in tenths in one file and whole in the other.
            #expect(abs(try #require(a.estimate) - (try #require(b.estimate)) / 10) < 1e-8)
            #expect(abs((a.standardError ?? 0) - (b.standardError ?? 0) / 10) < 1e-8)
        }
        #expect(collapsed.frame.sample.rowsUsed == Self.rows.count)
        #expect(whole.frame.sample.rowsUsed == 150)
    }

    /// Every pupil in every year: changes are taken pupil by pupil.
    @Test func pupilsFollowed() throws {
        let folder = try WorkFolder()
        var lines: [String] = []
        var change: [Int: [Double]] = [:]
        for (k, first) in Self.rows.filter({ $0.year == 2015 }).enumerated() where first.start != 2018 {
            var last = 0
            for year in 2016...2017 {
                let score = first.score + (k * 37 + year * 11) % 100 + (first.start == year ? 30 : 0)
                lines.append("p\(k),\(first.school),\(year),\(Self.start(first)),\(Self.tenth(score))")
                if year == 2017 { change[first.school, default: []].append(Double(score - last) / 10) }
                last = score
            }
        }
        var request = try Self.request(lines, header: "upn,school,year,start,score", in: folder)
        request.data.unit = ["upn"]
        request.design.unit = "upn"
        request.design.clusters = ["school"]
        let document = try DidRun.answer(request).document
        func arm(_ isTreated: Bool) -> (mean: Double, square: Double) {
            let schools = (0..<30).filter { $0 % 5 != 1 && ($0 % 5 == 0) == isTreated }.map { change[$0] ?? [] }
            let all = schools.flatMap { $0 }
            let mean = all.reduce(0, +) / Double(all.count)
            let square = schools.reduce(0.0) { sum, school in
                let own = school.reduce(0) { $0 + ($1 - mean) } / Double(all.count)
                return sum + own * own
            }
            return (mean, square)
        }
        let (treated, others) = (arm(true), arm(false))
        #expect(abs(try #require(document.effects[0].estimate) - (treated.mean - others.mean)) < 1e-10)
        let error = ((treated.square + others.square) * 24 / 23).squareRoot()
        #expect(abs(try #require(document.effects[0].standardError) - error) < 1e-10)
        let sample = document.frame.sample
        #expect(sample.clusters == 24 && sample.rowsUsed == lines.count && sample.units == lines.count / 2)
    }

    /// A pupil who changed school belongs to no one cluster.
    @Test func pupilsWhoMoveAreRefused() throws {
        let folder = try WorkFolder()
        var request = try Self.request(
            ["a,1,2016,,5", "a,2,2017,,6", "b,1,2016,2017,5", "b,1,2017,2017,7"], header: "upn,school,year,start,score",
            in: folder)
        request.data.unit = ["upn"]
        request.design.unit = "upn"
        request.design.clusters = ["school"]
        #expect { _ = try DidRun.answer(request) } throws: { error in
            (error as? any Refusal)?.code == "E424" && (error as? any Refusal)?.message.contains("school") == true
        }
    }
}
