/// Whom a partnership works with and whose results are studied, by year groups: Year 7 is 7, Reception 0.
///
/// A cohort sits its examinations once. Work with Year 7 that begins in 2018/19 shows first in the Year 11 results of 2022/23,
/// when those pupils get there; the cohorts before them had left Year 7 when it began.
public struct Exposure: Sendable, Equatable {
    /// The year groups that the partnership works with, in every year from its start on.
    public var yearGroups: ClosedRange<Int>
    /// The year group whose results are studied.
    public var outcomeYearGroup: Int

    public static let allowed = 0...14

    /// - Returns: nil unless the year groups are in 0...14 and none comes after that of the outcome.
    public init?(yearGroups: ClosedRange<Int>, outcomeYearGroup: Int) {
        guard Self.allowed.contains(yearGroups.lowerBound), Self.allowed.contains(outcomeYearGroup),
            yearGroups.upperBound <= outcomeYearGroup
        else { return nil }
        self.yearGroups = yearGroups
        self.outcomeYearGroup = outcomeYearGroup
    }

    /// Years from the start to the results of the first cohort that was reached: the oldest pupils worked with come first.
    public var delay: Int { outcomeYearGroup - yearGroups.upperBound }

    /// The years of exposure of a cohort.
    ///
    /// - Parameter steps: years from the first cohort that was reached; below 0 for cohorts that were not.
    public func years(steps: Int) -> Int { steps < 0 ? 0 : min(steps + 1, fullYears) }

    /// The years of a cohort that was worked with in all its years.
    public var fullYears: Int { yearGroups.count }
}

/// Which cohorts of the results each start could have reached.
public struct ExposureReach: Sendable, Equatable {
    public var exposure: Exposure
    /// By start, in calendar order.
    public var starts: [Start]

    public struct Start: Sendable, Equatable {
        public var start: String
        /// The period whose results are the first to be affected, whether there are results of it or not.
        public var firstReached: String
        public var units: Int
        /// Periods with results from the start on whose cohorts could not have been reached.
        public var notReached: [String]
        /// Periods with results of cohorts that were, with their years of exposure.
        public var reached: [Cohort]
    }

    public struct Cohort: Sendable, Equatable {
        public var time: String
        public var years: Int
    }

    /// - Parameters:
    ///   - starts: of the units in the design that start at all, each at the point of time of its work.
    ///   - text: how the data write a start.
    ///   - sample: the periods with results.
    init(_ exposure: Exposure, starts: [Int], text: (Int) -> String, sample: Timeline) {
        self.exposure = exposure
        self.starts = Set(starts).sorted().map { start in
            let first = start + exposure.delay
            return Start(
                start: text(start), firstReached: sample.label(of: first), units: starts.count { $0 == start },
                notReached: sample.periods.filter { $0.ordinal >= start && $0.ordinal < first }.map(\.label),
                reached: sample.periods.filter { $0.ordinal >= first }.map {
                    Cohort(time: $0.label, years: exposure.years(steps: $0.ordinal - first))
                })
        }
    }
}

extension Timeline {
    /// The label of a year of the timeline, or as people write it where it has no results.
    func label(of ordinal: Int) -> String {
        periods.first { $0.ordinal == ordinal }?.label ?? kind.label(of: ordinal)
    }
}

extension Period.Kind {
    /// A year without results, as people write it: `2019/20` or `2020`.
    public func label(of ordinal: Int) -> String {
        guard self == .academicYear else { return "\(ordinal)" }
        let next = (ordinal + 1) % 100
        return "\(ordinal)/\(next < 10 ? "0" : "")\(next)"
    }
}
