internal import CByteScan

/// The exact sums of one lane: for each cell one record with n, Σw, Σw², Σwz and Σwzz' of every block.
///
/// Rows are added in 64 bits without a check for each addition: the largest product seen so far, times the rows since
/// the sums were last emptied, bounds every sum, and before that bound could pass 2^63 the records are emptied into
/// totals of 128 bits. Where products are so large that this would happen often, rows go to the totals directly.
struct ExactSums {
    /// What a 64-bit sum may reach, and the rows between two emptyings below which 128-bit sums are cheaper.
    /// Other than the standard ones in tests only, to force either way.
    struct Limits: Sendable {
        var sum = UInt64(Int64.max)
        var rows: UInt64 = 1 << 20
    }

    let layout: RecordLayout
    let limits: Limits

    private var narrow: [Int64] = []
    private var totals: [Int128] = []
    private var rowsSinceEmptied: UInt64 = 0
    private var isWide = false
    private(set) var cellCount = 0

    init(layout: RecordLayout, limits: Limits = Limits()) {
        self.layout = layout
        self.limits = limits
    }

    /// Makes room for cells, new ones at zero.
    mutating func reserve(_ cells: Int) {
        guard cells > cellCount else { return }
        cellCount = cells
        let needed = cells * layout.stride
        guard narrow.count < needed else { return }
        let capacity = max(needed, narrow.count * 2)
        narrow.append(contentsOf: repeatElement(0, count: capacity - narrow.count))
        if !totals.isEmpty { totals.append(contentsOf: repeatElement(0, count: capacity - totals.count)) }
    }

    /// Adds the rows of a batch to one block; rows whose `used` is not 0 are passed over.
    mutating func add(
        block: Int, values: [UnsafePointer<Int64>], weights: UnsafePointer<Int64>?, cells: UnsafePointer<UInt32>,
        used: UnsafePointer<UInt8>, rowCount: Int
    ) {
        let rows = BatchRows(
            values: values, weights: weights, cells: cells, used: used, rowCount: rowCount, stride: layout.stride,
            offset: layout.offset(of: block))
        if isWide {
            totals.withUnsafeMutableBufferPointer { rows.add(to: $0) }
        } else {
            narrow.withUnsafeMutableBufferPointer { rows.add(to: $0) }
        }
    }

    /// Called before the rows of a batch are added.
    ///
    /// - Parameter largestProduct: at least |w|, w², |w z| and |w z z'| of every row; below 2^63.
    mutating func prepare(rowCount: Int, largestProduct: UInt64) {
        let rowsThatFit = limits.sum / max(largestProduct, 1)
        isWide = rowsThatFit < max(limits.rows, UInt64(rowCount))
        if isWide {
            makeTotals()
        } else {
            if rowsSinceEmptied + UInt64(rowCount) > rowsThatFit { empty() }
            rowsSinceEmptied += UInt64(rowCount)
        }
    }

    private mutating func makeTotals() {
        if totals.count < narrow.count {
            totals.append(contentsOf: repeatElement(0, count: narrow.count - totals.count))
        }
    }

    private mutating func empty() {
        makeTotals()
        for index in narrow.indices {
            totals[index] += Int128(narrow[index])
            narrow[index] = 0
        }
        rowsSinceEmptied = 0
    }

    /// Multiplies what has been summed, so that variable i of each block holds 10^`steps` times as much, exactly.
    ///
    /// - Parameters:
    ///   - steps: for each block, the added decimals of each of its variables.
    ///   - weightSteps: the added decimals of the weight.
    mutating func rescale(_ steps: [[Int]], weightSteps: Int) {
        guard weightSteps > 0 || steps.contains(where: { $0.contains { $0 > 0 } }) else { return }
        empty()
        let factors = layout.scaleFactors(steps, weightSteps: weightSteps)
        for cell in 0..<cellCount {
            for slot in 0..<layout.stride { totals[cell * layout.stride + slot] *= factors[slot] }
        }
    }

    /// The sums of one block over the first `cells` cells.
    func moments(of block: Int, cells: Int, decimals: [Int], weightDecimals: Int) -> ExactMoments {
        let q = layout.variableCount(of: block), pairs = pairCount(q)
        var moments = ExactMoments(decimals: decimals, weightDecimals: weightDecimals, cellCount: cells)
        narrow.withUnsafeBufferPointer { narrow in
            totals.withUnsafeBufferPointer { totals in
                // Cells that came after the last batch with values have no sums yet.
                func sum(_ slot: Int) -> Int128 {
                    (slot < narrow.count ? Int128(narrow[slot]) : 0) + (slot < totals.count ? totals[slot] : 0)
                }
                for cell in 0..<cells {
                    var at = cell * layout.stride + layout.offset(of: block)
                    moments.n[cell] = Int64(sum(at))
                    moments.w[cell] = sum(layout.isWeighted ? at + 1 : at)
                    moments.ww[cell] = sum(layout.isWeighted ? at + 2 : at)
                    at += layout.headSize
                    for i in 0..<q { moments.s[cell * q + i] = sum(at + i) }
                    at += q
                    for pair in 0..<pairs { moments.q[cell * pairs + pair] = sum(at + pair) }
                }
            }
        }
        return moments
    }
}

/// The rows of one batch as one block sees them, and the loop that adds them.
private struct BatchRows {
    let values: [UnsafePointer<Int64>]
    let weights: UnsafePointer<Int64>?
    let cells: UnsafePointer<UInt32>
    let used: UnsafePointer<UInt8>
    let rowCount: Int
    let stride: Int
    let offset: Int

    /// Sums wrap nowhere: `ExactSums.prepare` has bounded them, and the products by the rule for exact arithmetic.
    @inline(__always)
    func add<Sum: FixedWidthInteger>(to sums: UnsafeMutableBufferPointer<Sum>) {
        guard let base = sums.baseAddress.map({ $0 + offset }) else { return }
        // The usual shapes have loops of their own: a general one takes several times as long.
        switch (weights, values.count) {
        case (nil, 1): add(base, values[0])
        case (nil, 2): add(base, values[0], values[1])
        case (nil, 3): add(base, values[0], values[1], values[2])
        default:
            values.withUnsafeBufferPointer { columns in
                if let columns = columns.baseAddress { add(base, columns, values.count, weights: weights) }
            }
        }
    }

    @inline(__always)
    private func add<Sum: FixedWidthInteger>(_ base: UnsafeMutablePointer<Sum>, _ z: UnsafePointer<Int64>) {
        let (cells, used, stride) = (cells, used, stride)
        for row in 0..<rowCount where used[row] == 0 {
            prefetch(base, row)
            let record = base + Int(cells[row]) &* stride
            let value = z[row]
            record[0] &+= 1
            record[1] &+= Sum(truncatingIfNeeded: value)
            record[2] &+= Sum(truncatingIfNeeded: value &* value)
        }
    }

    @inline(__always)
    private func add<Sum: FixedWidthInteger>(
        _ base: UnsafeMutablePointer<Sum>, _ y: UnsafePointer<Int64>, _ x: UnsafePointer<Int64>
    ) {
        let (cells, used, stride) = (cells, used, stride)
        for row in 0..<rowCount where used[row] == 0 {
            prefetch(base, row)
            let record = base + Int(cells[row]) &* stride
            let (y, x) = (y[row], x[row])
            record[0] &+= 1
            record[1] &+= Sum(truncatingIfNeeded: y)
            record[2] &+= Sum(truncatingIfNeeded: x)
            record[3] &+= Sum(truncatingIfNeeded: y &* y)
            record[4] &+= Sum(truncatingIfNeeded: y &* x)
            record[5] &+= Sum(truncatingIfNeeded: x &* x)
        }
    }

    @inline(__always)
    private func add<Sum: FixedWidthInteger>(
        _ base: UnsafeMutablePointer<Sum>, _ y: UnsafePointer<Int64>, _ x: UnsafePointer<Int64>,
        _ v: UnsafePointer<Int64>
    ) {
        let (cells, used, stride) = (cells, used, stride)
        for row in 0..<rowCount where used[row] == 0 {
            prefetch(base, row)
            let record = base + Int(cells[row]) &* stride
            let (y, x, v) = (y[row], x[row], v[row])
            record[0] &+= 1
            record[1] &+= Sum(truncatingIfNeeded: y)
            record[2] &+= Sum(truncatingIfNeeded: x)
            record[3] &+= Sum(truncatingIfNeeded: v)
            record[4] &+= Sum(truncatingIfNeeded: y &* y)
            record[5] &+= Sum(truncatingIfNeeded: y &* x)
            record[6] &+= Sum(truncatingIfNeeded: y &* v)
            record[7] &+= Sum(truncatingIfNeeded: x &* x)
            record[8] &+= Sum(truncatingIfNeeded: x &* v)
            record[9] &+= Sum(truncatingIfNeeded: v &* v)
        }
    }

    /// Records lie in no order, and there are more than the nearest cache holds: asked for early, they come in time.
    @inline(__always)
    private func prefetch<Sum>(_ base: UnsafeMutablePointer<Sum>, _ row: Int) {
        let record = base + Int(cells[min(row &+ 24, rowCount &- 1)]) &* stride
        cbs_prefetch(record)
        cbs_prefetch(record + stride)
    }

    /// The definition, for any number of variables.
    @inline(__always)
    private func add<Sum: FixedWidthInteger>(
        _ base: UnsafeMutablePointer<Sum>, _ z: UnsafePointer<UnsafePointer<Int64>>, _ q: Int,
        weights: UnsafePointer<Int64>?
    ) {
        for row in 0..<rowCount where used[row] == 0 {
            let record = base + Int(cells[row]) &* stride
            record[0] &+= 1
            var at = 1
            var weight: Int64 = 1
            if let weights {
                weight = weights[row]
                record[1] &+= Sum(truncatingIfNeeded: weight)
                record[2] &+= Sum(truncatingIfNeeded: weight &* weight)
                at = 3
            }
            var pair = at &+ q
            for i in 0..<q {
                let weighted = weight &* z[i][row]
                record[at &+ i] &+= Sum(truncatingIfNeeded: weighted)
                for j in i..<q {
                    record[pair] &+= Sum(truncatingIfNeeded: weighted &* z[j][row])
                    pair &+= 1
                }
            }
        }
    }
}
