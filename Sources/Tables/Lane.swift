/// One lane of the reading: its rows, its decoders, and what it found. Used by one thread at a time.
///
/// `@unchecked Sendable`: a wave gives each lane to one thread, and the next wave begins after all have ended.
final class Lane: @unchecked Sendable {
    let number: Int
    private var rows = PieceRows()
    private let decoders: [any ColumnDecoder]
    private let request: ReadRequest
    private let reader: NumberReader
    private let scratch = ScratchText()
    private let part = ScratchText()

    private(set) var rowsRead = 0
    private(set) var rowsFiltered = 0
    private(set) var rowsOptedOut = 0
    private(set) var pupils = PupilChecks()
    private(set) var rowsOfOtherRecords = 0
    private(set) var rowsRejected = 0
    private(set) var blankLines = 0
    private(set) var shortRows = 0
    private(set) var faults = FaultLog()
    /// Rows put aside since this was last emptied.
    var rejected: [RejectedRow] = []
    /// For each filter the rows whose text should have been a number.
    private(set) var notNumbers: [Int]
    private(set) var failure: (piece: Int, error: any Error)?
    private(set) var inexact: (piece: Int, row: Int, error: ExactArithmeticImpossible)?

    init(number: Int, request: ReadRequest) {
        self.number = number
        self.request = request
        reader = NumberReader(form: NumberForm(request.form), missing: request.missing)
        notNumbers = .init(repeating: 0, count: request.filters.count)
        let reasons = request.missing.reasons.count
        let reader = reader
        func values(_ decoder: any ValueDecoder, _ source: ColumnRequest.Source) -> any ColumnDecoder {
            if case .inRows = source { RowsOfDecoder(decoder) } else { decoder }
        }
        decoders = request.columns.map { column -> any ColumnDecoder in
            switch column.role {
            case .key, .period: KeyDecoder()
            case .text: TextDecoder(lane: number)
            case .numericKey: NumericKeyDecoder(reader, reasons: reasons)
            case .number: values(NumberDecoder(reader, reasons: reasons), column.source)
            case .indicator(let yes): values(IndicatorDecoder(yes), column.source)
            case .points(let table): values(PointsDecoder(table, reader, reasons: reasons), column.source)
            }
        }
    }

    deinit { rows.deallocate() }

    /// Missing values by column and reason.
    var missing: [[Int]] { decoders.map(\.missing) }

    func points(_ column: Int) -> PointsDecoder? { values(column) as? PointsDecoder }
    func indicator(_ column: Int) -> IndicatorDecoder? { values(column) as? IndicatorDecoder }

    private func values(_ column: Int) -> any ColumnDecoder {
        (decoders[column] as? RowsOfDecoder)?.inner ?? decoders[column]
    }

    /// Decodes one piece and hands it on, unless something in it, or before it, cannot be read.
    func process(_ piece: Piece, of file: OpenFile, into consumer: some BatchConsumer, isConsuming: Bool) {
        guard failure == nil else { return }
        takeRows(piece, file)
        for record in file.records {
            let before = rows.count
            _ = record.apply(to: &rows, scratch, part)
            rowsOfOtherRecords += before - rows.count
        }
        if let test = file.pupils { rowsOptedOut += test.apply(to: &rows, &pupils, scratch, part) }
        for (i, filter) in file.filters.enumerated() {
            let before = rows.count
            notNumbers[i] += filter.apply(to: &rows, scratch, part)
            rowsFiltered += before - rows.count
        }
        if request.isLenient { setAsideNonNumbers(file) }
        guard rows.count > 0 else { return }
        let isWhole = decode(piece, file)
        guard isConsuming, isWhole else { return }
        hand(to: consumer, piece, file)
    }

    private func takeRows(_ piece: Piece, _ file: OpenFile) {
        var bad: [PieceRows.Bad] = []
        blankLines += rows.take(piece, of: file.reader) { bad.append($0) }
        shortRows += rows.shortRows
        rowsRead += rows.count + bad.count
        for row in bad { refuse(row, column: nil, found: nil, file) }
    }

    /// A row that cannot be read stops the run, or is put aside where that was asked for.
    private func refuse(_ row: PieceRows.Bad, column: (number: Int, label: String)?, found: String?, _ file: OpenFile) {
        guard request.isLenient else {
            faults.add(
                row.fault,
                rows.entry(of: row, in: file.reader, file.index, column: column, found: found))
            return
        }
        rowsRejected += 1
        if request.rejects != nil {
            rejected.append(rows.rejected(row, in: file.reader, file.index, column: column?.label))
        }
    }

    /// Before anything is decoded, so that a row put aside leaves no trace in scales and dictionaries.
    private func setAsideNonNumbers(_ file: OpenFile) {
        let view = rows
        var bad: [Bool] = []
        for (c, column) in request.columns.enumerated() where column.role == .number || column.role == .numericKey {
            for r in 0..<view.count {
                let (start, count) = file.sources[c].text(view, r, scratch, part)
                guard reader.short(start, count) < 0, case .problem(let problem) = reader.read(start, count) else {
                    continue
                }
                if bad.isEmpty { bad = .init(repeating: false, count: view.count) }
                if bad[r] { continue }
                bad[r] = true
                refuse(rows.bad(r, .notNumber(column: column.name, problem: problem)), at: c, found: nil, file)
            }
        }
        if !bad.isEmpty { rows.keep { !bad[$0] } }
    }

    private func refuse(_ row: PieceRows.Bad, at column: Int, found: String?, _ file: OpenFile) {
        let source = file.sources[column]
        let label = source.label(request.columns[column], file.reader.header)
        refuse(row, column: (source.columnNumber, label), found: found, file)
    }

    private static let rowsAtOnce = 256

    private func decode(_ piece: Piece, _ file: OpenFile) -> Bool {
        var context = DecodingContext(
            file: file.index, arithmetic: request.arithmetic, scratch: scratch, part: part)
        // Column by column within few rows: their bytes and field ends come from memory once for all columns.
        var view = rows
        for start in stride(from: 0, to: rows.count, by: Self.rowsAtOnce) {
            view.window = start..<min(start + Self.rowsAtOnce, rows.count)
            for (c, decoder) in decoders.enumerated() {
                context.column = c
                context.inexactRow = nil
                decoder.decode(view, file.sources[c], &context)
                if let row = context.inexactRow { noteInexact(piece.number, row, c, file) }
            }
        }
        for problem in context.problems { refuse(problem, file) }
        return context.problems.isEmpty && inexact == nil && !context.holdsUnmatched
    }

    private func refuse(_ problem: (row: Int, column: Int, problem: NumberProblem), _ file: OpenFile) {
        let (start, count) = file.sources[problem.column].text(rows, problem.row, scratch, part)
        let found = String(decoding: UnsafeBufferPointer(start: start, count: min(count, 120)), as: UTF8.self)
        let fault = RowFault.notNumber(column: request.columns[problem.column].name, problem: problem.problem)
        refuse(rows.bad(problem.row, fault), at: problem.column, found: found, file)
    }

    private func noteInexact(_ piece: Int, _ row: Int, _ column: Int, _ file: OpenFile) {
        if let inexact, (inexact.piece, inexact.row) <= (piece, row) { return }
        let label = file.sources[column].label(request.columns[column], file.reader.header)
        let place = file.reader.place(line: rows.lines[row], column: label)
        inexact = (piece, row, ExactArithmeticImpossible(column: request.columns[column].name, place: place))
    }

    private func hand(to consumer: some BatchConsumer, _ piece: Piece, _ file: OpenFile) {
        let batch = Batch(
            rowCount: rows.count, lane: number, kept: rows.kept,
            columns: decoders.map(\.column), file: file.index, lines: rows.lines, firstPlace: piece.rowsBefore)
        do {
            try consumer.consume(batch)
        } catch {
            failure = (piece.number, error)
        }
    }
}
