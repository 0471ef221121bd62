internal import Schemas

/// A point of calendar time that results belong to. One kind a run.
public struct Period: Sendable, Hashable, Comparable {
    public enum Kind: String, Sendable { case year, academicYear, term, date }
    public var kind: Kind
    /// Calendar steps: years for years and academic years (201819 is 2018), terms for terms. Dates are read as days, and in a
    /// design numbered in their order, since one step there is the next date that occurs.
    public var ordinal: Int
    /// As the input wrote it.
    public var label: String

    public init(kind: Kind, ordinal: Int, label: String) {
        self.kind = kind
        self.ordinal = ordinal
        self.label = label
    }

    /// True for 2019/20 and 2020/21, whose exam results were assessed by centres and teachers. A year without more is taken
    /// for that of the exams; terms and dates are no exam years.
    public var isAssessedByTeachers: Bool {
        switch kind {
        case .academicYear: TeacherAssessedYears.holds(ordinal + 1)
        case .year: TeacherAssessedYears.holds(ordinal)
        case .term, .date: false
        }
    }

    /// The same for a period as the input wrote it; false for what is no period.
    public static func isAssessedByTeachers(_ text: String) -> Bool {
        (try? Period(parsing: text))?.isAssessedByTeachers ?? false
    }

    public static func < (a: Period, b: Period) -> Bool { (a.ordinal, a.label) < (b.ordinal, b.label) }
}

extension Period.Kind {
    /// How messages call the kind.
    var words: String {
        switch self {
        case .year: "a year"
        case .academicYear: "an academic year"
        case .term: "a term"
        case .date: "a date"
        }
    }
}
