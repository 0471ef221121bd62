import Panels
import Tables

/// A list of partners.
public enum PartnerList {
    /// A CSV file of partner units and, where it has such a column, their starts.
    ///
    /// - Parameters:
    ///   - path: of the list.
    ///   - unit: the unit's columns in the results; joined by "/" where there are several.
    ///   - unitColumn: the unit's column in this file where its name differs.
    ///   - startColumn: the start's column; `start`, where there is such a column, if nil.
    ///   - startAt: the start of partners for which the list has none.
    /// - Throws: `TableError`, and `RequestError.missing` where neither the list nor `startAt` says a start.
    public static func read(
        _ path: String, unit: [String], unitColumn: String?, startColumn: String?, startAt: String?
    ) throws -> TreatmentSource {
        let list = try UnitColumn(path, unit: unit, named: unitColumn, option: "--partners-unit")
        let starts = try list.table.column(startColumn ?? "start", isRequired: startColumn != nil)
        guard starts != nil || startAt != nil else {
            throw RequestError.missing(
                option: "--start-at",
                why:
                    "\(path) has no column \"start\" (its columns: \(list.table.columns.joined(separator: ", "))); if one of them "
                    + "holds the starts, name it by --partners-start")
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
        try UnitColumn(path, unit: unit, named: nil, option: nil).units
    }
}

/// The units that a small file lists.
private struct UnitColumn {
    let table: RawTable
    let units: [String]

    /// - Parameter option: names the unit's column in this file.
    init(_ path: String, unit: [String], named name: String?, option: String?) throws {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        self.table = table
        if let name {
            units = try table.column(name, isRequired: true) ?? []
        } else if unit.count > 1, let joined = try table.column(unit.joined(separator: "/"), isRequired: false) {
            units = joined
        } else {
            if let option, let absent = unit.first(where: { !table.columns.contains($0) }), unit.count == 1 {
                throw ListError.noUnitColumn(path: path, column: absent, columns: table.columns, option: option)
            }
            let parts = try unit.map { try table.column($0, isRequired: true) ?? [] }
            units = table.rows.indices.map { row in parts.map { $0[row] }.joined(separator: "/") }
        }
    }
}

/// What stops a list of units.
public enum ListError: Refusal, Equatable {
    case noUnitColumn(path: String, column: String, columns: [String], option: String)

    public var status: ExitStatus { .input }
    public var code: String { "E130" }

    public var message: String {
        switch self {
        case .noUnitColumn(_, let column, let columns, _):
            "this list has no column `\(column)` of units; its columns are \(columns.joined(separator: ", "))"
        }
    }

    public var place: Place? {
        switch self {
        case .noUnitColumn(let path, _, _, _): Place(file: path)
        }
    }

    public var hint: String? {
        switch self {
        case .noUnitColumn(_, _, _, let option):
            "name the column that holds them with \(option) (in a plan: partnership.unitColumn)"
        }
    }
}
