/// Texts that repeat: the codes of their lanes while rows come, then codes into one list of labels in byte order.
final class CodeBuilder: ColumnBuilder, @unchecked Sendable {
    private var memory = ColumnMemory(byteCount: 0)
    private var width = PackedIntegers.Width.one
    private var rows = 0
    private var dictionaries = PerLane<KeyDictionary?>(repeating: nil, count: 0)
    private var waiting = PerLane<[(place: Int, codes: [UInt32])]>(repeating: [], count: 0)
    private var labels: [String] = []
    /// The code of the empty text among the final ones.
    private var empty: UInt32?

    func begin(lanes: Int) {
        dictionaries = .init(repeating: nil, count: lanes)
        waiting = .init(repeating: [], count: lanes)
    }

    func reserve(_ rows: Int, keeping used: Int) {
        self.rows = rows
        memory = memory.grown(to: rows * width.rawValue, keeping: used * width.rawValue)
    }

    func add(_ column: Batch.Column, _ segment: RowSegment) {
        guard case .key(let column) = column else { return }
        dictionaries[segment.lane] = column.dictionary
        let count = segment.count
        switch width {
        case _ where PackedIntegers.Width(codes: column.dictionary.count) > width:
            waiting[segment.lane].append((segment.place, Array(UnsafeBufferPointer(start: column.codes, count: count))))
        case .one: Self.store(column.codes, count, memory.as(UInt8.self) + segment.place)
        case .two: Self.store(column.codes, count, memory.as(UInt16.self) + segment.place)
        case .four, .eight: Self.store(column.codes, count, memory.as(UInt32.self) + segment.place)
        }
    }

    private static func store<Value: FixedWidthInteger>(
        _ codes: UnsafePointer<UInt32>, _ count: Int, _ target: UnsafeMutablePointer<Value>
    ) {
        for row in 0..<count { target[row] = Value(truncatingIfNeeded: codes[row]) }
    }

    func settle(places: Int) -> Bool {
        let needed = PackedIntegers.Width(codes: dictionaries.values.reduce(0) { max($0, $1?.count ?? 0) })
        if needed > width {
            let old = PackedIntegers(count: places, width: width, isSigned: false, memory: memory)
            memory = ColumnMemory(byteCount: rows * needed.rawValue)
            width = needed
            for row in 0..<places { set(row, UInt32(truncatingIfNeeded: old[row])) }
        }
        for lane in waiting.indices {
            for (place, codes) in waiting[lane] { for (row, code) in codes.enumerated() { set(place + row, code) } }
            waiting[lane].removeAll()
        }
        return true
    }

    private func set(_ row: Int, _ code: UInt32) {
        switch width {
        case .one: memory.as(UInt8.self)[row] = UInt8(truncatingIfNeeded: code)
        case .two: memory.as(UInt16.self)[row] = UInt16(truncatingIfNeeded: code)
        case .four, .eight: memory.as(UInt32.self)[row] = code
        }
    }

    func close(_ segments: [RowSegment], isWhole: Bool) {
        let maps = joinLabels()
        let final = max(width, PackedIntegers.Width(codes: labels.count))
        let target = final == width ? memory : ColumnMemory(byteCount: rows * final.rawValue)
        var row = 0
        for segment in segments {
            let map = maps[segment.lane]
            switch (width, final) {
            case (.one, .one): Self.translate(memory.as(UInt8.self), target.as(UInt8.self), map, segment, row)
            case (.one, .two): Self.translate(memory.as(UInt8.self), target.as(UInt16.self), map, segment, row)
            case (.one, _): Self.translate(memory.as(UInt8.self), target.as(UInt32.self), map, segment, row)
            case (.two, .two): Self.translate(memory.as(UInt16.self), target.as(UInt16.self), map, segment, row)
            case (.two, _): Self.translate(memory.as(UInt16.self), target.as(UInt32.self), map, segment, row)
            default: Self.translate(memory.as(UInt32.self), target.as(UInt32.self), map, segment, row)
            }
            row += segment.count
        }
        (memory, width) = (target, final)
    }

    /// Lanes' codes to final ones; rows move towards the front only, so memory may be the same.
    private static func translate<From: FixedWidthInteger, To: FixedWidthInteger>(
        _ source: UnsafeMutablePointer<From>, _ target: UnsafeMutablePointer<To>, _ map: [UInt32],
        _ segment: RowSegment, _ first: Int
    ) {
        map.withUnsafeBufferPointer { map in
            for row in 0..<segment.count {
                let code = Int(truncatingIfNeeded: source[segment.place &+ row])
                target[first &+ row] = To(truncatingIfNeeded: map[code])
            }
        }
    }

    /// The labels of all lanes, each once in byte order; for each lane the final codes by its own.
    private func joinLabels() -> [[UInt32]] {
        var entries: [(text: String, lane: Int, code: Int)] = []
        for (lane, dictionary) in dictionaries.values.enumerated() {
            for (code, text) in (dictionary?.texts ?? []).enumerated() { entries.append((text, lane, code)) }
        }
        entries.sort { $0.text.utf8.lexicographicallyPrecedes($1.text.utf8) }
        var maps = dictionaries.values.map { [UInt32](repeating: 0, count: max($0?.count ?? 0, 1)) }
        for entry in entries {
            // Bytes are compared: two spellings of é are two labels.
            if labels.last.map({ !$0.utf8.elementsEqual(entry.text.utf8) }) ?? true { labels.append(entry.text) }
            maps[entry.lane][entry.code] = UInt32(labels.count - 1)
        }
        if labels.first?.isEmpty == true { empty = 0 }
        return maps
    }

    func column(_ request: ColumnRequest, rowCount: Int, files: [InputFile]) throws -> (Column.Values, Validity) {
        let packed = PackedIntegers(count: rowCount, width: width, isSigned: false, memory: memory)
        var validity = Validity(all: rowCount)
        if let empty {
            let words = ColumnMemory(byteCount: ((rowCount + 127) >> 6) * 8)
            let bits = words.as(UInt64.self)
            bits.initialize(repeating: 0, count: (rowCount + 127) >> 6)
            for row in 0..<rowCount where packed[row] != Int(empty) { bits[row >> 6] |= 1 << UInt64(row & 63) }
            validity = Validity(words, count: rowCount)
        }
        guard request.role == .period else { return (.codes(packed, labels: labels), validity) }
        try checkPeriods(request, files)
        return (.periods(packed, labels: labels), validity)
    }

    /// - Throws: `.notPeriod` with the first place of such a text.
    private func checkPeriods(_ request: ColumnRequest, _ files: [InputFile]) throws(TableError) {
        var first: (file: Int32, line: Int64, text: String)?
        for dictionary in dictionaries.values.compactMap({ $0 }) {
            for (code, text) in dictionary.texts.enumerated() where !text.isEmpty {
                guard !Array(text.utf8).withUnsafeBufferPointer(PeriodForm.matches) else { continue }
                let place = (dictionary.firstFile[code], dictionary.firstLine[code])
                if first.map({ place < ($0.file, $0.line) }) ?? true { first = (place.0, place.1, text) }
            }
        }
        guard let first else { return }
        throw .notPeriod(
            column: request.name,
            Place(file: files[Int(first.file)].path, line: Int(first.line), column: request.name), text: first.text)
    }
}

/// Texts in slots of 16 bytes.
final class TextBuilder: ColumnBuilder, @unchecked Sendable {
    private var memory = ColumnMemory(byteCount: 0)
    private let bits = ValidityBits()
    private var long = PerLane(repeating: LongTexts(), count: 0)

    func begin(lanes: Int) {
        long = .init(repeating: LongTexts(), count: lanes)
        bits.begin(lanes: lanes)
    }

    func reserve(_ rows: Int, keeping used: Int) {
        bits.reserve(rows, keeping: used)
        memory = memory.grown(to: 16 * rows, keeping: 16 * used)
    }

    func add(_ column: Batch.Column, _ segment: RowSegment) {
        guard case .text(let column) = column else { return }
        long[segment.lane] = column.long
        bits.add(column.missing.start, place: segment.place, count: segment.count, lane: segment.lane)
        (memory.as(TextSlot.self) + segment.place).update(from: column.slots.start, count: segment.count)
    }

    func settle(places: Int) -> Bool {
        bits.settle()
        return true
    }

    func close(_ segments: [RowSegment], isWhole: Bool) {
        guard !isWhole else { return }
        memory.compact(segments, width: 16)
        bits.compact(segments)
    }

    func column(_ request: ColumnRequest, rowCount: Int, files: [InputFile]) -> (Column.Values, Validity) {
        (.texts(PackedTexts(count: rowCount, memory: memory, long: long.values)), Validity(bits.words, count: rowCount))
    }
}
