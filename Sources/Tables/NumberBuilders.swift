/// Exact numbers: mantissas at one scale, in the narrowest width so far.
///
/// A batch that needs a wider type or more decimals than the column has is kept aside until its wave has ended; then the
/// column is widened once. The rows of the first wave always are: it is from them that the width is known.
final class IntegerBuilder: ColumnBuilder, @unchecked Sendable {
    private struct Waiting {
        var place: Int
        var mantissas: [Int64]
        var missing: [UInt8]
        var decimals: Int
    }

    private var memory = ColumnMemory(byteCount: 0)
    private var width: PackedIntegers.Width?
    private var decimals = 0
    private var rows = 0
    private let bits = ValidityBits()
    private var waiting = PerLane<[Waiting]>(repeating: [], count: 0)

    func begin(lanes: Int) {
        waiting = .init(repeating: [], count: lanes)
        bits.begin(lanes: lanes)
    }

    func reserve(_ rows: Int, keeping used: Int) {
        self.rows = rows
        bits.reserve(rows, keeping: used)
        guard let width else { return }
        memory = memory.grown(to: rows * width.rawValue, keeping: used * width.rawValue)
    }

    func add(_ column: Batch.Column, _ segment: RowSegment) {
        guard case .number(let column) = column else { return }
        let (place, count) = (segment.place, segment.count)
        bits.add(column.missing, place: place, count: count, lane: segment.lane)
        if let width, let factor = factor(from: column, count) {
            let isHeld =
                switch width {
                case .one: Self.store(column, count, factor, memory.as(Int8.self) + place)
                case .two: Self.store(column, count, factor, memory.as(Int16.self) + place)
                case .four: Self.store(column, count, factor, memory.as(Int32.self) + place)
                case .eight: Self.store(column, count, factor, memory.as(Int64.self) + place)
                }
            if isHeld { return }
        }
        waiting[segment.lane].append(
            Waiting(
                place: place, mantissas: Array(UnsafeBufferPointer(start: column.mantissas, count: count)),
                missing: Array(UnsafeBufferPointer(start: column.missing, count: count)), decimals: column.decimals))
    }

    /// What brings the batch to the column's scale; nil where the column must wait for it.
    private func factor(from column: Batch.NumberColumn, _ count: Int) -> Int64? {
        guard column.decimals <= decimals else { return nil }
        let factor = Int64(PowersOfTen.integers[decimals - column.decimals])
        if factor == 1 { return 1 }
        let most = (.max / factor).magnitude
        return (0..<count).allSatisfy { column.mantissas[$0].magnitude <= most } ? factor : nil
    }

    /// Values, or in their place the reason for having none; false where one of them needs more bytes.
    private static func store<Value: FixedWidthInteger>(
        _ column: Batch.NumberColumn, _ count: Int, _ factor: Int64, _ target: UnsafeMutablePointer<Value>
    ) -> Bool {
        let (mantissas, missing) = (column.mantissas, column.missing)
        var excess: Int64 = 0
        for row in 0..<count {
            let value = missing[row] == 0 ? mantissas[row] &* factor : Int64(missing[row])
            let stored = Value(truncatingIfNeeded: value)
            target[row] = stored
            excess |= Int64(stored) ^ value
        }
        return excess == 0
    }

    func settle(places: Int) -> Bool {
        bits.settle()
        let batches = waiting.values.joined().sorted { $0.place < $1.place }
        guard !batches.isEmpty else { return true }
        for lane in waiting.indices { waiting[lane].removeAll() }
        let scale = max(decimals, batches.reduce(0) { max($0, $1.decimals) })
        guard let range = range(of: batches, scale: scale, places: places) else { return false }
        let needed = max(width ?? .one, PackedIntegers.Width(holding: range))
        if needed != width || scale != decimals { change(to: needed, scale, places: places) }
        for batch in batches {
            let factor = Int64(PowersOfTen.integers[scale - batch.decimals])
            for row in batch.mantissas.indices {
                let value = batch.missing[row] == 0 ? batch.mantissas[row] * factor : Int64(batch.missing[row])
                set(batch.place + row, value, needed)
            }
        }
        return true
    }

    /// The least and the greatest that the column must hold at a scale; nil where one of them does not fit 64 bits.
    private func range(of batches: [Waiting], scale: Int, places: Int) -> ClosedRange<Int64>? {
        var (least, greatest) = (Int64(0), Int64(0))
        var isHeld = true
        func take(_ value: Int64, _ factor: Int64) {
            let (product, overflow) = value.multipliedReportingOverflow(by: factor)
            if overflow { isHeld = false }
            (least, greatest) = (min(least, product), max(greatest, product))
        }
        for batch in batches {
            let factor = Int64(PowersOfTen.integers[scale - batch.decimals])
            for row in batch.mantissas.indices {
                if batch.missing[row] == 0 {
                    take(batch.mantissas[row], factor)
                } else {
                    take(Int64(batch.missing[row]), 1)
                }
            }
        }
        if scale > decimals, let width {
            // What waits is not in its place yet.
            let factor = Int64(PowersOfTen.integers[scale - decimals])
            let validity = Validity(bits.words, count: places)
            let packed = PackedIntegers(count: places, width: width, isSigned: true, memory: memory)
            var row = 0
            for batch in batches {
                while row < batch.place {
                    if validity[row] { take(Int64(packed[row]), factor) }
                    row += 1
                }
                row = batch.place + batch.mantissas.count
            }
            while row < places {
                if validity[row] { take(Int64(packed[row]), factor) }
                row += 1
            }
        }
        return isHeld ? least...greatest : nil
    }

    /// Rewrites the rows so far. What stands in the places of rows that wait, or in gaps, may be anything.
    private func change(to wider: PackedIntegers.Width, _ scale: Int, places: Int) {
        let old = width.map { PackedIntegers(count: places, width: $0, isSigned: true, memory: memory) }
        let validity = Validity(bits.words, count: places)
        memory = ColumnMemory(byteCount: rows * wider.rawValue)
        let factor = Int64(PowersOfTen.integers[scale - decimals])
        (width, decimals) = (wider, scale)
        guard let old else { return }
        for row in 0..<places {
            let value = Int64(old[row])
            set(row, validity[row] ? value &* factor : value, wider)
        }
    }

    private func set(_ row: Int, _ value: Int64, _ width: PackedIntegers.Width) {
        switch width {
        case .one: memory.as(Int8.self)[row] = Int8(truncatingIfNeeded: value)
        case .two: memory.as(Int16.self)[row] = Int16(truncatingIfNeeded: value)
        case .four: memory.as(Int32.self)[row] = Int32(truncatingIfNeeded: value)
        case .eight: memory.as(Int64.self)[row] = value
        }
    }

    func close(_ segments: [RowSegment], isWhole: Bool) {
        guard !isWhole else { return }
        memory.compact(segments, width: (width ?? .one).rawValue)
        bits.compact(segments)
    }

    func column(_ request: ColumnRequest, rowCount: Int, files: [InputFile]) -> (Column.Values, Validity) {
        let packed = PackedIntegers(count: rowCount, width: width ?? .one, isSigned: true, memory: memory)
        let validity = Validity(bits.words, count: rowCount)
        if case .indicator = request.role { return (.flags(packed), validity) }
        return (decimals == 0 ? .integers(packed) : .decimals(packed, decimals: decimals), validity)
    }
}

/// Doubles, or in their place the reason for having none.
final class DoubleBuilder: ColumnBuilder, @unchecked Sendable {
    private var memory = ColumnMemory(byteCount: 0)
    private let bits = ValidityBits()

    func begin(lanes: Int) { bits.begin(lanes: lanes) }

    func reserve(_ rows: Int, keeping used: Int) {
        bits.reserve(rows, keeping: used)
        memory = memory.grown(to: 8 * rows, keeping: 8 * used)
    }

    func add(_ column: Batch.Column, _ segment: RowSegment) {
        guard case .number(let column) = column else { return }
        bits.add(column.missing, place: segment.place, count: segment.count, lane: segment.lane)
        let target = memory.as(Double.self) + segment.place
        for row in 0..<segment.count {
            target[row] = column.missing[row] == 0 ? column.doubles[row] : Double(column.missing[row])
        }
    }

    func settle(places: Int) -> Bool {
        bits.settle()
        return true
    }

    func close(_ segments: [RowSegment], isWhole: Bool) {
        guard !isWhole else { return }
        memory.compact(segments, width: 8)
        bits.compact(segments)
    }

    func column(_ request: ColumnRequest, rowCount: Int, files: [InputFile]) -> (Column.Values, Validity) {
        if case .indicator = request.role {
            let flags = ColumnMemory(byteCount: rowCount)
            for row in 0..<rowCount { flags.as(Int8.self)[row] = Int8(memory.as(Double.self)[row]) }
            let packed = PackedIntegers(count: rowCount, width: .one, isSigned: true, memory: flags)
            return (.flags(packed), Validity(bits.words, count: rowCount))
        }
        return (.doubles(PackedDoubles(count: rowCount, memory: memory)), Validity(bits.words, count: rowCount))
    }
}
