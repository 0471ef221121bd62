import Schemas
import Tables

/// What is known of a measure in the years at hand, said before its figures are used: years in which none were published, and
/// changes in what it means.
enum MeasureNotes {
    /// - Parameters:
    ///   - columns: of the outcomes.
    ///   - periods: those with results, as the files write them.
    static func warnings(_ columns: [String], periods: [String], files: [FileReport]) -> [Warning] {
        let schemas = Set(files.map { $0.origin?.schema })
        // Only where every file was read by it is the schema's meaning that of the column.
        let schema = schemas.count == 1 ? schemas.first ?? nil : nil
        let years = Set(periods).sorted()
        var warnings: [Warning] = []
        for column in columns {
            var absent: [(years: [String], reason: String)] = []
            for year in years {
                guard let reason = Availability.absence(of: column, in: year, schema: schema) else { continue }
                if let known = absent.firstIndex(where: { $0.reason == reason }) {
                    absent[known].years.append(year)
                } else {
                    absent.append(([year], reason))
                }
            }
            for (years, reason) in absent {
                warnings.append(
                    Warning(
                        "measure-not-published",
                        "official figures of \(column) do not exist for \(years.joined(separator: ", ")): \(reason); say where "
                            + "these come from"))
            }
            guard let schema else { continue }
            for change in Availability.breaks(of: column, in: years, schema: schema) {
                warnings.append(
                    Warning("measure-break", "\(column) changed in \(change.year): \(change.words)"))
            }
        }
        return warnings
    }
}
