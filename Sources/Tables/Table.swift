/// A table of typed columns in memory, in the order of the files' rows: the second thing that the stream of rows is made into.
///
/// Nothing that cells can answer needs one; it is for work on rows, such as effects of pupils, matching and quantiles. What
/// a column takes is set by its values: whole numbers and mantissas stand in the fewest of 1, 2, 4 or 8 bytes that hold
/// all of them, codes in 1, 2 or 4, a text of up to 15 bytes in 16.
public struct Table: Sendable {
    public let rowCount: Int
    public let columns: [Column]

    /// The column of that name; nil where there is none.
    public func column(_ name: String) -> Column? { columns.first { $0.name == name } }

    /// Bytes that the values take, without labels and long texts.
    public var byteCount: Int { columns.reduce(0) { $0 + $1.byteCount } }
}

/// One column: `rowCount` values, and which of them are there.
public struct Column: Sendable {
    public enum Values: Sendable {
        /// Whole numbers.
        case integers(PackedIntegers)
        /// Decimal numbers as mantissas: value = mantissa / 10^decimals, with 1 to 6 decimals.
        case decimals(PackedIntegers, decimals: Int)
        /// Correctly rounded doubles, where integers could not hold every number of the table.
        case doubles(PackedDoubles)
        /// Texts that repeat: codes into labels, which stand in byte order.
        case codes(PackedIntegers, labels: [String])
        /// Periods, in the same way; their labels are in the order of their texts.
        case periods(PackedIntegers, labels: [String])
        /// Not zero where the text equals the value asked for.
        case flags(PackedIntegers)
        /// Texts of which most occur once: identifiers.
        case texts(PackedTexts)
    }

    public let name: String
    public let values: Values
    public let validity: Validity
    /// The reasons for missing numbers by what stands in the place of the value: reason r at r − 1.
    let reasons: [String]

    public var rowCount: Int { validity.count }

    var byteCount: Int {
        switch values {
        case .integers(let packed), .decimals(let packed, _), .codes(let packed, _), .periods(let packed, _),
            .flags(let packed):
            packed.count * packed.width.rawValue
        case .doubles(let packed): packed.count * 8
        case .texts(let packed): packed.count * MemoryLayout<TextSlot>.size
        }
    }

    /// The number in a row: of integers, decimals and doubles, and 0 or 1 of flags; nil where it is missing or text.
    public func number(_ row: Int) -> Double? {
        guard validity[row] else { return nil }
        switch values {
        case .integers(let packed): return Double(packed[row])
        case .decimals(let packed, let decimals): return Double(packed[row]) / PowersOfTen.doubles[decimals]
        case .doubles(let packed): return packed[row]
        case .flags(let packed): return packed[row] == 0 ? 0 : 1
        case .codes, .periods, .texts: return nil
        }
    }

    /// The text in a row: of codes, periods and texts; nil where it is empty or the column holds numbers.
    public func text(_ row: Int) -> String? {
        guard validity[row] else { return nil }
        switch values {
        case .codes(let packed, let labels), .periods(let packed, let labels): return labels[packed[row]]
        case .texts(let packed): return packed[row]
        case .integers, .decimals, .doubles, .flags: return nil
        }
    }

    /// Why a row has no value, such as `SUPP`; `empty` for texts. Nil where it has one.
    public func missingReason(_ row: Int) -> String? {
        guard !validity[row] else { return nil }
        let code: Int
        switch values {
        case .integers(let packed), .decimals(let packed, _), .flags(let packed): code = packed[row]
        case .doubles(let packed): code = Int(packed[row])
        case .codes, .periods, .texts: code = 1
        }
        return code >= 1 && code <= reasons.count ? reasons[code - 1] : MissingCodes.empty
    }

    /// The sum of the numbers that are there: exact mantissas over 10^decimals, or doubles in row order; nil for texts.
    public func sum() -> Double? {
        switch values {
        case .integers(let packed): return Double(packed.sum(validity))
        case .decimals(let packed, let decimals): return Double(packed.sum(validity)) / PowersOfTen.doubles[decimals]
        case .doubles(let packed): return (0..<packed.count).reduce(0) { validity[$1] ? $0 + packed[$1] : $0 }
        case .flags(let packed):
            return Double((0..<packed.count).reduce(0) { validity[$1] && packed[$1] != 0 ? $0 + 1 : $0 })
        case .codes, .periods, .texts: return nil
        }
    }
}
