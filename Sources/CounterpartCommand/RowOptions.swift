import ArgumentParser
import Counterpart

/// Which rows and which outcome: shared by the commands that compute.
struct RowOptions: ParsableArguments {
    @OptionGroup var input: InputOptions

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Keep only rows that meet this: column=value, !=, <, <=, >, >=, or \"column in a|b|c\". Repeatable.",
            valueName: "condition"))
    var conditions: [String] = []
    @Option(
        help: ArgumentHelp(
            "The result to study: a number column, or column=value for yes/no (a|b where two spellings mean yes). Repeatable; the first is the primary one.",
            valueName: "column"))
    var outcome: [String] = []
    @Option(
        help: ArgumentHelp(
            "The column of subjects, where each row is one subject's result; every --outcome is then a subject.",
            valueName: "column"))
    var subject: String?
    @Option(
        help: ArgumentHelp(
            "The column of results beside --subject.", valueName: "column"))
    var result: String?
    @Option(
        help: ArgumentHelp("The school (or other unit): a column, or several joined by commas.", valueName: "column"))
    var unit: String?
    @Option(help: ArgumentHelp("The period: a column, or several joined by commas.", valueName: "column"))
    var time: String?
    @Option(
        name: .customLong("time-from-name"),
        help: ArgumentHelp(
            "The period is in the file's name, where * stands, such as results-*.csv; or {period}, with * for other parts.",
            valueName: "pattern"))
    var timeFromName: String?
    @Option(
        help: ArgumentHelp(
            "Old and new numbers of the same school: a CSV file with URN, LinkURN and LinkType, or old and new.",
            valueName: "file"))
    var links: String?
    @Option(
        name: .customLong("link-decisions"),
        help: ArgumentHelp(
            "Mergers and splits that are to count as one school: a CSV file with old and new.", valueName: "file"))
    var linkDecisions: String?
    @Option(
        help: ArgumentHelp(
            "Points of grades: gcse, a-level, ucas-a-level and others by name, or a CSV file of the columns grade and points, and perhaps subject.",
            valueName: "name or file"))
    var points: String?
    @Option(
        help: ArgumentHelp("The pupil's identifier; a pupil twice in a period then stops the run.", valueName: "column")
    )
    var pupil: String?
    @Option(
        help: ArgumentHelp(
            "A key file: identifiers in --pupil become the pseudonyms of convert --pseudonymise as they are read.",
            valueName: "file"))
    var key: String?
    @Option(
        name: .customLong("opt-out"),
        help: ArgumentHelp(
            "A list of pupils, by the identifiers in --pupil, whose rows are left out and counted.", valueName: "file"))
    var optOut: String?
    @Option(help: ArgumentHelp("The pupils behind a row, where rows are schools.", valueName: "column"))
    var count: String?
    @Option(help: ArgumentHelp("Weights of rows.", valueName: "column"))
    var weights: String?
    @Option(
        name: .customLong("weight-kind"),
        help: ArgumentHelp(
            "analytic (precision, the default) or frequency (a row stands for so many).", valueName: "kind"))
    var weightKind: String?
    @Flag(
        name: .customLong("double"),
        help: "Sum in floating point from the start (for standard input with many decimals).")
    var usesDoubles = false
    @Flag(name: .customLong("lower-is-better"), help: "Lower results are better, as for absence.")
    var lowerIsBetter = false
    @Option(
        help: ArgumentHelp(
            "The database that holds the rows, in place of files: postgres://host/database, odbc:DSN=name or duckdb:file.duckdb. No password: see the manual.",
            valueName: "database"))
    var source: String?
    @Option(help: ArgumentHelp("With --source: the table, as table or schema.table.", valueName: "table"))
    var table: String?
    @Option(
        help: ArgumentHelp(
            "With --source odbc: the SQL that the database speaks (\(Dialect.allCases.map(\.rawValue).joined(separator: ", "))), where it is not known by its name.",
            valueName: "name"))
    var dialect: String?

    /// True where every file is a cell table, told by its side-car.
    var areCellTables: Bool { !input.files.isEmpty && input.files.allSatisfy { CellFile.isCellTable($0) } }

    /// Refuses by name the options that say how rows are read: cells are rows already read and summed.
    func refuseWhatNeedsRows() throws {
        let given =
            input.optionsOfReading + [
                ("--where", !conditions.isEmpty), ("--time-from-name", timeFromName != nil),
                ("--points", points != nil), ("--subject", subject != nil), ("--result", result != nil),
                ("--pupil", pupil != nil), ("--key", key != nil), ("--opt-out", optOut != nil),
                ("--double", usesDoubles),
            ]
        for (option, isGiven) in given where isGiven {
            throw RequestError.doesNotApply(option: option, to: "cell tables, whose rows are read and summed already")
        }
    }

    /// Refuses by name the options that say how text files are read, and those that look at rows one by one.
    func refuseWhatFilesNeed(_ place: String) throws {
        let given =
            input.optionsOfReading.filter { !["--missing", "--no-known-codes"].contains($0.option) }
            + input.limits.given + [("--time-from-name", timeFromName != nil)]
        for (option, isGiven) in given where isGiven { throw RequestError.doesNotApply(option: option, to: place) }
        for (option, isGiven) in [("--key", key != nil), ("--opt-out", optOut != nil)]
        where isGiven {
            throw RequestError.needsRows(option)
        }
    }

    /// Refuses `--count` where each row was said to be one pupil.
    func refuseCount(of kind: RowKind?) throws(RequestError) {
        if kind == .pupils, count != nil {
            throw .doesNotApply(option: "--count", to: "--rows pupils, where each row is one pupil")
        }
    }

    func request() throws -> DataRequest {
        var data = DataRequest()
        data.source = try SourceRequest.parse(source: source, table: table, dialect: dialect)
        if data.source == nil {
            data.files = try input.inputFiles()
        } else if let file = input.files.first {
            throw RequestError.conflicting("--source and \(file) each say where the rows are; give one")
        }
        if areCellTables { try refuseWhatNeedsRows() }
        if data.isFromEngine {
            try refuseWhatFilesNeed(
                data.source == nil ? "Parquet files, whose columns have types" : "a database, whose columns have types")
        }
        data.form = try input.form()
        data.missing = input.missingCodes()
        data.filters = try conditions.map { try RowFilter(parsing: $0) }
        data.threads = try input.threadCount()
        data.arithmetic = usesDoubles ? .double : .exact
        data.isLenient = input.lenient
        data.rejects = input.rejects
        data.outcomes = outcome.map { OutcomeRequest($0) }
        data.subject = subject
        data.result = result
        try data.checkSubject()
        data.points = try points.map { try PointsTable.named($0) }
        data.unit = CommaList.split(unit)
        data.time = CommaList.split(time)
        data.timeFromName = timeFromName
        if linkDecisions != nil, links == nil {
            throw RequestError.doesNotApply(option: "--link-decisions", to: "a run without --links")
        }
        if links != nil, unit == nil {
            throw RequestError.missing(option: "--unit", why: "--links says which units are one school")
        }
        data.links = try links.map { try UnitLinks.read($0, decisions: linkDecisions) }
        if time != nil, timeFromName != nil {
            throw RequestError.conflicting("--time and --time-from-name both say where the period is; give one")
        }
        data.pupil = pupil
        try data.guardPupils(key: key, optOut: optOut, names: ("--pupil", "--key", "--opt-out"))
        data.count = count
        data.weights = weights
        _ = try Choice.check(weightKind, option: "--weight-kind", among: ["analytic", "frequency"])
        if weightKind != nil, weights == nil {
            throw RequestError.missing(option: "--weights", why: "--weight-kind says what they mean")
        }
        data.weightsAreFrequencies = weightKind == "frequency"
        guard !data.outcomes.isEmpty else {
            throw RequestError.missing(option: "--outcome", why: "name the column of results to study")
        }
        guard Set(data.outcomes.map(\.name)).count == data.outcomes.count else {
            throw RequestError.conflicting("an --outcome is named twice")
        }
        return data
    }
}
