import ArgumentParser
import Counterpart

/// `counterpart measures`: official measures of each pupil, added to the rows.
struct Measures: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Add official measures of each pupil: Attainment 8 from grades, absence, key stage 2 average.",
        discussion: """
            Writes the rows as they are with columns behind them, for the other commands to read. Attainment 8 takes the grades \
            of a pupil in one row; name a double award twice. With --time, absence is also told as persistent and severe by the \
            definition of each year. Progression is no measure to add: --outcome entered=Y is its rate.

            EXAMPLE
              counterpart measures grades.csv --points gcse \\
                --english language,literature --maths maths \\
                --ebacc science,science,history,french --open art,music \\
                --ks2-reading reading --ks2-maths maths_ks2 -o pupils.csv
            """)

    @OptionGroup(title: "Files") var input: InputOptions
    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Keep only rows that meet this, as in the other commands. Repeatable.", valueName: "condition"))
    var conditions: [String] = []
    @Option(help: ArgumentHelp("Grades in English: language and literature.", valueName: "columns"))
    var english: [String] = []
    @Option(help: ArgumentHelp("The grade in mathematics.", valueName: "column"))
    var maths: [String] = []
    @Option(help: ArgumentHelp("Grades that count to the English Baccalaureate.", valueName: "columns"))
    var ebacc: [String] = []
    @Option(help: ArgumentHelp("Other grades that count.", valueName: "columns"))
    var open: [String] = []
    @Option(
        help: ArgumentHelp(
            "Points of the grades: gcse and others by name, or a CSV file of two columns; else grades are numbers.",
            valueName: "name or file"))
    var points: String?
    @Option(help: ArgumentHelp("Sessions that a pupil missed.", valueName: "column"))
    var missed: String?
    @Option(help: ArgumentHelp("Sessions that were possible.", valueName: "column"))
    var possible: String?
    @Option(help: ArgumentHelp("The school year, by which persistent absence is told.", valueName: "column"))
    var time: String?
    @Option(name: .customLong("ks2-reading"), help: ArgumentHelp("The scaled score in reading.", valueName: "column"))
    var ks2Reading: String?
    @Option(name: .customLong("ks2-maths"), help: ArgumentHelp("The scaled score in mathematics.", valueName: "column"))
    var ks2Maths: String?
    @Option(name: [.short, .long], help: ArgumentHelp("Write to this file, whole or not at all.", valueName: "file"))
    var output: String?
    @Flag(name: [.short, .long], help: "No warnings on standard error.")
    var quiet = false
    @Flag(help: "End with 1 where there were warnings.")
    var strict = false

    func run() throws {
        try output.map { try OutputFile.check($0, reading: input.files) }
        let answer = try MeasuresRun.answer(try request())
        if let output { try WholeFile.write(answer.text, to: output) } else { try StandardOutput.write(answer.text) }
        if !quiet {
            answer.warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") }
            answer.sentences.forEach { Output.say($0) }
            if let words = points.flatMap({ PointsTable.words($0) }) { Output.say(words) }
        }
        if strict, !answer.warnings.isEmpty { throw EndedWithWarnings() }
    }

    func request() throws -> MeasuresRequest {
        var data = DataRequest()
        data.files = try input.inputFiles()
        data.form = try input.form()
        data.missing = input.missingCodes()
        data.filters = try conditions.map { try RowFilter(parsing: $0) }
        data.threads = try input.threadCount()
        data.isLenient = input.lenient
        data.rejects = input.rejects
        data.time = CommaList.split(time)
        var request = MeasuresRequest(data: data)
        request.grades.english = CommaList.split(english)
        request.grades.maths = CommaList.split(maths)
        request.grades.ebacc = CommaList.split(ebacc)
        request.grades.open = CommaList.split(open)
        let hasGrades = request.grades != MeasuresRequest.Grades()
        if points != nil, !hasGrades {
            throw RequestError.doesNotApply(option: "--points", to: "a run without grades")
        }
        request.data.points = try points.map { try PointsTable.named($0) }
        request.sessions = try pair(("--missed", missed), ("--possible", possible)).map { (missed: $0, possible: $1) }
        request.keyStage2 = try pair(("--ks2-reading", ks2Reading), ("--ks2-maths", ks2Maths)).map {
            (reading: $0, maths: $1)
        }
        if time != nil, request.sessions == nil {
            throw RequestError.doesNotApply(option: "--time", to: "a run without --missed and --possible")
        }
        guard hasGrades || request.sessions != nil || request.keyStage2 != nil else {
            throw RequestError.missing(
                option: "--english", why: "name the columns of a measure: grades, sessions missed or key stage 2 scores"
            )
        }
        return request
    }

    /// Two columns that need each other.
    private func pair(_ first: (option: String, column: String?), _ second: (option: String, column: String?)) throws
        -> (String, String)?
    {
        switch (first.column, second.column) {
        case (nil, nil): return nil
        case (let a?, let b?): return (a, b)
        case (nil, _?): throw RequestError.missing(option: first.option, why: "\(second.option) needs it")
        case (_?, nil): throw RequestError.missing(option: second.option, why: "\(first.option) needs it")
        }
    }
}
