import Cells
import Tables

/// A column whose values are printed as names of groups; pupils' identifiers may not be among them.
struct LabelColumn {
    let name: String
    /// The option or plan key that names it.
    let option: String

    /// More values than this, each of few rows, name pupils rather than groups of them.
    private static let mostValues = 100
    private static let fewRows = 10

    /// - Throws: `RequestError.pupilsAsGroups` where it is the `--pupil` column.
    func refusePupils(_ data: DataRequest) throws(RequestError) {
        if name == data.pupil { throw .pupilsAsGroups(column: name, option: option, why: "it is the --pupil column") }
    }

    /// - Parameter areUnits: rows were said to be schools, of which each may well have a value of its own.
    /// - Throws: `RequestError.pupilsAsGroups` where most of the values have the form of a UPN or ULN with a right check
    ///   character, or there are over a hundred of them for fewer than ten rows each.
    func refusePupils(_ table: CellTable, _ data: DataRequest, areUnits: Bool) throws(RequestError) {
        guard name != data.unitName, name != data.timeName, let key = table.keys.first(where: { $0.name == name })
        else {
            return
        }
        let known = key.values.filter { !$0.isEmpty }
        let kinds = known.compactMap { IdentifierCheck.kind(of: $0) }
        for kind in [IdentifierCheck.Kind.upn, .uln] where 2 * kinds.count(where: { $0 == kind }) > known.count {
            throw .pupilsAsGroups(column: name, option: option, why: "its values are \(kind.rawValue)s")
        }
        guard !areUnits, data.count == nil, known.count > Self.mostValues else { return }
        var rows = 0
        for cell in 0..<table.cellCount where !key.values[Int(key.codes[cell])].isEmpty {
            rows += Int(table.rowCounts[cell])
        }
        if rows < Self.fewRows * known.count {
            throw .pupilsAsGroups(
                column: name, option: option,
                why: "it has \(known.count) values for \(rows) rows, as many as identifiers have")
        }
    }
}

extension DidRequest {
    var labels: [LabelColumn] {
        by.map { LabelColumn(name: $0, option: "--by") }
            + [design.gap].compactMap { $0 }.map { LabelColumn(name: $0.column, option: "--gap") }
            + design.factors.map { LabelColumn(name: $0, option: "--factors") }
            + furtherKeys.map { LabelColumn(name: $0, option: "groups") }
    }
}

extension GapsRequest {
    var labels: [LabelColumn] {
        groups.flatMap(\.columns).map { LabelColumn(name: $0, option: "--group") }
            + by.map { LabelColumn(name: $0, option: "--by") }
    }
}

extension CellsRequest {
    var labels: [LabelColumn] {
        groups.map { LabelColumn(name: $0, option: "--group or --gap") }
            + factors.map { LabelColumn(name: $0, option: "--factors") }
            + by.map { LabelColumn(name: $0, option: "--by") }
    }
}

extension DataRequest {
    /// An outcome explained by itself would have no effect left.
    ///
    /// - Throws: `RequestError.conflicting`.
    func refuseOutcomes(among columns: [String], role: String) throws(RequestError) {
        for outcome in outcomes where columns.contains(outcome.column) {
            throw .conflicting("\(outcome.column) is an outcome and cannot be \(role) too")
        }
    }
}
