/// A small CSV table that is part of the program: a header, then rows of as many fields; a quoted field may hold commas, no line
/// feed.
package enum EmbeddedTable {
    /// The rows below the header.
    /// - Precondition: each has so many fields.
    package static func rows(_ bytes: [UInt8], fields count: Int) -> [[String]] {
        lines(bytes).dropFirst().map { line in
            precondition(
                line.count == count, "a row of an embedded table has \(line.count) fields, not \(count): \(line)")
            return line
        }
    }

    /// The rows below the header, by the names of the header.
    /// - Precondition: each has as many fields as the header.
    package static func records(_ bytes: [UInt8]) -> [[String: String]] {
        guard let header = lines(bytes).first else { return [] }
        return rows(bytes, fields: header.count).map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
    }

    private static func lines(_ bytes: [UInt8]) -> [[String]] {
        String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(fields)
    }

    private static func fields(_ line: Substring) -> [String] {
        guard line.utf8.contains(UInt8(ascii: "\"")) else {
            return line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        var fields = [""]
        var isQuoted = false
        for letter in line {
            switch letter {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(letter)
            }
        }
        return fields
    }
}
