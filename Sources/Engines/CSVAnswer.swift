/// A short answer of an engine, taken apart: a header and rows of texts.
struct CSVAnswer {
    private(set) var header: [String] = []
    private(set) var rows: [[String]] = []

    init(_ bytes: [UInt8]) {
        var records: [[String]] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var isQuoted = false
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == UInt8(ascii: "\"") {
                let isDoubled = isQuoted && index + 1 < bytes.count && bytes[index + 1] == byte
                if isDoubled { field.append(byte) } else { isQuoted.toggle() }
                index += isDoubled ? 1 : 0
            } else if !isQuoted, byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") {
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
                if byte == UInt8(ascii: "\n") {
                    records.append(fields)
                    fields = []
                }
            } else if isQuoted || byte != UInt8(ascii: "\r") {
                field.append(byte)
            }
            index += 1
        }
        header = records.first ?? []
        rows = Array(records.dropFirst())
    }
}
