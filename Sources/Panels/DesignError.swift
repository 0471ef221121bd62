import Tables

/// Why no design can be made of these data: faults of the data (exit 3), or data from which no effect can be told (exit 4).
///
/// Units are schools or authorities, and their names stand in the messages; nothing of a pupil does.
public enum DesignError: Refusal, Equatable {
    case notAPeriod(text: String)
    case yearsNotConsecutive(text: String)
    case mixedPeriods(first: Period, second: Period)
    case columnNotInCells(name: String)
    case startNotAPeriod(unit: String, text: String)
    case startOfOtherKind(unit: String, start: Period, periods: Period)
    case startBeforeData(text: String, units: [String], firstPeriod: String)
    case startDiffers(unit: String, first: String, second: String)
    case treatedNotZeroOrOne(column: String, unit: String, period: String)
    case treatedDiffers(unit: String, period: String)
    case treatmentSwitchesOff(unit: String, on: String, off: String)
    case partnerWithoutStart(unit: String)
    case repeatedUnitRow(unit: String, period: String)
    case estimandNeedsPupilRows
    case noRows
    case noPartnerFound(listed: Int, wouldMatchWithoutBlanks: Int = 0)
    case noComparisonUnits(partners: Int, startsDiffer: Bool)
    case noTreatedUnits(units: Int, periods: Int)
    case onlyAlwaysTreated(units: Int, firstPeriod: String)
    case onePeriod(label: String)
    case exposureNeedsYears(period: Period)
    case noCohortReached(first: String, last: String)

    public var status: ExitStatus {
        switch self {
        case .noPartnerFound, .noComparisonUnits, .noTreatedUnits, .onlyAlwaysTreated, .onePeriod, .noRows,
            .columnNotInCells, .noCohortReached:
            .design
        case .estimandNeedsPupilRows: .usage
        default: .input
        }
    }

    public var code: String {
        switch self {
        case .notAPeriod: "E360"
        case .yearsNotConsecutive: "E361"
        case .mixedPeriods: "E362"
        case .columnNotInCells: "E363"
        case .startNotAPeriod: "E364"
        case .startOfOtherKind: "E365"
        case .startBeforeData: "E366"
        case .startDiffers: "E367"
        case .treatedNotZeroOrOne: "E368"
        case .treatedDiffers: "E369"
        case .treatmentSwitchesOff: "E370"
        case .partnerWithoutStart: "E371"
        case .repeatedUnitRow: "E372"
        case .estimandNeedsPupilRows: "E373"
        case .noRows: "E374"
        case .noPartnerFound: "E375"
        case .noComparisonUnits: "E376"
        case .noTreatedUnits: "E377"
        case .onlyAlwaysTreated: "E378"
        case .onePeriod: "E379"
        case .exposureNeedsYears: "E380"
        case .noCohortReached: "E390"
        }
    }

    public var message: String {
        switch self {
        case .notAPeriod: "a text in the column of periods is not a period"
        case .yearsNotConsecutive(let text):
            "'\(text)' looks like an academic year, but its years do not follow each other"
        case .mixedPeriods(let first, let second):
            "the periods are of two kinds: '\(first.label)' is \(first.kind.words) and '\(second.label)' \(second.kind.words)"
        case .columnNotInCells(let name): "the cells have no key column '\(name)'"
        case .startNotAPeriod(let unit, let text):
            Self.isCode(text)
                ? "the start '\(text)' of '\(unit)' is not a period" : "the start of '\(unit)' is not a period"
        case .startOfOtherKind(let unit, let start, let periods):
            "the start of '\(unit)' is \(start.kind.words), but the results are by "
                + "\(periods.kind.words) such as '\(periods.label)'"
        case .startBeforeData(let text, let units, let first):
            "\(counted(units.count, "unit")) (\(listed(units))) \(units.count == 1 ? "has" : "have") the start '\(text)', "
                + "which lies before the first period '\(first)'"
        case .startDiffers(let unit, let first, let second):
            "'\(unit)' has two starts: '\(first)' and '\(second)'"
        case .treatedNotZeroOrOne(let column, let unit, let period):
            "the column '\(column)' is neither 0 nor 1 for '\(unit)' in '\(period)'"
        case .treatedDiffers(let unit, let period): "'\(unit)' is both treated and not treated in '\(period)'"
        case .treatmentSwitchesOff(let unit, let on, let off):
            "'\(unit)' is treated in '\(on)' and no longer treated in '\(off)'"
        case .partnerWithoutStart(let unit): "the list of partners gives no start for '\(unit)'"
        case .repeatedUnitRow(let unit, let period): "'\(unit)' has two rows for '\(period)'"
        case .estimandNeedsPupilRows: "the estimand 'pupils' needs rows that are pupils, and these rows are units"
        case .noRows: "no rows are left to compare"
        case .noPartnerFound(let listed, let blanks):
            (listed == 1
                ? "the one partner listed does not occur in these files"
                : "none of the \(listed) partners listed occurs in these files")
                + (blanks == 0
                    ? ""
                    : "; \(blanks == 1 ? "one" : "\(blanks)") would, without the blanks around \(blanks == 1 ? "it" : "them")")
        case .noComparisonUnits(let partners, _):
            "these files can show progress, not impact; add comparison schools, such as the published tables "
                + "(\(partners == 1 ? "the only unit is a partner" : "all \(partners) units are partners"))"
        case .noTreatedUnits(let units, let periods):
            "none of the \(counted(units, "unit")) is treated in any of the \(counted(periods, "period"))"
        case .onlyAlwaysTreated(let units, let first):
            "\(units == 1 ? "the only treated unit was" : "all \(units) treated units were") treated from the first period "
                + "'\(first)' on, so that there is no period before"
        case .onePeriod(let label): "there is only one period, '\(label)', so that there is no before and after"
        case .exposureNeedsYears(let period):
            "year groups move up once a year, but the results are by \(period.kind.words) such as '\(period.label)'"
        case .noCohortReached(let first, let last):
            "no result is of pupils that the partnership could have reached: the first would be of \(first), and results end "
                + "with \(last)"
        }
    }

    /// What may be a pupil's, where the wrong column was named.
    public var found: String? {
        switch self {
        case .notAPeriod(let text), .startNotAPeriod(_, let text): text
        case .startOfOtherKind(_, let start, _): start.label
        default: nil
        }
    }

    /// A code such as -1 or 9999, which is nobody's result.
    private static func isCode(_ text: String) -> Bool {
        guard let number = Int(text) else { return false }
        return number < 0 || (number > 9 && text.allSatisfy { $0 == "9" })
    }

    public var hint: String? {
        switch self {
        case .notAPeriod:
            "write years as 2019, academic years as 201819 or 2018/19, terms as '2018/19 autumn' or 201819T1, dates as "
                + "2019-03-31 (of 01/09/2018 nobody can tell the day from the month)"
        case .yearsNotConsecutive: "an academic year is 201819 or 2018/19"
        case .mixedPeriods:
            "write all periods alike: 2018 alone does not say which academic year it is, so make 2018 into 201718 or 201819"
        case .columnNotInCells: "make the cells again with this column among the options that need it"
        case .startNotAPeriod, .startBeforeData:
            "if this marks comparison units, leave the field empty or write 0 or never; if they had started before, "
                + "leave them out with --exclude"
        case .startOfOtherKind: "write the starts as the periods of the results are written"
        case .startDiffers: "correct the file, or take the first start with --first-start"
        case .treatedNotZeroOrOne: "write 1 in periods with treatment and 0 in the others"
        case .treatedDiffers: "treatment must be the same for all rows of a unit and period"
        case .treatmentSwitchesOff:
            "correct the file, use --estimator dcdh, which knows treatment that ends, or count from the first start with "
                + "--first-start"
        case .partnerWithoutStart: "add the column with the starts, or give one for all with --start-at"
        case .repeatedUnitRow: "remove one of the rows, or say --rows pupils if each row is a pupil"
        case .estimandNeedsPupilRows: "to count large schools for more, give the number of pupils with --weights"
        case .noRows: "see the counts of rows left out, by reason"
        case .noPartnerFound(_, let blanks) where blanks > 0: "take the blanks out of the list or of the files"
        case .noPartnerFound: "check that both files identify schools in the same way, for example by URN"
        case .noComparisonUnits(_, let startsDiffer):
            startsDiffer
                ? "partners alone cannot tell what would have happened otherwise; as their starts differ, early partners can "
                    + "be compared with later ones: --comparison not-yet"
                : "partners alone cannot tell what would have happened otherwise"
        case .noTreatedUnits:
            "check the column that says who was treated, and that starts lie within the periods of the files"
        case .exposureNeedsYears: "give the delay in steps of these periods instead, with --lag"
        case .noCohortReached: "wait for those results, or study an outcome that pupils reach sooner"
        case .onlyAlwaysTreated, .onePeriod: "add results from before the start"
        }
    }
}

/// `1 unit`, `3 units`.
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// The first names of a list and how many more there are.
func listed(_ names: [String], limit: Int = 5) -> String {
    let shown = names.prefix(limit).map { "'\($0)'" }.joined(separator: ", ")
    return names.count > limit ? shown + " and \(names.count - limit) more" : shown
}
