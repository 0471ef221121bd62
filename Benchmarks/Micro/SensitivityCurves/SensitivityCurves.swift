import Inference
import LinearAlgebra
import Probability

/// The sensitivity of an event study to parallel trends: milliseconds a value of M̄ and a value of M.
///
///     SensitivityCurves [--before P] [--after T] [--seed S] [--rounds N]
///
/// The event study is made by its seed: errors of the steps follow AR(1) with 0.7, effects are 5 standard errors. Prints, for
/// the first step and for the mean of all, milliseconds a value of relative magnitudes, a value of smoothness, and a
/// breakdown value of each.
@main struct SensitivityCurvesProgram {
    static func main() throws {
        var (before, after, seed, rounds) = (4, 4, UInt64(1), 20)
        var words = CommandLine.arguments.dropFirst().makeIterator()
        while let word = words.next() {
            switch word {
            case "--before": before = words.next().flatMap { Int($0) } ?? before
            case "--after": after = words.next().flatMap { Int($0) } ?? after
            case "--seed": seed = words.next().flatMap { UInt64($0) } ?? seed
            case "--rounds": rounds = words.next().flatMap { Int($0) } ?? rounds
            default: return print("usage: SensitivityCurves [--before P] [--after T] [--seed S] [--rounds N]")
            }
        }
        let study = try Self.study(before: before, after: after, seed: seed)
        let bounds = [0.5, 1, 1.5, 2]
        let targets = [
            ("first", (0..<after).map { $0 == 0 ? 1.0 : 0 }),
            ("mean", [Double](repeating: 1 / Double(after), count: after)),
        ]
        for (name, target) in targets {
            let relative = RelativeMagnitudes(study, target: target, level: 0.95)
            let smooth = try SmoothTrends(study, target: target, level: 0.95)
            let times = try [
                ("relative magnitudes", bounds.count, { for m in bounds { _ = relative.interval(m) } }),
                ("relative breakdown", 1, { _ = relative.breakdown() }),
                ("smoothness", bounds.count, { for m in bounds { _ = try smooth.interval(m * 0.1) } }),
                ("smoothness breakdown", 1, { _ = try smooth.breakdown(scale: 0.1) }),
            ].map { what, count, work in (what, try milliseconds(rounds, work) / Double(count)) }
            for (what, time) in times { print("\(name),\(what),\(time)") }
        }
    }

    /// The fastest of some rounds.
    private static func milliseconds(_ rounds: Int, _ work: () throws -> Void) rethrows -> Double {
        let clock = ContinuousClock()
        var best = Double.infinity
        for _ in 0..<rounds {
            let start = clock.now
            try work()
            best = min(best, (clock.now - start) / .milliseconds(1))
        }
        return best
    }

    private static func study(before: Int, after: Int, seed: UInt64) throws -> EventStudyEstimates {
        var random = CounterRandom(seed: seed, stream: 0)
        let count = before + after
        // Errors about the reference: e_t − e_ref with e AR(1).
        func correlation(_ i: Int, _ j: Int) -> Double {
            var power = 1.0
            for _ in 0..<abs(i - j) { power *= 0.7 }
            return power
        }
        let steps = (-before...after).filter { $0 != 0 }
        var covariance = Matrix(count, count)
        for (i, s) in steps.enumerated() {
            for (j, t) in steps.enumerated() {
                covariance[i, j] = correlation(s, t) - correlation(s, 0) - correlation(0, t) + 1
            }
        }
        var error = 0.0
        let reference = 0.0
        let estimates = steps.map { step in
            error = 0.7 * error + 0.71 * Normal.tailQuantile(random.uniform())
            return error - reference + (step > 0 ? 5 : 0)
        }
        return try EventStudyEstimates(steps: steps, estimates: estimates, covariance: covariance)
    }
}
