import CProcess
import Cells
import Panels
import Tables

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file of schools' yearly results as a design in memory, for programs that time what follows.
public enum SchoolPanel {
    /// Memory that is given back is kept for what comes next, as the program keeps it.
    public static func keepMemory() { cprocess_keep_memory() }

    /// The file's columns are school, year, start and score, one row a school and year, and the covariates.
    public static func design(_ path: String, covariates: [String] = []) throws -> Design {
        let table = try TableReader.read(
            ReadRequest(
                files: [InputFile(path)],
                columns: ["school", "year", "start"].map { ColumnRequest($0, role: .key) }
                    + (["score"] + covariates).map { ColumnRequest($0, role: .number) })
        ).table
        let (school, year, start) = (texts(table, "school"), texts(table, "year"), texts(table, "start"))
        let rows = 0..<table.rowCount
        let columns = (["score"] + covariates).map { name in rows.map { table.column(name)?.number($0) ?? .nan } }
        let units = Array(Set(school)).sorted()
        let place = Dictionary(uniqueKeysWithValues: units.enumerated().map { ($1, $0) })
        let years = Array(Set(year)).sorted()
        let unit = school.map { place[$0] ?? 0 }
        var starts = [Int?](repeating: nil, count: units.count)
        for (u, text) in zip(unit, start) { starts[u] = Int(text) }
        let ordinals = year.map { Int($0) ?? 0 }
        let q = columns.count
        return Design(
            outcome: "score", covariates: covariates, units: units, unit: unit,
            periods: years.map { Period(kind: .year, ordinal: Int($0) ?? 0, label: $0) },
            period: year.map { years.firstIndex(of: $0) ?? 0 }, start: starts,
            isTreated: zip(unit, ordinals).map { u, t in starts[u].map { t >= $0 } ?? false },
            eventTime: zip(unit, ordinals).map { u, t in starts[u].map { t - $0 } },
            clusters: [CellFactor(name: "school", levels: units, codes: unit)],
            moments: CellMoments(
                variableCount: q, n: rows.map { _ in 1 }, weight: rows.map { _ in 1 },
                squaredWeight: rows.map { _ in 1 }, mean: rows.flatMap { r in columns.map { $0[r] } },
                within: [Double](repeating: 0, count: rows.count * q * (q + 1) / 2)),
            rowsArePupils: false, observationCount: Double(rows.count))
    }

    private static func texts(_ table: Table, _ name: String) -> [String] {
        guard let column = table.column(name), case .codes(let codes, let labels) = column.values else {
            preconditionFailure("\(name) was read as a key")
        }
        return (0..<codes.count).map { labels[Int(codes[$0])] }
    }

    /// Of all threads, which a busy machine lengthens less than the clock's.
    public static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
