import Foundation
import LinearAlgebra
import Testing

@testable import Counterpart

/// Effects of pupils, and rows kept apart by their covariates: what `did` says of a pupil panel, against dummies of every level.
@Suite struct PupilEffectsTests {
    private struct Row {
        var school: Int
        var year: Int
        var pupil: Int
        var prior: Double
        var score: Double
        /// Twelve schools, of which every third starts in the third year.
        var isTreated: Bool { school % 3 == 0 && year >= 2018 }

        var text: String {
            "\(school),\(year),\(school % 3 == 0 ? "2018" : ""),p\(pupil),\(prior),\(score)\n"
        }
    }

    /// 160 pupils over four years, one result in ten missing; one in twelve moves after the second year.
    private static let rows: [Row] = {
        var state: UInt64 = 20
        func next() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24)
        }
        var rows: [Row] = []
        for pupil in 0..<160 {
            let (first, ability, moves) = (Int(next() * 12), (next() - 0.5) * 20, next() < 1 / 12.0)
            for year in 2016...2019 {
                let school = moves && year > 2017 ? (first + 1) % 12 : first
                let prior = ((90 + 20 * next()) * 10).rounded() / 10
                let isPresent = next() > 0.1
                var row = Row(school: school, year: year, pupil: pupil, prior: prior, score: 0)
                let expected = 50 + ability + Double(school) / 3 + 0.2 * prior + (row.isTreated ? 2 : 0)
                row.score = ((expected + 6 * (next() - 0.5)) * 10).rounded() / 10
                if isPresent { rows.append(row) }
            }
        }
        return rows
    }()

    private static func request(
        _ folder: WorkFolder, _ rows: [Row] = rows, threads: Int = 1, change: (inout DidRequest) -> Void
    ) throws -> DidRequest {
        let text = "urn,year,start,upn,prior,score\n" + rows.map(\.text).joined()
        var data = DataRequest()
        (data.files, data.threads) = ([InputFile(try folder.write(text, "pupils-\(UUID()).csv"))], threads)
        (data.unit, data.time, data.outcomes) = (["urn"], ["year"], [OutcomeRequest("score")])
        var request = DidRequest(data: data, treatment: .startColumn("start"))
        (request.analysis.permutations, request.analysis.diagnosesPreTrend) = (0, false)
        (request.diagnosesBalance, request.analysis.estimator) = (false, .twfe)
        change(&request)
        return request
    }

    /// Treatment and prior, then dummies of the named kinds of level, all as columns.
    private static func dense(_ levels: [(Row) -> Int], withPrior: Bool = false) throws -> (
        RowRegression, [RowRegressor]
    ) {
        var regressors = [RowRegressor("treated", rows.map { $0.isTreated ? 1 : 0 })]
        if withPrior { regressors.append(RowRegressor("prior", rows.map(\.prior))) }
        for (i, level) in levels.enumerated() {
            let values = rows.map(level)
            let known = Array(Set(values)).sorted()
            let codes = values.map { value in known.firstIndex(of: value) ?? 0 }
            regressors += RowRegressor.dummies(
                CellFactor(name: "effect \(i)", levels: known.map { String($0) }, codes: codes))
        }
        return (try RowRegression(outcome: rows.map(\.score), regressors: regressors), regressors)
    }

    private static var schools: [(Row) -> Int] { [{ $0.school }, { $0.year }] }

    /// Pupils beside schools and years, three effects that cross: the estimate, the clustered error and k are those of dummies.
    @Test func pupilEffectsEqualDummies() throws {
        let folder = try WorkFolder()
        let request = try Self.request(folder) {
            $0.design.absorbed = ["upn"]
            $0.design.clusters = ["urn"]
            $0.analysis.vcov = .cr1
            $0.analysis.smallSample = .stata
            $0.analysis.singletons = .keep
        }
        let part = try #require(try DidStudy(request).parts.first)
        let (wanted, _) = try Self.dense([{ $0.pupil }] + Self.schools)
        let estimate = try #require(part.result.effects[0].estimate)
        #expect(abs(estimate - (wanted.coefficient("treated") ?? .nan)) < 1e-10)
        #expect(part.result.parameterCount == wanted.parameterCount)
        let cluster = EffectCodes(name: "urn", levelCount: 12, codes: Self.rows.map { Int32($0.school) })
        let scores = wanted.fit.gramInverse.times(wanted.scores(by: cluster).transposed)
        let sum = (0..<12).reduce(0.0) { $0 + scores[0, $1] * scores[0, $1] }
        let n = wanted.observationCount
        let factor = 12.0 / 11 * (n - 1) / (n - Double(wanted.parameterCount))
        let error = try #require(part.result.effects[0].standardError)
        #expect(abs(error - (factor * sum).squareRoot()) < 1e-9)
    }

    /// HC1 with a covariate that varies within school and year: from rows kept apart, as from every row's own residual.
    @Test func rowsKeptApartGiveRobustErrors() throws {
        let folder = try WorkFolder()
        let request = try Self.request(folder) {
            $0.covariates = ["prior"]
            $0.analysis.vcov = .hc1
        }
        let study = try DidStudy(request)
        let effects = try #require(study.parts.first).result.effects
        let (wanted, _) = try Self.dense(Self.schools, withPrior: true)
        let v = wanted.fit.matrix.times(wanted.fit.gramInverse)
        let e = wanted.residuals
        let n = wanted.observationCount
        for (place, effect) in effects.prefix(2).enumerated() {
            let sum = e.indices.reduce(0.0) { $0 + v[$1, place] * v[$1, place] * e[$1] * e[$1] }
            let error = (n / (n - Double(wanted.parameterCount)) * sum).squareRoot()
            #expect(abs((effect.standardError ?? 0) - error) < 1e-10)
        }
        let document = try DidRun.answer(request).document
        #expect(document.sentences.contains { $0.hasPrefix("Rows were kept apart by prior, as hc1 needs") })
        #expect(document.json.pretty().contains("\"keptApart\""))
    }

    /// The order of rows and the threads move nothing, not a bit.
    @Test func orderAndThreadsMoveNothing() throws {
        let folder = try WorkFolder()
        let orders: [([Row], Int)] = [
            (Self.rows, 1), (Self.rows.reversed(), 2),
            (Self.rows.sorted { ($0.year, $0.prior) < ($1.year, $1.prior) }, 5),
        ]
        let found = try orders.map { rows, threads in
            let request = try Self.request(folder, rows, threads: threads) {
                $0.covariates = ["prior"]
                $0.design.absorbed = ["upn"]
                $0.analysis.vcov = .hc1
            }
            return try DidStudy(request).parts[0].result.effects
        }
        #expect(found[0] == found[1] && found[0] == found[2])
    }

    /// Cells hold neither: refused by name, never switched.
    @Test func cellTablesRefuse() throws {
        let folder = try WorkFolder()
        let rows = try Self.request(folder) { _ in }
        var cells = CellsRequest(data: rows.data)
        (cells.start, cells.covariates) = ("start", ["prior"])
        let path = folder.path + "/cells.csv"
        _ = try CellsRun.write(cells, to: path, minimumCell: 0)
        var request = rows
        request.data.files = [InputFile(path)]
        request.covariates = ["prior"]
        request.analysis.vcov = .hc1
        #expect {
            try DidStudy(request)
        } throws: { ($0 as? any Refusal)?.code == "E407" && ($0 as? any Refusal)?.status == .design }
        request.analysis.vcov = .cr1
        #expect(try DidStudy(request).parts.count == 1)
        request.design.absorbed = ["upn"]
        #expect { try DidStudy(request) } throws: { ($0 as? any Refusal)?.status == .design }
    }
}
