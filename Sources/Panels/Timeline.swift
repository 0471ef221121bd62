/// The periods that occur, in calendar order, and how many steps lie between them.
///
/// Years, academic years and terms are counted by the calendar, so that a period without data is a hole. Dates have no
/// such rhythm: there one step is the next date that occurs.
public struct Timeline: Sendable, Equatable {
    public let kind: Period.Kind
    /// Sorted by calendar, each point of time once; never empty.
    public let periods: [Period]

    public init(kind: Period.Kind, periods: [Period]) {
        self.kind = kind
        self.periods = periods
    }

    /// Index of the first period at or after a point of time; nil after the last.
    func firstIndex(from ordinal: Int) -> Int? { periods.firstIndex { $0.ordinal >= ordinal } }

    /// Calendar steps from one period to another, given by their indices.
    func steps(from start: Int, to end: Int) -> Int {
        kind == .date ? end - start : periods[end].ordinal - periods[start].ordinal
    }

    /// The periods with ordinals whose differences are steps: dates are numbered from 0.
    var numbered: [Period] {
        guard kind == .date else { return periods }
        return periods.enumerated().map { Period(kind: .date, ordinal: $0, label: $1.label) }
    }

    /// The point of time some steps after another; for dates, that of the date so many further on, or after the last.
    func ordinal(_ ordinal: Int, later steps: Int) -> Int {
        guard kind == .date, steps != 0 else { return ordinal + steps }
        let position = (firstIndex(from: ordinal) ?? periods.count) + steps
        guard position < periods.count else { return (periods.last?.ordinal ?? ordinal) + 1 }
        return periods[max(position, 0)].ordinal
    }
}

/// The texts of a time column, read as periods of one kind.
package struct PeriodTexts {
    package let timeline: Timeline
    /// For each text: the index into the timeline; nil where the text does not occur.
    package let indices: [Int?]
    /// The spellings of points of time that were spelled in more than one way.
    package let respelled: [[String]]

    /// - Parameters:
    ///   - texts: spellings in byte order.
    ///   - occurs: which of them to read.
    /// - Throws: `.notAPeriod`, `.yearsNotConsecutive`, `.mixedPeriods` with an example of either kind, `.noRows`.
    package init(_ texts: [String], occurs: [Bool]) throws(DesignError) {
        var parsed: [(code: Int, period: Period)] = []
        for code in texts.indices where occurs[code] { parsed.append((code, try Period(parsing: texts[code]))) }
        guard let first = parsed.first?.period else { throw .noRows }
        if let other = parsed.first(where: { $0.period.kind != first.kind })?.period {
            throw .mixedPeriods(first: first, second: other)
        }
        // By ordinal, then byte order: the first spelling of a point of time becomes its label.
        parsed.sort { ($0.period.ordinal, $0.code) < ($1.period.ordinal, $1.code) }
        var periods: [Period] = []
        var spellings: [[String]] = []
        var indices = [Int?](repeating: nil, count: texts.count)
        for (code, period) in parsed {
            if periods.last?.ordinal != period.ordinal {
                periods.append(period)
                spellings.append([])
            }
            spellings[periods.count - 1].append(period.label)
            indices[code] = periods.count - 1
        }
        timeline = Timeline(kind: first.kind, periods: periods)
        self.indices = indices
        respelled = spellings.filter { $0.count > 1 }
    }
}
