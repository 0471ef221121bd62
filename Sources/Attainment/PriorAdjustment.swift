import LinearAlgebra

/// The gap at equal prior attainment: the coefficient of the group in a regression of results on the group and a
/// restricted cubic spline of prior attainment with constant and spline of its own in each period.
///
/// All regressors are constant within a cell, so that cells tell everything that rows would.
struct PriorAdjustment {
    /// One cell: pupils of one side with one prior result, in one unit and period.
    struct Cell {
        var isGroup: Bool
        var prior: Double
        var unit: Int
        var period: Int
        var n: Double
        var weight: Double
        var squaredWeight: Double
        var mean: Double
        var within: Double
    }

    private let cells: [Cell]
    private let basis: OrthonormalColumns
    /// The last column of the basis: what the group adds to prior attainment.
    private let group: [Double]
    private let groupLength: Double
    private let residual: [Double]
    /// Group minus peers.
    let coefficient: Double

    /// - Returns: nil where prior attainment leaves nothing of the group to compare.
    init?(_ cells: [Cell]) {
        guard !cells.isEmpty else { return nil }
        self.cells = cells
        var basis = OrthonormalColumns(weight: cells.map(\.weight))
        for period in Set(cells.map(\.period)).sorted() { Self.appendPrior(of: cells, in: period, to: &basis) }
        let mean = cells.map(\.mean)
        guard let length = basis.append(cells.map { $0.isGroup ? 1 : 0 }), let group = basis.columns.last else {
            return nil
        }
        self.basis = basis
        self.group = group
        groupLength = length
        residual = basis.residual(of: mean)
        coefficient = basis.inner(group, mean) / length
    }

    private static func appendPrior(of cells: [Cell], in period: Int, to basis: inout OrthonormalColumns) {
        let points = cells.filter { $0.period == period }.map { (value: $0.prior, weight: $0.weight) }
            .sorted { $0.value < $1.value }
        guard let low = points.first?.value, let high = points.last?.value else { return }
        let spline = RestrictedCubicSpline(points: points)
        // Centred, so that the straight line does not repeat the constant.
        let middle = low + (high - low) / 2
        basis.append(cells.map { $0.period == period ? 1 : 0 })
        for column in spline.basis(at: cells.map(\.prior)).enumerated() {
            let shift = column.offset == 0 ? middle : 0
            basis.append(cells.indices.map { cells[$0].period == period ? column.element[$0] - shift : 0 })
        }
    }

    /// Clustered by unit, as `MeanContrast` does it; HC1 where there is no unit or only one.
    func uncertainty(isClustered: Bool) throws -> MeanContrast.Uncertainty? {
        let units = Set(cells.map(\.unit)).sorted()
        guard isClustered, units.count > 1 else { return independent() }
        var members: [Int: [Int]] = [:]
        for cell in cells.indices { members[cells[cell].unit, default: []].append(cell) }
        let clusters = units.compactMap { members[$0] }
        let sides = [true, false].map { side in Set(cells.filter { $0.isGroup == side }.map(\.unit)).count }
        let isFew = clusters.count < 50 || sides.contains { $0 < 10 }
        return isFew ? try cr2(clusters) : cr1(clusters)
    }

    /// The variance of results around what prior attainment and the group say of them.
    func residualSpread() -> SpreadOfPupils? {
        guard rows > parameters else { return nil }
        let weight = cells.reduce(0) { $0 + $1.weight }
        let scale = rows / (rows - parameters) / weight
        func squares(_ cell: Int) -> Double {
            cells[cell].within + cells[cell].weight * residual[cell] * residual[cell]
        }
        let variance = cells.indices.reduce(0) { $0 + squares($1) } * scale
        var byUnit: [Int: Double] = [:]
        for cell in cells.indices {
            byUnit[cells[cell].unit, default: 0] += squares(cell) * scale - cells[cell].weight / weight * variance
        }
        return SpreadOfPupils(variance, rows - parameters) {
            byUnit[$0] ?? 0
        } units: {
            byUnit.keys.sorted()
        }
    }

    private var rows: Double { cells.reduce(0) { $0 + $1.n } }
    private var parameters: Double { Double(basis.columns.count) }

    /// Weights are taken as equal within a cell.
    private func independent() -> MeanContrast.Uncertainty? {
        var sum = 0.0
        for (index, cell) in cells.enumerated() {
            let squares = cell.within + cell.weight * residual[index] * residual[index]
            sum += group[index] * group[index] * cell.squaredWeight / cell.weight * squares
        }
        return uncertainty(rows / (rows - parameters) * sum, rows - parameters)
    }

    private func cr1(_ clusters: [[Int]]) -> MeanContrast.Uncertainty? {
        var sum = 0.0
        for members in clusters {
            let score = members.reduce(0) { $0 + cells[$1].weight * group[$1] * residual[$1] }
            sum += score * score
        }
        let count = Double(clusters.count)
        return uncertainty(count / (count - 1) * (rows - 1) / (rows - parameters) * sum, count - 1)
    }

    /// Bell & McCaffrey: as the columns are orthonormal, the adjusted score of a cluster is (I − F)^−½ g with F its share of
    /// the cross product, and the degrees of freedom follow from p = F (I − F)^−½ c and d = c' F (I − F)^−1 c.
    private func cr2(_ clusters: [[Int]]) throws -> MeanContrast.Uncertainty? {
        let k = basis.columns.count
        var variance = 0.0
        var (trace, norm) = (0.0, 0.0)
        var products = Matrix(k, k)
        for members in clusters {
            var share = Matrix(k, k)
            var score = [Double](repeating: 0, count: k)
            for cell in members {
                for i in 0..<k {
                    let left = cells[cell].weight * basis.columns[i][cell]
                    score[i] += left * residual[cell]
                    for j in 0..<k { share[i, j] += left * basis.columns[j][cell] }
                }
            }
            let eigen = try SymmetricEigen(share)
            let ownScore = eigen.vectors.transposedTimes(score)
            let ownContrast = eigen.vectors.row(k - 1)
            var (adjusted, d) = (0.0, 0.0)
            var p = [Double](repeating: 0, count: k)
            for (e, value) in eigen.values.enumerated() where 1 - value > 1e-10 {
                let root = (1 - value).squareRoot()
                adjusted += ownContrast[e] * ownScore[e] / root
                p[e] = value / root * ownContrast[e]
                d += value / (1 - value) * ownContrast[e] * ownContrast[e]
            }
            p = eigen.vectors.times(p)
            let h = dot(p, p)
            variance += adjusted * adjusted
            trace += d - h
            norm += d * d - 2 * d * h
            for i in 0..<k {
                for j in 0..<k { products[i, j] += p[i] * p[j] }
            }
        }
        norm += dot(products.storage, products.storage)
        return uncertainty(variance, trace * trace / norm)
    }

    /// From the variance of the coefficient of the orthonormal column.
    private func uncertainty(_ variance: Double, _ degreesOfFreedom: Double) -> MeanContrast.Uncertainty? {
        guard variance > 0, degreesOfFreedom > 0, degreesOfFreedom.isFinite else { return nil }
        return .init(standardError: variance.squareRoot() / groupLength, degreesOfFreedom: degreesOfFreedom)
    }
}
