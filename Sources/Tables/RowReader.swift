/// Reads files into batches of typed columns: one pass, in pieces, on several threads.
///
/// In double arithmetic there are eight lanes and piece p goes to lane p mod 8, so that sums do not depend on the number
/// of threads. While one wave of bytes is decoded, one of the threads reads the next and finds its field ends.
/// Exact sums do not depend on lanes at all: there each thread has one, and mostly decodes what it has read itself.
public struct RowReader {
    public static let laneCount = 8

    private let request: ReadRequest
    private let sizes: ReadingSizes

    /// - Throws: `TableError.request` for a request that cannot be met whatever the files hold.
    public init(_ request: ReadRequest) throws {
        try self.init(request, sizes: ReadingSizes())
    }

    init(_ request: ReadRequest, sizes: ReadingSizes) throws {
        self.request = request
        self.sizes = sizes
        try Self.check(request)
    }

    private static func check(_ request: ReadRequest) throws(TableError) {
        guard !request.files.isEmpty else { throw .request("no file is named", hint: "name at least one CSV file") }
        try checkRejects(request.rejects, isLenient: request.isLenient)
        guard request.missing.codes.count < 253 else {
            throw .request("more than 252 missing codes", hint: "name fewer with --missing")
        }
        guard request.files.filter({ $0.path == "-" }).count <= 1 else {
            throw .request("standard input is named twice", hint: "name - once")
        }
        for column in request.columns {
            if case .fileName(let pattern) = column.source, !FileNamePattern(pattern).isUsable {
                throw .request(
                    "the pattern `\(pattern)` needs exactly one *",
                    hint: "such as results-*.csv; or mark the period by {period} once, and other parts that differ by *"
                )
            }
            if case .inRows = column.source, column.role != .number, !column.role.isLookedUp {
                throw .request(
                    "only columns of results stand in rows by subject", hint: "name \(column.name) as a column")
            }
            if case .points(let table) = column.role {
                let scale = table.values.map { Int($0.decimals) }.max() ?? 0
                for value in table.values where scale > 6 || !fits(value, scale) {
                    throw .request(
                        "a number of points is too large or has more than six decimals",
                        hint: "points need at most six decimals")
                }
            }
        }
    }

    static func checkRejects(_ rejects: String?, isLenient: Bool) throws(TableError) {
        guard rejects == nil || isLenient else {
            throw .request("a file of rejects is named, but rows are not to be put aside", hint: "add --lenient")
        }
    }

    private static func fits(_ value: Decimal6, _ scale: Int) -> Bool {
        let factor = Int64(PowersOfTen.integers[scale - Int(value.decimals)])
        return !value.mantissa.multipliedReportingOverflow(by: factor).overflow
    }

    /// Reads everything.
    ///
    /// - Throws: `TableError` for files and rows that cannot be read, `ExactArithmeticImpossible` where the request must
    ///   be read again in double arithmetic, `OutputError` for the file of rejects, and what the consumer throws.
    public func read(into consumer: some BatchConsumer) throws -> ReadReport {
        try checkFiles()
        let laneCount = request.arithmetic == .exact ? min(max(request.threads, 1), Self.laneCount) : Self.laneCount
        try consumer.begin(lanes: laneCount)
        let lanes = (0..<laneCount).map { Lane(number: $0, request: request) }
        let rejects = request.isLenient ? try request.rejects.map { try RejectedRows(path: $0) } : nil
        let buffer = try WaveBuffer(capacity: sizes.wave)
        let spare = try WaveBuffer(capacity: sizes.wave, made: buffer.made)
        var report = ReadReport()
        for (index, input) in request.files.enumerated() {
            let rowsBefore = lanes.reduce(0) { $0 + $1.rowsRead }
            let blankBefore = lanes.reduce(0) { $0 + $1.blankLines }
            let shortBefore = lanes.reduce(0) { $0 + $1.shortRows }
            let file = try open(
                input, index, buffer, spare: spare, threads: 1, wantsDigest: request.wantsDigests)
            if canRelay(file, consumer) {
                try relay(file, lanes, consumer, [buffer, spare])
            } else {
                try readWaves(of: file, lanes, consumer, rejects)
            }
            try file.reader.digestRest()
            let rows = lanes.reduce(0) { $0 + $1.rowsRead } - rowsBefore
            report.files.append(file.reader.report(rows: rows))
            report.warnings += file.reader.header.warnings(path: input.path).map(\.warning)
            warn(
                &report, file, rows: rows, blank: lanes.reduce(0) { $0 + $1.blankLines } - blankBefore,
                short: lanes.reduce(0) { $0 + $1.shortRows } - shortBefore)
        }
        if let fault = FaultLog.first(of: lanes.map(\.faults)) { throw fault }
        try refuseUnmatched(lanes)
        try refuseStrange(lanes)
        try rejects?.commit()
        complete(&report, lanes)
        return report
    }

    /// Looks for every column in every file before the first row is read; standard input can be opened only once.
    private func checkFiles() throws {
        guard request.files.count > 1 else { return }
        let buffer = try WaveBuffer(capacity: sizes.sample)
        for (index, input) in request.files.enumerated() where input.path != "-" {
            _ = try open(input, index, buffer, threads: 1, wantsDigest: false)
        }
    }

    private func open(
        _ input: InputFile, _ index: Int, _ buffer: WaveBuffer, spare: WaveBuffer? = nil, threads: Int,
        wantsDigest: Bool
    ) throws -> OpenFile {
        let reader = try WaveReader(
            path: input.path, form: request.form, sizes: sizes, threads: threads, buffer: buffer, spare: spare,
            wantsDigest: wantsDigest, digestLimit: request.digestLimit)
        return try OpenFile(index, input, reader, request)
    }

    private func readWaves(
        of file: OpenFile, _ lanes: [Lane], _ consumer: some BatchConsumer, _ rejects: RejectedRows?
    ) throws {
        let helpers = HelperThreads(min(request.threads, lanes.count) - 1)
        defer { helpers.end() }
        var isThere = try next(lanes) { try file.reader.next() }
        while isThere {
            let isConsuming = lanes.allSatisfy(\.faults.isEmpty)
            try prepare(consumer, file)
            let work = WaveWork(
                file.reader, laneCount: lanes.count, isOrdered: request.arithmetic == .double
            ) { piece, lane in
                lanes[lane].process(piece, of: file, into: consumer, isConsuming: isConsuming)
            }
            helpers.run(work)
            try stopIfNeeded(lanes)
            if let rejects {
                try rejects.add(lanes.flatMap(\.rejected))
                for lane in lanes { lane.rejected.removeAll(keepingCapacity: true) }
            }
            isThere = try next(lanes) { try work.isNextThere() }
        }
    }

    /// Whether pieces may go to any lane at any time: where nobody counts places or puts rows aside in their order. A
    /// stream cannot be read again, so what stops its reading may not depend on which thread was first.
    private func canRelay(_ file: OpenFile, _ consumer: some BatchConsumer) -> Bool {
        request.arithmetic == .exact && !request.isLenient && !consumer.takesPlaces && file.reader.source.isFile
    }

    private func relay(
        _ file: OpenFile, _ lanes: [Lane], _ consumer: some BatchConsumer, _ buffers: [WaveBuffer]
    ) throws {
        let helpers = HelperThreads(min(request.threads, lanes.count) - 1)
        defer { helpers.end() }
        file.reader.waveSize = min(sizes.turn, sizes.wave)
        var buffers = buffers
        while buffers.count < lanes.count {
            buffers.append(try WaveBuffer(capacity: file.reader.waveSize, made: buffers[0].made))
        }
        let work = WaveRelay(file.reader, buffers: buffers) { piece, worker in
            let lane = lanes[worker]
            lane.process(piece, of: file, into: consumer, isConsuming: lane.faults.isEmpty)
            return lane.failure == nil && lane.inexact == nil
        }
        helpers.run(work)
        // Faults are found again, and counted whole, where everything is read again in double arithmetic.
        try stopIfNeeded(lanes, despiteFaults: true)
        try next(lanes) { try work.check() }
    }

    /// Tells the consumer how many rows there may be.
    private func prepare(_ consumer: some BatchConsumer, _ file: OpenFile) throws {
        guard let first = file.reader.pieces.first, let last = file.reader.pieces.last else { return }
        if file.rowsBefore < 0 { file.rowsBefore = first.rowsBefore }
        let places = last.rowsBefore + last.lineEnds
        let done = max(last.origin + last.end - WaveBuffer.margin, 1)
        let rows = Double(places - file.rowsBefore) * max(1, Double(file.reader.source.size) / Double(done))
        try consumer.prepare(places: places, expected: file.rowsBefore + Int(rows))
    }

    /// A fault found in a row before the place where the file itself breaks comes first.
    private func next<Found>(_ lanes: [Lane], _ find: () throws -> Found) throws -> Found {
        do { return try find() } catch { throw FaultLog.first(of: lanes.map(\.faults)) ?? error }
    }

    private func stopIfNeeded(_ lanes: [Lane], despiteFaults: Bool = false) throws {
        if let failure = lanes.compactMap(\.failure).min(by: { $0.piece < $1.piece }) { throw failure.error }
        guard despiteFaults || lanes.allSatisfy(\.faults.isEmpty) else { return }
        let inexact = lanes.compactMap(\.inexact).min { ($0.piece, $0.row) < ($1.piece, $1.row) }
        if let inexact { throw inexact.error }
    }

    // MARK: The report

    private func warn(_ report: inout ReadReport, _ file: OpenFile, rows: Int, blank: Int, short: Int) {
        let path = file.reader.source.path
        if rows == 0 { report.warnings.append(TableWarning.noRows(path: path).warning) }
        if file.reader.source.junk > 0 {
            report.warnings.append(TableWarning.junk(file.reader.source.junk, path: path).warning)
        }
        if short > 0 { report.warnings.append(TableWarning.shortRows(short, path: path).warning) }
        if blank > 0, file.reader.header.names.count == 1 {
            report.warnings.append(TableWarning.blankLines(blank, path: path).warning)
        }
    }

    private func complete(_ report: inout ReadReport, _ lanes: [Lane]) {
        report.rowsRead = lanes.reduce(0) { $0 + $1.rowsRead }
        report.rowsOptedOut = lanes.reduce(0) { $0 + $1.rowsOptedOut }
        for lane in lanes { report.pupils.add(lane.pupils) }
        report.rowsFiltered = lanes.reduce(0) { $0 + $1.rowsFiltered }
        report.rowsOfOtherRecords = lanes.reduce(0) { $0 + $1.rowsOfOtherRecords }
        report.rowsRejected = lanes.reduce(0) { $0 + $1.rowsRejected }
        request.addOrigins(to: &report)
        let missing = lanes.map(\.missing)
        let reasons = request.missing.reasons
        for (c, column) in request.columns.enumerated() {
            for reason in missing[0][c].indices {
                let count = missing.reduce(0) { $0 + $1[c][reason] }
                if count > 0 {
                    report.missing.append(MissingCount(column: column.name, code: reasons[reason], count: count))
                }
            }
        }
        for (i, filter) in request.filters.enumerated() {
            let count = lanes.reduce(0) { $0 + $1.notNumbers[i] }
            guard count > 0 else { continue }
            report.warnings.append(
                Warning(
                    "where-not-a-number",
                    "\(TableError.grouped(count)) row\(count == 1 ? " has" : "s have") no number in `\(filter.column)` and "
                        + "so \(count == 1 ? "does" : "do") not meet `\(filter.text)`"))
        }
        if report.rowsRejected > 0 {
            report.warnings.append(.rejectedRows(report.rowsRejected))
        }
    }

    /// Texts without points stop the run once all of them are known.
    private func refuseUnmatched(_ lanes: [Lane]) throws(TableError) {
        for (c, column) in request.columns.enumerated() {
            guard case .points = column.role else { continue }
            var counts = CountedTexts()
            for lane in lanes {
                if let decoder = lane.points(c) { counts.add(decoder.texts, rows: decoder.unmatched) }
            }
            guard let place = counts.first(in: request.files) else { continue }
            throw .unmatchedGrades(column: column.name, place, texts: counts.byFrequency, rows: counts.rows)
        }
    }

    /// Texts of a yes/no column that mean neither stop the run, rather than count as no.
    private func refuseStrange(_ lanes: [Lane]) throws(TableError) {
        for (c, column) in request.columns.enumerated() {
            guard case .indicator(let values) = column.role else { continue }
            let decoders = lanes.compactMap { $0.indicator(c) }
            let texts = decoders.flatMap(\.texts.texts)
            let strange = Set(values.strange(among: texts))
            guard !strange.isEmpty else { continue }
            var counts = CountedTexts()
            for decoder in decoders {
                let rows = zip(decoder.texts.texts, decoder.rows).map { strange.contains($0) ? $1 : 0 }
                counts.add(decoder.texts, rows: rows)
            }
            guard let place = counts.first(in: request.files) else { continue }
            throw .neitherYesNorNo(
                column: column.name, yes: values.yes[0], place, texts: counts.byFrequency, rows: counts.rows)
        }
    }
}

/// One file of a request, opened, with its columns found.
final class OpenFile: @unchecked Sendable {
    // Unchecked: read by all lanes while none writes; the reader goes on to the next wave when all have ended.
    let index: Int
    let reader: WaveReader
    let sources: [FieldSource]
    let filters: [FilterTest]
    let pupils: PupilTest?
    /// Conditions of the file's view: which rows are records of the kind wanted.
    let records: [FilterTest]
    /// Places of rows in the files before this one; −1 while it has given none.
    var rowsBefore = -1

    init(_ index: Int, _ input: InputFile, _ reader: WaveReader, _ request: ReadRequest) throws(TableError) {
        self.index = index
        self.reader = reader
        let numbers = NumberReader(form: NumberForm(request.form), missing: request.missing)
        do {
            sources = try request.columns.map { column throws(TableError) in
                let source = try FieldSource(column.source, in: input, reader.header)
                guard let pupils = request.pupils, let key = pupils.key, column.source == .column(pupils.column) else {
                    return source
                }
                return .pseudonym(source, key: key)
            }
            pupils = try request.pupils.map { pupils throws(TableError) in
                try PupilTest(pupils, in: input, reader.header)
            }
            filters = try request.filters.map { filter throws(TableError) in
                try FilterTest(filter, in: input, reader.header, numbers)
            }
        } catch {
            throw reader.withHeaderBelow(error)
        }
        records = try (input.view?.records ?? []).map { filter throws(TableError) in
            try FilterTest(filter, in: input, reader.header, numbers)
        }
    }
}

/// Texts that stop a run and their rows, over all lanes.
struct CountedTexts {
    private var firstPlace: (file: Int32, line: Int64)?
    private var counts: [(text: String, count: Int, file: Int32, line: Int64)] = []
    private var places: [String: Int] = [:]
    private(set) var rows = 0

    /// - Parameter rows: by code of the dictionary; 0 for texts that are in order.
    mutating func add(_ texts: KeyDictionary, rows counted: [Int]) {
        for (code, count) in counted.enumerated() where count > 0 {
            let (text, file, line) = (texts.texts[code], texts.firstFile[code], texts.firstLine[code])
            rows += count
            if firstPlace.map({ (file, line) < $0 }) ?? true { firstPlace = (file, line) }
            if let at = places[text] {
                counts[at].count += count
                if (file, line) < (counts[at].file, counts[at].line) {
                    (counts[at].file, counts[at].line) = (file, line)
                }
            } else {
                places[text] = counts.count
                counts.append((text, count, file, line))
            }
        }
    }

    /// Where the first of them stands; `nil` where there is none.
    func first(in files: [InputFile]) -> Place? {
        firstPlace.map { Place(file: files[Int($0.file)].path, line: Int($0.line)) }
    }

    /// The most frequent texts first.
    var byFrequency: [TableError.GradeCount] {
        counts.sorted { ($1.count, $0.file, $0.line) < ($0.count, $1.file, $1.line) }
            .map { .init(text: $0.text, count: $0.count) }
    }
}
