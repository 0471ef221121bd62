import Cells
import Panels
import Tables

/// A value that was named and stands in no row: mostly a slip of the pen.
public struct NeverOccurring: Refusal, Equatable {
    let column: String
    let value: String
    let nearest: String?
    /// The values that occur, where they are few.
    let known: [String]

    public var status: ExitStatus { .input }
    public var code: String { "E337" }
    public var message: String { "`\(value)` never occurs in \(column)" }

    public var hint: String? {
        if let nearest { return "did you mean `\(nearest)`?" }
        return known.isEmpty
            ? "see the values that occur: `counterpart describe` shows those of files"
            : "its values are \(known.joined(separator: ", "))"
    }

    private init(column: String, value: String, among values: [String]) {
        self.column = column
        self.value = value
        let folded = values.first { $0.lowercased() == value.lowercased() }
        // Of codes of one or two letters every other is near.
        nearest = folded ?? (value.count > 2 ? NearestNames.of(value, among: values).first : nil)
        known = values.count <= 12 ? values : []
    }

    /// - Throws: where an outcome's value counts no row; the files are looked at again for what they hold instead.
    static func check(_ data: DataRequest, _ table: CellTable) throws {
        for (column, value) in Self.unseen(data, table) where !data.files.contains(where: { $0.path == "-" }) {
            let values = try Self.values(of: column, data)
            // A value that occurs, but in no row that is kept, is a result like any other.
            guard !values.contains(value) else { continue }
            throw NeverOccurring(column: column, value: value, among: values)
        }
    }

    /// The same for a database, whose values are not listed here.
    ///
    /// - Parameter holds: asks whether any row has a value in a column.
    static func check(
        _ data: DataRequest, _ table: CellTable, holds: (_ value: String, _ column: String) throws -> Bool
    ) throws {
        for (column, value) in Self.unseen(data, table) where try !holds(value, column) {
            throw NeverOccurring(column: column, value: value, among: [])
        }
    }

    /// The values of outcomes that no row with a result has.
    private static func unseen(_ data: DataRequest, _ table: CellTable) -> [(column: String, value: String)] {
        zip(data.outcomes, table.blocks).compactMap { outcome, block in
            guard let equals = outcome.equals, let value = YesNo(equals: equals).yes.first else { return nil }
            let moments = block.moments
            let q = moments.variableCount
            let isUnseen =
                moments.n.contains { $0 > 0 } && moments.n.indices.allSatisfy { moments.mean[$0 * q] == 0 }
            return isUnseen ? (data.result ?? outcome.column, value) : nil
        }
    }

    /// - Throws: where no row that is kept holds the subject of an outcome.
    static func check(subjects data: DataRequest, _ table: CellTable) throws {
        guard let subject = data.subject else { return }
        for (outcome, block) in zip(data.outcomes, table.blocks) {
            guard let rows = block.rows, rows.allSatisfy({ $0 == 0 }) else { continue }
            let isStream = data.files.contains { $0.path == "-" }
            let values = isStream ? [] : try Self.values(of: subject, data)
            throw NeverOccurring(column: subject, value: outcome.column, among: values)
        }
    }

    /// The values of a column that holds groups; the files are looked at again.
    private static func values(of column: String, _ data: DataRequest) throws -> [String] {
        var describe = Describe(files: data.files)
        describe.form = data.form
        describe.missing = data.missing
        describe.threads = data.threads
        let found = try describe.run().columns.first { $0.name == column }
        guard case .group(let values) = found?.looks else { return [] }
        return values.map(\.value).sorted()
    }

    /// - Throws: where the group of a gap, or its named peers, stand in no cell.
    static func check(_ gap: GroupContrast, _ table: CellTable) throws {
        guard let key = table.keys.first(where: { $0.name == gap.column }) else { return }
        let values = key.values.filter { !$0.isEmpty }
        for value in [gap.value] + [gap.peers].compactMap({ $0 }) where !values.contains(value) {
            throw NeverOccurring(column: gap.column, value: value, among: values)
        }
    }
}
