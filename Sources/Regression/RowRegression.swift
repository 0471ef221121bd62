import LinearAlgebra
import Panels

/// A regressor of rows in memory.
public struct RowRegressor: Sendable {
    public var name: String
    public var role: ColumnLabel.Role
    /// One a row.
    public var values: [Double]

    public init(_ name: String, _ values: [Double], role: ColumnLabel.Role = .covariate) {
        self.name = name
        self.role = role
        self.values = values
    }

    /// One regressor, `name=level`, for each level that occurs but the first: that one is the reference.
    public static func dummies(_ factor: CellFactor) -> [RowRegressor] {
        factor.cellsByLevel.dropFirst().map { level, rows in
            var values = [Double](repeating: 0, count: factor.codes.count)
            for r in rows { values[r] = 1 }
            return RowRegressor("\(factor.name)=\(factor.levels[level])", values, role: .factor)
        }
    }

    /// The product of two regressors, `a × b`.
    public func times(_ other: RowRegressor) -> RowRegressor {
        RowRegressor("\(name) × \(other.name)", zip(values, other.values).map { $0 * $1 }, role: role)
    }
}

/// Least squares on rows in memory with any fixed effects: for pupils' panels, progress and other models that need no cells.
///
/// Without effects a constant is eliminated in their place. Frequency weights count as so many equal rows, analytic ones as
/// precisions: coefficients are the same, degrees of freedom are not.
/// - Complexity: O(N) a column and effect; memory 8 bytes a row and column beside the caller's, and 8 to 12 a row and effect.
public struct RowRegression: Sendable {
    public enum WeightKind: Sendable { case analytic, frequency }

    /// Its rows stand in the order of the effect with most levels, and within a level as they came.
    public let fit: LeastSquares
    private let order: RowOrder?
    /// Per row of `fit` √w; nil where all weights are 1.
    package let scale: [Double]?
    package let weightKind: WeightKind
    /// Rows, or with frequency weights their sum.
    public let observationCount: Double
    private let effects: [EffectCodes]
    /// What the model expects where every regressor is 0; nil where effects stand for it.
    public let constant: Double?

    /// - Parameters:
    ///   - outcome: N values.
    ///   - regressors: in the order in which they stay where they depend on each other.
    ///   - effects: N codes each.
    ///   - weights: N values above 0; nil where all are 1.
    ///   - threads: never changes a bit.
    /// - Throws: `RegressionError`: an outcome that does not vary, regressors too nearly collinear for QR of the rows, effects
    ///   that iterations do not take out.
    public init(
        outcome: [Double], named name: String = "outcome", regressors: [RowRegressor], effects: [EffectCodes] = [],
        weights: [Double]? = nil, weightKind: WeightKind = .analytic, threads: Int = 1
    ) throws(RegressionError) {
        let count = outcome.count
        precondition(regressors.allSatisfy { $0.values.count == count }, "a regressor of another length")
        precondition(effects.allSatisfy { $0.codes.count == count }, "an effect of another length")
        precondition(weights?.allSatisfy { $0 > 0 } ?? true, "a weight that is not above 0")
        guard count < Int(Int32.max) else { throw .tooManyValues(rows: count, columns: regressors.count) }
        guard count > 0 else { throw .noVariation(outcome: name, cells: 0) }
        let order = effects.max { $0.levelCount < $1.levelCount }.flatMap(RowOrder.init)
        var scratch: [Double] = []
        func sorted(_ values: [Double]) -> [Double] { order?.sorted(values, &scratch) ?? values }
        let scale = weights.map { sorted($0.map { $0.squareRoot() }) }
        var storage = regressors.first.map { Self.scaled(sorted($0.values), scale) } ?? []
        storage.reserveCapacity(count * regressors.count)
        for regressor in regressors.dropFirst() { storage += Self.scaled(sorted(regressor.values), scale) }
        let everyone = EffectCodes(
            name: "constant", levelCount: 1, codes: [Int32](repeating: 0, count: effects.isEmpty ? count : 0))
        let y = Self.scaled(sorted(outcome), scale)
        let size = dot(y, y)
        fit = try LeastSquares(
            RegressionProblem(
                labels: regressors.map { ColumnLabel(name: $0.name, role: $0.role) },
                matrix: Matrix(rows: count, columns: regressors.count, storage: storage), outcome: y, outcomeName: name,
                scale: scale, effects: effects.isEmpty ? [everyone] : effects.map { $0.sorted(order) },
                outcomeSize: size, observations: count,
                threads: threads))
        self.order = order
        self.scale = scale
        self.weightKind = weightKind
        self.effects = effects
        constant = effects.isEmpty ? Self.constant(fit, outcome, regressors, weights) : nil
        observationCount = weightKind == .frequency ? weights?.reduce(0, +) ?? Double(count) : Double(count)
    }

    private static func scaled(_ values: [Double], _ scale: [Double]?) -> [Double] {
        guard let scale else { return values }
        return zip(values, scale).map { $0 * $1 }
    }

    /// The weighted mean of y − xb, summed with twice the digits: the means of large regressors cancel in it.
    private static func constant(
        _ fit: LeastSquares, _ outcome: [Double], _ regressors: [RowRegressor], _ weights: [Double]?
    ) -> Double {
        func mean(_ values: [Double]) -> TwofoldDouble {
            var sum = TwofoldDouble(0)
            var total = TwofoldDouble(0)
            for (r, value) in values.enumerated() {
                sum += TwofoldDouble(value) * (weights?[r] ?? 1)
                total += TwofoldDouble(weights?[r] ?? 1)
            }
            return sum / total.value
        }
        var constant = mean(outcome)
        for (regressor, place) in zip(regressors, fit.place) {
            guard let place else { continue }
            constant += -(mean(regressor.values) * fit.coefficients[place])
        }
        return constant.value
    }

    /// √w (y − Xb − effects), by row as they came.
    public var residuals: [Double] { order?.restored(fit.residuals) ?? fit.residuals }

    /// A level of clusters in the order of the rows of `fit`.
    package func sorted(_ factor: CellFactor) -> CellFactor {
        precondition(factor.codes.count == fit.residuals.count, "clusters of other rows")
        guard let order else { return factor }
        return CellFactor(
            name: factor.name, levels: factor.levels, codes: order.sorted(factor.codes.map(Int32.init)).map(Int.init))
    }

    /// Independent columns, effects included.
    public var parameterCount: Int { fit.slopeCount + fit.effectRank }

    /// Parameters that a variance clustered so counts; effects nested in a cluster are left to it.
    public func parameterCount(nestedIn clusters: [EffectCodes]) -> Int {
        fit.slopeCount + EffectRank.count(effects, rank: fit.effectRank, nestedIn: clusters)
    }

    public var residualDegreesOfFreedom: Double { observationCount - Double(parameterCount) }

    /// The coefficient of a regressor; nil where others explain it.
    public func coefficient(_ name: String) -> Double? {
        zip(fit.labels, fit.coefficients).first { $0.0.name == name }?.1
    }

    /// X'e by cluster: levels × kept regressors. Their cross product between two (X'X)⁻¹ is the clustered variance without a
    /// factor.
    public func scores(by cluster: EffectCodes) -> Matrix {
        precondition(cluster.codes.count == fit.residuals.count, "clusters of other rows")
        let kept = fit.matrix.columns
        let codes = order?.sorted(cluster.codes) ?? cluster.codes
        var scores = Matrix(cluster.levelCount, kept)
        let count = fit.residuals.count
        fit.matrix.storage.withUnsafeBufferPointer { x in
            fit.residuals.withUnsafeBufferPointer { e in
                codes.withUnsafeBufferPointer { codes in
                    for j in 0..<kept {
                        let first = j * cluster.levelCount
                        scores.storage.withUnsafeMutableBufferPointer { sums in
                            for r in 0..<count { sums[first + Int(codes[r])] += x[j * count + r] * e[r] }
                        }
                    }
                }
            }
        }
        return scores
    }
}
