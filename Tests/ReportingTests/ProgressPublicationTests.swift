import Testing

@testable import Attainment
@testable import Reporting

struct ProgressPublicationTests {
    private static func document() -> ProgressDocument {
        var row = ProgressRow(outcome: "score", unit: "A", by: [], n: 62, score: 1.2345)
        row.standardError = 10 / 62.0.squareRoot()
        row.lower = row.score - 1.96 * (row.standardError ?? 0)
        row.upper = row.score + 1.96 * (row.standardError ?? 0)
        var result = ValueAddedResult()
        result.units = [row]
        result.bands = [ProgressBand(outcome: "score", from: 1, to: 2, n: 62, mean: 40.123)]
        result.spreads = [ProgressSpread(outcome: "score", standardDeviation: 10, n: 62)]
        let frame = DocumentFrame(sample: SampleCounts(rowsRead: 62, rowsUsed: 62))
        return ProgressDocument(frame: frame, results: [result], remarks: [], level: 0.95)
    }

    /// S/√n would give the count back: its error is that of the rounded count.
    @Test func roundedCountsCannotBeWorkedOut() throws {
        var document = Self.document()
        let profile = try #require(DisclosureProfile.named("ons-10-5"))
        document.publish(profile, shares: [], rowsArePupils: true)
        let row = document.results[0].units[0]
        #expect(row.n == 60 && row.score == 1.2 && document.results[0].bands[0].n == 60)
        #expect(row.standardError == 1.29 && row.lower == -1.3 && row.upper == 3.8)
        #expect(document.results[0].bands[0].mean == 40.1)
        #expect(document.log?.entries.map(\.table) == ["progress", "bands of prior attainment"])
        #expect(document.render(.text).contains("ons-10-5"))
    }

    @Test func withoutRoundingFiguresStay() throws {
        var document = Self.document()
        let before = document.results
        var profile = DisclosureProfile.ofCommands
        profile.rounding = .none
        document.publish(profile, shares: [], rowsArePupils: true)
        #expect(document.results == before && document.log?.withheld == 0)
    }
}
