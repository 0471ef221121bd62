import Panels
import Tables

/// Small files beside the results: partners, units to leave out, links of old to new identifiers, points of grades.
public enum PartnerList {
    /// A CSV file of partner units and, where it has such a column, their starts.
    ///
    /// - Parameters:
    ///   - unit: the unit's columns in the results; joined by "/" where there are several.
    ///   - unitColumn: the unit's column in this file where its name differs.
    public static func read(
        _ path: String, unit: [String], unitColumn: String?, startColumn: String?, startAt: String?
    ) throws -> TreatmentSource {
        let list = try UnitColumn(path, unit: unit, named: unitColumn)
        let starts = try list.table.column(startColumn ?? "start", isRequired: startColumn != nil)
        guard starts != nil || startAt != nil else {
            throw RequestError.missing(option: "--start-at", why: "\(path) has no column \"start\"")
        }
        let entries = list.units.indices.map { row in
            PartnerEntry(unit: list.units[row], start: starts.flatMap { $0[row].isEmpty ? nil : $0[row] })
        }
        return .partners(entries, startAt: startAt)
    }
}

/// A CSV file whose unit column lists units.
public enum UnitList {
    public static func read(_ path: String, unit: [String]) throws -> [String] {
        try UnitColumn(path, unit: unit, named: nil).units
    }
}

/// A CSV file of old and new identifiers of the same school.
public enum UnitLinks {
    private static let oldNames = ["URN", "urn", "old", "from"]
    private static let newNames = ["LinkURN", "link_urn", "new", "to"]

    /// - Returns: old to newest identifier, chains followed.
    /// - Throws: `LinkError` for splits, merges and circles: joining those is a decision, not arithmetic.
    public static func read(_ path: String) throws -> [String: String] {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        guard let old = try table.firstColumn(of: oldNames), let new = try table.firstColumn(of: newNames) else {
            throw LinkError.noColumns(path: path)
        }
        var next: [String: String] = [:]
        var previous: [String: String] = [:]
        for row in old.indices where !old[row].isEmpty && !new[row].isEmpty && old[row] != new[row] {
            if let other = next[old[row]], other != new[row] { throw LinkError.split(path: path, line: row + 2) }
            if let other = previous[new[row]], other != old[row] { throw LinkError.merge(path: path, line: row + 2) }
            next[old[row]] = new[row]
            previous[new[row]] = old[row]
        }
        var newest: [String: String] = [:]
        for first in next.keys {
            var last = first
            var steps = 0
            while let following = next[last] {
                last = following
                steps += 1
                guard steps <= next.count else { throw LinkError.circle(path: path) }
            }
            newest[first] = last
        }
        return newest
    }
}

/// What stops links between old and new identifiers.
public enum LinkError: Refusal, Equatable {
    case noColumns(path: String)
    case split(path: String, line: Int)
    case merge(path: String, line: Int)
    case circle(path: String)

    public var status: ExitStatus { .input }
    public var code: String { "E320" }

    public var message: String {
        switch self {
        case .noColumns: "a file of links needs a column of old identifiers (URN) and one of new ones (LinkURN)"
        case .split: "one school is linked to two: a split is not joined by itself"
        case .merge: "two schools are linked to one: a merger is not joined by itself"
        case .circle: "the links run in a circle"
        }
    }

    public var place: Place? {
        switch self {
        case .noColumns(let path), .circle(let path): Place(file: path)
        case .split(let path, let line), .merge(let path, let line): Place(file: path, line: line)
        }
    }

    public var hint: String? {
        switch self {
        case .split, .merge: "take these lines out, and leave the schools out of the evaluation or name one of them yourself"
        default: nil
        }
    }
}

/// Points of grades by a file of two columns.
public enum PointsTable {
    /// - Throws: `PointsError` where there are not two columns, a grade stands twice or its points are no decimal.
    public static func read(_ path: String) throws -> [String: Decimal6] {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        guard table.columns.count == 2 else { throw PointsError.notTwoColumns(path: path, found: table.columns.count) }
        var points: [String: Decimal6] = [:]
        for (index, row) in table.rows.enumerated() {
            guard let value = Decimal6(parsing: row[1]) else { throw PointsError.notANumber(path: path, line: index + 2) }
            guard points.updateValue(value, forKey: row[0]) == nil else { throw PointsError.twice(path: path, line: index + 2) }
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

/// The units that a small file lists.
private struct UnitColumn {
    let table: RawTable
    let units: [String]

    init(_ path: String, unit: [String], named name: String?) throws {
        table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        if let name {
            units = try table.column(name, isRequired: true) ?? []
        } else if unit.count > 1, let joined = try table.column(unit.joined(separator: "/"), isRequired: false) {
            units = joined
        } else {
            let parts = try unit.map { try table.column($0, isRequired: true) ?? [] }
            units = table.rows.indices.map { row in parts.map { $0[row] }.joined(separator: "/") }
        }
    }
}
