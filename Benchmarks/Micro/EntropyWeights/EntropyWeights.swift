import Comparison
import LinearAlgebra

/// Entropy balancing of many schools on many moments, from profiles in memory to weights.
///
///     EntropyWeights [--schools N] [--moments K] [--treated N] [--rounds N]
///
/// Profiles are made by a seed; the treated units' means lie a third of a standard deviation off. Prints the largest difference
/// that is left, in standard deviations, the effective number of schools, and the seconds of each round.
@main struct EntropyWeightsProgram {
    static func main() throws {
        var (schools, moments, treated, rounds) = (20_000, 20, 200, 5)
        var words = CommandLine.arguments.dropFirst().makeIterator()
        while let word = words.next() {
            let value = words.next().flatMap { Int($0) }
            switch word {
            case "--schools": schools = value ?? schools
            case "--moments": moments = value ?? moments
            case "--treated": treated = value ?? treated
            case "--rounds": rounds = value ?? rounds
            default: return print("usage: EntropyWeights [--schools N] [--moments K] [--treated N] [--rounds N]")
            }
        }
        let profiles = made(schools, moments, treated)
        let clock = ContinuousClock()
        for _ in 0..<rounds {
            let start = clock.now
            let group = try EntropyBalance().group(profiles)
            let seconds = (clock.now - start) / .seconds(1)
            let balance = GroupBalance(profiles, group)
            let worst = balance.rows.compactMap(\.after.standardisedDifference).map(\.magnitude).max() ?? .nan
            print("balance,\(worst),\(balance.effectiveSampleSize),seconds,\(seconds)")
        }
    }

    /// Uniform numbers by a linear congruential generator, each variable a mixture of its own and a common one.
    private static func made(_ schools: Int, _ moments: Int, _ treated: Int) -> UnitProfiles {
        var state: UInt64 = 20_261_124
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) * 0x1p-53
        }
        let common = (0..<schools).map { _ in uniform() }
        let columns = (0..<moments).map { _ in
            (0..<schools).map { 0.5 * common[$0] + uniform() + ($0 < treated ? 0.1 : 0) }
        }
        return UnitProfiles(
            variables: (0..<moments).map { "x\($0)" }, units: (0..<schools).map { "\(100_000 + $0)" },
            isTreated: (0..<schools).map { $0 < treated }, values: Matrix(rows: schools, columns: columns))
    }
}
