/// The numbers that make the sample: who the schools are, what drives their results, and what the partnership adds.
///
/// A pupil's Attainment 8 is
/// level + school + year + shock of the school in that year + slope × (prior − mean) + girl + FSM + SEN + noise + effect.
/// School, year and shock are common to the pupils of a school-year, so that trends are parallel by construction:
/// partners differ from the others in level and intake, never in the change over time, but for the effect.
public struct SampleModel: Sendable {
    public var schoolCount = 48
    /// The first academic year of each group of partners, and how many join then.
    public var joining: [(year: AcademicYear, schools: Int)] = [
        (AcademicYear(2016), 6), (AcademicYear(2018), 6),
    ]
    /// The years with results: ten, without 2019/20 and 2020/21, when there were no exams.
    public var years = [2014, 2015, 2016, 2017, 2018, 2021, 2022, 2023].map(AcademicYear.init)
    /// Common to all schools, in points: the new points scale from 2016/17, the generous grading of 2021/22.
    public var yearEffects = [0.0, 0.6, -1.6, -1.2, -0.9, 2.4, 0.5, 0.2]

    /// Pupils in a school-year: normal over schools within limits, then a little different every year.
    public var pupilsMean = 65.0
    public var pupilsDeviation = 16.0
    public var pupilsLimits = 36.0...104.0

    public var level = 47.5
    public var schoolDeviation = 3.0
    /// How far partners lie below the others before they join.
    public var partnerLevel = -3.0
    public var shockDeviation = 1.3
    /// The correlation of a school's shock with that of the calendar year before.
    public var shockCorrelation = 0.3

    public var priorMean = 103.5
    public var priorDeviation = 7.0
    public var priorSchoolDeviation = 0.9
    public var partnerPrior = -1.0
    public var fsmPrior = -3.0
    public var priorSlope = 1.2

    public var fsmShare = 0.22
    public var partnerFSMShare = 0.34
    public var fsmShareDeviation = 0.06
    public var fsmScore = -4.0
    public var girlScore = 3.0
    public var senSupportScore = -3.0
    public var senPlanScore = -6.0
    public var pupilDeviation = 10.0

    /// What the partnership adds from a school's first year in it, in Attainment 8 points.
    public var effectOnFSM = 4.0
    public var effectOnOthers = 2.0

    public var priorMissingShare = 0.03
    public var outcomeMissingShare = 0.012
    public var fsmEmptyShare = 0.008
    public var fsmUnknownShare = 0.007

    public init() {}

    /// The same schools, pupils and luck, had the partnership not gone ahead.
    public var withoutPartnership: SampleModel {
        var model = self
        model.effectOnFSM = 0
        model.effectOnOthers = 0
        return model
    }
}

/// A school year, named by the calendar year in which it begins.
public struct AcademicYear: Sendable, Equatable, Comparable {
    public var firstYear: Int

    public init(_ firstYear: Int) { self.firstYear = firstYear }

    /// Six digits, such as `201415`.
    public var code: String { "\(firstYear)\(twoDigits(firstYear + 1))" }

    public static func < (left: AcademicYear, right: AcademicYear) -> Bool { left.firstYear < right.firstYear }
}

/// The last two digits of a number, with a leading zero.
func twoDigits(_ number: Int) -> String { number % 100 < 10 ? "0\(number % 100)" : "\(number % 100)" }
