/// The double mode of one lane: for each cell and block the weights, means and centred cross-products so far.
///
/// Each row updates its cell's record. Values are taken as deviations from the lane's first value of the variable, so
/// that means are of the size of the differences between rows, whatever the offset.
struct CentredSums {
    private let variableCounts: [Int]
    private var offsets: [Int] = []
    private var stride = 0
    private var shifts: [[Double]?]
    private var records: [Double] = []
    private(set) var cellCount = 0

    init(variableCounts: [Int]) {
        self.variableCounts = variableCounts
        shifts = Array(repeating: nil, count: variableCounts.count)
        for q in variableCounts {
            offsets.append(stride)
            stride += Self.headSize + q + pairCount(q)
        }
    }

    /// n, Σw and Σw² lead a record; the means and the packed cross-products follow.
    private static let headSize = 3

    /// Makes room for cells, new ones at zero.
    mutating func reserve(_ cells: Int) {
        guard cells > cellCount else { return }
        cellCount = cells
        let needed = cells * stride
        guard records.count < needed else { return }
        records.append(contentsOf: repeatElement(0, count: max(needed, records.count * 2) - records.count))
    }

    /// Adds the rows of a batch to one block; rows whose `used` is not 0 are passed over.
    mutating func add(
        block: Int, values: [UnsafePointer<Double>], weights: UnsafePointer<Double>?, cells: UnsafePointer<UInt32>,
        used: UnsafePointer<UInt8>, rowCount: Int
    ) {
        guard let first = (0..<rowCount).first(where: { used[$0] == 0 }) else { return }
        let shift = shifts[block] ?? values.map { $0[first] }
        shifts[block] = shift
        let q = variableCounts[block], offset = offsets[block], stride = stride
        records.withUnsafeMutableBufferPointer { records in
            withUnsafeTemporaryAllocation(of: Double.self, capacity: q) { delta in
                for row in first..<rowCount where used[row] == 0 {
                    let record = records.baseAddress.unsafelyUnwrapped + Int(cells[row]) * stride + offset
                    for i in 0..<q { delta[i] = values[i][row] - shift[i] }
                    Self.update(record, by: delta, q, weight: weights?[row] ?? 1)
                }
            }
        }
    }

    /// One row: w W/(W+w) δδ' to the cross-products, w/(W+w) δ to the means.
    @inline(__always)
    private static func update(
        _ record: UnsafeMutablePointer<Double>, by delta: UnsafeMutableBufferPointer<Double>, _ q: Int, weight: Double
    ) {
        let before = record[1]
        let share = weight / (before + weight)
        record[0] += 1
        record[1] = before + weight
        record[2] += weight * weight
        let means = record + headSize
        for i in 0..<q { delta[i] -= means[i] }
        var product = means + q
        for i in 0..<q {
            for j in i..<q {
                product.pointee += before * share * delta[i] * delta[j]
                product += 1
            }
            means[i] += share * delta[i]
        }
    }

    /// The moments of one block over all cells.
    func moments(of block: Int) -> CentredMoments {
        let q = variableCounts[block], pairs = pairCount(q)
        var moments = CellMoments(variableCount: q, cellCount: cellCount)
        for cell in 0..<cellCount {
            let at = cell * stride + offsets[block]
            moments.n[cell] = records[at]
            moments.weight[cell] = records[at + 1]
            moments.squaredWeight[cell] = records[at + 2]
            for i in 0..<q { moments.mean[cell * q + i] = records[at + Self.headSize + i] }
            for pair in 0..<pairs { moments.within[cell * pairs + pair] = records[at + Self.headSize + q + pair] }
        }
        return CentredMoments(shifts: shifts[block] ?? Array(repeating: 0, count: q), deviations: moments)
    }
}
