import Cells
import LinearAlgebra
import Probability

/// Bands and p-values that hold for many gaps at once, from how the gaps covary.
///
/// The gaps are taken as jointly normal with the correlations below; the distribution of their largest departure is drawn from
/// the same numbers each time. A critical value says how much wider than one interval a band must be: the
/// chance of a normal beyond it, at which each row's own t is taken.
struct SimultaneousGaps {
    static let draws = 20_000
    /// Beyond so many gaps the drawing takes too long; step-by-step adjustments do.
    static let limit = 400

    private let largest: [Double]

    /// - Parameter correlation: K rows of K, symmetric, with ones on the diagonal; it may be singular.
    init(correlation: Matrix) {
        let factor = Self.factor(correlation)
        let count = correlation.rows
        var random = CounterRandom(seed: 1, stream: 0x6761_7073)
        var normal = [Double](repeating: 0, count: count)
        var largest: [Double] = []
        largest.reserveCapacity(Self.draws)
        // Draws and their mirror images have the same largest departure, so that one of each pair is enough.
        for _ in 0..<Self.draws {
            for k in normal.indices { normal[k] = Normal.tailQuantile(random.uniform()) }
            var reach = 0.0
            for row in factor {
                var value = 0.0
                for (weight, k) in row { value += weight * normal[k] }
                reach = max(reach, abs(value))
            }
            largest.append(reach)
        }
        largest.sort()
        self.largest = largest
    }

    /// The value that the largest departure exceeds with the chance 1 − level.
    func critical(level: Double) -> Double {
        let rank = Int((level * Double(largest.count + 1)).rounded(.up))
        return rank <= largest.count ? largest[max(rank, 1) - 1] : .infinity
    }

    /// The chance that the largest departure is as large as that of a p-value, never below the p-value itself.
    func adjusted(_ p: Double) -> Double {
        guard p > 0 else { return 0 }
        let departure = Normal.tailQuantile(p / 2)
        var (low, high) = (0, largest.count)
        while low < high {
            let middle = (low + high) / 2
            if largest[middle] < departure { low = middle + 1 } else { high = middle }
        }
        return max(p, Double(largest.count - low) / Double(largest.count))
    }

    /// The rows of a lower triangular L with LL' = R, without their zeros; dependent rows get no direction of their own.
    private static func factor(_ r: Matrix) -> [[(Double, Int)]] {
        let count = r.rows
        var rows = [[Double]](repeating: [], count: count)
        for i in 0..<count {
            var row = [Double](repeating: 0, count: i + 1)
            for j in 0...i {
                var rest = r[i, j]
                for k in 0..<j { rest -= row[k] * (j < i ? rows[j][k] : row[k]) }
                if j == i {
                    row[j] = rest > 1e-10 ? rest.squareRoot() : 0
                } else {
                    row[j] = rows[j][j] > 0 ? rest / rows[j][j] : 0
                }
            }
            rows[i] = row
        }
        return rows.map { row in row.enumerated().filter { $0.element != 0 }.map { ($0.element, $0.offset) } }
    }
}

/// How gaps covary: pupils who stand on a side of several of them, and schools with pupils in several.
enum GapCovariance {
    /// - Returns: the correlations of the gaps of the drafts at `members`; gaps without spread correlate with none.
    static func correlation(
        of members: [Int], in drafts: [GapDraft], _ contrasts: [LabelledContrast], _ cells: GapCells,
        _ request: GapRequest
    ) throws -> Matrix {
        let isClustered = request.unit.map { !request.rowColumns.contains($0) } ?? false
        let covariance =
            isClustered
            ? clustered(members.map { drafts[$0] }) : try independent(members, drafts, contrasts, cells)
        var correlation = covariance
        for i in members.indices {
            for j in members.indices {
                let scale = (covariance[i, i] * covariance[j, j]).squareRoot()
                correlation[i, j] = i == j ? 1 : scale > 0 ? covariance[i, j] / scale : 0
            }
        }
        return correlation
    }

    /// Σ over schools of the products of their contributions to two gaps.
    private static func clustered(_ drafts: [GapDraft]) -> Matrix {
        let units = Array(Set(drafts.flatMap { $0.group.units + $0.peers.units })).sorted()
        var place: [Int: Int] = [:]
        for (position, unit) in units.enumerated() { place[unit] = position }
        var scores = Matrix(units.count, drafts.count)
        for (column, draft) in drafts.enumerated() {
            for (factor, mean) in draft.terms(factor: 1) {
                for (unit, part) in zip(mean.units, mean.parts) {
                    guard let row = place[unit] else { continue }
                    scores[row, column] += factor * part.weight / mean.total.weight * (part.mean - mean.total.mean)
                }
            }
        }
        return scores.crossProduct()
    }

    /// Σ over pupils of the products of their contributions; pupils of one cell stand on the same sides, and its moments tell
    /// the sum: Σ w²(y − a)(y − b) = Σw²/Σw · (Σw(y − ȳ)² + Σw (ȳ − a)(ȳ − b)).
    private static func independent(
        _ members: [Int], _ drafts: [GapDraft], _ contrasts: [LabelledContrast], _ cells: GapCells
    ) throws -> Matrix {
        let sides = try contrasts.map { contrast in
            let key = try cells.table.key(contrast.contrast.column)
            let sides = contrast.contrast.sides(of: key.values)
            return key.codes.map { sides[Int($0)] }
        }
        var byCombination = [[Int]](repeating: [], count: cells.combinations.count)
        for (position, member) in members.enumerated() { byCombination[drafts[member].combination].append(position) }
        var covariance = Matrix(members.count, members.count)
        let moments = cells.moments
        let q = moments.variableCount
        for cell in cells.combination.indices {
            guard let combination = cells.combination[cell] else { continue }
            let (mean, within) = (moments.mean[cell * q], moments.within[cell * (q * (q + 1) / 2)])
            let touched = byCombination[combination].compactMap { position -> (Int, Double, Double)? in
                let draft = drafts[members[position]]
                guard let isGroup = sides[draft.contrast][cell] else { return nil }
                let side = isGroup ? draft.group.total : draft.peers.total
                return (position, (isGroup ? -1 : 1) / side.weight, mean - side.mean)
            }
            for (i, factor, distance) in touched {
                for (j, other, far) in touched {
                    covariance[i, j] +=
                        factor * other * moments.squaredWeight[cell] / moments.weight[cell]
                        * (within + moments.weight[cell] * distance * far)
                }
            }
        }
        return covariance
    }
}
