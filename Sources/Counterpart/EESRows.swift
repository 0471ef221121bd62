import Attainment
import Inference
import Panels
import Reporting

/// The two tables of an EES pair.
struct EESRows {
    private(set) var data: ResultTable
    private(set) var meta: ResultTable

    /// A column of figures: its name, label and unit, and where it comes from.
    private struct Indicator {
        var name: String
        var label: String
        var unit = ""
        var isCount = false
        var value: @Sendable (GapRow) -> Double?
        /// Of all known values together; nil where it does not apply to them.
        var total: (@Sendable (GapRow) -> Double?)?
    }

    private let request: GapsRequest
    private let layout: EESLayout

    init(_ gaps: [GapRow], _ request: GapsRequest, _ layout: EESLayout) throws(RequestError) {
        self.request = request
        self.layout = layout
        data = ResultTable(columns: [])
        meta = ResultTable(columns: [])
        let outcomes = request.data.outcomes
        let indicators = outcomes.map { outcome in
            Self.indicators(
                gaps.filter { $0.outcome == outcome.name }, outcome, isAlone: outcomes.count == 1, request)
        }
        let names = outcomes.map(\.name)
        data.columns =
            (["time_period", "time_identifier", "geographic_level", "country_code", "country_name"]
            + layout.places.map(\.column) + [layout.filter] + indicators.flatMap { $0.map(\.name) }).map {
                ResultTable.Column($0)
            }
        guard Set(data.columns.map(\.name)).count == data.columns.count else {
            throw .notEES("two columns would have the same name; give the outcomes different ones")
        }
        var places: [[String]] = []
        var members: [[String]: [GapRow]] = [:]
        for row in gaps {
            let key = row.by.map(\.value)
            if members[key] == nil { places.append(key) }
            members[key, default: []].append(row)
        }
        for key in places {
            let rows = members[key] ?? []
            var values: [String] = []
            for row in rows where !values.contains(row.group) { values.append(row.group) }
            let head = try head(rows)
            for value in values {
                let figures = zip(names, indicators).flatMap { name, list in
                    let row = rows.first { $0.outcome == name && $0.group == value }
                    return list.map { cell($0, row) }
                }
                data.rows.append(head + [.text(try filterValue(value))] + figures)
            }
            let totals = zip(names, indicators).flatMap { name, list in
                let own = rows.filter { $0.outcome == name }
                let row = own.first { !$0.isSuppressed } ?? own.first
                return list.map { total($0, row) }
            }
            data.rows.append(head + [.text("Total")] + totals)
        }
        describe(indicators)
    }

    // MARK: What a row is of

    private func head(_ rows: [GapRow]) throws(RequestError) -> [ResultTable.Cell] {
        func value(_ column: String) -> String { rows.first?.by.first { $0.column == column }?.value ?? "" }
        let (period, identifier) = try Self.period(value(layout.time))
        var cells: [ResultTable.Cell] = [period, identifier, layout.level.rawValue, "E92000001", "England"].map {
            .text($0)
        }
        for (_, from) in layout.places {
            let text = value(from)
            guard !["", "Total", "total", "All", "all", "ALL"].contains(text) else {
                throw .notEES("\(from) is \"\(text)\" in some rows, which is no place; leave them out by --where")
            }
            cells.append(.text(text))
        }
        return cells
    }

    private static func period(_ text: String) throws(RequestError) -> (String, String) {
        guard let period = try? Period(parsing: text) else {
            throw .notEES("\"\(text)\" is no year, academic year or term")
        }
        func academic(_ year: Int) -> String { "\(year)" + String("\((year + 1) % 100 + 100)".dropFirst()) }
        switch period.kind {
        case .year: return ("\(period.ordinal)", "Calendar year")
        case .academicYear: return (academic(period.ordinal), "Academic year")
        case .term:
            let names = ["Autumn term", "Spring term", "Summer term"]
            return (academic(period.ordinal / 3), names[period.ordinal % 3])
        case .date: throw .notEES("dates are no periods of the standard; use years, academic years or terms")
        }
    }

    private func filterValue(_ group: String) throws(RequestError) -> String {
        let value = GroupText(group).value ?? group
        guard !["", "Total", "NA", "na", "Null", "null", "NULL"].contains(value) else {
            throw .notEES("\"\(value)\" cannot be a value of \(layout.group): name it by --unknown, or leave it out")
        }
        return value.split(separator: " ").joined(separator: " ")
    }

    // MARK: Figures

    private static func indicators(
        _ rows: [GapRow], _ outcome: OutcomeRequest, isAlone: Bool, _ request: GapsRequest
    ) -> [Indicator] {
        let isShare = outcome.equals != nil || request.shareOf != nil
        let prefix = isAlone ? "" : EESLayout.snake(outcome.name) + "_"
        let title = isAlone ? "" : (MeasureTitle.of(outcome.name) ?? outcome.name) + ": "
        let (unit, difference) = isShare ? ("%", "pp") : ("", "")
        let percent = Int((request.level * 100).rounded())
        // Means of weighted rows, or of rows that are units, are not means over the pupils counted.
        let isPlain = request.data.weights == nil && request.data.count == nil && request.rows != .units
        let totalMean: @Sendable (GapRow) -> Double? = { row in
            guard isPlain, row.n + row.nPeers > 0 else { return nil }
            return ((row.mean ?? 0) * row.n + (row.meanPeers ?? 0) * row.nPeers) / (row.n + row.nPeers)
        }
        var list = [
            Indicator(
                name: "pupil_count", label: "Number of pupils", isCount: true, value: { $0.n },
                total: { $0.n + $0.nPeers }),
            Indicator(name: "peer_count", label: "Number of their peers", isCount: true, value: { $0.nPeers }),
            Indicator(name: "average", label: "Average", unit: unit, value: { $0.mean }, total: totalMean),
            Indicator(name: "peer_average", label: "Average of their peers", unit: unit, value: { $0.meanPeers }),
            Indicator(
                name: "gap", label: "Gap (above 0: the group is behind)", unit: difference, value: { $0.gap }),
        ]
        func add(_ name: String, _ label: String, unit: String, _ value: @escaping @Sendable (GapRow) -> Double?) {
            guard rows.contains(where: { value($0) != nil }) else { return }
            list.append(Indicator(name: name, label: label, unit: unit, value: value))
        }
        add("gap_lower_ci", "Gap: lower end of the \(percent)% interval", unit: difference) { $0.lower }
        add("gap_upper_ci", "Gap: upper end of the \(percent)% interval", unit: difference) { $0.upper }
        add("gap_hedges_g", "Gap in standard deviations of pupils", unit: "") { $0.hedgesG }
        let equal = "Gap at equal prior attainment"
        add("gap_equal_prior", equal, unit: difference) { $0.progressGap }
        add("gap_equal_prior_lower_ci", "\(equal): lower end of the \(percent)% interval", unit: difference) {
            $0.progressGapLower
        }
        add("gap_equal_prior_upper_ci", "\(equal): upper end of the \(percent)% interval", unit: difference) {
            $0.progressGapUpper
        }
        let change = "Change of the gap since the period before"
        add("gap_change", change, unit: difference) { $0.change }
        add("gap_change_lower_ci", "\(change): lower end of the \(percent)% interval", unit: difference) {
            $0.changeLower
        }
        add("gap_change_upper_ci", "\(change): upper end of the \(percent)% interval", unit: difference) {
            $0.changeUpper
        }
        func add(_ name: String, _ label: String, unit: String, _ figure: @escaping @Sendable (GapRow) -> GapFigure?) {
            add(name, label, unit: unit) { figure($0)?.estimate }
            add("\(name)_lower_ci", "\(label): lower end of the \(percent)% interval", unit: unit) { figure($0)?.lower }
            add("\(name)_upper_ci", "\(label): upper end of the \(percent)% interval", unit: unit) { figure($0)?.upper }
        }
        add("gap_trend", "Change of the gap a year", unit: difference) { $0.trend }
        add("gap_within", "Gap between pupils of the same school", unit: difference) { $0.within }
        add("gap_between", "Gap between the schools they attend", unit: difference) { $0.between }
        add("gap_index", "Disadvantage gap index with ranks among these pupils", unit: "") { $0.index }
        add("gap_national_index", "Disadvantage gap index by national ranks", unit: "") { $0.nationalIndex }
        add("national_peer_average", "Average of national peers", unit: unit) { $0.meanNationalPeers }
        add("gap_national", "Gap to national peers", unit: difference) { $0.nationalGap }
        add("gap_standardised", "Gap in standard deviations", unit: "") { $0.standardised }
        add("gap_months", "Gap in months of progress", unit: "") { $0.months.map(Double.init) }
        add("gap_band_lower", "Gap: lower end of the band for all gaps", unit: difference) { $0.bandLower }
        add("gap_band_upper", "Gap: upper end of the band for all gaps", unit: difference) { $0.bandUpper }
        add("gap_p_adjusted", "Gap: p-value adjusted for the number of gaps", unit: "") { $0.pAdjusted }
        return list.map { one in
            var named = one
            named.name = prefix + one.name
            named.label = title + one.label
            return named
        }
    }

    private func cell(_ indicator: Indicator, _ row: GapRow?) -> ResultTable.Cell {
        guard let row else { return .text("z") }
        guard !row.isSuppressed else { return .text("c") }
        return shown(indicator, indicator.value(row))
    }

    /// All known values together: withheld where they are few, or where the row that would tell is.
    private func total(_ indicator: Indicator, _ row: GapRow?) -> ResultTable.Cell {
        guard let row, let total = indicator.total else { return .text("z") }
        guard !row.isSuppressed, !Disclosure(request.disclosure).withholds(row.n + row.nPeers) else {
            return .text("c")
        }
        return shown(indicator, total(row))
    }

    private func shown(_ indicator: Indicator, _ value: Double?) -> ResultTable.Cell {
        guard let value, value.isFinite else { return .text("x") }
        guard request.isForPublication else { return indicator.isCount ? .init(count: value) : .number(value) }
        let rounding = request.disclosure.rounding
        let told =
            indicator.isCount ? rounding.count(value) : decimals(indicator).map { Self.rounded(value, $0) } ?? value
        if told == 0, value != 0 { return .text("low") }
        return indicator.isCount ? .init(count: told) : .number(told)
    }

    private static func rounded(_ value: Double, _ decimals: Int) -> Double {
        Double(Numeral.fixed(value, decimals: decimals, minus: .hyphen).filter { $0 != "," }) ?? value
    }

    /// The decimals of figures that are in no unit of the results.
    private static func own(_ indicator: Indicator) -> Int? {
        if indicator.name.hasSuffix("gap_months") { return 0 }
        if indicator.name.hasSuffix("p_adjusted") { return 3 }
        return ["hedges_g", "gap_index", "gap_national_index", "gap_standardised"].contains {
            indicator.name.contains($0)
        } ? 2 : nil
    }

    /// Decimals that the profile leaves; nil where it rounds nothing.
    private func decimals(_ indicator: Indicator) -> Int? {
        let rounding = request.disclosure.rounding
        if let fine = Self.own(indicator) { return rounding.decimals.map { _ in fine } }
        return indicator.unit.isEmpty ? rounding.decimals : rounding.percentDecimals ?? rounding.decimals
    }

    // MARK: Meta data

    private mutating func describe(_ indicators: [[Indicator]]) {
        meta.columns = [
            "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
            "filter_grouping_column",
        ].map { ResultTable.Column($0) }
        let groupLabel = Wording.capitalisedFirst(layout.group)
        meta.rows = [
            [
                .text(layout.filter), .text("Filter"), .text(groupLabel), .missing, .missing, .missing,
                .text("Groups of pupils"), .missing,
            ]
        ]
        for indicator in indicators.flatMap({ $0 }) {
            let decimals = indicator.isCount ? 0 : decimals(indicator) ?? Self.own(indicator) ?? 1
            meta.rows.append([
                .text(indicator.name), .text("Indicator"), .text(indicator.label), .missing, .text(indicator.unit),
                .integer(decimals), .missing, .missing,
            ])
        }
    }
}
