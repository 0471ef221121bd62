import ArgumentParser
import Counterpart

/// `counterpart sql`: the queries that make the same cells inside a database.
struct SQLCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sql",
        abstract: "Print the query that makes the same cells inside a database.",
        discussion: """
            For a database that --source does not reach. Run what --profile prints, save its one row as CSV; run what --answer \
            prints, export it; then let cells check both and write the cell table. Without --profile and --answer the query \
            finds the scale of the numbers itself, by looking at the rows twice.

            EXAMPLE
              counterpart sql --dialect spark --table pupils --outcome attainment8 \\
                --unit urn --time academic_year --profile -o profile.sql
              counterpart sql --dialect spark --table pupils --outcome attainment8 \\
                --unit urn --time academic_year --answer profile.csv -o cells.sql
              counterpart cells part-*.csv --profile-answer profile.csv \\
                --dialect spark --table pupils --outcome attainment8 --unit urn \\
                --time academic_year -o cells.csv
            """)

    @Option(
        help: ArgumentHelp(
            "The SQL of the database: \(Dialect.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "name"))
    var dialect: String
    @Option(
        help: ArgumentHelp(
            "The table or view, as table or schema.table; with duckdb also a CSV or Parquet file.", valueName: "table"))
    var table: String
    @Flag(help: "Print the query that counts the rows and proves how they can be summed.")
    var profile = false
    @Option(
        help: ArgumentHelp(
            "The profile query's answer as CSV: the cells query is then made for what it proves.", valueName: "file"))
    var answer: String?
    @OptionGroup(title: "Rows and columns") var columns: QueryColumnOptions
    @OptionGroup(title: "Result") var result: ResultOptions

    func run() throws {
        let format = try result.resultFormat(reading: [answer].compactMap { $0 })
        guard format == .text || format == .json else {
            throw RequestError.badValue(option: "--format", value: result.format, allowed: "text, json")
        }
        if profile, answer != nil {
            throw RequestError.conflicting("--profile prints the query whose answer --answer takes; give one")
        }
        let run = try SQLRun(try columns.request(), dialect: try Dialect(typed: dialect), table: table)
        let written = try profile ? run.profile : answer.map { try run.cells(answer: $0) } ?? run.cells()
        let text = format == .json ? run.json(written) : written.text
        // The query itself holds no warning.
        if !result.quiet, format == .text, result.output == nil {
            written.warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") }
        }
        try Output(options: result).deliver(text, warnings: written.warnings, seconds: nil)
        if !result.quiet, let sentence = written.sentence { Output.say(sentence) }
    }
}

/// The options of `cells` that say which columns of a table matter.
struct QueryColumnOptions: ParsableArguments {
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Keep only rows that meet this: column=value, !=, <, <=, >, >=, or \"column in a|b|c\". Repeatable.",
            valueName: "condition"))
    var conditions: [String] = []
    @Option(
        help: ArgumentHelp(
            "The result to study: a number column, or column=value for yes/no (a|b where two spellings mean yes).",
            valueName: "column"))
    var outcome: String?
    @Option(
        help: ArgumentHelp("The school (or other unit): a column, or several joined by commas.", valueName: "column"))
    var unit: String?
    @Option(help: ArgumentHelp("The period: a column, or several joined by commas.", valueName: "column"))
    var time: String?
    @Option(
        help: ArgumentHelp(
            "Points of grades: gcse, a-level, ucas-a-level and others by name, or a CSV file.",
            valueName: "name or file"))
    var points: String?
    @Option(
        help: ArgumentHelp(
            "The pupil's identifier; the profile then counts pupils twice in a period.", valueName: "column"))
    var pupil: String?
    @Option(help: ArgumentHelp("Weights of rows.", valueName: "column"))
    var weights: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Further codes that mean missing in number columns, separated by commas.", valueName: "codes"))
    var missing: String?
    @Flag(
        name: .customLong("no-known-codes"), help: "Do not take SUPP, NE, NA and the other published codes as missing.")
    var noKnownCodes = false
    @Flag(name: .customLong("double"), help: "Sum in floating point whatever the values.")
    var usesDoubles = false
    @OptionGroup var keys: CellKeyOptions

    func request() throws -> CellsRequest {
        var data = DataRequest()
        guard let outcome else {
            throw RequestError.missing(option: "--outcome", why: "name the column of results to study")
        }
        data.outcomes = [OutcomeRequest(outcome)]
        data.filters = try conditions.map { try RowFilter(parsing: $0) }
        data.unit = CommaList.split(unit)
        data.time = CommaList.split(time)
        data.points = try points.map { try PointsTable.named($0) }
        data.pupil = pupil
        data.weights = weights
        data.missing = MissingCodes(codes: (noKnownCodes ? [] : MissingCodes.known) + CommaList.split(missing))
        data.arithmetic = usesDoubles ? .double : .exact
        return try keys.request(data)
    }
}
