import LinearAlgebra
import Panels
import Regression

/// Imputation under other starts than the design's own, computing anew only what they change.
///
/// Treated cells and the other rows of their levels are touched; every other row keeps its regressors about the level mean,
/// so moments of all rows, and of each cluster, are corrected for touched rows alone.
public struct ReassignedImputation: Sendable {
    private let design: Design
    private let rows: CompressedRows
    private let level: [Int]
    private let rowsOfLevel: [[Int]]
    private let rowsWithinCell: [[Int]]
    private let cellsOfUnit: [[Int]]
    private let levelWeight: [Double]
    /// rows × K regressors and outcomes as they are, and about the mean of all of a level's rows.
    private let raw: Matrix
    private let centred: Matrix
    private let centredOutcome: [Double]
    private let gram: Matrix
    private let products: [Double]
    private let floors: [Double]
    private let clusterOfRow: [Int]
    private let clusterMoments: [(gram: Matrix, outcome: [Double])]

    public init(_ design: Design) throws(EstimationError) {
        let model = try ImputationModel(design)
        guard let eliminated = model.columns.eliminated.first else {
            preconditionFailure("imputation always has a unit effect")
        }
        self.design = design
        rows = model.rows
        let elimination = Elimination(eliminated, rows: rows)
        level = elimination.level
        levelWeight = elimination.weight
        var ofLevel = [[Int]](repeating: [], count: eliminated.levels.count)
        for r in 0..<rows.cellCount { ofLevel[level[r]].append(r) }
        rowsOfLevel = ofLevel
        var within = [[Int]](repeating: [], count: rows.cellCount)
        for r in rows.cellCount..<rows.count { within[rows.cell[r]].append(r) }
        rowsWithinCell = within
        var ofUnit = [[Int]](repeating: [], count: design.units.count)
        for (c, u) in design.unit.enumerated() { ofUnit[u].append(c) }
        cellsOfUnit = ofUnit
        let raw = model.columns.matrix
        self.raw = raw
        var centred = raw
        centred.eliminate(elimination)
        self.centred = centred
        var outcome = rows.outcome
        elimination.apply(&outcome)
        centredOutcome = outcome
        gram = centred.crossProduct()
        products = centred.transposedTimes(outcome)
        floors = (0..<raw.columns).map { j in 1e-9 * dot(raw.column(j), raw.column(j)) }
        let cluster = design.clusters[0]
        clusterOfRow = rows.cell.map { cluster.codes[$0] }
        var members = [[Int]](repeating: [], count: cluster.levels.count)
        for (r, g) in clusterOfRow.enumerated() { members[g].append(r) }
        clusterMoments = members.map { block in
            let x = centred.selecting(rows: block)
            return (x.crossProduct(), x.transposedTimes(block.map { outcome[$0] }))
        }
    }

    /// The overall effect (peers less group in a triple difference), and the same over its clustered standard error; nil
    /// where it cannot be imputed under these starts.
    public func headline(start: [Int?]) -> DrawnHeadline? {
        guard let assignment = Assignment(self, start: start) else { return nil }
        return assignment.headline()
    }

    /// One assignment: its touched rows with regressors about the mean of untreated rows.
    private struct Assignment {
        let base: ReassignedImputation
        let start: [Int?]
        /// Touched rows, those of treated cells marked, with x* and y*.
        var touched: [Int] = []
        var isTreated: [Bool] = []
        var x: Matrix
        var y: [Double] = []
        var untreatedWeight: [Int: Double] = [:]
        var treatedCells: [Int] = []

        init?(_ base: ReassignedImputation, start: [Int?]) {
            self.base = base
            self.start = start
            x = Matrix(0, 0)
            let design = base.design
            for (u, first) in start.enumerated() {
                guard let first else { continue }
                treatedCells += base.cellsOfUnit[u].filter { design.periods[design.period[$0]].ordinal >= first }
            }
            treatedCells.sort()
            guard !treatedCells.isEmpty else { return nil }
            let levels = Array(Set(treatedCells.map { base.level[$0] })).sorted()
            let cells = levels.flatMap { base.rowsOfLevel[$0] }
            touched = cells + treatedCells.flatMap { base.rowsWithinCell[$0] }
            var treated = [Bool](repeating: false, count: base.rows.cellCount)
            for c in treatedCells { treated[c] = true }
            isTreated = touched.map { treated[base.rows.cell[$0]] }
            x = base.raw.selecting(rows: touched)
            y = touched.map { base.rows.outcome[$0] }
            guard centre(levels) else { return nil }
        }

        /// Takes off the mean over untreated rows of each touched level; false where a level has none.
        private mutating func centre(_ levels: [Int]) -> Bool {
            let scale = base.rows.scale
            var first = 0
            for l in levels {
                let range = first..<first + base.rowsOfLevel[l].count
                first = range.upperBound
                let fitted = range.filter { !isTreated[$0] }
                let weight = fitted.reduce(0.0) { $0 + scale[touched[$1]] * scale[touched[$1]] }
                guard weight > 0 else { return false }
                untreatedWeight[l] = weight
                for j in 0...x.columns {
                    let mean =
                        fitted.reduce(0.0) { $0 + scale[touched[$1]] * (j < x.columns ? x[$1, j] : y[$1]) } / weight
                    for i in range {
                        if j < x.columns {
                            x[i, j] -= scale[touched[i]] * mean
                        } else {
                            y[i] -= scale[touched[i]] * mean
                        }
                    }
                }
            }
            return true
        }

        func headline() -> DrawnHeadline? {
            // Moments of untreated rows: all rows' less touched rows' as they were, plus untreated touched rows' anew.
            let before = base.centred.selecting(rows: touched)
            let outcomeBefore = touched.map { base.centredOutcome[$0] }
            let fitted = touched.indices.filter { !isTreated[$0] }
            let fittedX = x.selecting(rows: fitted)
            let added = fittedX.crossProduct()
            let removed = before.crossProduct()
            var gram = base.gram
            for i in gram.storage.indices { gram.storage[i] += added.storage[i] - removed.storage[i] }
            let addedProducts = fittedX.transposedTimes(fitted.map { y[$0] })
            let removedProducts = before.transposedTimes(outcomeBefore)
            guard let cholesky = try? OrderedCholesky(gram, floors: base.floors), let inverse = try? cholesky.inverse(),
                let b = try? cholesky.solve(
                    cholesky.kept.map { base.products[$0] + addedProducts[$0] - removedProducts[$0] })
            else { return nil }
            let kept = cholesky.kept
            guard isIdentified(gram, kept: kept, dropped: cholesky.dropped, inverse: inverse) else { return nil }
            let xKept = x.selecting(columns: kept)
            let remainder = zip(y, xKept.times(b)).map { $0 - $1 }
            guard let omega = weights() else { return nil }
            return statistic(
                omega, xKept: xKept, remainder: remainder, before: before.selecting(columns: kept),
                outcomeBefore: outcomeBefore, kept: kept, b: b, inverse: inverse)
        }

        /// Weight of each treated cell; in a triple difference the group's part sums to −1.
        private func weights() -> [Double]? {
            let design = base.design
            let weight = design.moments.weight
            var omega = [Double](repeating: 0, count: base.rows.cellCount)
            let sides: [(isGroup: Bool?, sign: Double)] = design.isGroup == nil ? [(nil, 1)] : [(true, -1), (false, 1)]
            for side in sides {
                let cells = treatedCells.filter { side.isGroup == nil || design.isGroup?[$0] == side.isGroup }
                let total = cells.reduce(0.0) { $0 + weight[$1] }
                guard total > 0 else { return nil }
                for c in cells { omega[c] = side.sign * weight[c] / total }
            }
            return omega
        }

        private func isIdentified(_ gram: Matrix, kept: [Int], dropped: [Int], inverse: Matrix) -> Bool {
            guard !dropped.isEmpty else { return true }
            let cross = Matrix(rows: kept.count, columns: dropped.map { j in kept.map { gram[$0, j] } })
            let expected = x.selecting(columns: kept).times(inverse.times(cross))
            return touched.indices.allSatisfy { i in
                guard isTreated[i], touched[i] < base.rows.cellCount else { return true }
                let scale = base.rows.scale[touched[i]]
                return dropped.indices.allSatisfy { j in
                    abs(x[i, dropped[j]] - expected[i, j]) <= 1e-6 * scale * max(1, abs(expected[i, j] / scale))
                }
            }
        }

        private func statistic(
            _ omega: [Double], xKept: Matrix, remainder: [Double], before: Matrix, outcomeBefore: [Double], kept: [Int],
            b: [Double], inverse: Matrix
        ) -> DrawnHeadline {
            let scale = base.rows.scale
            let cells = touched.indices.filter { isTreated[$0] && touched[$0] < base.rows.cellCount }
            var treatedWeights = [Double](repeating: 0, count: touched.count)
            var levelSum: [Int: Double] = [:]
            var estimate = 0.0
            for i in cells {
                let c = touched[i]
                treatedWeights[i] = omega[c] / scale[c]
                levelSum[base.level[c], default: 0] += omega[c]
                estimate += omega[c] * remainder[i] / scale[c]
            }
            let direction = inverse.times(xKept.transposedTimes(treatedWeights))
            var sums = untouchedContributions(direction, kept: kept, b: b)
            // What touched rows would have given had they not been touched, and what they give.
            let leanedBefore = before.times(direction)
            let fittedBefore = before.times(b)
            let leaned = xKept.times(direction)
            let average = groupAverages(omega, cells: cells, remainder: remainder)
            for (i, r) in touched.enumerated() {
                let g = base.clusterOfRow[r]
                sums[g] += leanedBefore[i] * (outcomeBefore[i] - fittedBefore[i])
                if isTreated[i] {
                    if r < base.rows.cellCount { sums[g] += treatedWeights[i] * (remainder[i] - scale[r] * average(r)) }
                } else {
                    let l = base.level[r]
                    let own = scale[r] * (levelSum[l] ?? 0) / (untreatedWeight[l] ?? 1)
                    sums[g] -= (leaned[i] + own) * remainder[i]
                }
            }
            let variance = dot(sums, sums)
            return DrawnHeadline(estimate: estimate, variance: variance)
        }

        /// −ξ'M(X_s'y − X_s'X_s b) by cluster.
        private func untouchedContributions(_ direction: [Double], kept: [Int], b: [Double]) -> [Double] {
            base.clusterMoments.map { moments in
                var sum = 0.0
                for (a, i) in kept.enumerated() {
                    var rest = moments.outcome[i]
                    for (c, j) in kept.enumerated() { rest -= moments.gram[i, j] * b[c] }
                    sum -= direction[a] * rest
                }
                return sum
            }
        }

        /// The average effect of a treated cell's group, by cell.
        private func groupAverages(_ omega: [Double], cells: [Int], remainder: [Double]) -> (Int) -> Double {
            var treated = [Bool](repeating: false, count: base.rows.cellCount)
            for c in treatedCells { treated[c] = true }
            let groups = ImputationGroups(base.design, isTreated: treated, start: start)
            let share = groups.averaging(omega)
            var average = [Double](repeating: 0, count: groups.count)
            for i in cells {
                let c = touched[i]
                average[groups.group[c]] += share[c] * remainder[i] / base.rows.scale[c]
            }
            return { average[groups.group[$0]] }
        }
    }
}

/// A headline under reassigned starts.
public struct DrawnHeadline: Sendable {
    public let estimate: Double
    /// The estimate over its standard error; 0 for an estimate of 0.
    public let statistic: Double

    public init(estimate: Double, variance: Double) {
        self.estimate = estimate
        statistic = estimate == 0 ? 0 : variance > 0 ? estimate / variance.squareRoot() : .infinity
    }
}
