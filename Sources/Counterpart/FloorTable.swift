import Attainment
import Tables

/// The least scores of prior attainment groups, as they are published with Progress 8 each year: columns `group` (1 for the
/// first band of the table) and `minimum`. Groups that are not named have none.
///
/// They rest on the national spread of pupils' scores and are in no table of the program; the user gives them.
public enum FloorTable {
    /// - Parameter bandCount: of the official table.
    /// - Returns: the least score of each band, in scores as they come out (Progress 8: tenths of a difference in points).
    /// - Throws: `TableError` for a file that cannot be read, `FloorTableError` for one that cannot be used.
    public static func read(_ path: String, bandCount: Int) throws -> [Double?] {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        guard let groups = try table.column("group", isRequired: false),
            let minima = try table.column("minimum", isRequired: false)
        else { throw FloorTableError.noColumns(path: path) }
        var floors = [Double?](repeating: nil, count: bandCount)
        for row in groups.indices {
            guard let group = Int(groups[row]), (1...max(1, bandCount)).contains(group) else {
                throw FloorTableError.noGroup(path: path, line: table.lines[row], bands: bandCount)
            }
            guard let value = Double(minima[row]), value.isFinite, value < 0 else {
                throw FloorTableError.notBelowZero(path: path, line: table.lines[row])
            }
            guard floors[group - 1] == nil else { throw FloorTableError.twice(path: path, line: table.lines[row]) }
            floors[group - 1] = value
        }
        return floors
    }
}

/// What stops a table of least scores.
public enum FloorTableError: Refusal, Equatable {
    case noColumns(path: String)
    case noGroup(path: String, line: Int, bands: Int)
    case notBelowZero(path: String, line: Int)
    case twice(path: String, line: Int)

    public var status: ExitStatus { .input }
    public var code: String { "E242" }

    public var message: String {
        switch self {
        case .noColumns: "a table of least scores has the columns group and minimum"
        case .noGroup(_, _, let bands): "the group is no whole number from 1 to \(bands), the bands of the table"
        case .notBelowZero: "the least score of this group is not a number below 0"
        case .twice: "this group stands here for the second time"
        }
    }

    public var place: Place? {
        switch self {
        case .noColumns(let path): Place(file: path)
        case .noGroup(let path, let line, _), .notBelowZero(let path, let line), .twice(let path, let line):
            Place(file: path, line: line)
        }
    }
}
