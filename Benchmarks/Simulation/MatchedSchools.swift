import Counterpart
import Foundation
import Probability

/// N: schools join after a bad year, and by a characteristic that has a trend of its own. What follows from both passes for an
/// effect where everyone compares, and does not where those who compare had the same past and the same characteristic.
///
/// Results are y = school + shock + 0.15·x·year with shocks AR(1), half of them kept from year to year; the odds of joining in the
/// fourth of six years rise by 1.2 a point that the third lies below the mean of the first two, and by 0.5 a unit of x. No effect.
/// Every sample is written to a file and taken by `did` with `--match`, as users do it.
enum MatchedSchools {
    static let schools = 200
    static let years = 6
    static let start = 4

    private enum Way: CaseIterable {
        case everyone, nearest, shared, entropy, anew

        var title: String {
            switch self {
            case .everyone: "everyone"
            case .nearest: "nearest, each school once; clusters are matched sets"
            case .shared: "two nearest, schools shared; clusters are schools"
            case .entropy: "entropy, weights held"
            case .anew: "entropy, made anew in 199 samples"
            }
        }

        var matching: MatchingRequest? {
            guard self != .everyone else { return nil }
            var matching = MatchingRequest()
            matching.match = ["score@each", "x"].map { MatchedVariable($0) }
            var nearest = NearestNeighbours()
            switch self {
            case .shared: (nearest.replaces, nearest.ratio) = (true, 2)
            default: nearest.caliper = 1.5
            }
            matching.method = self == .entropy || self == .anew ? .entropy : .nearest(nearest)
            return matching
        }
    }

    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        print("\n| N | bias | 95% interval |\n| --- | ---: | ---: |")
        var broken: [String] = []
        let folder = FileManager.default.temporaryDirectory.appending(path: "matched-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for way in Way.allCases {
            // Drawing anew costs two hundred estimates a sample.
            let count = way == .anew ? max(1, samples / 4) : samples
            let tally = try CoverageTally.over(count, threads: threads) { k in
                let path = folder.appending(path: "\(k).csv").path
                try text(seed: seed << 16 + 6000, k).write(toFile: path, atomically: false, encoding: .utf8)
                defer { try? FileManager.default.removeItem(atPath: path) }
                // Where too few samples give a comparison there is no interval anew, and the program says so.
                let found = try? effect(path, way)
                let effect = try found ?? effect(path, .entropy)
                var outcome = SampleOutcome()
                outcome.error = effect.estimate
                let (lower, upper) = way == .anew ? (effect.bandLower, effect.bandUpper) : (effect.lower, effect.upper)
                if found != nil, let lower, let upper {
                    outcome.verdicts[.defaultInterval] = Verdict(holds: lower <= 0 && 0 <= upper)
                }
                return outcome
            }
            let coverage = tally.coverage(.defaultInterval) ?? 0
            print(
                CoverageTable.line([
                    way.title, "\(CoverageTable.fixed(tally.bias, 3)) ± \(CoverageTable.fixed(tally.biasError, 3))",
                    CoverageTable.fixed(coverage, 3),
                ]))
            broken += faults(way, tally, coverage, count)
        }
        return broken
    }

    /// Coverage between 93 and 97%, three simulation errors allowed.
    private static func faults(_ way: Way, _ tally: CoverageTally, _ coverage: Double, _ count: Int) -> [String] {
        guard way != .everyone else {
            return abs(tally.bias) < 10 * tally.biasError
                ? ["N: joining after a bad year does not bias the comparison with everyone"] : []
        }
        var broken: [String] = []
        let error = 3 * (0.95 * 0.05 / Double(count)).squareRoot()
        if !(0.93 - error...0.97 + error).contains(coverage) {
            broken.append("N: \(way.title) covers \(CoverageTable.fixed(coverage, 3))")
        }
        if abs(tally.bias) > 0.1 + 3.5 * tally.biasError {
            broken.append("N: \(way.title) leaves a bias of \(CoverageTable.fixed(tally.bias, 3))")
        }
        return broken
    }

    private static func effect(_ path: String, _ way: Way) throws -> Effect {
        var data = DataRequest()
        data.files = [InputFile(path)]
        data.outcomes = [OutcomeRequest("score")]
        (data.unit, data.time) = (["urn"], ["year"])
        data.wantsDigests = false
        var request = DidRequest(data: data, treatment: .startColumn("start"))
        request.analysis.estimator = .twfe
        (request.analysis.permutations, request.analysis.wild) = (0, 0)
        request.analysis.diagnosesPreTrend = false
        request.diagnosesBalance = false
        request.matching = way.matching
        if way == .anew { request.analysis.bootstrap = 199 }
        return try DidRun.answer(request).document.effects[0]
    }

    private static func text(seed: UInt64, _ k: Int) -> String {
        var random = CounterRandom(seed: seed, stream: UInt64(k))
        func normal() -> Double { Normal.tailQuantile(random.uniform()) }
        var lines = ["urn,year,score,x,start"]
        for school in 0..<schools {
            let (level, x) = (2 * normal(), normal())
            var shock = normal()
            let path = (0..<years).map { t -> Double in
                if t > 0 { shock = 0.5 * shock + 0.75.squareRoot() * normal() }
                return level + shock + 0.15 * x * Double(t)
            }
            let odds = exp(-2.2 - 1.2 * (path[2] - (path[0] + path[1]) / 2) + 0.5 * x)
            let joins = random.uniform() < odds / (1 + odds) ? "\(start)" : ""
            for (t, y) in path.enumerated() {
                lines.append(
                    "\(10_000 + school),\(t + 1),\(rounded(y)),\(rounded(x)),\(joins)")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func rounded(_ value: Double) -> String {
        let thousandths = Int((1000 * value).rounded())
        let digits = String(abs(thousandths) + 10_000).suffix(3)
        return "\(thousandths < 0 ? "-" : "")\(abs(thousandths) / 1000).\(digits)"
    }
}
