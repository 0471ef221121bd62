/// A strict reader of JSON (RFC 8259), used to recognise our own manifest and to test what we write.
///
/// Duplicate keys, trailing text, lone surrogates and nesting deeper than 128 are refused.
struct JSONReader {
    struct Fault: Error, Equatable {
        let byte: Int
        let reason: String
    }

    private let bytes: [UInt8]
    private var at = 0

    static func read(_ text: String) throws(Fault) -> JSONValue { try read(Array(text.utf8)) }

    static func read(_ bytes: [UInt8]) throws(Fault) -> JSONValue {
        var reader = JSONReader(bytes: bytes)
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        guard reader.at == bytes.count else { throw reader.fault("text after the end of the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private func fault(_ reason: String) -> Fault { Fault(byte: at, reason: reason) }
    private var next: UInt8? { at < bytes.count ? bytes[at] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { at += 1 }
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        at += 1
        return true
    }

    private mutating func value(depth: Int) throws(Fault) -> JSONValue {
        guard depth < 128 else { throw fault("nested too deeply") }
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .text(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(Fault) -> JSONValue {
        guard bytes[at...].starts(with: word.utf8) else { throw fault("not a JSON value") }
        at += word.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(Fault) -> JSONValue {
        at += 1
        var members: [JSONValue.Member] = []
        var keys: Set<String> = []
        skipBlanks()
        if take("}") { return .object([]) }
        repeat {
            skipBlanks()
            guard next == UInt8(ascii: "\"") else { throw fault("a key is expected") }
            let key = try string()
            guard keys.insert(key).inserted else { throw fault("a key stands twice") }
            skipBlanks()
            guard take(":") else { throw fault("a colon is expected") }
            members.append(.init(key, try value(depth: depth + 1)))
            skipBlanks()
        } while take(",")
        guard take("}") else { throw fault("the object is not closed") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(Fault) -> JSONValue {
        at += 1
        var items: [JSONValue] = []
        skipBlanks()
        if take("]") { return .array([]) }
        repeat {
            items.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw fault("the list is not closed") }
        return .array(items)
    }

    private mutating func number() throws(Fault) -> JSONValue {
        let start = at
        _ = take("-")
        if !take("0") { try digits() }
        var isInteger = true
        if take(".") {
            isInteger = false
            try digits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        if isInteger, text != "-0", let integer = Int(text) { return .integer(integer) }
        guard let value = Double(text), value.isFinite else { throw fault("a number out of range") }
        return .number(value)
    }

    private mutating func digits() throws(Fault) {
        let start = at
        while let byte = next, byte >= 0x30, byte <= 0x39 { at += 1 }
        guard at > start else { throw fault("a digit is expected") }
    }

    private mutating func string() throws(Fault) -> String {
        at += 1
        var units: [UInt8] = []
        while let byte = next {
            at += 1
            switch byte {
            case UInt8(ascii: "\""):
                guard let text = String(validating: units, as: UTF8.self) else { throw fault("invalid UTF-8") }
                return text
            case UInt8(ascii: "\\"): units += Array(String(Character(try escape())).utf8)
            case 0..<0x20: throw fault("a control letter inside a string")
            default: units.append(byte)
            }
        }
        throw fault("the string is not closed")
    }

    private mutating func escape() throws(Fault) -> Unicode.Scalar {
        guard let byte = next else { throw fault("the string is not closed") }
        at += 1
        switch byte {
        case UInt8(ascii: "\""): return "\""
        case UInt8(ascii: "\\"): return "\\"
        case UInt8(ascii: "/"): return "/"
        case UInt8(ascii: "b"): return "\u{08}"
        case UInt8(ascii: "f"): return "\u{0C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try unicodeEscape()
        default: throw fault("an unknown escape")
        }
    }

    private mutating func unicodeEscape() throws(Fault) -> Unicode.Scalar {
        let high = try hexUnit()
        if let scalar = Unicode.Scalar(high) { return scalar }
        guard high < 0xDC00, take("\\"), take("u") else { throw fault("half of a surrogate pair") }
        let low = try hexUnit()
        guard low >= 0xDC00, low < 0xE000, let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + low - 0xDC00)
        else { throw fault("half of a surrogate pair") }
        return scalar
    }

    private mutating func hexUnit() throws(Fault) -> UInt32 {
        guard at + 4 <= bytes.count else { throw fault("four hex digits are expected") }
        var value: UInt32 = 0
        for byte in bytes[at..<at + 4] {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw fault("four hex digits are expected")
            }
            value = value * 16 + UInt32(digit)
        }
        at += 4
        return value
    }
}
