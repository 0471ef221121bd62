import Testing

@testable import Attainment

struct RecoveredSpreadTests {
    /// Schools published from a known spread: it is found, and every limit follows from it.
    @Test func findsTheSpreadBehindPublishedLimits() throws {
        let sigma = 5.734
        func rounded(_ value: Double) -> Double { (value * 10).rounded() / 10 }
        let schools = (0..<300).map { index -> RecoveredSpread.Published in
            let eligible = 15 + (index * 37) % 90
            let n = eligible - (index * 7) % 5
            let score = Double((index * 53) % 97 - 48) / 13
            let half = 1.96 * sigma / Double(n).squareRoot()
            return RecoveredSpread.Published(
                score: rounded(score), lower: rounded(score - half), upper: rounded(score + half), eligible: eligible,
                coverage: (100 * Double(n) / Double(eligible) + 0.5).rounded(.down))
        }
        let found = try #require(RecoveredSpread(schools, half: 0.05))
        #expect(found.lowest <= sigma && sigma <= found.highest && found.highest - found.lowest < 0.05)
        #expect(found.reproduced == found.schools && found.schools > 200)
        #expect(schools.allSatisfy { $0.pupils.max() ?? 0 < 20 || found.pupils(of: $0, half: 0.05) != nil })
    }

    /// A limit that was not made so is counted as not reproduced.
    @Test func countsWhatItDoesNotReproduce() throws {
        let good = (0..<20).map { index in
            RecoveredSpread.Published(score: 0, lower: -1.4, upper: 1.4, eligible: 49 + index % 2, coverage: 100)
        }
        let odd = RecoveredSpread.Published(score: 0, lower: -9, upper: 9, eligible: 50, coverage: 100)
        let found = try #require(RecoveredSpread(good + [odd], half: 0.05))
        #expect(found.schools == 21 && found.reproduced == 20 && found.pupils(of: odd, half: 0.05) == nil)
        #expect(RecoveredSpread([odd], half: 0.05, fewest: 60) == nil)
    }

    /// Coverage in whole percent leaves several numbers of pupils where there are many.
    @Test func pupilsBehindACoverage() {
        let published = RecoveredSpread.Published(score: 0, lower: -1, upper: 1, eligible: 200, coverage: 95)
        #expect(published.pupils == [189, 190])
        #expect(RecoveredSpread.Published(score: 0, lower: -1, upper: 1, eligible: 40, coverage: 95).pupils == [38])
    }
}
