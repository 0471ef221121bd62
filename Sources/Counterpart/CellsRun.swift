import Cells
import Tables

/// Which columns a cell table keeps.
public struct CellsRequest: Sendable {
    public var data: DataRequest
    public var start: String?
    public var treated: String?
    public var covariates: [String] = []
    public var factors: [String] = []
    public var absorbed: [String] = []
    public var clusters: [String] = []
    public var groups: [String] = []
    public var prior: String?
    public var by: [String] = []

    public init(data: DataRequest) { self.data = data }

    /// The keys that may not be empty.
    var required: [String] {
        [data.unit.isEmpty ? nil : data.unitName, data.timeName].compactMap { $0 }
    }

    /// What is asked of the rows.
    func cellRequest() throws -> CellRequest {
        try data.refuseOutcomes(among: covariates, role: "a covariate")
        return try StudyCells.cellRequest(data, keys: keys().columns, covariates: covariates, required: required)
    }

    /// The keys in the order of the exchanged form, each once, with what each is for.
    func keys() -> (columns: [ColumnRequest], roles: [CellSideCar.Role]) {
        var columns: [ColumnRequest] = []
        var roles: [CellSideCar.Role] = []
        func add(_ column: ColumnRequest, _ role: String) {
            roles.append(CellSideCar.Role(role, key: column.name))
            if !columns.contains(where: { $0.name == column.name }) { columns.append(column) }
        }
        if !data.unit.isEmpty { add(data.unitColumn(), "unit") }
        if let time = data.timeColumn() { add(time, "time") }
        if let start { add(ColumnRequest(start, role: .key), "start") }
        if let treated { add(ColumnRequest(treated, role: .key), "treated") }
        for (names, role) in [(clusters, "cluster"), (absorbed, "absorb"), (groups, "group"), (factors, "factor")] {
            for name in names { add(ColumnRequest(name, role: .key), role) }
        }
        if let prior { add(ColumnRequest(prior, role: .numericKey), "prior") }
        for name in by { add(ColumnRequest(name, role: .key), "by") }
        return (columns, roles)
    }
}

/// One `cells`: the rows' sufficient statistics as a table with its side-car, or several such tables merged.
public struct CellsRun {
    public struct Written: Sendable {
        public var warnings: [Warning]
        /// What was written, for the terminal.
        public var sentence: String
    }

    public static func write(_ request: CellsRequest, to path: String, minimumCell: Int) throws -> Written {
        let (columns, roles) = request.keys()
        let required = request.required
        let labels = request.labels
        try labels.forEach { try $0.refusePupils(request.data) }
        try request.data.refuseOutcomes(among: request.covariates, role: "a covariate")
        var cells = try StudyCells.read(request.data, keys: columns, covariates: request.covariates, required: required)
        try labels.forEach { try $0.refusePupils(cells.table, request.data, areUnits: false) }
        for block in cells.table.blocks.indices where block < cells.dropped.count {
            cells.table.blocks[block].dropped = cells.dropped[block]
        }
        var notes = CellFile.Notes()
        notes.roles = roles
        notes.filter = cells.filter
        notes.weight = request.data.weights
        notes.rowsRead = cells.report.rowsRead
        notes.engineVersion = cells.engine?.version ?? EvaluationVersion.text
        notes.dialect = cells.engine?.dialect ?? notes.dialect
        notes.requestDigest = cells.engine?.sqlSHA256 ?? cells.request?.digest ?? ""
        notes.minimumCell = minimumCell
        let paths = try CellFile.write(cells.table, notes, to: path)
        return Written(
            warnings: cells.warnings,
            sentence: sentence(
                paths, cells: cells.table.cellCount(of: max(minimumCell, 1)), rows: cells.report.rowsRead))
    }
}
