import Cells
import Foundation
import Panels
import Tables

/// The cells of a run with what the reading found: from rows, or from cell tables made elsewhere.
struct StudyCells {
    var table: CellTable
    var report: ReadReport
    var warnings: [Warning]
    /// Rows that entered no block, by reason, for each outcome; then what later steps leave out.
    var dropped: [[DroppedRows]]
    /// By outcome the block that holds the pupils behind a row; empty where none does.
    var countBlocks: [Int] = []
    var arithmetic: Arithmetic
    /// The row conditions in words.
    var filter = ""
    /// The request behind the cells, for naming lines; nil where they came as cells.
    var request: CellRequest?

    /// Reads the rows once, or the cell tables where every file is one.
    ///
    /// - Parameters:
    ///   - keys: unit and period first.
    ///   - splits: keys that rows are split by where they are at hand; cell tables are taken as they are.
    ///   - required: keys whose empty field leaves the row out.
    static func read(
        _ data: DataRequest, keys: [ColumnRequest], splits: [ColumnRequest] = [], covariates: [String],
        required: [String]
    ) throws -> StudyCells {
        let names = data.files.map(\.path)
        for (index, name) in names.enumerated() where names[..<index].contains(name) {
            throw RequestError.conflicting("\(name) is named twice, and its rows would count twice")
        }
        let areCells = names.map { CellFile.isCellTable($0) }
        if areCells.allSatisfy({ $0 }) {
            var cells = try fromCells(data, keys: keys, covariates: covariates)
            if let links = data.links { try cells.join(links, unit: data.unitName, time: data.timeName) }
            return cells
        }
        if let rows = areCells.firstIndex(of: false), areCells.contains(true) {
            throw RequestError.conflicting("\(names[rows]) holds rows and other files are cell tables; give one kind")
        }
        for name in names where CellFile.isOrphan(name) {
            throw CellsError.noSideCar(path: name, sideCar: CellFile.sideCarPath(name))
        }
        var read = ReadRequest(files: data.files, columns: [])
        read.form = data.form
        read.missing = data.missing
        read.filters = data.filters
        read.arithmetic = data.arithmetic
        read.threads = data.threads
        read.isLenient = data.isLenient
        read.rejects = data.rejects
        read.wantsDigests = data.wantsDigests
        read.digestLimit = data.digestLimit
        var request = CellRequest(read: read, keys: keys + splits, outcomes: try data.outcomeColumns())
        request.required = required
        request.nouns = [data.unitName: "unit"]
        if let time = data.timeName { request.nouns[time] = "period" }
        request.covariates = covariates.map { ColumnRequest($0, role: .number) }
        request.weight = data.weights.map { ColumnRequest($0, role: .number) }
        if let pupil = data.pupil {
            request.read.pupils = PupilIdentifiers(column: pupil, key: data.pupilKey, optedOut: data.optedOut)
            request.pupil = ColumnRequest(pupil, role: .key)
            request.pupilPeriod = data.timeName
        }
        request.outcomes += data.countColumns()
        let reading = try CellReader.read(request)
        var cells = StudyCells(
            table: reading.table, report: reading.report,
            warnings: reading.report.warnings + reading.warnings + data.pupilWarnings(reading.report),
            dropped: reading.table.blocks.map(\.dropped), countBlocks: data.countBlocks,
            arithmetic: reading.arithmetic, request: request)
        try WrappedKeys.check(reading.table)
        try NeverOccurring.check(subjects: data, reading.table)
        try NeverOccurring.check(data, reading.table)
        let before = [
            DroppedRows("could not be read", reading.report.rowsRejected),
            DroppedRows("of pupils who opted out", reading.report.rowsOptedOut),
            DroppedRows("records of another kind (--schema)", reading.report.rowsOfOtherRecords),
            DroppedRows(DroppedRows.filteredOut, reading.report.rowsFiltered),
        ].filter { $0.rows > 0 }
        cells.filter = data.filters.map(\.text).joined(separator: " and ")
        for block in cells.dropped.indices { cells.dropped[block].insert(contentsOf: before, at: 0) }
        if let time = data.timeName, let key = cells.table.keys.first(where: { $0.name == time }) {
            cells.warnings += MeasureNotes.warnings(
                data.outcomes.map(\.column), periods: key.values, files: reading.report.files)
        }
        if let links = data.links { try cells.join(links, unit: data.unitName, time: data.timeName) }
        return cells
    }

    private static func fromCells(_ data: DataRequest, keys: [ColumnRequest], covariates: [String]) throws -> StudyCells
    {
        if data.pupil != nil {
            throw RequestError.doesNotApply(option: "--pupil", to: "cell tables, which name no pupils")
        }
        if !data.filters.isEmpty {
            throw RequestError.doesNotApply(option: "--where", to: "cell tables, whose rows are summed already")
        }
        if data.subject != nil {
            throw RequestError.doesNotApply(option: "--subject", to: "cell tables, whose rows are summed already")
        }
        if data.count != nil { throw RequestError.cellsLack("the pupils behind a row (--count)") }
        if data.outcomes.count > 1 { throw RequestError.cellsLack("more than one outcome") }
        let reading = try CellFile.read(data.files.map(\.path))
        let known = reading.table.keys.map(\.name)
        for key in keys where !known.contains(key.name) { throw RequestError.cellsLack("the column \(key.name)") }
        let wanted = data.outcomes.map(\.name) + covariates
        let held = reading.table.blocks[0].variables
        guard held == wanted else {
            throw RequestError.cellsLack(
                "exactly \(wanted.joined(separator: ", ")): they hold \(held.joined(separator: ", ")), over the rows where all of these are present"
            )
        }
        guard reading.weight == data.weights else {
            throw RequestError.cellsLack("sums with \(data.weights.map { "the weights \($0)" } ?? "no weights")")
        }
        var report = ReadReport()
        report.rowsRead = reading.rowsRead
        report.files = try data.files.map { try Self.fileReport($0.path, reading.sideCars) }
        var table = try reading.table.rolledUp(keeping: keys.map(\.name))
        let dropped = DroppedRows.added(reading.sideCars.flatMap(\.rowsDropped), codes: data.missing.codes)
        table.blocks[0].dropped = dropped
        return StudyCells(
            table: table, report: report, warnings: [], dropped: [dropped],
            arithmetic: reading.table.isExact ? .exact : .double, filter: reading.filter, request: nil)
    }

    /// A cell table as an input: its bytes, its cells as rows, its digest.
    private static func fileReport(_ path: String, _ sideCars: [CellSideCar]) throws -> FileReport {
        let digest = try SHA256Digest.hex(ofFileAt: path)
        let bytes = (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? nil
        return FileReport(
            path: path, bytes: bytes ?? 0, rows: sideCars.first { $0.cellsSHA256 == digest }?.cells ?? 0,
            delimiter: UInt8(ascii: ","), sha256: digest)
    }

    /// Replaces the values of a key; cells that become alike are joined.
    mutating func map(key name: String, _ value: (String) -> String) throws {
        guard let index = table.keys.firstIndex(where: { $0.name == name }) else { return }
        let names = table.keys.map(\.name)
        let key = table.keys[index]
        table.keys[index].values = key.codes.map { value(key.values[Int($0)]) }
        table.keys[index].codes = key.codes.indices.map(Int32.init)
        table = try table.rolledUp(keeping: names)
    }

    /// Leaves out the cells whose value of a key does not meet a condition, and counts their used rows under a reason.
    mutating func keep(key name: String, reason: String, _ isKept: (String) -> Bool) throws {
        let before = rowsByBlock
        table = try table.filtered(by: name, isKept)
        for (block, rows) in zip(before, rowsByBlock).map({ $0 - $1 }).enumerated() where rows > 0 {
            dropped[block].append(DroppedRows(reason, rows))
        }
    }

    private var rowsByBlock: [Int] { table.blocks.map { Int($0.counts.reduce(0, +)) } }
}
