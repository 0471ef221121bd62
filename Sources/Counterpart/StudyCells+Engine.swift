import Cells
import Engines
import Foundation
import Queries
import Tables

extension StudyCells {
    /// The cells from an engine's queries.
    ///
    /// - Parameter splits: columns whose values every row would have to keep.
    /// - Throws: `EngineError`, `QueryError`; `RequestError.needsRows` for what cells cannot hold.
    static func fromEngine(
        _ data: DataRequest, _ request: CellRequest, splits: [ColumnRequest]
    ) throws -> StudyCells {
        for (option, isGiven) in [("--key", data.pupilKey != nil), ("--opt-out", data.optedOut != nil)] where isGiven {
            throw RequestError.needsRows(option)
        }
        if !splits.isEmpty {
            let columns = splits.map { $0.source.columns.joined() }.joined(separator: ", ")
            throw RequestError.needsRows("what was asked takes every row for itself, by \(columns), and")
        }
        let opened = try EngineRows(data)
        try opened.checkColumns(request)
        let engine = RecordedQueries(opened.engine)
        let reading = try opened.naming(request) {
            try EngineCells.read(request, table: opened.table, engine: engine)
        }
        var report = ReadReport()
        report.rowsRead = reading.rowsRead
        report.rowsFiltered = reading.rowsFiltered
        report.files = try opened.reports(data, rows: reading.rowsRead, queries: engine.digests)
        var cells = StudyCells(
            table: reading.table, report: report, warnings: reading.warnings, dropped: reading.dropped,
            countBlocks: data.countBlocks, arithmetic: reading.arithmetic,
            filter: data.filters.map(\.text).joined(separator: " and "))
        cells.engine = EngineNote(
            dialect: engine.dialect.rawValue, version: reading.engineVersion, sqlSHA256: reading.sqlSHA256)
        return cells
    }
}

/// What made the cells of a database, as a side-car keeps it.
struct EngineNote: Sendable {
    var dialect: String
    var version: String
    var sqlSHA256: String
}

/// An engine with the table that holds the rows.
struct EngineRows {
    let engine: any QueryEngine
    /// As `EngineCells` takes it.
    let table: String
    private let parquet: ParquetFiles?
    private let states: [FileState]

    init(_ data: DataRequest) throws {
        if let source = data.source {
            engine = try source.database.open(dialect: source.dialect, threads: data.threads)
            table = source.table
            (parquet, states) = (nil, [])
        } else {
            let files = try data.parquetFiles()
            try files.checkEnds()
            engine = try DuckDBEngine(parquet: files, threads: data.threads)
            table = ParquetFiles.table
            parquet = files
            states = try files.paths.map { try FileState($0) }
        }
    }

    /// Each column that is used, once, in the order in which they are asked for.
    private static func columns(of request: CellRequest) -> [String] {
        var names: [String] = []
        let asked = request.keys + request.outcomes + request.covariates + (request.weight.map { [$0] } ?? [])
        for name in asked.flatMap(\.source.columns) + request.read.filters.map(\.column) where !names.contains(name) {
            names.append(name)
        }
        return names
    }

    /// Says of a query that was refused whether it is the table, or which of its columns is not there and which are.
    ///
    /// - Throws: `EngineError.noTable`, `.noColumn`; what the work throws.
    func naming<Answer>(_ request: CellRequest, _ work: () throws -> Answer) throws -> Answer {
        do {
            return try work()
        } catch let refusal where refusal is QueryError || (refusal as? EngineError)?.isOfTheQuery == true {
            let held: [String]
            do {
                held = try TableColumns.names(of: table, engine)
            } catch EngineError.refused(_, let message, _) {
                throw EngineError.noTable(table, message: message)
            }
            guard let absent = Self.columns(of: request).first(where: { !held.contains($0) }) else { throw refusal }
            throw EngineError.noColumn(
                name: absent, table: parquet?.paths.joined(separator: ", ") ?? table,
                nearest: NearestNames.of(absent, among: held), known: held)
        }
    }

    /// - Throws: `EngineError` where one of the Parquet files lacks a column that others have.
    func checkColumns(_ request: CellRequest) throws {
        if let parquet, let duckdb = engine as? DuckDBEngine {
            try parquet.checkColumns(Self.columns(of: request), duckdb)
        }
    }

    /// What the result says of the input.
    ///
    /// - Throws: `TableError.changed` where a Parquet file is not what it was when the reading began.
    func reports(_ data: DataRequest, rows: Int, queries: [String]) throws -> [FileReport] {
        if let source = data.source {
            var report = FileReport(path: source.table, bytes: 0, rows: rows, delimiter: UInt8(ascii: ","))
            report.engine = EngineOrigin(
                source: source.database.shown, version: engine.version, queries: queries)
            return [report]
        }
        guard let parquet, let duckdb = engine as? DuckDBEngine else { return [] }
        let counts = try parquet.rowCounts(duckdb)
        return try zip(parquet.paths, zip(states, counts)).map { path, found in
            guard try FileState(path) == found.0 else { throw TableError.changed(path: path) }
            let wantsDigest = data.wantsDigests && found.0.bytes <= data.digestLimit
            var report = FileReport(
                path: path, bytes: found.0.bytes, rows: found.1, delimiter: UInt8(ascii: ","),
                sha256: wantsDigest ? try SHA256Digest.hex(ofFileAt: path) : "")
            report.engine = EngineOrigin(source: nil, version: engine.version, queries: queries)
            return report
        }
    }
}

/// By what a changed file is told.
private struct FileState: Equatable {
    let bytes: Int
    let changed: Date?

    init(_ path: String) throws {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        bytes = attributes[.size] as? Int ?? 0
        changed = attributes[.modificationDate] as? Date
    }
}

extension ColumnRequest.Source {
    /// The columns of the rows that it takes its values from.
    var columns: [String] {
        switch self {
        case .column(let name): [name]
        case .joined(let names): names
        case .inRows(let mark, _, let name): [mark, name]
        case .fileName: []
        }
    }
}
