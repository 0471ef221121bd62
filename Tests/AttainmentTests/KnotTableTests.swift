import Tables
import Testing

@testable import Attainment

struct KnotTableTests {
    private static let subject = KnotTable.Subject(
        name: "Biology", x: [2, 4, 4, 6, 6], y: [10, 20, 24, 40, 44], spread: 1.2, size: 1)

    @Test(arguments: [
        // Between knots, on one, on a doubled one (the highest is the lower end), at the ends, beyond them.
        (3.0, 15.0 as Double?), (2, 10), (4, 24), (5, 32), (6, 40), (1.9, nil), (6.1, nil),
    ]) func straightLinesBetweenKnots(prior: Double, expected: Double?) {
        #expect(Self.subject.estimate(prior) == expected)
    }

    @Test func aSubjectOfOneKnotHasNoLine() {
        let one = KnotTable.Subject(name: "x", x: [3], y: [12])
        #expect(one.estimate(3) == 12 && one.estimate(3.1) == nil)
        #expect(KnotTable.Subject(name: "none", x: [], y: []).estimate(3) == nil)
    }

    /// Scores in grades; a school's standard error combines its subjects as the 16 to 18 ready reckoners do.
    @Test func scoresOfASchool() throws {
        let half = KnotTable.Subject(name: "AS", x: [2, 6], y: [0, 20], spread: 1.5, size: 0.5)
        let table = KnotTable([Self.subject, half], pointsPerGrade: 10)
        var rows = RowTable(["school", "subject", "prior"])
        rows.add(["S", "Biology", "3"], 25)
        rows.add(["S", "Biology", "5"], 30)
        rows.add(["S", "AS", "4"], 15)
        rows.add(["S", "Latin", "4"], 15)
        rows.add(["S", "AS", "7"], 15)
        var request = ValueAddedRequest(prior: "prior")
        (request.unit, request.subject, request.method, request.threshold) = ("school", "subject", .knots(table), 0)
        let result = try ValueAdded.run(rows.cells(), request)
        let row = try #require(result.units.first)
        // (25 − 15)/10 and (30 − 32)/10 of size 1; (15 − 10)/5 of size ½.
        #expect(row.n == 3 && abs(row.score - (1 - 0.2 + 0.5 * 1) / 2.5) < 1e-12)
        let biology = 1.2 / 2.0.squareRoot() * 2
        let error = (biology * biology + (1.5 * 0.5) * (1.5 * 0.5)).squareRoot() / 2.5
        #expect(abs(try #require(row.standardError) - error) < 1e-12)
        #expect(result.dropped.map(\.rows) == [2])
        request.by = ["subject"]
        let each = try ValueAdded.run(rows.cells(), request).units
        #expect(each.map { $0.by[0].value } == ["AS", "Biology"])
        // σ/√n of the subject alone.
        #expect(abs(try #require(each[1].standardError) - 1.2 / 2.0.squareRoot()) < 1e-12)
    }
}
