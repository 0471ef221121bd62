import Cells
import Tables

/// The answer to a profile query: what is wrong with the rows, which are left out, and how the cells can be summed.
public struct Profile: Sendable, Equatable {
    let figures: [String: String]

    /// - Parameters:
    ///   - csv: the answer as CSV, a header and one row.
    ///   - path: what messages call it.
    /// - Throws: `QueryError.notAProfile`, `.anotherProfile`.
    init(_ csv: [UInt8], of query: ProfileQuery, _ rows: QueryRows, path: String) throws(QueryError) {
        guard let lines = CellSheet.rows(csv) else {
            throw .notAProfile(Place(file: path), what: "it is no CSV in UTF-8")
        }
        let filled = lines.filter { $0.fields != [""] }
        guard filled.count == 2, filled[0].fields.count == filled[1].fields.count else {
            throw .notAProfile(Place(file: path), what: "it has not one header and one row")
        }
        let names = filled[0].fields.map { $0.lowercased() }
        figures = Dictionary(zip(names, filled[1].fields), uniquingKeysWith: { first, _ in first })
        guard let digest = figures["query"] else {
            throw .notAProfile(Place(file: path), what: "there is no column `query`")
        }
        guard digest == query.digest else { throw .anotherProfile(Place(file: path)) }
        let whole = rows.counts.filter(\.isWhole).map(\.name) + (rows.pupil == nil ? [] : Self.pupilNames)
        for name in rows.counts.map(\.name) + whole where figures[name] == nil {
            throw .notAProfile(Place(file: path), what: "there is no column `\(name)`")
        }
        for name in whole where number(name) == nil {
            throw .notAProfile(Place(file: path), what: "`\(name)` is not a number of rows")
        }
    }

    /// A count within 2^53; some engines write whole numbers with decimals.
    private func number(_ name: String) -> Int? {
        guard let text = figures[name] else { return nil }
        if let count = Int(text) { return 0...(1 << 53) ~= count ? count : nil }
        return Double(text).flatMap { Int(exactly: $0) }.flatMap { 0...(1 << 53) ~= $0 ? $0 : nil }
    }

    func count(_ name: String) -> Int { number(name) ?? 0 }

    func mean(_ i: Int) -> Double { rowsUsed > 0 ? double("z\(i)_sum") / Double(rowsUsed) : 0 }
    /// The largest magnitude among the used rows.
    func reach(_ i: Int) -> Double { double("z\(i)_reach") }

    private func double(_ name: String) -> Double { figures[name].flatMap { Double($0) } ?? 0 }

    static let pupilNames = ["pupils_repeated", "pupils_unnamed"]

    public var rowsRead: Int { count("rows_read") }
    public var rowsFiltered: Int { count("filtered") }
    public var rowsUsed: Int { count("used") }
}

extension Profile {
    /// Rows left out, one reason a row, in the fixed order of the file reader; the unmet conditions are not among them.
    func dropped(_ rows: QueryRows) -> [DroppedRows] {
        var dropped = rows.required.enumerated().map { DroppedRows($1.reason, count("required_\($0)")) }
        for reason in rows.outcomeReasons {
            dropped.append(DroppedRows(rows.outcomeText(reason), count("outcome_\(reason)")))
        }
        for i in 1..<max(rows.variableCount, 1) {
            dropped.append(DroppedRows("missing covariate \(rows.values[i].name)", count("covariate_\(i)")))
        }
        if rows.hasWeight { dropped.append(DroppedRows("weight zero", count("weight_zero"))) }
        return dropped.filter { $0.rows > 0 }
    }

    /// Refuses rows that the file reader would refuse.
    ///
    /// - Throws: `QueryError`.
    func check(_ rows: QueryRows) throws(QueryError) {
        for (i, value) in rows.values.enumerated() {
            let unreadable = count("z\(i)_unreadable")
            if unreadable > 0 {
                if case .points = value.role { throw .gradesWithoutPoints(column: value.column, rows: unreadable) }
                throw .notNumbers(column: value.column, rows: unreadable, notFinite: count("z\(i)_not_finite"))
            }
            if case .indicator(let answer) = value.role { try check(answer, of: i, value) }
        }
        for (i, key) in rows.keys.enumerated() where key.role == .numericKey {
            let unreadable = count("key_\(i)_unreadable")
            if unreadable > 0 { throw .notNumbers(column: key.name, rows: unreadable, notFinite: 0) }
            let unfit = count("key_\(i)_unfit")
            if unfit > 0 { throw .keyNotShort(column: key.name, rows: unfit) }
        }
        if let pupil = rows.pupil, count("pupils_repeated") > 0 {
            throw .repeatedPupil(column: pupil, pairs: count("pupils_repeated"))
        }
        guard rows.hasWeight, let weight = rows.values.last else { return }
        let missing = count("weight_missing"), negative = count("weight_negative")
        if missing > 0 { throw .missingWeight(column: weight.column, rows: missing) }
        if negative > 0 { throw .negativeWeight(column: weight.column, rows: negative) }
        let seated = rowsRead - rowsFiltered - rows.required.indices.reduce(0) { $0 + count("required_\($1)") }
        if seated > 0, count("weight_positive") == 0 { throw .noPositiveWeight(column: weight.column) }
    }

    private func check(_ answer: YesNo, of i: Int, _ value: QueryValue) throws(QueryError) {
        guard answer.opposite != nil, count("z\(i)_yes") > 0, count("z\(i)_opposite") > 0, count("z\(i)_number") == 0
        else { return }
        let neither = count("z\(i)_neither")
        if neither > 0 { throw .neitherYesNorNo(column: value.column, yes: answer.yes[0], rows: neither) }
    }

    /// Rows with no number where a condition compares numbers, and rows that name no pupil.
    func warnings(_ rows: QueryRows) -> [Warning] {
        var warnings: [Warning] = rows.filters.enumerated().compactMap { position, filter in
            let others = count("filter_\(position)_not_a_number")
            guard others > 0 else { return nil }
            return Warning(
                "where-not-a-number",
                "\(others) row\(others == 1 ? " has" : "s have") no number in `\(filter.column)` and so "
                    + "\(others == 1 ? "does" : "do") not meet `\(filter.text)`")
        }
        let unnamed = count("pupils_unnamed")
        if let pupil = rows.pupil, unnamed > 0 {
            let rows = unnamed == 1 ? "1 row has" : "\(unnamed) rows have"
            warnings.append(
                Warning("no-identifier", "\(rows) nothing in \(pupil) and could not be checked for repeats"))
        }
        return warnings
    }
}

extension QueryRows {
    fileprivate func outcomeText(_ reason: Int) -> String {
        switch reason {
        case 1: "outcome empty"
        case QueryValue.unknown: "outcome declared unknown"
        default: "outcome missing: \(codes[reason - 2])"
        }
    }
}
