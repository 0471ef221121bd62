import Attainment
import Panels
import Tables

/// The means of national peers from a small CSV file: a column for each outcome, by period where there are periods, and by
/// group where there is a column `group`.
public enum NationalTable {
    static let group = "group"

    /// - Parameter time: the column with the period, as in the results; nil where there is none.
    /// - Throws: `TableError` for a column that is not there, `DesignError` for what is no period, `NationalTableError`.
    public static func read(_ path: String, outcomes: [String], time: String?) throws -> NationalPeers {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        let periods = try time.map { try table.column($0, isRequired: true) ?? [] }
        let groups = try table.column(group, isRequired: false)
        var means: [NationalPeers.Key: Double] = [:]
        for outcome in outcomes {
            let texts = try table.column(outcome, isRequired: true) ?? []
            for (row, text) in texts.enumerated() where !text.isEmpty {
                guard let mean = Double(text), mean.isFinite else {
                    throw NationalTableError.notANumber(table.place(row: row, column: outcome))
                }
                let key = NationalPeers.Key(
                    outcome: outcome, group: groups.flatMap { $0[row].isEmpty ? nil : $0[row] },
                    period: try periods.map { try Period(parsing: $0[row]).ordinal })
                guard means.updateValue(mean, forKey: key) == nil else {
                    throw NationalTableError.twice(table.place(row: row, column: outcome))
                }
            }
        }
        return NationalPeers(means: means)
    }
}

/// How all pupils in the country are spread over results, from a small CSV file: a column with the outcome's name, a column
/// `pupils` and, where ranks differ by period, the period's column.
public enum NationalRanksTable {
    static let pupils = "pupils"

    /// - Throws: `TableError` for a column that is not there, `DesignError` for what is no period, `NationalTableError`.
    public static func read(_ path: String, outcome: String, time: String?) throws -> NationalRanks {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        let periods = try time.flatMap { try table.column($0, isRequired: false) }
        let (results, counts) = (
            try table.column(outcome, isRequired: true) ?? [], try table.column(pupils, isRequired: true) ?? []
        )
        var rows: [Int?: [(value: Double, count: Double)]] = [:]
        for row in results.indices {
            guard let value = Double(results[row]), value.isFinite else {
                throw NationalTableError.notANumber(table.place(row: row, column: outcome))
            }
            guard let count = Double(counts[row]), count >= 0, count.isFinite else {
                throw NationalTableError.notANumber(table.place(row: row, column: pupils))
            }
            let period = try periods.map { try Period(parsing: $0[row]).ordinal }
            guard rows[period]?.contains(where: { $0.value == value }) != true else {
                throw NationalTableError.twice(table.place(row: row, column: outcome))
            }
            rows[period, default: []].append((value, count))
        }
        return NationalRanks(pupils: rows)
    }
}

/// What stops a table of national means or ranks.
public enum NationalTableError: Refusal, Equatable {
    case notANumber(Place)
    case twice(Place)

    public var status: ExitStatus { .input }
    public var code: String { "E234" }
    public var message: String {
        switch self {
        case .notANumber: "this national figure is not a number"
        case .twice: "this national figure stands here for the second time"
        }
    }
    public var hint: String? {
        "a file of means has a row a period, with the period's column named as in the results, a column for each outcome, and "
            + "where groups have peers of their own a column `group` with values such as fsm=Y; one of ranks has a row a result, with its pupils"
    }
    public var place: Place? {
        switch self {
        case .notANumber(let place), .twice(let place): place
        }
    }
}
