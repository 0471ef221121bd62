import Counterpart
import Foundation
import SampleSchools

/// M and O: what must hold exactly.
enum ExactChecks {
    static func run() throws -> [String] {
        let broken = try noiseless() + sameAnswer()
        print("\nM, O: \(broken.isEmpty ? "hold" : broken.joined(separator: "; "))")
        return broken
    }

    /// M: without noise the effect comes out exactly, with no error or none that could be told from rounding.
    private static func noiseless() throws -> [String] {
        let starts: [Int?] = (0..<12).map { $0 < 3 ? 3 : $0 < 6 ? 4 : nil }
        let worlds = [SimulatedSchools(12, treated: 5), SimulatedSchools(starts: starts)].map {
            $0.with { ($0.noise, $0.effect, $0.growth) = (0, 1.25, 0.5) }
        }
        return try worlds.enumerated().flatMap { number, world in
            let design = world.sample(seed: 1, number)
            let effect = try DidAnalysis.run(design, AnalysisOptions()).effects[0]
            let miss = abs((effect.estimate ?? .nan) - world.truth(design))
            var broken: [String] = []
            if !(miss < 1e-10) { broken.append("M: the effect misses by \(miss)") }
            // With one start and effects that grow, years about their mean are what is left.
            if number == 1, let error = effect.standardError, error > 1e-8 {
                broken.append("M: standard error \(error)")
            }
            return broken
        }
    }

    /// O: shuffled rows, other files, other names, and rows written out as often as their weight says.
    private static func sameAnswer() throws -> [String] {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
            "exact-\(ProcessInfo.processInfo.processIdentifier)"
        ).path
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let rows = weightedRows()
        func write(_ name: String, _ lines: [String]) throws {
            try (["school,year,start,weight,score"] + lines).joined(separator: "\n").appending("\n")
                .write(toFile: folder + "/" + name, atomically: true, encoding: .utf8)
        }
        func line(_ row: Row, _ prefix: String = "", weight: Int? = nil) -> String {
            "\(prefix)\(row.school),\(row.year),\(row.start),\(weight ?? row.weight),\(row.score)"
        }
        try write("whole.csv", rows.map { line($0) })
        // 17 and the number of rows have no common factor.
        let shuffled = rows.indices.map { rows[$0 * 17 % rows.count] }
        try write("part1.csv", shuffled.prefix(100).map { line($0) })
        try write("part2.csv", shuffled.dropFirst(100).map { line($0) })
        try write("renamed.csv", rows.map { line($0, "school ") })
        try write("repeated.csv", rows.flatMap { row in (0..<row.weight).map { _ in line(row, weight: 1) } })
        func answer(_ files: [String], isWeighted: Bool = true) throws -> [Effect] {
            var data = DataRequest()
            data.files = files.map { InputFile(folder + "/" + $0) }
            data.outcomes = [OutcomeRequest("score")]
            (data.unit, data.time) = (["school"], ["year"])
            if isWeighted { (data.weights, data.weightsAreFrequencies) = ("weight", true) }
            var request = DidRequest(data: data, treatment: .startColumn("start"))
            request.design.rows = .pupils
            return try DidRun.answer(request).document.effects
        }
        let whole = try answer(["whole.csv"])
        var broken: [String] = []
        if try answer(["part1.csv", "part2.csv"]) != whole { broken.append("O: shuffled rows in two files differ") }
        if try answer(["renamed.csv"]) != whole { broken.append("O: other names of schools differ") }
        let repeated = try answer(["repeated.csv"], isWeighted: false)
        for (left, right) in zip(whole, repeated) where !isClose(left, right) {
            broken.append("O: frequency weights differ from repeated rows")
        }
        return broken
    }

    private static func isClose(_ left: Effect, _ right: Effect) -> Bool {
        let pairs = [(left.estimate, right.estimate), (left.standardError, right.standardError)]
        return pairs.allSatisfy { a, b in
            guard let a, let b else { return a == nil && b == nil }
            return abs(a - b) <= 1e-12 * max(1, abs(b))
        }
    }

    private struct Row {
        var school: Int
        var year: Int
        var start: String
        var weight: Int
        var score: Double
    }

    private static func weightedRows() -> [Row] {
        let world = SimulatedSchools(12, treated: 4).with { $0.effect = 2 }
        let design = world.sample(seed: 3, 0)
        return (0..<design.cellCount).flatMap { c in
            (0..<3).map { pupil in
                Row(
                    school: 100 + design.unit[c], year: 2000 + design.period[c],
                    start: design.start[design.unit[c]].map { "\(1999 + $0)" } ?? "", weight: 1 + (c + pupil) % 3,
                    score: (10 * design.moments.mean[c] + Double(7 * pupil)).rounded() / 10)
            }
        }
    }
}
