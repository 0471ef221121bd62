import Cells
import Estimation
import Inference
import Panels
import Tables

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// The wild cluster bootstrap of a school panel's two-way regression, in memory.
///
///     WildDraws FILE [--draws N] [--threads N] [--rounds N]
///
/// The file's columns are school, year, start and score, one row a school and year (`Peers/make_schools.py`). Prints t, the
/// p-value, the draws made, and for each round the seconds and the processor's seconds from the fit to the p-value.
@main struct WildDrawsProgram {
    static func main() throws {
        var path: String?
        var (draws, threads, rounds) = (99_999, 2, 5)
        var words = CommandLine.arguments.dropFirst().makeIterator()
        while let word = words.next() {
            switch word {
            case "--draws": draws = words.next().flatMap { Int($0) } ?? draws
            case "--threads": threads = words.next().flatMap { Int($0) } ?? threads
            case "--rounds": rounds = words.next().flatMap { Int($0) } ?? rounds
            default: path = word
            }
        }
        guard let path else {
            print("usage: WildDraws FILE [--draws N] [--threads N] [--rounds N]")
            return
        }
        let design = try design(path)
        let fit = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        var options = WildOptions()
        (options.draws, options.weights, options.threads, options.level) = (draws, .rademacher, threads, nil)
        let clusters = Double(design.units.count)
        let clock = ContinuousClock()
        for round in 0...rounds {
            let processor = processorSeconds()
            let start = clock.now
            let test = try WildBootstrap(fit, factor: clusters / (clusters - 1)).test(estimand: 0, options)
            let seconds = (clock.now - start) / .seconds(1)
            let work = processorSeconds() - processor
            guard let test else { return print("no variation") }
            // The first fills caches.
            if round == 0 {
                print("t,\(test.statistic)")
                print("p,\(test.pValue)")
                print("draws,\(test.draws)")
            } else {
                print("round,\(seconds),\(work)")
            }
        }
    }

    /// Of all threads, which a busy machine lengthens less than the clock's.
    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func design(_ path: String) throws -> Design {
        let table = try TableReader.read(
            ReadRequest(
                files: [InputFile(path)],
                columns: ["school", "year", "start"].map { ColumnRequest($0, role: .key) }
                    + [ColumnRequest("score", role: .number)])
        ).table
        let (school, year, start) = (texts(table, "school"), texts(table, "year"), texts(table, "start"))
        let score = (0..<table.rowCount).map { table.column("score")?.number($0) ?? .nan }
        let units = Array(Set(school)).sorted()
        let years = Array(Set(year)).sorted()
        let unit = school.map { units.firstIndex(of: $0) ?? 0 }
        var starts = [Int?](repeating: nil, count: units.count)
        for (u, text) in zip(unit, start) { starts[u] = Int(text) }
        let ordinals = year.map { Int($0) ?? 0 }
        return Design(
            outcome: "score", units: units, unit: unit,
            periods: years.map { Period(kind: .year, ordinal: Int($0) ?? 0, label: $0) },
            period: year.map { years.firstIndex(of: $0) ?? 0 }, start: starts,
            isTreated: zip(unit, ordinals).map { u, t in starts[u].map { t >= $0 } ?? false },
            eventTime: zip(unit, ordinals).map { u, t in starts[u].map { t - $0 } },
            clusters: [CellFactor(name: "school", levels: units, codes: unit)],
            moments: CellMoments(
                variableCount: 1, n: score.map { _ in 1 }, weight: score.map { _ in 1 },
                squaredWeight: score.map { _ in 1 }, mean: score, within: score.map { _ in 0 }),
            rowsArePupils: false, observationCount: Double(score.count))
    }

    private static func texts(_ table: Table, _ name: String) -> [String] {
        guard let column = table.column(name), case .codes(let codes, let labels) = column.values else {
            preconditionFailure("\(name) was read as a key")
        }
        return (0..<codes.count).map { labels[Int(codes[$0])] }
    }
}
