import ArgumentParser
import Counterpart

/// `counterpart describe`: what is in the files.
struct DescribeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Say what is in the files: columns, ranges, missing values, coverage.",
        discussion: """
            Values of pupils are never listed. Name --unit and --time to see which schools have results in which years, and
            which figures are out of line: zeros where others have results, and means that moved far more than elsewhere.

            EXAMPLE
              counterpart describe pupils-*.csv --unit urn --time academic_year
            """)

    @OptionGroup(title: "Files") var input: InputOptions
    @OptionGroup(title: "Small numbers") var small: DisclosureOptions
    @OptionGroup(title: "Result") var result: ResultOptions
    @Option(
        help: ArgumentHelp("The school (or other unit): a column, or several joined by commas.", valueName: "column"))
    var unit: String?
    @Option(help: ArgumentHelp("The period: a column, or several joined by commas.", valueName: "column"))
    var time: String?

    func run() throws {
        let profile = try small.profile()
        if input.lenient {
            throw RequestError.doesNotApply(option: "--lenient", to: "describe, which reports what is wrong")
        }
        guard (unit == nil) == (time == nil) else {
            throw RequestError.missing(
                option: unit == nil ? "--unit" : "--time", why: "coverage is shown for a unit and a period together")
        }
        let format = try result.resultFormat(reading: input.files)
        var describe = Describe(files: try input.inputFiles())
        describe.form = try input.form()
        describe.missing = input.missingCodes()
        describe.threads = try input.threadCount()
        describe.unit = CommaList.split(unit)
        describe.time = CommaList.split(time)
        describe.wantsDigests = true
        describe.comparesPeriods = true
        let found = try describe.run()
        let document = DescriptionDocument(found, profile, isForPublication: small.isNamed)
        try Output(options: result).deliver(
            document.render(format), warnings: found.warnings.map(\.warning), seconds: nil)
    }
}
