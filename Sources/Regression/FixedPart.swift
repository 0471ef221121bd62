import LinearAlgebra
import Panels

/// A regressor that is 1 in some cells and 0 in the others.
public struct SparseColumn: Sendable {
    public var cells: [Int]

    public init(cells: [Int]) { self.cells = cells }
}

/// The part of a regression that no reassignment of treatment changes, taken out once.
///
/// A changing column D differs from 0 in few cells, and after the eliminated effect is taken out (D*) only in the rows of
/// those cells' levels: the touched rows. Elsewhere what the fixed part leaves of it is −X w with w = M X'D*, so a
/// cluster's score follows from its moments X_s'X_s and X_s'ỹ, which no draw changes, and a correction for touched rows.
///
/// Where the other effects have too many levels for columns, all are eliminated together and D* has no zeros: then every row
/// is touched, and a draw goes over all of them.
public struct FixedPart: Sendable {
    public let rows: CompressedRows
    private let model: LeastSquares
    private let rowsOfLevel: [[Int]]
    private let clusterOfRow: [Int]
    private let clusterCount: Int
    /// Per cluster X_s'X_s and X_s'ỹ; nil where they would take more room than they save.
    private let clusterMoments: [(gram: Matrix, outcome: [Double])]?

    /// - Parameters:
    ///   - nuisance: further regressors per cell.
    ///   - momentLimit: beyond this many values of all clusters' moments together (160 MB) they are not kept, and each
    ///     draw goes over the rows.
    public init(
        _ design: Design, effects: [CellFactor], nuisance: [[Double]], momentLimit: Int = 20_000_000
    ) throws(RegressionError) {
        rows = CompressedRows(design, pool: design.clusterBlocks.codes)
        let extra = nuisance.map { CellColumn(name: "nuisance", values: $0) }
        model = try LeastSquares(
            ModelColumns(design, rows: rows, effects: effects, nuisance: extra, eliminating: .largestWhereFew),
            rows: rows)
        var rowsOfLevel = [[Int]](repeating: [], count: model.elimination?.weight.count ?? 0)
        if let level = model.elimination?.level {
            for (r, l) in level.enumerated() where l >= 0 { rowsOfLevel[l].append(r) }
        }
        self.rowsOfLevel = rowsOfLevel
        let cluster = design.clusters[0]
        clusterOfRow = rows.cell.map { cluster.codes[$0] }
        clusterCount = cluster.levels.count
        let k = model.matrix.columns
        clusterMoments =
            clusterCount * k * k <= momentLimit
            ? Self.moments(model, clusterOfRow: clusterOfRow, clusterCount: clusterCount) : nil
    }

    private static func moments(
        _ model: LeastSquares, clusterOfRow: [Int], clusterCount: Int
    ) -> [(gram: Matrix, outcome: [Double])] {
        var members = [[Int]](repeating: [], count: clusterCount)
        for (r, g) in clusterOfRow.enumerated() { members[g].append(r) }
        return members.map { block in
            let x = model.matrix.selecting(rows: block)
            return (x.crossProduct(), x.transposedTimes(block.map { model.residuals[$0] }))
        }
    }

    /// Changing columns after the fixed part is taken out of them.
    public struct Parted: Sendable {
        fileprivate var touched: [Int]
        /// Touched rows × columns: D*.
        fileprivate var values: Matrix
        /// K × columns: w = M X'D*.
        fileprivate var slopes: Matrix
        /// Touched rows × K: X.
        fileprivate var regressors: Matrix
        /// D̃'D̃.
        public var gram: Matrix
        /// D̃'ỹ.
        public var products: [Double]
        /// D'D before anything was taken out.
        public var squaredLengths: [Double]
    }

    /// Takes the fixed part out of changing columns; nil where the effects cannot be taken out to the digits needed.
    public func part(_ columns: [SparseColumn]) -> Parted? {
        let touched = touchedRows(columns)
        var place = [Int: Int](minimumCapacity: touched.count)
        for (i, r) in touched.enumerated() { place[r] = i }
        var values = Matrix(touched.count, columns.count)
        var lengths = [Double](repeating: 0, count: columns.count)
        for (j, column) in columns.enumerated() {
            var sum: [Int: Double] = [:]
            for c in column.cells {
                guard let i = place[c] else { continue }
                values[i, j] = rows.scale[c]
                lengths[j] += rows.scale[c] * rows.scale[c]
                if let level = model.elimination?.level[c] { sum[level, default: 0] += rows.scale[c] * rows.scale[c] }
            }
            guard let elimination = model.elimination else { continue }
            for (i, r) in touched.enumerated() {
                let level = elimination.level[r]
                if let total = sum[level] { values[i, j] -= rows.scale[r] * total / elimination.weight[level] }
            }
        }
        if model.elimination == nil, var effects = model.absorption, (try? effects.apply(&values)) == nil { return nil }
        let x = model.matrix.selecting(rows: touched)
        let directions = x.transposedTimes(values)
        let slopes = model.gramInverse.times(directions)
        let explained = directions.transposedTimes(slopes)
        var gram = values.crossProduct()
        for i in gram.storage.indices { gram.storage[i] -= explained.storage[i] }
        return Parted(
            touched: touched, values: values, slopes: slopes, regressors: x, gram: gram,
            products: values.transposedTimes(touched.map { model.residuals[$0] }), squaredLengths: lengths)
    }

    /// Scores Σ D̃ e by cluster for the kept columns with coefficients b, e = ỹ − D̃ b.
    public func scores(_ parted: Parted, kept: [Int], coefficients b: [Double]) -> Matrix {
        let values = parted.values.selecting(columns: kept)
        let slopes = parted.slopes.selecting(columns: kept)
        let u = slopes.times(b)
        var scores = untouchedScores(slopes, u)
        let fitted = values.times(b)
        let along = parted.regressors.times(u)
        let leaned = parted.regressors.times(slopes)
        for (i, r) in parted.touched.enumerated() {
            let rest = model.residuals[r] + along[i] - fitted[i]
            for j in kept.indices {
                scores[clusterOfRow[r], j] += values[i, j] * rest + leaned[i, j] * fitted[i]
            }
        }
        return scores
    }

    /// −w'(X_s'ỹ + X_s'X_s u): what each cluster's score would be if no row were touched.
    private func untouchedScores(_ slopes: Matrix, _ u: [Double]) -> Matrix {
        var scores = Matrix(clusterCount, slopes.columns)
        guard let clusterMoments else {
            let along = model.matrix.times(u)
            let leaned = model.matrix.times(slopes)
            for r in along.indices {
                let rest = model.residuals[r] + along[r]
                for j in 0..<slopes.columns { scores[clusterOfRow[r], j] -= leaned[r, j] * rest }
            }
            return scores
        }
        for (g, moments) in clusterMoments.enumerated() {
            let k = u.count
            for a in 0..<k {
                var total = moments.outcome[a]
                for c in 0..<k { total += moments.gram.storage[c * k + a] * u[c] }
                for j in 0..<slopes.columns { scores[g, j] -= slopes[a, j] * total }
            }
        }
        return scores
    }

    /// Rows of every level that a column is not 0 in; without an eliminated effect, those cells themselves; all where effects
    /// are eliminated together. Ascending.
    private func touchedRows(_ columns: [SparseColumn]) -> [Int] {
        let cells = columns.flatMap(\.cells)
        guard let elimination = model.elimination else {
            return model.absorption == nil ? Array(Set(cells)).sorted() : Array(0..<rows.count)
        }
        return Array(Set(cells.map { elimination.level[$0] })).sorted().flatMap { rowsOfLevel[$0] }.sorted()
    }
}
