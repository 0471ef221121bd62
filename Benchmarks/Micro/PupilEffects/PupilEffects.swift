import Regression
import Tables

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A panel of pupils in memory: effects of pupil and year taken out, one treatment, errors clustered by school.
///
///     PupilEffects FILE [--threads N]
///
/// The file's columns are pupil, year, school, treated and score. Prints rows, estimate, standard error and the seconds of the
/// fit, from columns in memory to the standard error; reading is not among them.
@main struct PupilEffects {
    static func main() throws {
        var path: String?
        var threads = 2
        var words = CommandLine.arguments.dropFirst().makeIterator()
        while let word = words.next() {
            if word == "--threads" {
                threads = words.next().flatMap { Int($0) } ?? threads
            } else {
                path = word
            }
        }
        guard let path else {
            print("usage: PupilEffects FILE [--threads N]")
            return
        }
        var request = ReadRequest(
            files: [InputFile(path)],
            columns: ["pupil", "year", "school"].map { ColumnRequest($0, role: .key) }
                + ["treated", "score"].map { ColumnRequest($0, role: .number) })
        request.threads = threads
        let table = try TableReader.read(request).table
        let effects = ["pupil", "year", "school"].map { effect(table, $0) }
        let treated = numbers(table, "treated")
        let score = numbers(table, "score")

        let clock = ContinuousClock()
        let processor = processorSeconds()
        let start = clock.now
        let regression = try RowRegression(
            outcome: score, named: "score", regressors: [RowRegressor("treated", treated, role: .treatment)],
            effects: Array(effects[0..<2]), threads: threads)
        let school = effects[2]
        let sums = regression.scores(by: school)
        let clusters = Double(school.levelCount)
        let rows = regression.observationCount
        let parameters = Double(regression.parameterCount(nestedIn: [school]))
        let factor = clusters / (clusters - 1) * (rows - 1) / (rows - parameters)
        let bread = regression.fit.gramInverse[0, 0]
        let error = (factor * bread * bread * sums.crossProduct()[0, 0]).squareRoot()
        let seconds = (clock.now - start) / .seconds(1)
        let work = processorSeconds() - processor
        print("rows,\(table.rowCount)")
        print("estimate,\(regression.fit.coefficients[0])")
        print("standardError,\(error)")
        print("seconds,\(seconds)")
        print("processorSeconds,\(work)")
    }

    /// Of all threads, which a busy machine lengthens less than the clock's.
    private static func processorSeconds() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private static func effect(_ table: Table, _ name: String) -> EffectCodes {
        guard let column = table.column(name), case .codes(let codes, let labels) = column.values else {
            preconditionFailure("\(name) was read as a key")
        }
        return EffectCodes(name: name, levelCount: labels.count, codes: (0..<codes.count).map { Int32(codes[$0]) })
    }

    private static func numbers(_ table: Table, _ name: String) -> [Double] {
        (0..<table.rowCount).map { table.column(name)?.number($0) ?? .nan }
    }
}
