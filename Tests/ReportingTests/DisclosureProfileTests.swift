import Attainment
import Inference
import Testing

@testable import Reporting

@Suite struct DisclosureProfileTests {
    @Test func everyProfileHasARuleAYearAndASource() {
        let names = ["dfe-tables", "dfe-destinations", "ons-10-5", "srs", "rounded-10"]
        #expect(DisclosureProfile.names.starts(with: names))
        for profile in DisclosureProfile.all {
            #expect(profile.threshold > 0 && profile.rounding.base > 0)
            #expect(profile.year >= 2019 && !profile.source.isEmpty && !profile.note.isEmpty)
            // Counts that are rounded stand on means that are: an exact mean gives its count back.
            #expect((profile.rounding.base > 1) == (profile.rounding.decimals != nil), "\(profile.name)")
        }
        #expect(DisclosureProfile.ofCommands.threshold == 10 && DisclosureProfile.ofCommands.rounding == .none)
        #expect(DisclosureProfile.ofPlans.name == "dfe-tables")
    }

    /// The rules as the notes of their publishers give them.
    @Test func theRulesAreThePublishers() throws {
        let thresholds = try ["dfe-tables", "dfe-destinations", "ons-10-5", "srs"].map {
            try #require(DisclosureProfile.named($0)).threshold
        }
        #expect(thresholds == [6, 11, 10, 10])
        #expect(try #require(DisclosureProfile.named("ons-10-5")).rounding.base == 5)
        #expect(try #require(DisclosureProfile.named("rounded-10")).rounding.base == 10)
        #expect(try #require(DisclosureProfile.named("srs")).zeroIsSmall)
        #expect(try !#require(DisclosureProfile.named("dfe-tables")).zeroIsSmall)
        #expect(DisclosureProfile.named("none") == nil)
    }

    @Test(arguments: [(12.0, 10.0), (12.5, 15), (2.4, 0), (2.5, 5), (0, 0), (713, 715)])
    func countsGoToTheNearestFive(_ n: Double, _ shown: Double) {
        #expect(FigureRounding(base: 5).count(n) == shown)
        #expect(FigureRounding.none.count(n) == n)
    }

    @Test func aRowIsRoundedWhole() {
        var row = GapRow(outcome: "y", group: "g", by: [], n: 47, nPeers: 123)
        (row.mean, row.meanPeers, row.gap) = (41.2648, 46.9132, 5.6484)
        (row.standardError, row.lower, row.upper, row.degreesOfFreedom) = (1.2345, 3.2288, 8.068, 168)
        FigureRounding(base: 10, decimals: 1, percentDecimals: 0).round(&row, isShare: false)
        #expect(row.n == 50 && row.nPeers == 120)
        #expect(row.mean == 41.3 && row.meanPeers == 46.9 && row.gap == 5.6)
        #expect(row.standardError == 1.23 && row.lower == 3.2 && row.upper == 8.1 && row.degreesOfFreedom == 170)
        FigureRounding(base: 10, decimals: 1, percentDecimals: 0).round(&row, isShare: true)
        #expect(row.mean == 41, "a percentage")
    }

    /// Nought is shown by a rule that withholds 1 to 5, and withheld by one that counts it as small.
    @Test func noughtIsSmallWhereTheRuleSaysSo() {
        var rule = Disclosure(threshold: 6)
        #expect(rule.isSmall(0) && rule.isSmall(5) && !rule.isSmall(6))
        rule.zeroIsSmall = false
        #expect(!rule.isSmall(0) && rule.isSmall(1))
        #expect(rule.isSmall(50, mean: 0, isShare: true), "of a share, nobody is still everybody else")
    }
}

@Suite struct NearlySamePupilsTests {
    private func found(_ tables: [(Int, [Double])], threshold: Int) -> [Int] {
        NearlySamePupils(
            tables: tables.map { rank, counts in
                .init(rank: rank, pupils: counts.enumerated().map { (["\($0)"], $1) })
            }, threshold: threshold
        ).toRound()
    }

    @Test func tablesThatDifferByAFewAreRounded() {
        #expect(found([(0, [100, 80]), (2, [97, 80])], threshold: 6) == [1])
        #expect(found([(0, [100, 80]), (2, [94, 80])], threshold: 6) == [])
        #expect(found([(0, [100, 80]), (2, [94, 80])], threshold: 10) == [1])
        #expect(found([(0, [100]), (2, [100])], threshold: 10) == [], "the same pupils")
    }

    /// Two differences of enough pupils each may differ from each other by a few.
    @Test func differencesOfDifferencesAreSeen() {
        #expect(found([(0, [100]), (1, [140]), (2, [80]), (1, [117])], threshold: 6) == [2])
        #expect(found([(0, [100]), (1, [140]), (2, [80]), (1, [90])], threshold: 6) == [])
    }

    /// What is most needed is rounded last; of equals the one of fewer pupils.
    @Test func theLeastNeededTableIsRounded() {
        #expect(found([(0, [100]), (1, [104]), (1, [108])], threshold: 5) == [1])
        #expect(found([(1, [108]), (1, [104])], threshold: 5) == [1])
    }

    @Test func roundingHidesTheDifference() {
        #expect(NearlySamePupils.rounding(threshold: 6, beside: .none).base == 10)
        #expect(NearlySamePupils.rounding(threshold: 11, beside: .none).base == 20)
        #expect(
            NearlySamePupils.rounding(threshold: 10, beside: FigureRounding(base: 10, decimals: 1, percentDecimals: 0))
                == FigureRounding(base: 10, decimals: 1, percentDecimals: 0))
    }
}
