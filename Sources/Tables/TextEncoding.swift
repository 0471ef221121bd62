/// The encodings that files may come in; everything behind this file is UTF-8.
enum TextEncoding: Equatable {
    case utf8
    /// By its mark, which tells the byte order.
    case utf16
    case utf16Little, utf16Big, windows1252, latin1

    /// - Throws: `.unknownEncoding` for a name that is not one of these.
    init(named name: String) throws(TableError) {
        switch name.lowercased().filter({ $0 != "-" && $0 != "_" && $0 != " " }) {
        case "utf8", "utf8bom", "utf8sig": self = .utf8
        case "utf16": self = .utf16
        case "utf16le": self = .utf16Little
        case "utf16be": self = .utf16Big
        case "windows1252", "cp1252", "ansi": self = .windows1252
        case "latin1", "iso88591": self = .latin1
        default: throw .unknownEncoding(name)
        }
    }

    var name: String {
        switch self {
        case .utf8: "utf-8"
        case .utf16, .utf16Little, .utf16Big: "utf-16"
        case .windows1252: "windows-1252"
        case .latin1: "latin1"
        }
    }

    /// The encoding that a byte order mark at the start tells, and the mark's length.
    static func mark(_ bytes: some Collection<UInt8>) -> (encoding: TextEncoding, length: Int)? {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return (.utf8, 3) }
        if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return (.utf16, 2) }
        return nil
    }

    /// The text as UTF-8 without a mark.
    ///
    /// - Returns: `nil` for UTF-16 with half a letter or half a pair, with the line it stands on in `badLine`.
    func utf8(_ bytes: [UInt8], badLine: inout Int) -> [UInt8]? {
        switch self {
        case .utf8: return bytes
        case .utf16, .utf16Little, .utf16Big:
            return Self.fromUTF16(bytes, isBig: self == .utf16Big || bytes.starts(with: [0xFE, 0xFF]), &badLine)
        case .windows1252, .latin1:
            var text: [UInt8] = []
            text.reserveCapacity(bytes.count + bytes.count / 8)
            for byte in bytes {
                if byte < 0x80 {
                    text.append(byte)
                } else {
                    let high = self == .windows1252 && byte < 0xA0
                    append(high ? Self.windows[Int(byte) - 0x80] : UInt32(byte), to: &text)
                }
            }
            return text
        }
    }

    private func append(_ scalar: UInt32, to text: inout [UInt8]) {
        guard let scalar = Unicode.Scalar(scalar) else { return }
        text.append(contentsOf: UTF8.encode(scalar) ?? UTF8.CodeUnit.replacement)
    }

    private static func fromUTF16(_ bytes: [UInt8], isBig: Bool, _ badLine: inout Int) -> [UInt8]? {
        let start = mark(bytes)?.length ?? 0
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count)
        var line = 1
        var i = start
        func unit(_ i: Int) -> UInt32 {
            isBig ? UInt32(bytes[i]) << 8 | UInt32(bytes[i + 1]) : UInt32(bytes[i + 1]) << 8 | UInt32(bytes[i])
        }
        while i < bytes.count {
            badLine = line
            guard i + 2 <= bytes.count else { return nil }
            var scalar = unit(i)
            i += 2
            if scalar & 0xFC00 == 0xD800, i + 2 <= bytes.count, unit(i) & 0xFC00 == 0xDC00 {
                scalar = 0x10000 + (scalar & 0x3FF) << 10 + (unit(i) & 0x3FF)
                i += 2
            }
            guard let letter = Unicode.Scalar(scalar) else { return nil }
            if scalar == 0x0A { line += 1 }
            text.append(contentsOf: UTF8.encode(letter) ?? UTF8.CodeUnit.replacement)
        }
        return text
    }

    /// Windows-1252 from 0x80 to 0x9F; the five unassigned bytes keep their own number, as browsers do.
    private static let windows: [UInt32] = [
        0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,
        0x017D, 0x8F, 0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A,
        0x0153, 0x9D, 0x017E, 0x0178,
    ]
}

extension UTF8.CodeUnit {
    /// U+FFFD; every scalar has an encoding, so this stands in for a case that does not arise.
    fileprivate static var replacement: UTF8.EncodedScalar { UTF8.encodedReplacementCharacter }
}
