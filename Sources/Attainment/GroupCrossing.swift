import Cells
import Panels

/// Groups by several columns at once: pupils with all of the named values, or each combination of values.
///
/// The columns become one key of the cells, whose value is empty where one of them is not known, so that pupils who are
/// known in all of them alone join a side.
struct GroupCrossing {
    var columns: [String]
    var unknown: [String]

    /// A mark that no text field holds stands between the values.
    static let mark = "\u{1F}"

    var key: String { columns.joined(separator: ",") }

    func value(_ values: [String]) -> String {
        values.contains { $0.isEmpty || unknown.contains($0) } ? "" : values.joined(separator: Self.mark)
    }

    func contrast(_ values: [String]) -> GroupContrast { GroupContrast(column: key, value: value(values)) }

    /// `fsm=Y,sex=F`.
    func label(_ value: String) -> String {
        parts(value).map { "\($0.column)=\($0.value)" }.joined(separator: ",")
    }

    func parts(_ value: String) -> [(column: String, value: String)] {
        let values = value.split(separator: Character(Self.mark), omittingEmptySubsequences: false).map(String.init)
        return zip(columns, values).map { ($0, $1) }
    }

    func labelled(_ contrast: GroupContrast) -> LabelledContrast {
        LabelledContrast(contrast: contrast, label: label(contrast.value), parts: parts(contrast.value))
    }

    /// - Throws: `CellsError` where a column is no key, or the key is there already.
    func added(to table: CellTable) throws -> CellTable {
        let positions = try columns.map { name in
            guard let position = table.keys.firstIndex(where: { $0.name == name }) else {
                throw CellsError.noSuchKey(name, known: table.keys.map(\.name))
            }
            return position
        }
        return try table.adding(key: key) { values in value(positions.map { values[$0] }) }
    }
}

extension GapRequest.Group {
    /// How several columns make this group; nil where one does.
    var crossing: GroupCrossing? {
        switch self {
        case .contrast, .eachValue: nil
        case .intersection(let parts):
            GroupCrossing(columns: parts.map(\.column), unknown: parts.flatMap(\.unknown))
        case .crossed(let columns, let unknown): GroupCrossing(columns: columns, unknown: unknown)
        }
    }

    /// The key columns that it needs.
    var columns: [String] {
        switch self {
        case .contrast(let contrast): [contrast.column]
        case .eachValue(let column, _): [column]
        case .intersection, .crossed: crossing?.columns ?? []
        }
    }
}

extension GapRequest {
    /// The table with a key for each crossing that is asked for.
    func withCrossings(_ table: CellTable) throws -> CellTable {
        var table = table
        for crossing in groups.compactMap(\.crossing) where !table.keys.contains(where: { $0.name == crossing.key }) {
            table = try crossing.added(to: table)
        }
        return table
    }
}
