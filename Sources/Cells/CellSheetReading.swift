import Tables

extension CellSheet {
    /// The table that a sheet and its side-car describe, checked against each other.
    ///
    /// - Throws: `CellsError.malformed` with the line, `.wrongRowCount`.
    static func table(_ text: [UInt8], _ sideCar: CellSideCar, path: String) throws(CellsError) -> CellTable {
        guard let rows = rows(text), let head = rows.first else {
            throw .malformed(Place(file: path), what: "the table is empty, or not CSV in UTF-8")
        }
        let names = header(keys: sideCar.keys, variableCount: sideCar.z.count)
        // A query also counts values that were no multiple of the scale.
        let hasInexact = head.fields == names + ["inexact"]
        guard head.fields == names || hasInexact else {
            throw .malformed(
                Place(file: path, line: 1), what: "the columns are not \(names.joined(separator: ", "))")
        }
        let cells = Array(rows.dropFirst())
        for (line, fields) in cells {
            let width = hasInexact ? names.count + 1 : names.count
            guard fields.count == width else {
                throw .malformed(
                    Place(file: path, line: line), what: "\(fields.count) fields where the header has \(width)")
            }
            guard !hasInexact || fields.last == "0" else {
                throw .malformed(
                    Place(file: path, line: line),
                    what: "rows whose values are no multiples of the scale are among the sums")
            }
        }
        return try table(cells, sideCar, path: path)
    }

    /// The table of the rows below a header: keys, then sums; what follows them is not looked at.
    ///
    /// - Throws: `CellsError.malformed` with the line, `.wrongRowCount`.
    package static func table(
        _ cells: [(line: Int, fields: [String])], _ sideCar: CellSideCar, path: String
    ) throws(CellsError) -> CellTable {
        let keys = sideCar.keys.enumerated().map { position, name in
            let dictionary = KeyDictionary()
            let codes = cells.map { Int32(dictionary.code(of: $0.fields[position])) }
            return CellKey(name: name, values: dictionary.texts, codes: codes)
        }
        let numbers = cells.map { (line: $0.line, fields: Array($0.fields.dropFirst(sideCar.keys.count))) }
        let sums: MomentBlock.Sums =
            switch sideCar.mode {
            case .fixed: .exact(try exact(numbers, sideCar, path))
            case .double: .double(try double(numbers, sideCar, path))
            }
        let counts = try rowCounts(numbers, path)
        let total = counts.reduce(0, +)
        guard total == sideCar.rowsUsed else {
            throw .wrongRowCount(path: path, inTable: total, inSideCar: sideCar.rowsUsed)
        }
        guard cells.count == sideCar.cells else {
            throw .malformed(Place(file: path), what: "\(cells.count) cells where the side-car says \(sideCar.cells)")
        }
        let block = MomentBlock(
            variables: sideCar.z.map(\.name), sums: sums,
            dropped: sideCar.rowsDropped.map { DroppedRows($0.reason, $0.rows) })
        return .joined([CellTable(keys: keys, cellCount: cells.count, blocks: [block], rowCounts: counts)])
    }

    private static func rowCounts(
        _ rows: [(line: Int, fields: [String])], _ path: String
    ) throws(CellsError) -> [Int] {
        var counts: [Int] = []
        var total = 0
        for (line, fields) in rows {
            guard let count = Int(fields[0]), count > 0, count <= 1 << 53, total <= 1 << 53 else {
                throw .malformed(Place(file: path, line: line, column: "n"), what: "n is not a number of rows")
            }
            total += count
            counts.append(count)
        }
        return counts
    }

    private static func exact(
        _ rows: [(line: Int, fields: [String])], _ sideCar: CellSideCar, _ path: String
    ) throws(CellsError) -> ExactMoments {
        let decimals = try sideCar.z.map { variable throws(CellsError) in
            guard variable.shift == 0 else {
                throw .malformed(Place(file: path), what: "integer sums of \(variable.name) have a shift other than 0")
            }
            return try Self.decimals(of: variable.scale, path)
        }
        let weightDecimals = try Self.decimals(of: sideCar.weight?.scale ?? 1, path)
        var moments = ExactMoments(decimals: decimals, weightDecimals: weightDecimals, cellCount: rows.count)
        let q = decimals.count, pairs = pairCount(q), width = 3 + q + pairs
        for (cell, row) in rows.enumerated() {
            // Products below 2^63 reach 2^100 after 10^11 rows.
            let sums = row.fields.prefix(width).compactMap {
                Int128($0).flatMap { $0.magnitude >> 100 == 0 ? $0 : nil }
            }
            guard sums.count == width, let n = Int64(exactly: sums[0]), sums[1] > 0, sums[2] > 0 else {
                throw .malformed(Place(file: path, line: row.line), what: "the sums are not integers of the right size")
            }
            moments.n[cell] = n
            moments.w[cell] = sums[1]
            moments.ww[cell] = sums[2]
            for i in 0..<q { moments.s[cell * q + i] = sums[3 + i] }
            for pair in 0..<pairs { moments.q[cell * pairs + pair] = sums[3 + q + pair] }
        }
        return moments
    }

    /// Most sums fit 64 bits, which are read several times as fast.
    private static func integer(_ text: String) -> Int128? {
        if let short = Int64(text) { return Int128(short) }
        return Int128(text).flatMap { $0.magnitude >> 100 == 0 ? $0 : nil }
    }

    private static func double(
        _ rows: [(line: Int, fields: [String])], _ sideCar: CellSideCar, _ path: String
    ) throws(CellsError) -> CentredMoments {
        let q = sideCar.z.count, pairs = pairCount(q), width = 3 + q + pairs
        var moments = CellMoments(variableCount: q, cellCount: rows.count)
        for (cell, row) in rows.enumerated() {
            let sums = row.fields.prefix(width).compactMap { Double($0).flatMap { $0.isFinite ? $0 : nil } }
            guard sums.count == width, sums[1] > 0, sums[2] > 0 else {
                throw .malformed(Place(file: path, line: row.line), what: "the sums are not finite numbers")
            }
            let weight = sums[1]
            moments.n[cell] = sums[0]
            moments.weight[cell] = weight
            moments.squaredWeight[cell] = sums[2]
            for i in 0..<q { moments.mean[cell * q + i] = sums[3 + i] / weight }
            var pair = 0
            for i in 0..<q {
                for j in i..<q {
                    let centred = sums[3 + q + pair] - sums[3 + i] * (sums[3 + j] / weight)
                    // Rounding can leave a sum of squares just below 0.
                    moments.within[cell * pairs + pair] = i == j ? max(centred, 0) : centred
                    pair += 1
                }
            }
        }
        return CentredMoments(shifts: sideCar.z.map(\.shift), deviations: moments)
    }

    /// The exponent of a scale 10^d with d of at most six.
    private static func decimals(of scale: Int, _ path: String) throws(CellsError) -> Int {
        guard let decimals = (0...6).first(where: { powerOfTen($0) == scale }) else {
            throw .malformed(Place(file: path), what: "the scale \(scale) is not a power of ten up to 1000000")
        }
        return decimals
    }
}
