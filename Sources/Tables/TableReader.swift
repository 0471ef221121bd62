#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Reads files into a table of typed columns.
public struct TableReader {
    /// Reads every row that the filters keep, once; a second time where a number has more decimals or digits than integers
    /// hold, and then all numbers become doubles.
    ///
    /// Roles decide types: `.number` gives integers or decimals, `.key` codes, `.numericKey` codes of shortest decimal texts,
    /// `.period` periods, `.text` texts, `.indicator` flags, `.points` integers or decimals. Rows stand in the order of the
    /// files. The table does not depend on the number of threads or the sizes of what is read at a time.
    ///
    /// - Returns: the table, with a column for each request in its order, and what the reading found.
    /// - Throws: `TableError` for files, rows and values that cannot be read, `.notPeriod` among them; `.request` where
    ///   standard input would have to be read twice.
    public static func read(_ request: ReadRequest) throws -> (table: Table, report: ReadReport) {
        try read(request, sizes: ReadingSizes())
    }

    static func read(_ request: ReadRequest, sizes: ReadingSizes) throws -> (table: Table, report: ReadReport) {
        guard request.arithmetic == .exact else { return try pass(request, sizes) }
        do {
            return try pass(request, sizes)
        } catch let impossible as ExactArithmeticImpossible {
            guard !request.files.contains(where: { $0.path == "-" }) else {
                throw TableError.request(
                    "`\(impossible.column)` has values with too many decimals or digits for integers, and standard input "
                        + "cannot be read again", hint: "ask for doubles, or write it to a file first")
            }
            var request = request
            request.arithmetic = .double
            return try pass(request, sizes)
        }
    }

    private static func pass(_ request: ReadRequest, _ sizes: ReadingSizes) throws -> (table: Table, report: ReadReport)
    {
        let builder = TableBuilder(request)
        let report = try RowReader(request, sizes: sizes).read(into: builder)
        return (try builder.finish(), report)
    }
}

/// Puts the batches of a reading into columns, each at its place; what does not fit waits until the wave has ended.
final class TableBuilder: BatchConsumer, @unchecked Sendable {
    // Unchecked as in all consumers: batches write separate places and their lane's own entries; `begin`, `prepare` and
    // `finish` come when no batch is under way.
    private let request: ReadRequest
    private let columns: [any ColumnBuilder]
    private var segments = PerLane<[RowSegment]>(repeating: [], count: 0)
    private var places = 0
    private var capacity = 0

    init(_ request: ReadRequest) {
        self.request = request
        columns = request.columns.map { column -> any ColumnBuilder in
            switch column.role {
            case .key, .numericKey, .period: CodeBuilder()
            case .text: TextBuilder()
            case .number, .indicator, .points:
                request.arithmetic == .exact ? IntegerBuilder() : DoubleBuilder()
            }
        }
    }

    func begin(lanes: Int) {
        segments = .init(repeating: [], count: lanes)
        for column in columns { column.begin(lanes: lanes) }
    }

    var takesPlaces: Bool { true }

    func prepare(places: Int, expected: Int) throws {
        try settle()
        if places > capacity {
            // The estimate comes from the lines so far; a growth by half later costs little.
            capacity = max(
                places, min(expected + expected / 64 + 1024, max(4 * places, 1 << 30)), capacity + capacity / 2)
            for column in columns { column.reserve(capacity, keeping: self.places) }
        }
        self.places = places
    }

    func consume(_ batch: borrowing Batch) {
        let segment = RowSegment(place: batch.firstPlace, count: batch.rowCount, lane: batch.lane)
        segments[batch.lane].append(segment)
        for (column, builder) in zip(batch.columns, columns) { builder.add(column, segment) }
    }

    private func settle() throws {
        for (builder, column) in zip(columns, request.columns) {
            guard builder.settle(places: places) else {
                throw ExactArithmeticImpossible(column: column.name, place: Place(file: request.files[0].path))
            }
        }
    }

    /// The table; the builder's work is done.
    func finish() throws -> Table {
        try settle()
        let segments = segments.values.joined().sorted { $0.place < $1.place }
        let rowCount = segments.reduce(0) { $0 + $1.count }
        // Rows that were left out have left gaps.
        let isWhole = segments.last.map { $0.place + $0.count == rowCount } ?? true
        let reasons = request.missing.reasons
        let builders = columns
        Parallel.run(builders.count, threads: request.threads) { c in
            builders[c].close(segments, isWhole: isWhole)
        }
        let columns = try zip(builders, request.columns).map { builder, column in
            let (values, validity) = try builder.column(column, rowCount: rowCount, files: request.files)
            return Column(name: column.name, values: values, validity: validity, reasons: reasons)
        }
        return Table(rowCount: rowCount, columns: columns)
    }
}

/// One column while it is filled. Columns are worked on apart, and each lane's rows by one thread at a time.
protocol ColumnBuilder: AnyObject, Sendable {
    func begin(lanes: Int)
    /// Makes room for `rows` rows, keeping the first `used`.
    func reserve(_ rows: Int, keeping used: Int)
    func add(_ column: Batch.Column, _ segment: RowSegment)
    /// Between waves: takes in what did not fit. False where integers cannot hold it.
    func settle(places: Int) -> Bool
    /// After the last wave: closes the gaps, and gives codes their final meaning.
    func close(_ segments: [RowSegment], isWhole: Bool)
    func column(_ request: ColumnRequest, rowCount: Int, files: [InputFile]) throws -> (Column.Values, Validity)
}

extension ColumnMemory {
    /// Moves the segments' rows together; they move towards the front only.
    func compact(_ segments: [RowSegment], width: Int) {
        var row = 0
        for segment in segments {
            if row != segment.place {
                memmove(start + row * width, start + segment.place * width, segment.count * width)
            }
            row += segment.count
        }
    }
}
