import Attainment
import Schemas
import Tables

/// The published table of the value added model of 16 to 18 as CSV files: `qual_id`, `x_0` … `x_21` and `y_0` … `y_21` (any
/// number of knots), and in the same file or in a second one `sd_suqu` (the spread of scores in grades) and `size`.
public enum KnotTableFile {
    private static let subject = "qual_id"
    /// The table of points by which one grade is told.
    private static let grades = ("a-level", "A*", "A")

    /// - Throws: `TableError` for files that cannot be read, `KnotTableError` for those that cannot be used.
    public static func read(_ paths: [String]) throws -> KnotTable {
        var subjects: [KnotTable.Subject] = []
        var spreads: [String: Double] = [:]
        var sizes: [String: Double] = [:]
        var holdsKnots = false
        for path in paths {
            let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
            guard let names = try table.column(subject, isRequired: false) else {
                throw KnotTableError.noColumns(path: path)
            }
            try add(try table.column("sd_suqu", isRequired: false), names, table, path, to: &spreads)
            try add(try table.column("size", isRequired: false), names, table, path, to: &sizes)
            guard let knots = try knots(table, path) else { continue }
            guard !holdsKnots else { throw KnotTableError.severalKnots(path: path) }
            holdsKnots = true
            for row in names.indices {
                guard !subjects.contains(where: { $0.name == names[row] }) else {
                    throw KnotTableError.twice(path: path, line: table.lines[row])
                }
                subjects.append(KnotTable.Subject(name: names[row], x: knots[row].x, y: knots[row].y))
            }
        }
        guard holdsKnots else { throw KnotTableError.noColumns(path: paths.first ?? "") }
        for index in subjects.indices {
            subjects[index].spread = spreads[subjects[index].name]
            subjects[index].size = sizes[subjects[index].name]
        }
        return KnotTable(subjects, pointsPerGrade: pointsPerGrade)
    }

    private static var pointsPerGrade: Double {
        let points = GradePoints(grades.0)?.points ?? [:]
        guard let higher = points[grades.1], let lower = points[grades.2] else { return 1 }
        return Double(higher.mantissa - lower.mantissa)
    }

    private static func add(
        _ column: [String]?, _ names: [String], _ table: RawTable, _ path: String, to values: inout [String: Double]
    ) throws {
        for (row, text) in (column ?? []).enumerated() where !text.isEmpty {
            guard let value = Double(text), value.isFinite, value > 0 else {
                throw KnotTableError.notANumber(path: path, line: table.lines[row])
            }
            values[names[row]] = value
        }
    }

    /// The knots of each row; nil where the file has no column `x_0`.
    private static func knots(_ table: RawTable, _ path: String) throws -> [(x: [Double], y: [Double])]? {
        var columns: [(x: [String], y: [String])] = []
        while let x = try table.column("x_\(columns.count)", isRequired: false),
            let y = try table.column("y_\(columns.count)", isRequired: false)
        {
            columns.append((x, y))
        }
        guard columns.count > 1 else { return nil }
        return try table.rows.indices.map { row in
            var knots: (x: [Double], y: [Double]) = ([], [])
            for (x, y) in columns where !x[row].isEmpty || !y[row].isEmpty {
                guard let at = Double(x[row]), let value = Double(y[row]), at.isFinite, value.isFinite else {
                    throw KnotTableError.notANumber(path: path, line: table.lines[row])
                }
                guard knots.x.last.map({ $0 <= at }) ?? true else {
                    throw KnotTableError.notAscending(path: path, line: table.lines[row])
                }
                knots.x.append(at)
                knots.y.append(value)
            }
            return knots
        }
    }
}

/// What stops a table of knots.
public enum KnotTableError: Refusal, Equatable {
    case noColumns(path: String)
    case severalKnots(path: String)
    case notANumber(path: String, line: Int)
    case notAscending(path: String, line: Int)
    case twice(path: String, line: Int)

    public var status: ExitStatus { .input }
    public var code: String { "E243" }

    public var message: String {
        switch self {
        case .noColumns: "a table of knots has the columns qual_id, x_0, x_1, … and y_0, y_1, …"
        case .severalKnots: "knots stand in more than one of the files"
        case .notANumber: "a knot, spread or size in this row is not a number as it should be"
        case .notAscending: "the prior attainment of the knots in this row does not ascend"
        case .twice: "this subject stands here for the second time"
        }
    }

    public var hint: String? {
        switch self {
        case .noColumns, .severalKnots:
            "save the sheets national_bands and subject_variance of the 16 to 18 ready reckoner as CSV files, and name both"
        case .notANumber, .notAscending, .twice: nil
        }
    }

    public var place: Place? {
        switch self {
        case .noColumns(let path), .severalKnots(let path): Place(file: path)
        case .notANumber(let path, let line), .notAscending(let path, let line), .twice(let path, let line):
            Place(file: path, line: line)
        }
    }
}
