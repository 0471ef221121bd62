import ArgumentParser
import Counterpart

/// `counterpart convert`: the files as one clean table.
struct Convert: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the files as one clean UTF-8 table, every field exactly as it was.",
        discussion: """
            Nothing is retyped, trimmed or rounded. Only what is named changes: columns left out, numbers read, identifiers \
            replaced by keyed digests.

            EXAMPLE
              counterpart convert export.csv --encoding windows-1252 \\
                --pseudonymise upn --key project.key --drop surname -o pupils.csv
            """)

    @OptionGroup(title: "Files") var input: InputOptions
    @Option(help: ArgumentHelp("csv or json.", valueName: "format"))
    var format = "csv"
    @Option(name: [.short, .long], help: ArgumentHelp("Write to this file, whole or not at all.", valueName: "file"))
    var output: String?
    @Flag(name: [.short, .long], help: "No warnings on standard error.")
    var quiet = false
    @Flag(help: "End with 1 where there were warnings.")
    var strict = false
    @Option(help: ArgumentHelp("Columns to read as numbers, separated by commas.", valueName: "columns"))
    var numbers: [String] = []
    @Option(help: ArgumentHelp("Identifier columns to replace by keyed digests.", valueName: "columns"))
    var pseudonymise: [String] = []
    @Option(help: ArgumentHelp("The file with the key of the digests; keep it apart from the data.", valueName: "file"))
    var key: String?
    @Option(help: ArgumentHelp("Columns to leave out.", valueName: "columns"))
    var drop: [String] = []

    func run() throws {
        var conversion = Conversion(files: try input.inputFiles())
        switch format {
        case "csv": conversion.format = .csv
        case "json": conversion.format = .json
        default: throw RequestError.badValue(option: "--format", value: format, allowed: "csv, json")
        }
        if CommaList.split(numbers).isEmpty { try input.refuseNumberOptions(where: "a run without --numbers") }
        conversion.form = try input.form()
        conversion.missing = input.missingCodes()
        conversion.threads = try input.threadCount()
        conversion.isLenient = input.lenient
        conversion.rejects = input.rejects
        conversion.numbers = CommaList.split(numbers)
        conversion.drop = CommaList.split(drop)
        conversion.pseudonymise = CommaList.split(pseudonymise)
        switch (conversion.pseudonymise.isEmpty, key) {
        case (false, let key?): conversion.key = try Conversion.key(ofFileAt: key)
        case (false, nil):
            throw RequestError.missing(
                option: "--key", why: "digests without a key can be undone by trying every identifier")
        case (true, .some): throw RequestError.doesNotApply(option: "--key", to: "a run without --pseudonymise")
        case (true, nil): break
        }
        let report = try write(conversion)
        let warnings = report.warnings.map(\.warning)
        if !quiet {
            SchemaChoice.words(on: report.files).forEach { Output.say($0) }
            warnings.forEach { Output.say("warning: \($0.message) (\($0.code))") }
        }
        if strict, !warnings.isEmpty || report.rowsRejected > 0 { throw EndedWithWarnings() }
    }

    private func write(_ conversion: Conversion) throws -> Conversion.Report {
        try output.map { try OutputFile.check($0, reading: input.files) }
        guard let output else {
            try conversion.checkCompressedFiles()
            return try conversion.run { try StandardOutput.write($0) }
        }
        let file = try WholeFile(output)
        do {
            let report = try conversion.run { try file.write($0) }
            try file.commit()
            return report
        } catch {
            file.abandon()
            throw error
        }
    }
}
