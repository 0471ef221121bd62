import Panels
import Testing

@testable import Estimation

struct GroupTimePlanTests {
    private static func periods(_ years: [Int]) -> [Period] {
        years.map { Period(kind: .year, ordinal: $0, label: String($0)) }
    }

    private static func text(_ plan: GroupTimePlan) -> [String] {
        plan.comparisons.map { "\($0.cohort):\($0.period)-\($0.base)" + ($0.bound.map { ">\($0)" } ?? "") }
    }

    /// 2020 and 2021 are absent: the base of a start in 2022 is 2019, and nothing is compared with an absent year.
    @Test func holes() {
        let plan = GroupTimePlan(
            periods: Self.periods([2017, 2018, 2019, 2022, 2023]), starts: [2022, nil], comparesWithNotYet: false,
            anticipation: 0, usesUniversalBase: false)
        #expect(Self.text(plan) == ["2022:1-0", "2022:2-1", "2022:3-2", "2022:4-2"])
        #expect(plan.comparisons.map(\.isPost) == [false, false, true, true])
    }

    /// The cohort of 3 has no results in its own last period before, nor in period 5: the base moves back, and there is no
    /// effect where nothing was seen.
    @Test func cohortsWithoutResults() {
        let plan = GroupTimePlan(
            periods: Self.periods([1, 2, 3, 4, 5]), starts: [3, 4, nil], comparesWithNotYet: false, anticipation: 0,
            usesUniversalBase: false
        ) { cohort, period in cohort != 3 || (period != 1 && period != 4) }
        #expect(Self.text(plan) == ["3:2-0", "3:3-0", "4:1-0", "4:2-1", "4:3-2", "4:4-2"])
        #expect(plan.unseen.map { [$0.cohort, $0.period] } == [[3, 4]])
        let never = GroupTimePlan(
            periods: Self.periods([1, 2, 3]), starts: [3, nil], comparesWithNotYet: false, anticipation: 0,
            usesUniversalBase: false
        ) { _, period in period == 2 }
        #expect(never.withoutBefore == [3] && never.comparisons.isEmpty)
    }

    @Test func anticipationMovesTheBase() {
        let plan = GroupTimePlan(
            periods: Self.periods([1, 2, 3, 4, 5]), starts: [4, 5, nil], comparesWithNotYet: true, anticipation: 1,
            usesUniversalBase: false)
        // Of the cohort of 4, period 3 may be affected; whoever starts by then or a year later does not compare.
        #expect(
            Self.text(plan).filter { $0.hasPrefix("4") } == ["4:1-0>3", "4:2-1>4", "4:3-1>5", "4:4-1>6"])
        #expect(plan.comparisons.filter { $0.cohort == 4 }.map(\.isPost) == [false, false, true, true])
    }

    @Test func universalBase() {
        let plan = GroupTimePlan(
            periods: Self.periods([1, 2, 3, 4]), starts: [3, nil], comparesWithNotYet: false, anticipation: 0,
            usesUniversalBase: true)
        #expect(Self.text(plan) == ["3:0-1", "3:2-1", "3:3-1"])
    }

    /// Nobody stays without treatment: the last cohort compares until it starts.
    @Test func lastCohortStandsIn() {
        let plan = GroupTimePlan(
            periods: Self.periods([1, 2, 3, 4, 5]), starts: [3, 4, 5], comparesWithNotYet: true, anticipation: 0,
            usesUniversalBase: false)
        #expect(plan.standIn == 5)
        #expect(plan.comparisons.allSatisfy { $0.cohort != 5 && $0.period < 4 })
    }

    @Test func cohortsWithoutAPeriodBefore() {
        let plan = GroupTimePlan(
            periods: Self.periods([1, 2, 3]), starts: [1, 2, nil], comparesWithNotYet: false, anticipation: 1,
            usesUniversalBase: false)
        #expect(plan.withoutBefore == [1, 2])
        #expect(plan.comparisons.isEmpty)
    }
}
