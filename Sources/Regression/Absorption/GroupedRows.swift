import Tables

/// Rows in the order of one effect's levels, with their codes of the other effects.
///
/// Convention: m levels of the other effects are numbered through, effect after effect; a row has `width` of them. Sums by
/// level are kept in `laneCount` lanes of whole groups and added in lane order, so that no bit depends on threads.
struct GroupedRows: Sendable {
    /// Per group, where its rows begin in `order`; one more entry at the end.
    let starts: [Int32]
    /// Rows by group; nil where they already stand so.
    let order: [Int32]?
    /// Effects beside the grouping one.
    let width: Int
    /// Per row in group order, its `width` levels.
    let others: [Int32]
    /// m.
    let otherCount: Int
    /// Per row: the square root of its weight; nil where all are 1.
    let scale: [Double]?
    /// Per group ΣW.
    let weight: [Double]
    let threads: Int
    /// Per lane: its groups.
    private let lanes: [Range<Int>]

    var rowCount: Int { Int(starts.last ?? 0) }
    var groupCount: Int { weight.count }
    var laneCount: Int { lanes.count }

    init(_ main: EffectCodes, others effects: [EffectCodes], scale: [Double]?, threads: Int) {
        let rows = main.codes.count
        var starts = [Int32](repeating: 0, count: main.levelCount + 1)
        var isSorted = true
        var last: Int32 = 0
        for code in main.codes {
            starts[Int(code) + 1] += 1
            if code < last { isSorted = false }
            last = code
        }
        for g in 0..<main.levelCount { starts[g + 1] += starts[g] }
        let order = isSorted ? nil : Self.order(main.codes, starts)
        width = effects.count
        otherCount = effects.reduce(0) { $0 + $1.levelCount }
        others = Self.interleaved(effects, order: order, rows: rows)
        var weight = (0..<main.levelCount).map { Double(starts[$0 + 1] - starts[$0]) }
        if let scale {
            for g in weight.indices {
                weight[g] = (starts[g]..<starts[g + 1]).reduce(0) { sum, i in
                    let root = scale[Int(order?[Int(i)] ?? i)]
                    return sum + root * root
                }
            }
        }
        lanes = Self.lanes(starts, rows: rows, levels: otherCount)
        self.starts = starts
        self.order = order
        self.scale = scale
        self.weight = weight
        self.threads = threads
    }

    /// A stable counting sort.
    private static func order(_ codes: [Int32], _ starts: [Int32]) -> [Int32] {
        var next = starts
        return [Int32](unsafeUninitializedCapacity: codes.count) { order, count in
            next.withUnsafeMutableBufferPointer { next in
                for (row, code) in codes.enumerated() {
                    order[Int(next[Int(code)])] = Int32(row)
                    next[Int(code)] += 1
                }
            }
            count = codes.count
        }
    }

    private static func interleaved(_ effects: [EffectCodes], order: [Int32]?, rows: Int) -> [Int32] {
        if effects.count == 1, order == nil { return effects[0].codes }
        let width = effects.count
        return [Int32](unsafeUninitializedCapacity: rows * width) { output, count in
            var first: Int32 = 0
            for (e, effect) in effects.enumerated() {
                effect.codes.withUnsafeBufferPointer { codes in
                    if let order {
                        for i in 0..<rows { output[i * width + e] = first + codes[Int(order[i])] }
                    } else {
                        for i in 0..<rows { output[i * width + e] = first + codes[i] }
                    }
                }
                first += Int32(effect.levelCount)
            }
            count = rows * width
        }
    }

    /// Lanes of about equal rows. Their number follows from the levels alone: each lane has sums of its own.
    private static func lanes(_ starts: [Int32], rows: Int, levels: Int) -> [Range<Int>] {
        let groups = starts.count - 1
        let count = max(1, min(64, groups, rows / 4096, levels > 4096 ? 4 : 64))
        var lanes: [Range<Int>] = []
        var first = 0
        for lane in 0..<count {
            var end = first
            let target = Int32(rows * (lane + 1) / count)
            while end < groups, starts[end + 1] <= target { end += 1 }
            if lane == count - 1 { end = groups }
            lanes.append(first..<end)
            first = end
        }
        return lanes
    }

    /// Runs work on every lane's groups.
    func eachLane(_ work: @Sendable (_ lane: Int, _ groups: Range<Int>) -> Void) {
        Parallel.run(lanes.count, threads: threads) { work($0, lanes[$0]) }
    }

    /// Sums over lanes, in lane order, of `count` values a lane that the work adds to.
    func sums(_ count: Int, _ work: @Sendable (_ groups: Range<Int>, UnsafeMutablePointer<Double>) -> Void) -> [Double]
    {
        var all = [Double](repeating: 0, count: count * lanes.count)
        all.withUnsafeMutableBufferPointer { all in
            guard let base = all.baseAddress else { return }
            // Each lane has a part of its own.
            nonisolated(unsafe) let parts = base
            eachLane { lane, groups in work(groups, parts + lane * count) }
        }
        for lane in 1..<max(lanes.count, 1) { for i in 0..<count { all[i] += all[lane * count + i] } }
        return Array(all.prefix(count))
    }
}
