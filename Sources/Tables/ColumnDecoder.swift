import CByteScan

/// Decodes one requested column in one lane, piece by piece, into memory that is kept.
protocol ColumnDecoder: AnyObject {
    /// Decodes the rows of a piece. What is not a number goes to the context.
    func decode(_ rows: PieceRows, _ source: FieldSource, _ context: inout DecodingContext)
    var column: Batch.Column { get }
    /// Missing values by reason, over the rows decoded.
    var missing: [Int] { get }
}

/// A decoder of values, which may leave rows out.
protocol ValueDecoder: ColumnDecoder {
    /// Marks rows as holding no value of this column.
    ///
    /// - Parameter count: the rows of the piece.
    func skip(_ skipped: Range<Int>, of count: Int)
}

/// What decoders share while they work on one piece.
struct DecodingContext {
    let file: Int
    let arithmetic: Arithmetic
    let scratch: ScratchText
    let part: ScratchText
    /// Values that are neither numbers nor missing, as they come.
    var problems: [(row: Int, column: Int, problem: NumberProblem)] = []
    /// True where a text has no points: the run will be refused once all of them are known.
    var holdsUnmatched = false
    /// The first row at which the column under way left exact arithmetic.
    var inexactRow: Int?
    var column = 0

    mutating func refuse(_ row: Int, _ problem: NumberProblem) { problems.append((row, column, problem)) }
}

/// Memory for one value a row; grows, never shrinks.
struct RowMemory<Value> {
    private(set) var start: UnsafeMutablePointer<Value>
    private var capacity = 64

    init() { start = .allocate(capacity: capacity) }

    mutating func reserve(_ count: Int) {
        guard count > capacity else { return }
        start.deallocate()
        capacity = 2 * count
        start = .allocate(capacity: capacity)
    }

    func deallocate() { start.deallocate() }
}

/// Text to the codes of the lane's dictionary: short texts that are known at once, the others one by one.
final class KeyDecoder: ColumnDecoder {
    private let dictionary = KeyDictionary()
    private var codes = RowMemory<UInt32>()
    private var others = RowMemory<UInt32>()

    deinit {
        codes.deallocate()
        others.deallocate()
    }

    var missing: [Int] { [] }
    var column: Batch.Column { .key(.init(codes.start, dictionary)) }

    func decode(_ rows: PieceRows, _ source: FieldSource, _ context: inout DecodingContext) {
        codes.reserve(rows.count)
        let codes = codes.start
        guard case .column(let column) = source else {
            for r in rows.window {
                let (start, count) = source.text(rows, r, context.scratch, context.part)
                codes[r] = dictionary.code(start, count, context.file, rows.lines[r])
            }
            return
        }
        others.reserve(rows.count)
        let others = others.start
        var fields = rows.fields(column)
        let (from, to) = (rows.window.lowerBound, rows.window.upperBound)
        let count: Int
        if let few = dictionary.few, rows.level == 3 {
            // Without wide registers a look at the slots is faster.
            count = cbs_few_codes(rows.level, &fields, from, to, few, few.count, codes, others)
        } else {
            let table = dictionary.table
            count = cbs_codes(rows.level, &fields, from, to, table.slots, table.shift, codes, others)
        }
        for k in 0..<count {
            let row = Int(others[k])
            let (text, length) = rows.text(row, column, context.scratch)
            codes[row] = dictionary.code(text, length, context.file, rows.lines[row])
        }
    }
}

/// Numbers that serve as keys: each distinct text is read once, and its shortest decimal text is the key.
final class NumericKeyDecoder: ColumnDecoder {
    private let raw = KeyDictionary()
    private let dictionary = KeyDictionary()
    private let reader: NumberReader
    /// For each raw text its code, or what is wrong with it, or its reason for being missing.
    private var outcomes: [Outcome] = []
    private var codes = RowMemory<UInt32>()
    private(set) var missing: [Int]

    private enum Outcome {
        case code(UInt32)
        case missing(UInt32, reason: Int)
        case problem(NumberProblem)
    }

    init(_ reader: NumberReader, reasons: Int) {
        self.reader = reader
        missing = .init(repeating: 0, count: reasons)
    }

    deinit { codes.deallocate() }

    var column: Batch.Column { .key(.init(codes.start, dictionary)) }

    func decode(_ rows: PieceRows, _ source: FieldSource, _ context: inout DecodingContext) {
        codes.reserve(rows.count)
        for r in rows.window {
            let (start, count) = source.text(rows, r, context.scratch, context.part)
            let code = Int(raw.code(start, count, context.file, rows.lines[r]))
            if code == outcomes.count { outcomes.append(evaluate(start, count, context.file, rows.lines[r])) }
            switch outcomes[code] {
            case .code(let key): codes.start[r] = key
            case .missing(let key, let reason):
                codes.start[r] = key
                missing[reason] += 1
            case .problem(let problem):
                codes.start[r] = dictionary.code(of: "", context.file, rows.lines[r])
                context.refuse(r, problem)
            }
        }
    }

    private func evaluate(_ start: UnsafePointer<UInt8>, _ count: Int, _ file: Int, _ line: Int64) -> Outcome {
        switch reader.read(start, count) {
        case .number(let number):
            .code(dictionary.code(of: number.canonical(start, count, reader.form), file, line))
        case .missing(let reason): .missing(dictionary.code(of: "", file, line), reason: reason)
        case .problem(let problem): .problem(problem)
        }
    }
}

/// The mantissas, doubles and reasons of a column of numbers.
struct NumberMemory {
    var mantissas = RowMemory<Int64>()
    var doubles = RowMemory<Double>()
    var missing = RowMemory<UInt8>()

    mutating func reserve(_ count: Int) {
        mantissas.reserve(count)
        doubles.reserve(count)
        missing.reserve(count)
    }

    func deallocate() {
        mantissas.deallocate()
        doubles.deallocate()
        missing.deallocate()
    }

    func set(_ row: Int, _ mantissa: Int64, _ double: Double, _ reason: UInt8) {
        mantissas.start[row] = mantissa
        doubles.start[row] = double
        missing.start[row] = reason
    }

    /// Marks rows of `count` as another subject's. Their zeros go through every change of scale.
    mutating func skip(_ skipped: Range<Int>, of count: Int) {
        reserve(count)
        for row in skipped { set(row, 0, 0, Batch.NumberColumn.otherRow) }
    }

    func column(decimals: Int, largest: UInt64 = .max) -> Batch.NumberColumn {
        Batch.NumberColumn(
            mantissas: mantissas.start, decimals: decimals, doubles: doubles.start, missing: missing.start,
            largest: largest)
    }
}
