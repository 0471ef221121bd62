import LinearAlgebra
import Probability

@testable import Inference

/// Event studies made by a seed, for properties that must hold for any.
struct SeededEventStudy {
    var random: CounterRandom

    init(seed: UInt64) { random = CounterRandom(seed: seed, stream: 0) }

    mutating func normal() -> Double { Normal.tailQuantile(random.uniform()) }

    /// Correlated errors; an effect of the given size after the reference.
    mutating func study(_ steps: [Int], effect: Double = 4) throws -> EventStudyEstimates {
        let n = steps.count
        let x = Matrix(rows: n + 4, columns: n, storage: (0..<n * (n + 4)).map { _ in normal() })
        let covariance = x.crossProduct().scaled(by: 1 / Double(n))
        let estimates = steps.map { normal() + ($0 > 0 ? effect : 0) }
        return try EventStudyEstimates(steps: steps, estimates: estimates, covariance: covariance)
    }
}

extension EventStudyEstimates {
    init(_ steps: [Int], _ estimates: [Double], _ covariance: [[Double]]) throws {
        try self.init(
            steps: steps, estimates: estimates, covariance: Matrix(rows: steps.count, columns: covariance))
    }

    /// The outcome times a factor.
    func times(_ factor: Double) throws -> EventStudyEstimates {
        try EventStudyEstimates(
            steps: before + after, estimates: estimates.map { factor * $0 },
            covariance: covariance.scaled(by: factor * factor))
    }
}
