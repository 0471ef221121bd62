import Cells
import Foundation
import Panels
import Tables
import Testing

@testable import Attainment

/// Value added against its definition, written out pupil by pupil.
struct ValueAddedTests {
    private struct Pupil {
        var school, year, sex: String
        var prior: Int
        var result: Double
    }

    private static func pupils(_ count: Int = 400) -> [Pupil] {
        var state: UInt64 = 11
        func next(_ bound: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % bound)
        }
        return (0..<count).map { index in
            let prior = 80 + next(41)
            return Pupil(
                school: "S\(next(9))", year: index % 2 == 0 ? "201718" : "201819", sex: next(2) == 0 ? "F" : "M",
                prior: prior, result: Double(prior) * 0.5 + Double(next(200)) / 10)
        }
    }

    private static func table(_ pupils: [Pupil]) -> CellTable {
        var rows = RowTable(["school", "year", "sex", "prior"])
        for pupil in pupils { rows.add([pupil.school, pupil.year, pupil.sex, "\(pupil.prior)"], pupil.result) }
        return rows.cells()
    }

    private static func request(_ rule: BandRule) -> ValueAddedRequest {
        var request = ValueAddedRequest(prior: "prior")
        (request.unit, request.time, request.by) = ("school", "year", ["sex"])
        request.method = .bands(rule)
        request.threshold = 0
        return request
    }

    @Test(arguments: [false, true]) func equalsTheDefinition(isFemaleYardstick: Bool) throws {
        let pupils = Self.pupils()
        var request = Self.request(.width(try #require(Decimal6(parsing: "5"))))
        if isFemaleYardstick { request.norm = [RowFilter(column: "sex", test: .equals("F"), text: "sex=F")] }
        let result = try ValueAdded.run(Self.table(pupils), request)

        let scores = pupils.map { pupil -> Double? in
            let like = pupils.filter {
                $0.year == pupil.year && $0.prior / 5 == pupil.prior / 5 && (!isFemaleYardstick || $0.sex == "F")
            }
            return like.isEmpty ? nil : pupil.result - like.reduce(0) { $0 + $1.result } / Double(like.count)
        }
        let all = scores.compactMap { $0 }
        let mean = all.reduce(0, +) / Double(all.count)
        let spread = (all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(all.count - 1)).squareRoot()
        #expect(abs(try #require(result.spreads.first?.standardDeviation) - spread) < 1e-11)
        #expect(result.units.reduce(0) { $0 + Int($1.n) } == all.count && result.units.count == 18)
        for row in result.units {
            let own = zip(pupils, scores).filter { $0.0.school == row.unit && $0.0.sex == row.by[0].value }
                .compactMap(\.1)
            let n = Double(own.count)
            let error = spread / n.squareRoot()
            #expect(row.n == n && abs(row.score - own.reduce(0, +) / n) < 1e-11)
            #expect(abs(try #require(row.standardError) - error) < 1e-11)
            #expect(abs(try #require(row.upper) - (row.score + 1.96 * error)) < 1e-11)
        }
        #expect(result.warnings.contains { $0.code == "noisy-prior" })
    }

    /// Cells hold what rows hold in any order.
    @Test func orderOfRowsChangesNothing() throws {
        let pupils = Self.pupils()
        let request = Self.request(.equalNumbers(7))
        #expect(
            try ValueAdded.run(Self.table(pupils), request) == ValueAdded.run(Self.table(pupils.reversed()), request))
    }

    @Test func bandsOfEqualNumbers() throws {
        // 12 pupils without ties in 4 bands: three each.
        let priors = (0..<12).map { Double($0 * $0) }
        let bands = PriorBands(
            .equalNumbers(4), priors: priors, texts: priors.map { "\($0)" }, pupils: priors.map { _ in 1 })
        #expect(bands.band.map { $0 ?? -1 } == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3])
        #expect(bands.ends.map(\.from) == [0, 9, 36, 81] && bands.ends.map(\.to) == [4, 25, 64, 121])
        // Ties share a band, and bands that nobody is in are left out.
        let tied = PriorBands(.equalNumbers(3), priors: [1, 2, 3], texts: ["1", "2", "3"], pupils: [8, 1, 1])
        #expect(tied.band.map { $0 ?? -1 } == [0, 1, 1])
    }

    /// 0.3 is three tenths: the quotient of the doubles would be a little less than 3.
    @Test func widthsAreDividedExactly() throws {
        let width = try #require(Decimal6(parsing: "0.1"))
        let texts = ["0.3", "0.29", "-0.05", "-0.1"]
        let bands = PriorBands(
            .width(width), priors: texts.map { Double($0) }, texts: texts, pupils: texts.map { _ in 1 })
        #expect(bands.band.map { bands.ends[$0 ?? 0].from } == [0.3, 0.2, -0.1, -0.1])
        #expect(0.3 / 0.1 < 3)
    }

    @Test func officialTablesTakeTheFirstBandThatReaches() {
        let table = [
            OfficialBand(from: 59, to: 82, mean: 16), OfficialBand(from: 82.5, to: 86, mean: 17),
            OfficialBand(from: 86.5, to: 87.5, mean: 19),
        ]
        let priors: [Double?] = [58, 59, 82, 82.25, 86, 87.5, 88, nil]
        let bands = PriorBands(
            .table(table), priors: priors, texts: priors.map { "\($0 ?? 0)" }, pupils: priors.map { _ in 1 })
        #expect(bands.band == [nil, 0, 0, 1, 1, 2, nil, nil])
    }

    @Test func smallUnitsAndOneMoreAreWithheld() throws {
        var pupils = Self.pupils(60)
        for index in pupils.indices { pupils[index].school = index < 4 ? "small" : index < 20 ? "middle" : "large" }
        var request = Self.request(.width(try #require(Decimal6(parsing: "20"))))
        request.by = []
        request.threshold = 10
        let rows = try ValueAdded.run(Self.table(pupils), request).units
        #expect(rows.filter(\.isSuppressed).map(\.unit) == ["middle", "small"])
    }

    @Test func regressionNeedsPriorsThatDiffer() throws {
        var pupils = Self.pupils(30)
        for index in pupils.indices { pupils[index].prior = 100 }
        var request = Self.request(.equalNumbers(2))
        request.method = .regression
        #expect(throws: AttainmentError.onePrior(column: "prior")) {
            try ValueAdded.run(Self.table(pupils), request)
        }
    }

    /// Beyond the official table a pupil has no score, and is counted.
    @Test func priorsBeyondTheTableAreCounted() throws {
        let pupils = Self.pupils()
        let table = [OfficialBand(from: 85, to: 110, mean: 60)]
        let result = try ValueAdded.run(Self.table(pupils), Self.request(.table(table)))
        let beyond = pupils.count { $0.prior < 85 || $0.prior > 110 }
        #expect(result.dropped == [DroppedRows("no expected result at this prior attainment", beyond)])
        #expect(result.bands.allSatisfy { $0.mean == 60 })
    }

    /// The more pupils, the more of its score a unit keeps; the mean of all stays.
    @Test func shrinkageKeepsMoreOfLargeUnits() throws {
        var request = Self.request(.equalNumbers(5))
        request.by = []
        request.shrinks = true
        var pupils = Self.pupils()
        for index in pupils.indices where pupils[index].school == "S1" { pupils[index].result += 9 }
        let rows = try ValueAdded.run(Self.table(pupils), request).units.sorted { $0.n < $1.n }
        let kept = try rows.map { try #require($0.reliability) }
        #expect(kept == kept.sorted() && kept.allSatisfy { $0 > 0 && $0 < 1 })
        let raised = try #require(rows.first { $0.unit == "S1" })
        #expect(try #require(raised.shrunkScore) < raised.score && raised.score > 5)
        // An interval narrower than that of the score itself, round the score drawn in.
        for row in rows {
            let (lower, upper) = (try #require(row.shrunkLower), try #require(row.shrunkUpper))
            let (from, to) = (try #require(row.lower), try #require(row.upper))
            #expect(lower < (row.shrunkScore ?? 0) && upper - lower < to - from)
        }
    }

    /// Least scores act pupil by pupil, not on the mean of pupils alike.
    @Test func leastScoresOfBands() throws {
        var rows = RowTable(["school", "prior", "each"])
        for (school, prior, result) in [
            ("S", 90, -40.0), ("S", 90, 30), ("S", 100, -60), ("T", 90, 10), ("T", 100, 20),
        ] {
            rows.add([school, "\(prior)", "\(result)"], result)
        }
        var request = ValueAddedRequest(prior: "prior")
        (request.unit, request.threshold, request.divisor) = ("school", 0, 10)
        request.method = .bands(
            .table([OfficialBand(from: 80, to: 95, mean: 0), OfficialBand(from: 96, to: 110, mean: 10)]))
        let plain = try ValueAdded.run(rows.cells(), request)
        (request.floors, request.outcomeKey) = ([-2.5, nil], "each")
        let limited = try ValueAdded.run(rows.cells(), request)
        for (row, before) in zip(limited.units, plain.units) {
            #expect(abs(try #require(row.unadjustedScore) - before.score) < 1e-12)
        }
        // −4 counts as −2.5; −7 in the band without a least score stays.
        #expect(
            abs(limited.units[0].score - (-2.5 + 3 - 7) / 3) < 1e-12 && limited.units[1].score == plain.units[1].score)
        #expect(limited.warnings.contains { $0.code == "scores-limited" })
        #expect(plain.units.allSatisfy { $0.unadjustedScore == nil })
    }

    @Test func theNationalSpreadWhereItIsGiven() throws {
        var request = Self.request(.equalNumbers(5))
        request.pupilSpread = 1.25
        let result = try ValueAdded.run(Self.table(Self.pupils()), request)
        #expect(result.units.allSatisfy { $0.standardError == 1.25 / $0.n.squareRoot() })
        #expect(result.spreads.map(\.standardDeviation) == [1.25])
    }
}

/// Against numbers that base R computed from published data.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data")) struct ReferenceValueAddedTests {
    /// The tolerance that the reference recommends.
    private static let tolerance = 1e-9

    @Test func scoresOfSchoolsLikeProgressEight() throws {
        let expected = try ReferenceData.entry("exam.progress8like.schools")
        let table = try ReferenceData.table("exam", ["school", "standLRT"], ["normexam"])
        var request = ValueAddedRequest(prior: "standLRT")
        request.unit = "school"
        request.method = .bands(.width(try #require(Decimal6(parsing: "0.5"))))
        request.threshold = 0
        let result = try ValueAdded.run(table.cells(), request)
        #expect(result.units.count == expected.count)
        for row in result.units {
            let school = try #require(row.unit)
            let value = try #require(expected["school=\(school)"])
            #expect(abs(row.score - value.estimate) < Self.tolerance * max(1, abs(value.estimate)))
        }
        let bands = try ReferenceData.entry("exam.progress8like.bands")
        #expect(result.bands.count == bands.count)
        for band in result.bands {
            let value = try #require(bands["band=\(Int((2 * band.from).rounded()))"])
            #expect(abs(try #require(band.mean) - value.estimate) < Self.tolerance)
        }
    }

    @Test func residualsOfTheLine() throws {
        let expected = try ReferenceData.entry("exam.va_resid")
        let table = try ReferenceData.table("exam", ["school", "standLRT"], ["normexam"])
        var request = ValueAddedRequest(prior: "standLRT")
        request.unit = "school"
        request.method = .regression
        request.threshold = 0
        for row in try ValueAdded.run(table.cells(), request).units {
            let school = try #require(row.unit)
            let value = try #require(expected["school=\(school)"])
            #expect(abs(row.score - value.estimate) < Self.tolerance * max(1, abs(value.estimate)))
        }
    }
}
