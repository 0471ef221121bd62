import Counterpart
import Foundation
import Probability

/// K: published results with fake partners and a fake start, drawn 2,000 times; nothing was done, so nothing should be found.
enum Placebo {
    private struct Panel {
        var title: String
        var files: [String]
        var outcome: String
        var unit: String
        /// A column, or nil where the period is in the file's name.
        var time: String?
        var conditions: [String]
        var starts: [String]
    }

    private static let panels = [
        Panel(
            title: "Attainment 8 gap, local authorities",
            files: ["a8-disadvantage-gap-la-2016-2025.csv"], outcome: "gap", unit: "la", time: "Years",
            // Authorities, without those in which a programme ran.
            conditions: ["la>=201", "la<=943"] + opportunityAreas.map { "la!=\($0)" },
            starts: ["2018", "2019", "2022", "2023"]),
        Panel(
            title: "key stage 2 reading, Hampshire schools", files: (2016...2018).map { "ks2-\($0)-850.csv" },
            outcome: "READ_AVERAGE", unit: "URN", time: nil, conditions: ["NFTYPE in CY|VA|VC|FD|AC|ACC"],
            starts: ["2017", "2018"]),
    ]

    private static let opportunityAreas = [890, 380, 831, 371, 353, 861]

    /// `COUNTERPART_REFERENCE_DATA`, else `../shared`.
    private static var folder: String? {
        let named = ProcessInfo.processInfo.environment["COUNTERPART_REFERENCE_DATA"]
        return [named, "../shared"].compactMap { $0 }.map { $0 + "/real" }.first {
            FileManager.default.fileExists(atPath: $0 + "/README.md")
        }
    }

    static func run(samples: Int, seed: UInt64, threads: Int) throws -> [String] {
        guard let folder else {
            print("\nK: skipped: no reference data")
            return []
        }
        print("\n| K | treated | default rejects (at 5%) | CR1 | CR2 |\n| --- | ---: | ---: | ---: | ---: |")
        var broken: [String] = []
        let samples = min(samples, 2000)
        for (number, panel) in panels.enumerated() {
            let (cells, units) = try read(panel, in: folder)
            for treated in [3, 8, 20, 40] {
                let seed = seed << 16 + UInt64(3000 + 10 * number + treated)
                let tally = try CoverageTally.over(samples, threads: threads) { k in
                    try outcome(panel, cells, units, treated: treated, seed: seed, k)
                }
                let rejected = 1 - (tally.coverage(.defaultInterval) ?? 1)
                print(
                    CoverageTable.line([
                        panel.title, "\(treated) of \(units.count)", CoverageTable.fixed(rejected, 3),
                        share(.cr1, tally), share(.cr2, tally),
                    ]))
                // CR1, the default from ten treated on, is known to fall short here; CR2 must hold its level.
                let byCR2 = 1 - (tally.coverage(.named(.cr2)) ?? 1)
                if byCR2 > 0.06 + 3 * tally.monteCarloError || rejected > 0.1 {
                    broken.append("K (\(panel.title), \(treated) treated): rejects in \(rejected), CR2 in \(byCR2)")
                }
            }
        }
        return broken
    }

    private static func share(_ method: MethodComparison.Method, _ tally: CoverageTally) -> String {
        tally.coverage(.named(method)).map { CoverageTable.fixed(1 - $0, 3) } ?? "–"
    }

    private static func read(_ panel: Panel, in folder: String) throws -> (CellTable, [String]) {
        let files = panel.files.map { InputFile(folder + "/" + $0) }
        let time =
            panel.time.map { ColumnRequest($0, role: .key) }
            ?? ColumnRequest("time", source: .fileName(pattern: "ks2-*-850.csv"), role: .key)
        var read = ReadRequest(files: files, columns: [])
        read.form.fillShortRows = true
        read.filters = try panel.conditions.map { try RowFilter(parsing: $0) }
        let request = CellRequest(
            read: read, keys: [ColumnRequest(panel.unit, role: .key), time],
            outcomes: [ColumnRequest(panel.outcome, role: .number)])
        let table = try CellReader.read(request).table
        // Partners are drawn from those with a result in every period.
        var seen = [Int](repeating: 0, count: table.keys[0].values.count)
        let rows = table.blocks[0].moments.n
        for cell in rows.indices where rows[cell] > 0 { seen[Int(table.keys[0].codes[cell])] += 1 }
        let periods = table.keys[1].values.count
        return (table, seen.indices.filter { seen[$0] == periods }.map { table.keys[0].values[$0] })
    }

    /// Partners and their common start, drawn by the sample's number.
    private static func outcome(
        _ panel: Panel, _ cells: CellTable, _ units: [String], treated: Int, seed: UInt64, _ k: Int
    ) throws -> SampleOutcome {
        var random = CounterRandom(seed: seed, stream: UInt64(k))
        var deck = units
        for i in stride(from: deck.count - 1, to: 0, by: -1) { deck.swapAt(i, random.below(i + 1)) }
        let start = panel.starts[random.below(panel.starts.count)]
        let partners = deck.prefix(treated).map { PartnerEntry(unit: $0, start: start) }
        var request = DesignRequest(
            unit: panel.unit, time: panel.time ?? "time", treatment: .partners(partners, startAt: nil))
        request.rows = .units
        let design = try DesignBuilder.build(cells, request).design
        var options = AnalysisOptions()
        options.diagnosesPreTrend = false
        options.permutations = 0
        options.wild = 0
        var outcome = SampleOutcome()
        outcome.put(.defaultInterval, try DidAnalysis.run(design, options).effects[0])
        for (method, kind) in [(Method.named(.cr1), VarianceKind.cr1), (.named(.cr2), .cr2)] {
            options.vcov = kind
            outcome.put(method, try DidAnalysis.run(design, options).effects[0])
        }
        return outcome
    }
}

extension SampleOutcome {
    /// Whether an interval holds no effect; nothing where there is none.
    fileprivate mutating func put(_ method: Method, _ effect: Effect) {
        guard let lower = effect.lower, let upper = effect.upper else { return }
        verdicts[method] = Verdict(holds: lower <= 0 && 0 <= upper)
    }
}
