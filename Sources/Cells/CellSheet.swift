/// The CSV text of one block of a cell table: keys, n, w, ww, s_i, q_i_j; UTF-8, `,`, LF, cells in key-byte order.
///
/// Cells without rows in the block are left out. Texts stand to the byte, quoted only where CSV needs it: this is a file
/// for programs, and a key must come back as it was.
package enum CellSheet {
    package static func header(keys: [String], variableCount q: Int) -> [String] {
        var names = keys + ["n", "w", "ww"]
        for i in 0..<q { names.append("s_\(i)") }
        for i in 0..<q { for j in i..<q { names.append("q_\(i)_\(j)") } }
        return names
    }

    /// - Parameter minimum: cells with fewer rows are left out.
    package static func text(_ table: CellTable, block: Int, minimum: Int) -> [UInt8] {
        let sums = table.blocks[block].sums
        var text: [UInt8] = []
        let names = header(keys: table.keys.map(\.name), variableCount: table.blocks[block].variables.count)
        append(names, to: &text)
        for cell in 0..<table.cellCount where sums.rows(in: cell) >= max(minimum, 1) {
            append(table.keys.map { $0.values[Int($0.codes[cell])] } + sums.fields(of: cell), to: &text)
        }
        return text
    }

    private static func append(_ fields: [String], to text: inout [UInt8]) {
        for (position, field) in fields.enumerated() {
            if position > 0 { text.append(UInt8(ascii: ",")) }
            let needsQuotes = field.utf8.contains { $0 == 0x22 || $0 == 0x2C || $0 == 0x0A || $0 == 0x0D }
            guard needsQuotes else {
                text.append(contentsOf: field.utf8)
                continue
            }
            text.append(0x22)
            for byte in field.utf8 {
                if byte == 0x22 { text.append(0x22) }
                text.append(byte)
            }
            text.append(0x22)
        }
        text.append(UInt8(ascii: "\n"))
    }

    /// The rows of a CSV text, each with the line on which it begins; `nil` where a quote is not closed or misplaced, or
    /// where the text is not UTF-8.
    package static func rows(_ text: [UInt8]) -> [(line: Int, fields: [String])]? {
        // Checked as a whole: a check of every field costs more than all else here.
        guard String(validating: text, as: UTF8.self) != nil else { return nil }
        var rows: [(line: Int, fields: [String])] = []
        var line = 1
        var at = 0
        while at < text.count {
            let first = line
            var fields: [String] = []
            var isInRow = true
            while isInRow {
                guard let field = field(text, &at, &line) else { return nil }
                fields.append(field)
                isInRow = at < text.count && text[at] == UInt8(ascii: ",")
                if isInRow { at += 1 }
            }
            if at < text.count, text[at] == 0x0D { at += 1 }
            if at < text.count {
                guard text[at] == 0x0A else { return nil }
                at += 1
                line += 1
            }
            rows.append((first, fields))
        }
        return rows
    }

    /// One field; `at` is left on what ends it.
    private static func field(_ text: [UInt8], _ at: inout Int, _ line: inout Int) -> String? {
        guard at < text.count, text[at] == 0x22 else {
            let start = at
            while at < text.count, text[at] != 0x2C, text[at] != 0x0A, text[at] != 0x0D { at += 1 }
            return String(decoding: text[start..<at], as: UTF8.self)
        }
        var bytes: [UInt8] = []
        at += 1
        while at < text.count {
            let byte = text[at]
            at += 1
            if byte == 0x22 {
                guard at < text.count, text[at] == 0x22 else { return String(decoding: bytes, as: UTF8.self) }
                at += 1
            }
            if byte == 0x0A { line += 1 }
            bytes.append(byte)
        }
        return nil
    }
}

extension MomentBlock.Sums {
    func rows(in cell: Int) -> Int {
        switch self {
        case .exact(let exact): Int(exact.n[cell])
        case .double(let centred): Int(centred.deviations.n[cell])
        }
    }

    /// n, w, ww, s and q of a cell: integers as they are, doubles in the shortest form that reads back the same.
    fileprivate func fields(of cell: Int) -> [String] {
        switch self {
        case .exact(let exact):
            let count = exact.decimals.count, pairs = pairCount(count)
            let sums = [exact.w[cell], exact.ww[cell]] + exact.s[cell * count..<(cell + 1) * count]
            return [String(exact.n[cell])] + (sums + exact.q[cell * pairs..<(cell + 1) * pairs]).map(String.init)
        case .double(let centred):
            let moments = centred.deviations
            let count = moments.variableCount, weight = moments.weight[cell]
            var fields = [String(Int(moments.n[cell])), String(weight), String(moments.squaredWeight[cell])]
            let mean = moments.mean[cell * count..<(cell + 1) * count].map { $0 }
            fields += mean.map { String(weight * $0) }
            var pair = cell * pairCount(count)
            for i in 0..<count {
                for j in i..<count {
                    fields.append(String(moments.within[pair] + weight * mean[i] * mean[j]))
                    pair += 1
                }
            }
            return fields
        }
    }
}
