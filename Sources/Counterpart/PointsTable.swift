import Schemas
import Tables

/// Points of grades, for every outcome or for one subject: a table of the program, such as `gcse` or `ucas-a-level`, or a file.
public struct PointsTable: Sendable, Equatable {
    let path: String
    private var common: [String: Decimal6] = [:]
    private var bySubject: [String: [String: Decimal6]] = [:]

    /// - Throws: what `read` throws; `PointsError.noTable` for what is neither a name nor looks like a file.
    public static func named(_ name: String, file: (String) -> String = { $0 }) throws -> PointsTable {
        if let table = GradePoints(name) {
            var points = PointsTable(path: name)
            points.common = table.points
            return points
        }
        guard name.contains(".") || name.contains("/") else {
            throw PointsError.noTable(name, known: GradePoints.names)
        }
        return try read(file(name))
    }

    /// Where the points of a table of the program come from; nil for files.
    public static func words(_ name: String) -> String? { GradePoints(name)?.words }

    /// Reads a file of two columns, grade and points, or of three: then the third names the subject whose grades these are,
    /// and is empty for grades of every other subject.
    ///
    /// - Throws: `PointsError` where there are other columns, a grade stands twice or its points are no decimal.
    public static func read(_ path: String) throws -> PointsTable {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        guard (2...3).contains(table.columns.count) else {
            throw PointsError.notTwoColumns(path: path, found: table.columns.count)
        }
        var points = PointsTable(path: path)
        for (index, row) in table.rows.enumerated() {
            guard let value = Decimal6(parsing: row[1]) else {
                throw PointsError.notANumber(path: path, line: index + 2)
            }
            let subject = row.count > 2 ? row[2] : ""
            let known =
                subject.isEmpty
                ? points.common.updateValue(value, forKey: row[0])
                : points.bySubject[subject, default: [:]].updateValue(value, forKey: row[0])
            guard known == nil else { throw PointsError.twice(path: path, line: index + 2) }
        }
        return points
    }

    /// The points of an outcome's grades: those of its subject, or where it has none those of every subject.
    ///
    /// A subject's grades stand for themselves: tiers and scales are never mixed.
    ///
    /// - Throws: `PointsError.noSubject`.
    func grades(of subject: String) throws(PointsError) -> [String: Decimal6] {
        if let own = bySubject[subject] { return own }
        guard !common.isEmpty else { throw .noSubject(path: path, subject: subject, known: bySubject.keys.sorted()) }
        return common
    }

    private init(path: String) { self.path = path }
}

/// What stops a table of points.
public enum PointsError: Refusal, Equatable {
    case notTwoColumns(path: String, found: Int)
    case notANumber(path: String, line: Int)
    case twice(path: String, line: Int)
    case noSubject(path: String, subject: String, known: [String])
    case noTable(String, known: [String])

    public var status: ExitStatus { if case .noTable = self { .usage } else { .input } }

    public var code: String { if case .noTable = self { "E149" } else { "E205" } }

    public var message: String {
        switch self {
        case .notTwoColumns(_, let found):
            "a table of points has two columns, grade and points, or a third for the subject; this one has \(found)"
        case .notANumber: "the points are not a number with at most six decimals"
        case .twice: "this grade stands here for the second time"
        case .noSubject(_, let subject, let known):
            "there are no points for the grades of \(subject), only of \(known.joined(separator: ", "))"
        case .noTable(let name, _): "there is no table of points called \(name)"
        }
    }

    public var hint: String? {
        switch self {
        case .noSubject: "add its grades, or grades with an empty subject for every other one"
        case .noTable(_, let known):
            "choose from: \(known.joined(separator: ", ")); or name a CSV file of the columns grade and points"
        case .notTwoColumns, .notANumber, .twice: nil
        }
    }

    public var place: Place? {
        switch self {
        case .notTwoColumns(let path, _), .noSubject(let path, _, _): Place(file: path)
        case .noTable: nil
        case .notANumber(let path, let line), .twice(let path, let line): Place(file: path, line: line)
        }
    }
}
