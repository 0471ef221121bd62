import Tables

/// What each column of the files seems to be for, by its name and by what its values look like. No column is guessed twice.
struct ColumnGuesses {
    private(set) var start: ColumnDescription?
    private(set) var time: ColumnDescription?
    private(set) var unit: ColumnDescription?
    private(set) var pupil: ColumnDescription?
    private(set) var prior: ColumnDescription?
    private(set) var outcome: ColumnDescription?
    private(set) var count: ColumnDescription?
    private(set) var groups: [ColumnDescription] = []

    private let columns: [ColumnDescription]
    private var taken: [String] = []

    /// - Parameters:
    ///   - columns: as they look when `67%` is read as a number.
    ///   - arePublished: read by a schema: a school's LAESTAB outlives its URN.
    init(_ columns: [ColumnDescription], arePublished: Bool = false) {
        self.columns = columns
        start = take { $0.named(["partnership_start", "start", "first_treat", "joined", "start_year"]) }
        time =
            take { $0.named(Self.times) } ?? take { $0.begins(["cohort", "year", "academic_year"]) && $0.holdsYears }
            ?? take { if case .period = $0.looks { !$0.holdsDates } else { false } }
        unit =
            (arePublished ? take { $0.named(["laestab"]) && $0.filled > 0 } : nil)
            ?? take { $0.named(Self.schools) } ?? take { $0.isSchoolNumber } ?? takeFirst(of: Self.authorities)
        pupil = take { $0.named(Self.pupils) } ?? take { $0.isPupilNumber }
        prior = take { $0.isNumber && $0.contains(["ks2", "ks1", "prior", "baseline"]) && !$0.contains(["group"]) }
        outcome =
            takeFirst(of: Self.outcomes, where: \.isNumber) ?? takeContaining(Self.outcomeWords)
            ?? takeLast { $0.isNumber && !$0.contains(["latitude", "longitude", "easting", "northing", "lat", "lon"]) }
        count = takeFirst(of: Self.counts) { $0.isWholeNumber }
        groups = columns.filter { column in
            guard case .group(let values) = column.looks else { return false }
            let isOfPlaces = column.begins(["region", "geographic", "country", "la_", "lea", "rectype"])
            return (2...12).contains(values.count) && !taken.contains(column.name) && !isOfPlaces
        }
    }

    private static let times = [
        "academic_year", "academicyear", "time_period", "timeperiod", "year", "years", "term", "cohort", "period",
    ]
    private static let schools = [
        "urn", "school_urn", "schoolurn", "laestab", "la_estab", "school_id", "school", "unit",
    ]
    private static let authorities = [
        "old_la_code", "la_code_3", "la_code", "new_la_code", "la_code_9", "laid", "la", "lea", "estab", "id",
    ]
    private static let pupils = ["upn", "uln", "pupil_id", "pupilid", "pupil", "pid"]
    private static let outcomes = [
        "attainment8", "attainment_8", "att8scr", "att8", "progress8", "p8mea", "ptrwm_exp", "read_average",
        "overall_absence_perc", "sess_overall_percent",
    ]
    private static let outcomeWords = [
        "att8", "attainment", "abs_tot", "absence_rate", "absence", "score", "points", "result", "rate", "average",
    ]
    private static let counts = [
        "pupils", "n_pupils", "number_of_pupils", "numberofpupils", "cohort_size", "telig", "totpups", "tpup",
        "enrolments",
        "number_in_ss_cohort",
    ]

    // MARK: Taking

    private mutating func take(_ fits: (ColumnDescription) -> Bool) -> ColumnDescription? {
        guard let found = columns.first(where: { !taken.contains($0.name) && fits($0) }) else { return nil }
        taken.append(found.name)
        return found
    }

    private mutating func takeLast(_ fits: (ColumnDescription) -> Bool) -> ColumnDescription? {
        guard let found = columns.last(where: { !taken.contains($0.name) && fits($0) }) else { return nil }
        taken.append(found.name)
        return found
    }

    /// The first of the names that is there, whatever the order of the columns.
    private mutating func takeFirst(of names: [String], where fits: (ColumnDescription) -> Bool = { _ in true })
        -> ColumnDescription?
    {
        for name in names {
            if let found = take({ $0.named([name]) && fits($0) }) { return found }
        }
        return nil
    }

    private mutating func takeContaining(_ words: [String]) -> ColumnDescription? {
        for word in words {
            if let found = take({ $0.isNumber && $0.contains([word]) }) { return found }
        }
        return nil
    }

    // MARK: What follows

    /// `fsm=Y` where the column of free school meals says yes in a way we know.
    var mealsGroup: String? {
        for column in groups where column.contains(["fsm", "disadv"]) {
            for yes in ["Y", "1", "Yes", "T", "True", "true", "FSM", "Eligible for FSM"]
            where column.values.contains(yes) {
                return "\(column.name)=\(yes)"
            }
        }
        return nil
    }

    /// Values of groups of pupils that say that nobody knows; in a column of grades U is a grade.
    var unknown: [String] {
        let words = ["U", "Unknown", "unknown", "UNKNOWN", "NK", "Not known"]
        let held = groups.filter { $0.contains(["fsm", "disadv", "sen", "eal", "sex", "gender", "ethnic"]) }
            .flatMap(\.values)
        return words.filter { held.contains($0) }
    }

    var lowerIsBetter: Bool { outcome.map { $0.contains(["absence", "absent", "abs_", "exclusion"]) } ?? false }
}

extension ColumnDescription {
    fileprivate func named(_ names: [String]) -> Bool { names.contains(name.lowercased()) }

    fileprivate func begins(_ words: [String]) -> Bool { words.contains { name.lowercased().hasPrefix($0) } }

    fileprivate func contains(_ words: [String]) -> Bool { words.contains { name.lowercased().contains($0) } }

    /// Numbers and missing codes, without a word that nobody declared.
    var isNumber: Bool { if case .number = looks { notNumbers == 0 } else { false } }

    fileprivate var isWholeNumber: Bool { if case .number(_, _, let decimals) = looks { decimals == 0 } else { false } }

    fileprivate var values: [String] {
        switch looks {
        case .group(let values), .period(let values): values.map(\.value)
        default: []
        }
    }

    fileprivate var holdsYears: Bool {
        switch looks {
        case .period: true
        case .number(let lowest, let highest, let decimals): lowest >= 1900 && highest <= 2100 && decimals == 0
        default: false
        }
    }

    /// Whole dates say when something happened, rarely which results a row holds.
    fileprivate var holdsDates: Bool { values.contains { $0.utf8.count > 9 } }

    fileprivate var isSchoolNumber: Bool {
        guard case .identifier(let check?) = looks, check.kind == .urn || check.kind == .laestab else { return false }
        return !contains(["link", "_ac"])
    }

    fileprivate var isPupilNumber: Bool {
        guard case .identifier(let check?) = looks else { return false }
        return check.kind == .upn || check.kind == .uln
    }
}
