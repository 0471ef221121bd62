import Tables

/// Reads files into cells.
public struct CellReader {
    /// One pass over the files; a second one, in doubles, where a column has values that exact sums do not hold.
    ///
    /// - Throws: what `RowReader` throws; `CellsError` about weights, repeated pupils and unfit requests.
    public static func read(_ request: CellRequest) throws -> CellReading {
        guard request.read.arithmetic == .exact else { return try pass(request, .double) }
        let outcome = try exactPass(request)
        guard let column = outcome.impossible else {
            return try outcome.reading ?? pass(request, .double)
        }
        return try readAgain(request, column: try firstImpossible(request) ?? column)
    }

    /// A reading in exact arithmetic, or the column that it cannot hold.
    private static func exactPass(_ request: CellRequest) throws -> (reading: CellReading?, impossible: String?) {
        do {
            return (try pass(request, .exact), nil)
        } catch let impossible as ExactArithmeticImpossible {
            return (nil, impossible.column)
        } catch let impossible as TooLargeForExactSums {
            return (nil, impossible.column)
        }
    }

    /// The column that one thread meets first: where several are too large or too fine, which of them several threads meet
    /// depends on what each thread has seen.
    private static func firstImpossible(_ request: CellRequest) throws -> String? {
        guard request.read.threads > 1, !request.read.files.contains(where: { $0.path == "-" }) else { return nil }
        var alone = request
        alone.read.threads = 1
        return try exactPass(alone).impossible
    }

    private static func readAgain(_ request: CellRequest, column: String) throws -> CellReading {
        guard !request.read.files.contains(where: { $0.path == "-" }) else {
            throw CellsError.doublesNeededForStandardInput(column: column)
        }
        var reading = try pass(request, .double)
        reading.warnings.insert(
            Warning(
                "double-sums",
                "\(column) has values too large or with too many decimals for exact sums; sums are kept in doubles, "
                    + "and their last digits depend on the order of the rows"),
            at: 0)
        return reading
    }

    private static func pass(_ request: CellRequest, _ arithmetic: Arithmetic) throws -> CellReading {
        let accumulator = CellAccumulator(try request.plan(arithmetic))
        let report = try RowReader(request.readRequest(arithmetic)).read(into: accumulator)
        let table = try accumulator.finish(files: request.read.files.map(\.path))
        var reading = CellReading(table: table, report: report, arithmetic: arithmetic)
        let unidentified = accumulator.unidentifiedRows
        if unidentified > 0, let pupil = request.pupil {
            let rows = unidentified == 1 ? "1 row has" : "\(unidentified) rows have"
            reading.warnings.append(
                Warning("no-identifier", "\(rows) nothing in \(pupil.name) and could not be checked for repeats"))
        }
        return reading
    }

    /// Where the rows with these values stand, in the order of the files: a second pass, over the key columns only.
    ///
    /// - Parameters:
    ///   - values: texts by key name, such as a unit and a period.
    ///   - limit: at most so many places.
    /// - Returns: file and line; nothing for standard input, which cannot be read twice.
    /// - Throws: `CellsError.noSuchKey`; what `RowReader` throws.
    public static func lines(
        _ request: CellRequest, where values: [(key: String, value: String)], limit: Int = 2
    ) throws -> [Place] {
        guard !request.read.files.contains(where: { $0.path == "-" }) else { return [] }
        var read = request.read
        read.columns = try values.map { name, _ in
            guard let key = request.keys.first(where: { $0.name == name }) else {
                throw CellsError.noSuchKey(name, known: request.keys.map(\.name))
            }
            return key
        }
        let finder = LineFinder(values.map(\.value), limit: limit)
        _ = try RowReader(read).read(into: finder)
        return finder.places.map { Place(file: read.files[$0.file].path, line: $0.line) }
    }
}

/// What a reading gives.
public struct CellReading: Sendable {
    public var table: CellTable
    public var report: ReadReport
    /// The arithmetic of the sums: double where exact was asked for and did not hold, which a warning says.
    public var arithmetic: Arithmetic
    public var warnings: [Warning] = []
}

/// Notes the first rows that have given texts in all key columns.
private final class LineFinder: BatchConsumer, @unchecked Sendable {
    // Unchecked as in `CellAccumulator`: each lane touches its own entry, one batch at a time.
    private let values: [String]
    private let limit: Int
    private var lanes: [Lane] = []

    private final class Lane { var places: [RowPlace] = [] }

    init(_ values: [String], limit: Int) {
        self.values = values
        self.limit = limit
    }

    func begin(lanes count: Int) { lanes = (0..<count).map { _ in Lane() } }

    func consume(_ batch: borrowing Batch) {
        let lane = lanes[batch.lane]
        guard lane.places.count < limit else { return }
        var wanted: [(codes: UnsafePointer<UInt32>, code: UInt32)] = []
        for (column, value) in zip(batch.columns, values) {
            guard case .key(let key) = column, let code = key.dictionary.find(value) else { return }
            wanted.append((key.codes, code))
        }
        for row in 0..<batch.rowCount where batch.kept[row] != 0 && wanted.allSatisfy({ $0.codes[row] == $0.code }) {
            lane.places.append(RowPlace(file: batch.file, line: Int(batch.lines[row])))
            if lane.places.count == limit { return }
        }
    }

    /// A lane sees its rows in file order, so the first of all are among the first of each.
    var places: [RowPlace] { Array(lanes.flatMap(\.places).sorted().prefix(limit)) }
}
