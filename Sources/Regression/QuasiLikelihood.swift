import Foundation
import LinearAlgebra

/// Outcomes whose mean is a curve of x'β, fitted so that Σ w(y − μ)x = 0: logit for shares, Poisson for counts. Only the mean
/// has to be right; y need not be 0 or 1, or whole.
///
/// Newton steps on the likelihood's own scale, halved until it rises. Columns that earlier ones explain are left out.
/// - Source: McCullagh & Nelder (1989), *Generalized Linear Models*; Gourieroux, Monfort & Trognon (1984).
public struct QuasiLikelihood: Sendable {
    public enum Curve: Sendable {
        /// μ = 1/(1 + e^(−η)).
        case logit
        /// μ = e^η.
        case poisson

        /// μ at η.
        public func mean(_ eta: Double) -> Double {
            switch self {
            case .logit: 1 / (1 + exp(-eta))
            case .poisson: exp(eta)
            }
        }

        /// dμ/dη.
        public func slope(_ eta: Double) -> Double {
            let mu = mean(eta)
            return self == .logit ? mu * (1 - mu) : mu
        }

        /// η at μ.
        fileprivate func line(_ mu: Double) -> Double { self == .logit ? log(mu / (1 - mu)) : log(mu) }

        /// yη − b(η), of which the score y − μ is the derivative, without cancellation.
        fileprivate func likelihood(_ y: Double, _ eta: Double) -> Double {
            switch self {
            case .logit: y * eta - (eta > 0 ? eta + log1p(exp(-eta)) : log1p(exp(eta)))
            case .poisson: y * eta - exp(eta)
            }
        }
    }

    /// Per column of x: its place among the kept ones, nil where earlier columns explain it.
    public let place: [Int?]
    /// p; 0 for columns left out.
    public let coefficients: [Double]
    /// m values of x'β.
    public let line: [Double]
    /// [Σ w μ'(η) xx']⁻¹ over the kept columns.
    public let informationInverse: Matrix

    /// The largest score, relative to Σ w|x|(y + μ), at which the maximum is reached.
    static let tolerance = 1e-13
    static let iterationLimit = 60
    /// Means nearer than this to a bound (as a share of the mean outcome for counts) are taken as at it: no finite β has them.
    static let boundary = 1e-9

    /// - Parameters:
    ///   - y: m values; from 0 to 1 for shares, from 0 for counts.
    ///   - x: m × p.
    ///   - weight: m, above 0.
    /// - Throws: `.likelihoodNotConverged` where there is no finite maximum.
    public init(_ y: [Double], _ x: Matrix, weight: [Double], _ curve: Curve) throws(RegressionError) {
        let kept = try numerically { () throws(LinearAlgebraError) in
            try OrderedCholesky(x.weighted(weight.map { $0.squareRoot() }).crossProduct()).kept
        }
        let part = x.selecting(columns: kept)
        let total = weight.reduce(0, +)
        let centre = zip(y, weight).reduce(0.0) { $0 + $1.0 * $1.1 } / total
        // The usual first guess: halfway between each outcome and the middle.
        let guess = y.map { ($0 + (curve == .logit ? 0.5 : centre)) / 2 }
        let first = guess.map(curve.line)
        var beta = try Self.step(
            part, zip(weight, first).map { $0 * curve.slope($1) },
            y.indices.map { first[$0] + (y[$0] - guess[$0]) / curve.slope(first[$0]) })
        var eta = part.times(beta)
        func likelihood(_ eta: [Double]) -> Double {
            y.indices.reduce(0) { $0 + weight[$1] * curve.likelihood(y[$1], eta[$1]) }
        }
        var reached = likelihood(eta)
        var count = 0
        while true {
            let mean = eta.map(curve.mean)
            let score = part.transposedTimes(y.indices.map { weight[$0] * (y[$0] - mean[$0]) })
            let size = part.absoluteProducts(y.indices.map { weight[$0] * (abs(y[$0]) + mean[$0]) })
            if zip(score, size).allSatisfy({ abs($0) <= Self.tolerance * $1 }) { break }
            count += 1
            let isLost = mean.contains { $0 < Self.boundary * centre || curve == .logit && $0 > 1 - Self.boundary }
            guard count <= Self.iterationLimit, !isLost else { throw .likelihoodNotConverged(iterations: count) }
            let slopes = zip(weight, eta).map { $0 * curve.slope($1) }
            let move = try Self.step(
                part, slopes,
                zip(y, mean).enumerated().map { i, pair in
                    slopes[i] > 0 ? (pair.0 - pair.1) * weight[i] / slopes[i] : 0
                })
            var share = 1.0
            while true {
                let next = zip(beta, move).map { $0 + share * $1 }
                let line = part.times(next)
                let found = likelihood(line)
                if found >= reached - 1e-12 * abs(reached) {
                    (beta, eta, reached) = (next, line, found)
                    break
                }
                share /= 2
                guard share > 1e-10 else { throw .likelihoodNotConverged(iterations: count) }
            }
        }
        let mean = eta.map(curve.mean)
        guard !mean.contains(where: { $0 < Self.boundary * centre || curve == .logit && $0 > 1 - Self.boundary }) else {
            throw .likelihoodNotConverged(iterations: count)
        }
        let roots = zip(weight, eta).map { ($0 * curve.slope($1)).squareRoot() }
        informationInverse = try numerically { () throws(LinearAlgebraError) in
            try OrderedCholesky(part.weighted(roots).crossProduct(), tolerance: 1e-14).inverse()
        }
        var place = [Int?](repeating: nil, count: x.columns)
        var whole = [Double](repeating: 0, count: x.columns)
        for (a, j) in kept.enumerated() { (place[j], whole[j]) = (a, beta[a]) }
        self.place = place
        coefficients = whole
        line = eta
    }

    /// Weighted least squares of a target on x.
    private static func step(_ x: Matrix, _ weight: [Double], _ target: [Double]) throws(RegressionError) -> [Double] {
        let roots = weight.map { $0.squareRoot() }
        let scaled = x.weighted(roots)
        let solver = try numerically { () throws(LinearAlgebraError) in
            try OrderedCholesky(scaled.crossProduct(), tolerance: 1e-14)
        }
        guard solver.dropped.isEmpty else { throw .likelihoodNotConverged(iterations: 0) }
        let products = scaled.transposedTimes(zip(roots, target).map { $0 * $1 })
        return try numerically { () throws(LinearAlgebraError) in try solver.solve(products) }
    }
}

extension Matrix {
    /// Σ |x| u by column.
    fileprivate func absoluteProducts(_ u: [Double]) -> [Double] {
        (0..<columns).map { j in
            (0..<rows).reduce(0) { $0 + abs(storage[j * rows + $1]) * u[$1] }
        }
    }
}

extension Matrix {
    /// Each row times its factor.
    func weighted(_ factor: [Double]) -> Matrix {
        var result = self
        for j in 0..<columns { for i in 0..<rows { result.storage[j * rows + i] *= factor[i] } }
        return result
    }
}
