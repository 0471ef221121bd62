/// A JSON value whose objects keep the order of their keys, so that the same result is always the same bytes.
public enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    /// Written so that it reads back to the same double; not-a-number and infinities are written as null.
    case number(Double)
    case text(String)
    case array([JSONValue])
    case object([Member])

    public struct Member: Sendable, Equatable {
        public var key: String
        public var value: JSONValue

        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    public init(_ value: Double?) { self = value.map(JSONValue.number) ?? .null }
    public init(_ value: Int?) { self = value.map(JSONValue.integer) ?? .null }
    public init(_ value: String?) { self = value.map(JSONValue.text) ?? .null }

    /// The member of an object, nil where there is none or this is no object.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key == key }?.value
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}

/// An object under construction: keys in the order in which they are put, those that do not apply left out.
package struct JSONObject {
    package private(set) var members: [JSONValue.Member] = []
    package var value: JSONValue { .object(members) }

    package init() {}

    package mutating func put(_ key: String, _ value: JSONValue) { members.append(.init(key, value)) }
    package mutating func put(_ key: String, ifAny value: Double?) { if let value { put(key, .number(value)) } }
    package mutating func put(_ key: String, ifAny value: Int?) { if let value { put(key, .integer(value)) } }
    package mutating func put(_ key: String, ifAny value: String?) { if let value { put(key, .text(value)) } }
}

extension JSONValue {
    /// The value as text, two blanks a level; an object of plain values that stands in a list takes one line.
    /// Ends with a line feed.
    public func pretty() -> String {
        var out = ""
        write(to: &out, indent: 0, inList: false)
        return out + "\n"
    }

    /// The value on one line, without blanks.
    public func compact() -> String {
        var out = ""
        writeCompact(to: &out, separator: ",", colon: ":")
        return out
    }

    private var isScalar: Bool {
        switch self {
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        default: true
        }
    }

    /// Fit for one line: plain, or an object whose members are plain or objects of plain values (the keys of `by`).
    private var isRow: Bool {
        guard case .object(let members) = self else { return isScalar }
        return members.allSatisfy { member in
            if case .object(let inner) = member.value { return inner.allSatisfy { $0.value.isScalar } }
            return member.value.isScalar
        }
    }

    private func write(to out: inout String, indent: Int, inList: Bool) {
        let pad = String(repeating: " ", count: indent + 2)
        let close = String(repeating: " ", count: indent)
        switch self {
        case .array(let items) where !items.isEmpty:
            if items.allSatisfy(\.isScalar), items.count <= 12 { return writeCompact(to: &out) }
            out += "[\n"
            for (index, item) in items.enumerated() {
                out += pad
                item.write(to: &out, indent: indent + 2, inList: true)
                out += index + 1 < items.count ? ",\n" : "\n"
            }
            out += close + "]"
        case .object(let members) where !members.isEmpty:
            if inList, isRow { return writeCompact(to: &out) }
            out += "{\n"
            for (index, member) in members.enumerated() {
                out += pad + Self.quoted(member.key) + ": "
                member.value.write(to: &out, indent: indent + 2, inList: false)
                out += index + 1 < members.count ? ",\n" : "\n"
            }
            out += close + "}"
        default:
            writeCompact(to: &out)
        }
    }

    private func writeCompact(to out: inout String, separator: String = ", ", colon: String = ": ") {
        switch self {
        case .null: out += "null"
        case .bool(let value): out += value ? "true" : "false"
        case .integer(let value): out += String(value)
        case .number(let value): if value.isFinite { Self.writeNumeral(value, to: &out) } else { out += "null" }
        case .text(let value): out += Self.quoted(value)
        case .array(let items):
            out += "["
            for (index, item) in items.enumerated() {
                if index > 0 { out += separator }
                item.writeCompact(to: &out, separator: separator, colon: colon)
            }
            out += "]"
        case .object(let members):
            out += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { out += separator }
                out += Self.quoted(member.key) + colon
                member.value.writeCompact(to: &out, separator: separator, colon: colon)
            }
            out += "}"
        }
    }

    /// The shortest decimal that reads back to the same double, without a needless `.0`; nil where JSON has no number.
    static func numeral(_ value: Double) -> String? {
        guard value.isFinite else { return nil }
        var out = ""
        writeNumeral(value, to: &out)
        return out
    }

    /// The same at the end of a text, for a finite value.
    static func writeNumeral(_ value: Double, to out: inout String) {
        // Whole numbers of up to fifteen digits have no exponent, and zero may have a sign.
        if value.magnitude < 1e15, value.rounded(.towardZero) == value, value != 0 || value.sign == .plus {
            Int(value).description.write(to: &out)
            return
        }
        value.write(to: &out)
        if value != 0, out.utf8.suffix(2).elementsEqual(".0".utf8) { out.removeLast(2) }
    }

    /// A JSON string. `<`, `>`, `&`, U+2028 and U+2029 are escaped too, so that the text is safe inside a page.
    static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            byte >= 0x20 && byte < 0x7F && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
                && byte != UInt8(ascii: "<") && byte != UInt8(ascii: ">") && byte != UInt8(ascii: "&")
        }
        if isPlain { return "\"" + text + "\"" }
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "<", ">", "&", "\u{2028}", "\u{2029}": out += unicodeEscape(scalar.value)
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: out += unicodeEscape(scalar.value)
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    private static func unicodeEscape(_ value: UInt32) -> String {
        let hex = String(value, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    }
}
