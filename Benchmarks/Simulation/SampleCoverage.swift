import Counterpart
import Foundation
import SampleSchools

/// How often the sample evaluation's 95% interval holds the known truth, over many seeds of the sample's generator.
///
/// Each seed's files are written to a temporary folder and read back through the whole program: reading, cells, design,
/// estimate.
enum SampleCoverage {
    struct Tally {
        var name: String
        var covered = 0
        var seeds = 0
        var errors: [Double] = []
        var standardErrors: [Double] = []
        var degreesOfFreedom: [Double] = []

        mutating func add(_ effect: Effect?, truth: Double) {
            guard let effect, let estimate = effect.estimate, let lower = effect.lower, let upper = effect.upper else {
                return
            }
            seeds += 1
            if lower <= truth, truth <= upper { covered += 1 }
            errors.append(estimate - truth)
            standardErrors.append(effect.standardError ?? .nan)
            degreesOfFreedom.append(effect.degreesOfFreedom ?? .nan)
        }

        var share: Double { Double(covered) / Double(max(1, seeds)) }

        var line: String {
            let mean = errors.reduce(0, +) / Double(max(1, seeds))
            let spread = (errors.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, seeds - 1))).squareRoot()
            func average(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
            func text(_ value: Double) -> String { "\((value * 1000).rounded() / 1000)" }
            return
                "\(name): \(covered) of \(seeds) intervals hold the truth (\(text(100 * share))%); bias \(text(mean)), "
                + "spread of estimates \(text(spread)), mean standard error \(text(average(standardErrors))), "
                + "mean degrees of freedom \(text(average(degreesOfFreedom)))"
        }
    }

    /// - Returns: broken rules in words.
    static func run(_ arguments: Arguments) throws -> [String] {
        let seeds = arguments["--seeds"].flatMap { Int($0) } ?? 200
        let first = arguments["--first"].flatMap { UInt64($0) } ?? 1
        let plan = arguments["--plan"] ?? "SampleData/partnership/plan.yml"
        let text = try String(contentsOfFile: plan, encoding: .utf8)
        var effect = Tally(name: "effect")
        var gap = Tally(name: "effect on the gap")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "sample-\(ProcessInfo.processInfo.processIdentifier)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        for seed in first..<first + UInt64(seeds) {
            let sample = SamplePartnership(seed: seed)
            try sample.write(to: folder)
            try text.write(toFile: folder + "/plan.yml", atomically: true, encoding: .utf8)
            let found = try Evaluation.headline(plan: folder + "/plan.yml", threads: ProcessorCount.available)
            effect.add(found.effects.first, truth: sample.truth.withOutcomeAndPrior.meanOverPupils)
            gap.add(found.gap.first, truth: sample.truth.effectOnGap)
        }
        print(effect.line)
        print(gap.line)
        guard seeds >= 200, !(0.93...0.97).contains(effect.share) else { return [] }
        return ["sample: the coverage of the effect's interval, \(effect.share), lies outside 93% to 97%"]
    }
}
