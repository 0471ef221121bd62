import Attainment
import Schemas
import Tables

/// An official table of prior attainment groups and what is expected of them.
///
/// Columns `from`, `to` and, where the table gives the expected results, `mean`; or as published for Progress 8: a column
/// of ranges such as `59 to 82`, and columns of averages, of which the named one is taken.
public enum BandTable {
    /// An official table in the program (`progress8-2024`) or in a file.
    ///
    /// - Parameter mean: of an official table, the part of Progress 8.
    /// - Returns: the bands, and what scores are divided by.
    public static func named(_ name: String, mean: String?) throws -> (bands: [OfficialBand], divisor: Double) {
        guard name.hasPrefix("progress8-"), !name.contains(".") else { return (try read(name, mean: mean), 1) }
        let table = try Progress8Table(name, element: mean ?? "attainment8")
        return (table.groups.map { OfficialBand(from: $0.from, to: $0.to, mean: $0.expected) }, table.divisor)
    }

    /// - Parameter mean: the column of expected results where it is not called `mean`.
    /// - Throws: `TableError` for a file that cannot be read, `BandTableError` for one that cannot be used.
    public static func read(_ path: String, mean: String?) throws -> [OfficialBand] {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        let ends = try ends(table, path)
        let means = try mean.map { try table.column($0, isRequired: true) } ?? table.column("mean", isRequired: false)
        var bands: [OfficialBand] = []
        for row in ends.indices {
            var band = OfficialBand(from: ends[row].from, to: ends[row].to)
            if let means {
                guard let value = number(means[row]) else {
                    throw BandTableError.notANumber(path: path, line: table.lines[row])
                }
                band.mean = value
            }
            guard band.from <= band.to, bands.last.map({ $0.to <= band.from && $0.to < band.to }) ?? true else {
                throw BandTableError.notAscending(path: path, line: table.lines[row])
            }
            bands.append(band)
        }
        guard !bands.isEmpty else { throw BandTableError.noColumns(path: path) }
        return bands
    }

    private static func ends(_ table: RawTable, _ path: String) throws -> [(from: Double, to: Double)] {
        let texts: [(String, String)]
        if let from = try table.column("from", isRequired: false), let to = try table.column("to", isRequired: false) {
            texts = Array(zip(from, to))
        } else if let range = table.columns.firstIndex(where: { $0.lowercased().contains("range") }) {
            texts = table.rows.map { row in
                let parts = row[range].split(separator: " to ", maxSplits: 1).map(String.init)
                return (parts.first ?? "", parts.last ?? "")
            }
        } else {
            throw BandTableError.noColumns(path: path)
        }
        return try texts.enumerated().map { row, ends in
            guard let from = number(ends.0), let to = number(ends.1) else {
                throw BandTableError.notANumber(path: path, line: table.lines[row])
            }
            return (from, to)
        }
    }

    private static func number(_ text: String) -> Double? {
        Double(text.split(separator: " ").joined()).flatMap { $0.isFinite ? $0 : nil }
    }
}

/// What stops an official table of bands.
public enum BandTableError: Refusal, Equatable {
    case noColumns(path: String)
    case notANumber(path: String, line: Int)
    case notAscending(path: String, line: Int)

    public var status: ExitStatus { .input }
    public var code: String { "E241" }

    public var message: String {
        switch self {
        case .noColumns: "a table of bands has the columns from, to and mean, or a column of ranges such as 59 to 82"
        case .notANumber: "an end or the mean of this band is not a number"
        case .notAscending: "this band does not lie above the one before"
        }
    }

    public var place: Place? {
        switch self {
        case .noColumns(let path): Place(file: path)
        case .notANumber(let path, let line), .notAscending(let path, let line): Place(file: path, line: line)
        }
    }
}
