/// Reads the texts of a number role: a number, missing with its reason, or neither.
struct NumberReader {
    let form: NumberForm
    private let codes = KeyDictionary()
    /// False where a missing code could itself be read as a number, such as `-99`: then codes are looked up first.
    let numbersAreNeverCodes: Bool

    init(form: NumberForm, missing: MissingCodes) {
        self.form = form
        for code in missing.codes { _ = codes.code(of: code) }
        numbersAreNeverCodes = missing.codes.allSatisfy { code in
            let bytes = Array(code.utf8)
            return bytes.withUnsafeBufferPointer { text in
                guard let base = text.baseAddress else { return true }
                if case .number = NumberText.read(base, text.count, form) { return false }
                return true
            }
        }
    }

    enum Outcome {
        case number(NumberText)
        /// Index into `MissingCodes.reasons`.
        case missing(Int)
        case problem(NumberProblem)
    }

    /// A short plain number, packed as by `ShortDecimal`; or −1, which says nothing about the text.
    @inline(__always)
    func short(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int64 {
        guard numbersAreNeverCodes, UInt(bitPattern: count &- 1) < 8 else { return -1 }
        return ShortDecimal.read(bytes, count, UInt64(form.decimal) &* 0x0101_0101_0101_0101)
    }

    /// Reads a text; 16 bytes past its end must be readable.
    func read(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Outcome {
        var start = 0
        var end = count
        while start < end, NumberText.isBlank(bytes[start]) { start += 1 }
        while end > start, NumberText.isBlank(bytes[end - 1]) { end -= 1 }
        if start == end { return .missing(0) }
        if let code = codes.find(bytes + start, end - start) { return .missing(1 + Int(code)) }
        switch NumberText.read(bytes + start, end - start, form) {
        case .number(let number): return .number(number)
        case .blank: return .missing(0)
        case .problem(let problem): return .problem(problem)
        }
    }
}

/// Decimals of up to eight letters, eight bytes at a time.
enum ShortDecimal {
    /// Digits with at most one decimal mark as a mantissa and its decimals, packed as mantissa · 8 + decimals; or −1.
    ///
    /// The letters are put to the high end of a word, filled up with zeros; the mark is squeezed out; then digits are
    /// joined in pairs, fours and eights. `length` must be 1...8 and 8 bytes must be readable.
    @inline(__always)
    static func read(_ bytes: UnsafePointer<UInt8>, _ length: Int, _ marks: UInt64) -> Int64 {
        let zeros: UInt64 = 0x3030_3030_3030_3030
        let unused = UInt64(truncatingIfNeeded: 64 &- 8 &* length)
        let text = UnsafeRawPointer(bytes).loadUnaligned(as: UInt64.self) &<< unused
        // For length 8 nothing is unused, and a shift by 64 must give 0.
        var word = text | ((zeros >> 1) >> (63 &- unused))
        var decimals: Int64 = 0
        let difference = word ^ marks
        let low: UInt64 = 0x7F7F_7F7F_7F7F_7F7F
        let hits = ~(((difference & low) &+ low) | difference | low)
        if hits != 0 {
            let at = UInt64(hits.trailingZeroBitCount) & ~7
            let below = (UInt64(1) &<< at) &- 1
            word = (word & ~below & ~(UInt64(0xFF) &<< at)) | ((word & below) &<< 8) | 0x30
            decimals = Int64(7 &- at &>> 3)
            if length == 1 { return -1 }
        }
        let high = word & 0xF0F0_F0F0_F0F0_F0F0
        let carried = (word &+ 0x0606_0606_0606_0606) & 0xF0F0_F0F0_F0F0_F0F0
        if high != zeros || carried != zeros { return -1 }
        word = word &- zeros
        word = (word &* 10) &+ (word &>> 8)
        let pairs: UInt64 = 0x0000_00FF_0000_00FF
        let value =
            ((word & pairs) &* 0x000F_4240_0000_0064 &+ ((word &>> 16) & pairs) &* 0x0000_2710_0000_0001) &>> 32
        return Int64(value) &* 8 &+ decimals
    }
}
