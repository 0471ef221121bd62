import Foundation
import Testing

/// A synthetic counterpart is a mean of a few comparison schools: what it tells of small ones is withheld in every form.
@Suite struct SyntheticDisclosureTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private static func did(_ estimator: String, suppress: Int, _ format: String = "json") -> [String] {
        [
            "did", "pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start",
            "partnership_start", "--estimator", estimator, "--permutations", "20", "--suppress", "\(suppress)",
            "--format",
            format,
        ]
    }

    /// Pupils with a result, by school and year.
    private var pupils: [String: [String: Int]] {
        var counts: [String: [String: Int]] = [:]
        for pupil in SmallSchools().pupils where Double(pupil.attainment8) != nil {
            counts[pupil.urn, default: [:]][pupil.year, default: 0] += 1
        }
        return counts
    }

    private static func number(_ value: Any?) -> Double? { value as? Double }

    @Test(arguments: ["synthetic-control", "synthetic-did"])
    func fewPupilsBehindACounterpart(estimator: String) throws {
        let open = try folder.run(Self.did(estimator, suppress: 0)).json()
        let diagnostics = try #require(open["diagnostics"] as? [String: Any])
        let found = try #require(diagnostics["synthetic"] as? [String: Any])
        let weights = try #require(found["unitWeights"] as? [[String: Any]])
        let figures = ["rmsBefore", "rmsAfter"].compactMap { Self.number(found[$0]) }
        let values = weights.compactMap { Self.number($0["weight"]) }.filter { $0 != 1 }
        #expect(figures.count == 2 && values.count > 3)
        let ledger = try #require(open["counterfactual"] as? [[String: Any]])
        let treated = ledger.filter { $0["unit"] != nil }
        #expect(!treated.isEmpty)
        let counts = pupils
        for suppress in [10, 25, 60] {
            let safe = try folder.run(Self.did(estimator, suppress: suppress)).json()
            let rows = try #require(safe["counterfactual"] as? [[String: Any]]).filter { $0["unit"] != nil }
            #expect(rows.count == treated.count)
            let past = try #require(safe["counterfactualBefore"] as? [[String: Any]])
            #expect(!past.isEmpty)
            for row in rows + past where row["suppressed"] as? Bool != true {
                let (unit, time) = (row["unit"] as? String, row["time"] as? String)
                // The weights of that school, or of its start.
                let start = SmallSchools.start(of: (0..<14).first { SmallSchools.urn($0) == unit } ?? 0)
                let own = weights.filter {
                    ($0["treated"] as? String ?? unit) == unit && $0["start"] as? String == start
                }
                #expect(!own.isEmpty)
                let behind = own.reduce(0) {
                    $0 + (counts[$1["unit"] as? String ?? ""]?[time ?? ""] ?? 0)
                }
                #expect(behind >= suppress, "\(unit ?? "") \(time ?? ""): \(behind)")
            }
            let smallest = weights.compactMap { $0["unit"] as? String }.flatMap {
                counts[$0].map { Array($0.values) } ?? []
            }
            .min()
            let withheld = try #require((safe["diagnostics"] as? [String: Any])?["synthetic"] as? [String: Any])
            #expect((smallest ?? 0) < suppress)
            #expect((withheld["unitWeights"] as? [Any])?.isEmpty == true)
            for format in ["json", "text", "markdown", "csv"] {
                let out = try folder.run(Self.did(estimator, suppress: suppress, format)).everything
                for value in values { #expect(!out.contains("\(value)"), "\(format)") }
                guard (rows + past).contains(where: { $0["suppressed"] as? Bool == true }) else { continue }
                for value in figures { #expect(!out.contains("\(value)"), "\(format)") }
            }
        }
    }

    /// Words and warnings tell the gap before the start as well: they go with it.
    @Test func wordsFollowTheFigures() throws {
        for format in ["text", "json"] {
            let open = try folder.run(Self.did("synthetic-control", suppress: 0, format)).everything
            #expect(open.contains("root mean"))
            let safe = try folder.run(Self.did("synthetic-control", suppress: 60, format)).everything
            #expect(!safe.contains("root mean"), "\(format)")
        }
    }
}
