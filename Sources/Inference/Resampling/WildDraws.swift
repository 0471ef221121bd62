import Dispatch
import LinearAlgebra
import Probability

/// The draws of a wild cluster bootstrap: for each the error of its estimate and the square of its standard error, both as
/// they depend on the null b.
///
/// Draws go in blocks of fixed size through `dgemm`, a block to a thread at a time, each result into its own place: the
/// same bits for any number of threads, and draw k is the same however many there are.
struct WildDraws: Sendable {
    let model: WildModel
    /// True: all 2^G patterns of signs. Patterns that differ in all signs mirror each other, so half of them are computed.
    let isEnumerated: Bool
    /// Draws that count; where all patterns are tried, 2^G.
    let count: Int
    /// Of Σ v a: at the null, and what a unit more of b adds; the latter is empty where nothing depends on it.
    private var errors: [Double]
    private var errorSlopes: [Double]
    /// Of ‖C v‖², q₀ + q₁s + q₂s² for b = null + s.
    private var squares: [Double]
    private var crossed: [Double]
    private var slopeSquares: [Double]

    /// - Parameters:
    ///   - draws: how many; with Rademacher weights all patterns are tried where there are no more.
    ///   - followsNull: whether other nulls than the model's own will be asked about.
    init(
        _ model: WildModel, draws: Int, weights: BootstrapWeights, seed: UInt64, threads: Int, followsNull: Bool = true
    ) {
        self.model = model
        let patterns = Self.patterns(model.clusters)
        isEnumerated = weights == .rademacher && patterns.map { $0 <= draws } ?? false
        count = isEnumerated ? patterns ?? draws : draws
        let computed = isEnumerated ? count / 2 : count
        let slope = followsNull ? model.slope : nil
        errors = [Double](repeating: 0, count: computed)
        squares = errors
        errorSlopes = slope == nil ? [] : errors
        crossed = errorSlopes
        slopeSquares = errorSlopes
        let form = model.clusters <= Self.directLimit ? DrawForm.direct(model, slope) : .lowRank(model, slope)
        let enumerates = isEnumerated
        errors.withUnsafeMutableBufferPointer { n0 in
            errorSlopes.withUnsafeMutableBufferPointer { n1 in
                squares.withUnsafeMutableBufferPointer { q0 in
                    crossed.withUnsafeMutableBufferPointer { q1 in
                        slopeSquares.withUnsafeMutableBufferPointer { q2 in
                            // Each block writes only the places of its own draws.
                            nonisolated(unsafe) let out = DrawResults(n0: n0, n1: n1, q0: q0, q1: q1, q2: q2)
                            forEachBlock((computed + Self.block - 1) / Self.block, threads: threads) { block in
                                let first = block * Self.block
                                let v = Self.weights(
                                    model.clusters, first: first, enumerates: enumerates, weights, seed)
                                form.write(v, first: first, count: min(Self.block, computed - first), to: out)
                            }
                        }
                    }
                }
            }
        }
    }

    /// Draws of one block: 512 columns of up to some hundred clusters stay in a core's own cache.
    private static let block = 512
    /// Up to so many clusters C itself multiplies the draws; beyond, its diagonal and its factors do.
    private static let directLimit = 200

    /// 2^G, nil beyond 2^40.
    static func patterns(_ clusters: Int) -> Int? { clusters <= 40 ? 1 << clusters : nil }

    /// G × block, whole even where fewer draws are wanted, so that shapes and bits never depend on their number.
    private static func weights(
        _ clusters: Int, first: Int, enumerates: Bool, _ weights: BootstrapWeights, _ seed: UInt64
    ) -> Matrix {
        var v = Matrix(clusters, block)
        v.storage.withUnsafeMutableBufferPointer { buffer in
            guard enumerates else {
                return weights.fill(
                    buffer, clusters: clusters, draws: first..<first + block, seed: seed, purpose: .wild)
            }
            for b in 0..<block {
                buffer[b * clusters] = 1
                for g in 1..<max(clusters, 1) {
                    buffer[b * clusters + g] = (first + b) >> (g - 1) & 1 == 0 ? 1 : -1
                }
            }
        }
        return v
    }

    // MARK: What the draws say

    /// Draws at least as far from the null b as the data are, in either direction: |t*| ≥ |t|. Draws that tie, to a
    /// relative `tolerance`, count.
    func exceeding(_ b: Double, tolerance: Double = 1e-10) -> Int {
        let s = b - model.null
        let distance = model.estimate - b
        // |t*| ≥ |t| without roots: n²·V ≥ distance²·q.
        let bound = distance * distance * (1 - 2 * tolerance) / model.squares
        var found = 0
        errors.withUnsafeBufferPointer { n0 in
            squares.withUnsafeBufferPointer { q0 in
                guard s != 0, !errorSlopes.isEmpty else {
                    for k in n0.indices { found += n0[k] * n0[k] >= bound * q0[k] ? 1 : 0 }
                    return
                }
                errorSlopes.withUnsafeBufferPointer { n1 in
                    crossed.withUnsafeBufferPointer { q1 in
                        slopeSquares.withUnsafeBufferPointer { q2 in
                            for k in n0.indices {
                                let n = n0[k] + s * n1[k]
                                found += n * n >= bound * (q0[k] + s * (q1[k] + s * q2[k])) ? 1 : 0
                            }
                        }
                    }
                }
            }
        }
        return isEnumerated ? 2 * found : found
    }

    /// Draws with t* ≥ t, and with t* ≤ t, for the model's own null; ties are in both.
    func tails(tolerance: Double = 1e-10) -> (above: Int, below: Int) {
        let t = (model.estimate - model.null) / model.squares.squareRoot()
        let room = tolerance * abs(t)
        var (above, below) = (0, 0)
        for (n, q) in zip(errors, squares) {
            let drawn = n == 0 ? 0 : n / max(q, 0).squareRoot()
            above += drawn >= t - room ? 1 : 0
            below += drawn <= t + room ? 1 : 0
            guard isEnumerated else { continue }
            // The mirror image.
            above += -drawn >= t - room ? 1 : 0
            below += -drawn <= t + room ? 1 : 0
        }
        return (above, below)
    }

    /// The share of such draws; where not all patterns are tried, the data count as one draw more, so that it is never 0.
    func share(_ found: Int) -> Double {
        isEnumerated ? Double(found) / Double(count) : Double(found + 1) / Double(count + 1)
    }
}

/// Where the results of draws go.
private struct DrawResults {
    let n0, n1, q0, q1, q2: UnsafeMutableBufferPointer<Double>
}

/// How a block of draws becomes errors and squares.
private enum DrawForm: Sendable {
    /// Rows a and C at the null, then what a unit more of b adds: (1 + G) or 2(1 + G) rows × G.
    case whole(Matrix, hasSlope: Bool)
    /// For many clusters: a, W and the rows of U times d, by parts of the null and slope; UU'; and d², 2dd₁, d₁².
    case factors(rows: Matrix, rank: Int, inner: Matrix, diagonals: Matrix, hasSlope: Bool)

    static func direct(_ model: WildModel, _ slope: WildModel.Slope?) -> DrawForm {
        var columns = contributions(model.numerator, model.diagonal, model.left, model.right)
        if let slope {
            columns = columns.stacked(on: contributions(slope.numerator, slope.diagonal, model.left, slope.right))
        }
        return .whole(columns, hasSlope: slope != nil)
    }

    /// a' above C = diag(d) − U'W.
    private static func contributions(_ a: [Double], _ d: [Double], _ left: Matrix, _ right: Matrix) -> Matrix {
        let product = left.transposedTimes(right)
        var whole = Matrix(d.count + 1, d.count)
        for h in d.indices {
            whole[0, h] = a[h]
            for g in d.indices { whole[g + 1, h] = (g == h ? d[g] : 0) - product[g, h] }
        }
        return whole
    }

    static func lowRank(_ model: WildModel, _ slope: WildModel.Slope?) -> DrawForm {
        func rows(_ a: [Double], _ d: [Double], _ right: Matrix) -> Matrix {
            var scaled = model.left
            for g in d.indices { for i in 0..<scaled.rows { scaled[i, g] *= d[g] } }
            return Matrix(rows: a.count, columns: 1, storage: a).transposed.stacked(on: right).stacked(on: scaled)
        }
        let d = model.diagonal
        var all = rows(model.numerator, d, model.right)
        var diagonals = [d.map { $0 * $0 }]
        if let slope {
            all = all.stacked(on: rows(slope.numerator, slope.diagonal, slope.right))
            diagonals.append(zip(d, slope.diagonal).map { 2 * $0 * $1 })
            diagonals.append(slope.diagonal.map { $0 * $0 })
        }
        return .factors(
            rows: all, rank: model.left.rows, inner: model.left.times(model.left.transposed),
            diagonals: Matrix(rows: d.count, columns: diagonals).transposed, hasSlope: slope != nil)
    }

    func write(_ v: Matrix, first: Int, count: Int, to out: DrawResults) {
        switch self {
        case .whole(let rows, let hasSlope): Self.sumSquares(rows.times(v), hasSlope, first, count, out)
        case .factors(let rows, let rank, let inner, let diagonals, let hasSlope):
            var squared = v
            for i in squared.storage.indices { squared.storage[i] *= squared.storage[i] }
            Self.expand(
                rows.times(v), inner, diagonals.times(squared), rank: rank, hasSlope, first, count, out)
        }
    }

    private static func sumSquares(_ y: Matrix, _ hasSlope: Bool, _ first: Int, _ count: Int, _ out: DrawResults) {
        let height = hasSlope ? y.rows / 2 : y.rows
        y.storage.withUnsafeBufferPointer { y in
            for b in 0..<count {
                let own = UnsafeBufferPointer(rebasing: y[b * (hasSlope ? 2 : 1) * height..<y.count])
                out.n0[first + b] = own[0]
                out.q0[first + b] = product(own, 1, 1, height - 1)
                guard hasSlope else { continue }
                out.n1[first + b] = own[height]
                out.q1[first + b] = 2 * product(own, 1, height + 1, height - 1)
                out.q2[first + b] = product(own, height + 1, height + 1, height - 1)
            }
        }
    }

    /// Σ of products of two runs of values, in four lanes, so that additions need not wait for each other.
    private static func product(_ values: UnsafeBufferPointer<Double>, _ i: Int, _ j: Int, _ count: Int) -> Double {
        var lanes = SIMD4<Double>.zero
        var k = 0
        while k + 4 <= count {
            let a = SIMD4(values[i + k], values[i + k + 1], values[i + k + 2], values[i + k + 3])
            let b = SIMD4(values[j + k], values[j + k + 1], values[j + k + 2], values[j + k + 3])
            lanes += a * b
            k += 4
        }
        var sum = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
        while k < count {
            sum += values[i + k] * values[j + k]
            k += 1
        }
        return sum
    }

    /// ‖C v‖² = Σ d²v² − 2 (U d v)'(W v) + (W v)'UU'(W v), in its parts by powers of the distance from the null.
    private static func expand(
        _ y: Matrix, _ inner: Matrix, _ diagonals: Matrix, rank: Int, _ hasSlope: Bool, _ first: Int, _ count: Int,
        _ out: DrawResults
    ) {
        let height = 1 + 2 * rank
        func part(_ b: Int, _ from: Int) -> [Double] {
            let start = b * y.rows + from
            return Array(y.storage[start..<start + rank])
        }
        for b in 0..<count {
            let (w, u) = (part(b, 1), part(b, 1 + rank))
            let turned = inner.times(w)
            out.n0[first + b] = y[0, b]
            out.q0[first + b] = diagonals[0, b] - 2 * dot(u, w) + dot(w, turned)
            guard hasSlope else { continue }
            let (w1, u1) = (part(b, height + 1), part(b, height + 1 + rank))
            out.n1[first + b] = y[height, b]
            out.q1[first + b] = diagonals[1, b] - 2 * (dot(u, w1) + dot(u1, w)) + 2 * dot(w1, turned)
            out.q2[first + b] = diagonals[2, b] - 2 * dot(u1, w1) + dot(w1, inner.times(w1))
        }
    }
}

/// Runs independent pieces of work on several threads; which thread takes which piece is left open.
func forEachBlock(_ count: Int, threads: Int, _ work: @Sendable (Int) -> Void) {
    let pieces = max(1, min(threads, count))
    DispatchQueue.concurrentPerform(iterations: pieces) { piece in
        for block in stride(from: piece, to: count, by: pieces) { work(block) }
    }
}
