import Tables

/// Points of grades by a file of two columns.
public enum PointsTable {
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

    public var status: ExitStatus { .input }
    public var code: String { "E205" }

    public var message: String {
        switch self {
        case .notTwoColumns(_, let found): "a table of points has two columns, grade and points; this one has \(found)"
        case .notANumber: "the points are not a number with at most six decimals"
        case .twice: "this grade stands here for the second time"
        }
    }

    public var place: Place? {
        switch self {
        case .notTwoColumns(let path, _): Place(file: path)
        case .notANumber(let path, let line), .twice(let path, let line): Place(file: path, line: line)
        }
    }
}
