import Foundation
import LinearAlgebra
import Regression

/// How far apart two units are.
public enum MatchDistance: Sendable, Equatable {
    /// √((x − z)'S⁻¹(x − z)) with S the covariance within the two arms, pooled.
    case mahalanobis
    /// The difference of the two probabilities of being treated, by a logit of all variables.
    case propensity
    /// The difference of their log-odds.
    case logit
    /// √Σ w_k (x_k − z_k)², one weight a variable.
    case weighted([Double])

    /// Places of the units such that Euclid's distance between them is this one.
    struct Places {
        /// Units × coordinates.
        var values: Matrix
        /// What a caliper of 1 means: a standard deviation of the score over all units, or the distance itself.
        var unit: Double
        /// The probability of being treated, or its log-odds; nil for the other distances.
        var score: [Double]?
        /// Variables that earlier ones explain.
        var dropped: [Int] = []
    }

    func places(_ profiles: UnitProfiles) throws(ComparisonError) -> Places {
        switch self {
        case .mahalanobis: try Self.whitened(profiles)
        case .propensity, .logit: try Self.scored(profiles, onOdds: self == .logit)
        case .weighted(let weights):
            Places(
                values: Matrix(
                    rows: profiles.units.count,
                    columns: weights.enumerated().map { k, weight in
                        profiles.values.column(k).map { weight.squareRoot() * $0 }
                    }), unit: 1)
        }
    }

    private static func whitened(_ profiles: UnitProfiles) throws(ComparisonError) -> Places {
        let n = profiles.units.count
        var centred = profiles.values
        for arm in [profiles.treated, profiles.donors] where !arm.isEmpty {
            for j in 0..<centred.columns {
                let mean = arm.reduce(0.0) { $0 + centred[$1, j] } / Double(arm.count)
                for i in arm { centred[i, j] -= mean }
            }
        }
        // Columns of one length, so that what is small by its unit of measure is not taken for nothing.
        var values = profiles.values
        for j in 0..<centred.columns {
            let column = centred.column(j)
            let length = (dot(column, column) / Double(max(1, n - 2))).squareRoot()
            let largest = values.column(j).reduce(0) { max($0, abs($1)) }
            // What is left of a column that does not vary is rounding.
            guard length > 1e-12 * largest else {
                for i in 0..<n { centred[i, j] = 0 }
                continue
            }
            for i in 0..<n {
                centred[i, j] /= length * Double(max(1, n - 2)).squareRoot()
                values[i, j] /= length
            }
        }
        do {
            let covariance = centred.crossProduct()
            let kept = try OrderedCholesky(covariance).kept
            guard !kept.isEmpty else {
                throw ComparisonError.numerical("no matched column varies within the two groups")
            }
            let part = covariance.selecting(rows: kept).selecting(columns: kept)
            let inverseRoot = try SymmetricEigen(part).squareRoots().inverse
            return Places(
                values: values.selecting(columns: kept).times(inverseRoot), unit: 1,
                dropped: (0..<covariance.rows).filter { !kept.contains($0) })
        } catch let error as ComparisonError {
            throw error
        } catch { throw .numerical("\(error)") }
    }

    private static func scored(_ profiles: UnitProfiles, onOdds: Bool) throws(ComparisonError) -> Places {
        let n = profiles.units.count
        let scaled = (0..<profiles.values.columns).map { standardised(profiles.values.column($0)) }
        let x = Matrix(rows: n, columns: [[Double](repeating: 1, count: n)] + scaled)
        let model: Logit
        do {
            model = try Logit(
                profiles.isTreated.map { $0 ? 1 : 0 }, x, weight: [Double](repeating: 1, count: n))
        } catch .separated(let rows, _) {
            throw .separated(units: rows, of: n)
        } catch { throw .numerical(error.message) }
        let score = onOdds ? x.times(model.coefficients) : model.fitted
        return Places(
            values: Matrix(rows: n, columns: [score]), unit: spread(score), score: score,
            dropped: model.dropped.map { $0 - 1 })
    }

    private static func standardised(_ column: [Double]) -> [Double] {
        let deviation = spread(column)
        let mean = column.reduce(0, +) / Double(column.count)
        return column.map { ($0 - mean) / (deviation > 0 ? deviation : 1) }
    }

    /// The standard deviation, with n − 1.
    private static func spread(_ column: [Double]) -> Double {
        guard column.count > 1 else { return 0 }
        let mean = column.reduce(0, +) / Double(column.count)
        return (column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(column.count - 1)).squareRoot()
    }
}
