import CByteScan

/// Decimals to mantissas at the lane's scale, or to correctly rounded doubles.
///
/// The scale is the least power of ten that holds every value so far, trailing zeros cut; when a value needs more, the
/// mantissas of the piece are brought to the new scale.
final class NumberDecoder: ValueDecoder {
    static let mostDecimals = 6

    private let reader: NumberReader
    private var values = NumberMemory()
    /// Rows of a window that are no plain short decimals.
    private var others = RowMemory<UInt32>()
    private var scale = 0
    /// No mantissa of the piece is larger in magnitude.
    private var largest = UInt64.max
    private(set) var missing: [Int]

    init(_ reader: NumberReader, reasons: Int) {
        self.reader = reader
        missing = .init(repeating: 0, count: reasons)
    }

    deinit {
        values.deallocate()
        others.deallocate()
    }

    var column: Batch.Column { .number(values.column(decimals: scale, largest: largest)) }

    func decode(_ rows: PieceRows, _ source: FieldSource, _ context: inout DecodingContext) {
        values.reserve(rows.count)
        let isExact = context.arithmetic == .exact
        guard case .column(let column) = source, reader.numbersAreNeverCodes else {
            for r in rows.window {
                let (start, count) = source.text(rows, r, context.scratch, context.part)
                decodeSlowly(r, start, count, r, &context)
            }
            return
        }
        if isExact { decodeExact(rows, column, &context) } else { decodeDouble(rows, column, &context) }
    }

    func skip(_ skipped: Range<Int>, of count: Int) {
        values.skip(skipped, of: count)
        if skipped.lowerBound == 0 { largest = 0 }
    }

    /// Plain short decimals at once, the others one by one.
    private func decodeExact(_ rows: PieceRows, _ column: Int, _ context: inout DecodingContext) {
        others.reserve(rows.count)
        if rows.window.lowerBound == 0 { largest = 0 }
        var fields = rows.fields(column)
        var empty = 0
        let count = cbs_decimals(
            rows.level, &fields, rows.window.lowerBound, rows.window.upperBound, reader.form.decimal, Int32(scale),
            values.mantissas.start, values.missing.start, others.start, &empty, &largest)
        // Empty fields are common, and no reader calls them anything but that.
        missing[0] += empty
        for k in 0..<count {
            let row = Int(others.start[k])
            let (text, length) = rows.text(row, column, context.scratch)
            decodeSlowly(row, text, length, rows.window.upperBound, &context)
        }
    }

    private func decodeDouble(_ rows: PieceRows, _ column: Int, _ context: inout DecodingContext) {
        let marks = UInt64(reader.form.decimal) &* 0x0101_0101_0101_0101
        let (doubles, missing) = (values.doubles.start, values.missing.start)
        let divisors = Self.divisors
        for r in rows.window {
            let (start, end) = rows.range(r, column)
            if UInt(bitPattern: end &- start &- 1) < 8 {
                let packed = ShortDecimal.read(rows.bytes + start, end - start, marks)
                if packed >= 0 {
                    // Both are exact, so the quotient is rounded once.
                    doubles[r] = Double(packed &>> 3) / divisors[Int(packed & 7)]
                    missing[r] = 0
                    continue
                }
            }
            let (text, count) = rows.text(r, column, context.scratch)
            decodeSlowly(r, text, count, r, &context)
        }
    }

    /// Any text of the role. The first `decoded` rows hold mantissas, which go with the scale.
    @inline(never)
    private func decodeSlowly(
        _ row: Int, _ text: UnsafePointer<UInt8>, _ count: Int, _ decoded: Int, _ context: inout DecodingContext
    ) {
        switch reader.read(text, count) {
        case .missing(let reason):
            values.set(row, 0, 0, UInt8(truncatingIfNeeded: reason + 1))
            missing[reason] += 1
        case .problem(let problem):
            values.set(row, 0, 0, 1)
            context.refuse(row, problem)
        case .number(let number):
            if context.arithmetic == .double {
                values.set(row, 0, number.double(text, count, reader.form), 0)
            } else {
                store(number, row, decoded, &context)
            }
        }
    }

    /// Stores an exact value, raising the scale where it must; otherwise the row is where exact arithmetic ends.
    private func store(_ number: NumberText, _ row: Int, _ decoded: Int, _ context: inout DecodingContext) {
        let decimals = number.decimals
        if !number.isLong, decimals <= Self.mostDecimals, raiseScale(to: decimals, rows: decoded),
            let mantissa = number.mantissa(scale: scale)
        {
            largest = max(largest, mantissa.magnitude)
            values.set(row, mantissa, 0, 0)
        } else {
            values.set(row, 0, 0, 0)
            if context.inexactRow == nil { context.inexactRow = row }
        }
    }

    /// Brings the mantissas of the first rows to the new scale; false where one of them does not fit.
    private func raiseScale(to decimals: Int, rows: Int) -> Bool {
        guard decimals > scale else { return true }
        let factor = Self.powers[decimals - scale]
        let mantissas = values.mantissas.start
        for r in 0..<rows {
            let (product, overflow) = mantissas[r].multipliedReportingOverflow(by: factor)
            if overflow { return false }
            mantissas[r] = product
        }
        scale = decimals
        largest = .max
        return true
    }

    private static let powers: [Int64] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]
    private static let divisors: [Double] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000]
}

/// Texts to points by a table, each distinct text looked up once.
final class PointsDecoder: ValueDecoder {
    private let raw = KeyDictionary()
    private let reader: NumberReader
    private let points: [String: Decimal6]
    private let scale: Int
    private var outcomes: [(mantissa: Int64, double: Double, reason: UInt8)] = []
    private var values = NumberMemory()
    private(set) var missing: [Int]
    /// For each raw text without points the number of its rows; 0 for the others.
    private(set) var unmatched: [Int] = []

    init(_ points: [String: Decimal6], _ reader: NumberReader, reasons: Int) {
        self.points = points
        self.reader = reader
        // The largest number of decimals among the points; a maximum does not depend on the order of the table.
        scale = points.values.map { Int($0.decimals) }.max() ?? 0
        missing = .init(repeating: 0, count: reasons)
    }

    deinit { values.deallocate() }

    var column: Batch.Column { .number(values.column(decimals: scale)) }
    var texts: KeyDictionary { raw }

    func skip(_ skipped: Range<Int>, of count: Int) { values.skip(skipped, of: count) }

    func decode(_ rows: PieceRows, _ source: FieldSource, _ context: inout DecodingContext) {
        values.reserve(rows.count)
        for r in rows.window {
            let (start, count) = source.text(rows, r, context.scratch, context.part)
            let code = Int(raw.code(start, count, context.file, rows.lines[r]))
            if code == outcomes.count {
                outcomes.append(evaluate(raw.texts[code], start, count))
                unmatched.append(0)
            }
            let outcome = outcomes[code]
            values.set(r, outcome.mantissa, outcome.double, outcome.reason)
            if outcome.reason == Self.noPoints {
                unmatched[code] += 1
                context.holdsUnmatched = true
            } else if outcome.reason > 0 {
                missing[Int(outcome.reason) - 1] += 1
            }
        }
    }

    private static let noPoints = UInt8.max

    private func evaluate(_ text: String, _ start: UnsafePointer<UInt8>, _ count: Int) -> (Int64, Double, UInt8) {
        // The table comes first: a grade may be called like a missing code.
        if let value = points[text] {
            let power = Int64(PowersOfTen.integers[scale - Int(value.decimals)])
            let mantissa = value.mantissa.multipliedReportingOverflow(by: power).partialValue
            return (mantissa, Double(value.mantissa) / PowersOfTen.doubles[Int(value.decimals)], 0)
        }
        if case .missing(let reason) = reader.read(start, count) { return (0, 0, UInt8(reason + 1)) }
        return (0, 0, Self.noPoints)
    }
}
