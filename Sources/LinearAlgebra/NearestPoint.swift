/// The point of a convex hull nearest to the origin, by Wolfe's active set of affinely independent points: finite and exact.
///
/// Points come in one at a time, the one farthest towards the origin first; those that the nearest point of the plane through
/// the set would give a negative weight leave. With ρ > 0 each point also has a coordinate √ρ of its own.
/// - Source: Wolfe (1976), *Finding the nearest point in a polytope*, Mathematical Programming 11.
struct NearestPoint {
    private let points: UnsafeBufferPointer<Double>
    private let dimension: Int
    private let count: Int
    private let ridge: Double
    /// ‖p_j‖² + ρ, and the largest.
    private var squares: [Double] = []
    private var longest = 0.0
    /// The set, and its weights.
    private var members: [Int] = []
    private var share: [Double] = []
    /// Rows of the lower triangle of the Cholesky factor of (members' inner products + `longest`), which exists where they are
    /// affinely independent.
    private var factor: [[Double]] = []

    init(_ points: UnsafeBufferPointer<Double>, _ dimension: Int, _ count: Int, ridge: Double) {
        self.points = points
        self.dimension = dimension
        self.count = count
        self.ridge = ridge
        squares = (0..<count).map { product($0, $0) + ridge }
        longest = squares.max() ?? 0
    }

    /// One weight a point.
    func weights() -> [Double] {
        var search = self
        search.run()
        var weights = [Double](repeating: 0, count: count)
        for (j, w) in zip(search.members, search.share) { weights[j] = w }
        return weights
    }

    private mutating func run() {
        guard let nearest = squares.indices.min(by: { squares[$0] < squares[$1] }) else { return }
        share = [1]
        _ = include(nearest)
        // Every round leaves the mean nearer than before, so that no set comes twice; the bound is for rounding alone.
        for _ in 0..<(50 * (count + dimension)) {
            guard let next = farthestAhead(), include(next) else { return }
            share.append(0)
            reduce()
        }
    }

    /// The point that lies farthest towards the origin as seen from the mean; nil where none lies nearer than the mean does.
    private func farthestAhead() -> Int? {
        var mean = [Double](repeating: 0, count: dimension)
        for (j, w) in zip(members, share) {
            for i in 0..<dimension { mean[i] += w * points[j * dimension + i] }
        }
        var gradient = [Double](repeating: 0, count: count)
        for (j, w) in zip(members, share) { gradient[j] = ridge * w }
        mean.withUnsafeBufferPointer { mean in
            for j in 0..<count {
                var g = 0.0
                for i in 0..<dimension { g += mean[i] * points[j * dimension + i] }
                gradient[j] += g
            }
        }
        var common = 0.0
        for (j, w) in zip(members, share) { common += w * gradient[j] }
        var best: Int?
        var least = common - 1e-14 * longest
        for j in 0..<count where gradient[j] < least && !members.contains(j) {
            least = gradient[j]
            best = j
        }
        return best
    }

    /// Takes a point into the set.
    /// - Returns: false where it lies in the plane of the set, and nothing is gained.
    private mutating func include(_ j: Int) -> Bool {
        var row: [Double] = []
        row.reserveCapacity(members.count + 1)
        var left = squares[j] + longest
        for (a, member) in members.enumerated() {
            var value = product(member, j) + longest
            for b in 0..<a { value -= row[b] * factor[a][b] }
            value /= factor[a][a]
            row.append(value)
            left -= value * value
        }
        guard left > 1e-14 * (squares[j] + longest) else { return false }
        row.append(left.squareRoot())
        factor.append(row)
        members.append(j)
        return true
    }

    /// Moves to the nearest point of the set's plane; where that lies outside the set, to its border, leaving the points there.
    private mutating func reduce() {
        while true {
            let target = planeWeights()
            var step = 1.0
            for (w, v) in zip(share, target) where v <= 0 && w - v > 0 { step = min(step, w / (w - v)) }
            guard step < 1 || target.contains(where: { $0 <= 0 }) else {
                share = target
                return
            }
            for a in share.indices { share[a] += step * (target[a] - share[a]) }
            let kept = share.indices.filter { share[$0] > 1e-15 || target[$0] > 0 }
            // One always stays and, but for rounding, one always leaves.
            guard !kept.isEmpty, kept.count < share.count else { return }
            let old = (members, share)
            (members, share, factor) = ([], [], [])
            for a in kept where include(old.0[a]) { share.append(max(old.1[a], 0)) }
            let total = share.reduce(0, +)
            for a in share.indices { share[a] /= total }
        }
    }

    /// Weights of either sign, summing to one, of the nearest point of the plane through the set.
    private func planeWeights() -> [Double] {
        let n = members.count
        var x = [Double](repeating: 1, count: n)
        for a in 0..<n {
            for b in 0..<a { x[a] -= factor[a][b] * x[b] }
            x[a] /= factor[a][a]
        }
        for a in stride(from: n - 1, through: 0, by: -1) {
            for b in (a + 1)..<max(n, a + 1) { x[a] -= factor[b][a] * x[b] }
            x[a] /= factor[a][a]
        }
        let total = x.reduce(0, +)
        for a in 0..<n { x[a] /= total }
        return x
    }

    private func product(_ a: Int, _ b: Int) -> Double {
        var sum = 0.0
        for i in 0..<dimension { sum += points[a * dimension + i] * points[b * dimension + i] }
        return sum
    }
}
