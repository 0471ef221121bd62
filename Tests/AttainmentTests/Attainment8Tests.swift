import Testing

@testable import Attainment

struct Attainment8Tests {
    private static let measure = Attainment8(
        english: .init(slots: 1, weight: 2), maths: .init(slots: 1, weight: 2), ebacc: .init(slots: 3, weight: 1),
        open: .init(slots: 3, weight: 1))

    /// Language and literature: the better counts double, the other fills an open place, as does the fourth baccalaureate result.
    @Test func placesAreFilledWithTheBest() throws {
        let score = try #require(
            Self.measure.score(.init(english: [7, 6], maths: [8], ebacc: [6.5, 6.5, 5, 4], open: [9, 3])))
        #expect(score == .init(english: 14, maths: 16, ebacc: 18, open: 19) && score.total == 67)
    }

    @Test func oneEnglishResultCountsOnce() throws {
        let score = try #require(Self.measure.score(.init(english: [nil, 5], maths: [nil], ebacc: [4], open: [0])))
        #expect(score == .init(english: 5, maths: 0, ebacc: 4, open: 0))
    }

    @Test func nothingTakenIsNoScore() {
        #expect(Self.measure.score(.init(english: [nil, nil], maths: [nil])) == nil)
        #expect(Self.measure.score(.init(maths: [0]))?.total == 0)
    }

    /// The most that the elements allow: 18, 18, 27 and 27.
    @Test func theLimitsOfTheElements() throws {
        let all = [Double?](repeating: 9, count: 6)
        let score = try #require(Self.measure.score(.init(english: all, maths: all, ebacc: all, open: all)))
        #expect(score == .init(english: 18, maths: 18, ebacc: 27, open: 27))
    }

    @Test func absence() {
        let rate = AbsenceRate()
        #expect(rate.value(missed: 38, possible: 380) == 10 && rate.value(missed: 0, possible: 0) == nil)
        #expect(rate.reaches(10, missed: 38, possible: 380) == true)
        #expect(rate.reaches(10, missed: 37.5, possible: 380) == false)
        #expect(rate.reaches(10, missed: 0, possible: 0) == nil)
    }
}
