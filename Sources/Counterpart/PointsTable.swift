import Schemas
import Tables

/// Points of grades by a table of the program, such as `gcse` or `ucas-a-level`, or by a file of two columns.
public enum PointsTable {
    /// - Throws: what `read` throws; `PointsError.noTable` for what is neither a name nor looks like a file.
    public static func named(_ name: String, file: (String) -> String = { $0 }) throws -> [String: Decimal6] {
        if let table = GradePoints(name) { return table.points }
        guard name.contains(".") || name.contains("/") else {
            throw PointsError.noTable(name, known: GradePoints.names)
        }
        return try read(file(name))
    }

    /// Where the points of a table of the program come from; nil for files.
    public static func words(_ name: String) -> String? { GradePoints(name)?.words }

    /// - Throws: `PointsError` where there are not two columns, a grade stands twice or its points are no decimal.
    public static func read(_ path: String) throws -> [String: Decimal6] {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        guard table.columns.count == 2 else { throw PointsError.notTwoColumns(path: path, found: table.columns.count) }
        var points: [String: Decimal6] = [:]
        for (index, row) in table.rows.enumerated() {
            guard let value = Decimal6(parsing: row[1]) else {
                throw PointsError.notANumber(path: path, line: index + 2)
            }
            guard points.updateValue(value, forKey: row[0]) == nil else {
                throw PointsError.twice(path: path, line: index + 2)
            }
        }
        return points
    }
}

/// What stops a table of points.
public enum PointsError: Refusal, Equatable {
    case notTwoColumns(path: String, found: Int)
    case notANumber(path: String, line: Int)
    case twice(path: String, line: Int)
    case noTable(String, known: [String])

    public var status: ExitStatus {
        if case .noTable = self { .usage } else { .input }
    }

    public var code: String { if case .noTable = self { "E149" } else { "E205" } }

    public var hint: String? {
        guard case .noTable(_, let known) = self else { return nil }
        return "choose from: \(known.joined(separator: ", ")); or name a CSV file of two columns, grade and points"
    }

    public var message: String {
        switch self {
        case .notTwoColumns(_, let found): "a table of points has two columns, grade and points; this one has \(found)"
        case .notANumber: "the points are not a number with at most six decimals"
        case .twice: "this grade stands here for the second time"
        case .noTable(let name, _): "there is no table of points called \(name)"
        }
    }

    public var place: Place? {
        switch self {
        case .notTwoColumns(let path, _): Place(file: path)
        case .noTable: nil
        case .notANumber(let path, let line), .twice(let path, let line): Place(file: path, line: line)
        }
    }
}
