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

/// What stops a table of national means.
public enum NationalTableError: Refusal, Equatable {
    case notANumber(Place)
    case twice(Place)

    public var status: ExitStatus { .input }
    public var code: String { "E234" }
    public var message: String {
        switch self {
        case .notANumber: "the mean of the national peers is not a number"
        case .twice: "the mean of these national peers stands here for the second time"
        }
    }
    public var hint: String? {
        "the file has a row a period, with the period's column named as in the results, a column for each outcome, and "
            + "where groups have peers of their own a column `group` with values such as fsm=Y"
    }
    public var place: Place? {
        switch self {
        case .notANumber(let place), .twice(let place): place
        }
    }
}
