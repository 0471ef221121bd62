import ArgumentParser
import Counterpart

/// The files and their form: what every command that reads rows takes.
struct InputOptions: ParsableArguments {
    @Argument(
        help:
            "CSV files, read as one table; - is standard input. gaps, did, power and cells also take cell tables, and with compare Parquet files."
    )
    var files: [String] = []

    @Option(
        help: ArgumentHelp(
            "Read published files under names that stay the same from year to year: dfe-ks2, dfe-ks4, dfe-16-18 or ees.",
            valueName: "name"))
    var schema: String?
    @Option(
        name: .customLong("schema-year"),
        help: ArgumentHelp(
            "With --schema: the year of files whose name and columns do not say it.", valueName: "year"))
    var schemaYear: String?
    @Option(
        name: .customLong("schema-as"),
        help: ArgumentHelp(
            "With --schema: read files of years that it does not know like those of this year.", valueName: "year"))
    var schemaAs: String?
    @Option(
        help: ArgumentHelp(
            "What separates the fields (one character, or tab); found by itself otherwise.", valueName: "character"))
    var delimiter: String?
    @Option(help: ArgumentHelp("The text encoding where it is not UTF-8, such as windows-1252.", valueName: "name"))
    var encoding: String?
    @Option(
        name: .customLong("skip-first"), help: ArgumentHelp("Lines above the header to leave out.", valueName: "lines"))
    var skipFirst = 0
    @Option(
        name: .customLong("skip-last"), help: ArgumentHelp("Lines below the table to leave out.", valueName: "lines"))
    var skipLast = 0
    @Option(help: ArgumentHelp("The thousands separator in numbers.", valueName: "character"))
    var thousands: String?
    @Option(help: ArgumentHelp("The decimal sign in numbers (default: a point).", valueName: "character"))
    var decimal: String?
    @Flag(help: "Read 67% as 67.")
    var percent = false
    @Flag(
        name: .customLong("fill-short-rows"),
        help: "Read rows with fewer fields than the header as if empty fields followed; they are counted.")
    var fillShortRows = false
    @Flag(
        name: .customLong("unwrap-formulas"),
        help: "Read =\"A123\", as some programs export identifiers, as A123.")
    var unwrapFormulas = false
    @Flag(help: "Put rows that cannot be read aside (see --rejects), counted, instead of stopping.")
    var lenient = false
    @Option(help: ArgumentHelp("Where --lenient writes the rows that it put aside.", valueName: "file"))
    var rejects: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Further codes that mean missing in number columns, separated by commas.", valueName: "codes"))
    var missing: String?
    @Flag(
        name: .customLong("no-known-codes"), help: "Do not take SUPP, NE, NA and the other published codes as missing.")
    var noKnownCodes = false
    @OptionGroup var limits: LimitOptions
    @Flag(
        name: .customLong("show-values"), help: "Show the text that was found in error messages; it may be a pupil's.")
    var showValues = false
    @Option(
        help: ArgumentHelp("Threads to use (default: all cores). The answer does not depend on it.", valueName: "count")
    )
    var threads: Int?

    func form() throws -> FileForm {
        var form = FileForm()
        form.delimiter = try delimiter.map { try Self.byte($0, option: "--delimiter") }
        form.encoding = encoding
        guard skipFirst >= 0 else {
            throw RequestError.badValue(option: "--skip-first", value: "\(skipFirst)", allowed: "0 or more")
        }
        guard skipLast >= 0 else {
            throw RequestError.badValue(option: "--skip-last", value: "\(skipLast)", allowed: "0 or more")
        }
        form.skipFirst = skipFirst
        form.skipLast = skipLast
        form.thousands = try thousands.map { try Self.byte($0, option: "--thousands") }
        form.decimal = try decimal.map { try Self.byte($0, option: "--decimal") } ?? UInt8(ascii: ".")
        form.percent = percent
        form.fillShortRows = fillShortRows
        form.unwrapsFormulas = unwrapFormulas
        form.limits = try limits.limits()
        return schema == nil ? form : SchemaChoice.form(form)
    }

    func missingCodes() -> MissingCodes {
        MissingCodes(codes: (noKnownCodes ? [] : MissingCodes.known) + CommaList.split(missing))
    }

    func threadCount() throws -> Int {
        guard let threads else { return ProcessorCount.available }
        guard threads >= 1 else {
            throw RequestError.badValue(option: "--threads", value: "\(threads)", allowed: "1 or more")
        }
        return threads
    }

    func inputFiles() throws -> [InputFile] {
        guard !files.isEmpty else {
            throw RequestError.missing(option: "FILE", why: "name at least one CSV file, or - for standard input")
        }
        if rejects != nil, !lenient {
            throw RequestError.doesNotApply(option: "--rejects", to: "a run without --lenient")
        }
        for (index, file) in files.enumerated() where files[..<index].contains(file) {
            throw RequestError.conflicting("\(file) is named twice, and its rows would count twice")
        }
        let named = files.map { InputFile($0) }
        return try schemaChoice()?.views(of: named, form: form(), options: ("--schema-year", "--schema-as")) ?? named
    }

    /// The schema, with what was answered about years; nil without one.
    func schemaChoice() throws -> SchemaChoice? {
        guard let schema else {
            for (option, isGiven) in [("--schema-year", schemaYear != nil), ("--schema-as", schemaAs != nil)]
            where isGiven {
                throw RequestError.doesNotApply(option: option, to: "a run without --schema")
            }
            return nil
        }
        for (option, isGiven) in [("--percent", percent), ("--fill-short-rows", fillShortRows)] where isGiven {
            throw RequestError.doesNotApply(option: option, to: "a run with --schema, which reads files so of itself")
        }
        return SchemaChoice(schema, year: schemaYear, readAs: schemaAs)
    }

    /// The options that say how numbers are read, and whether each was given.
    private var optionsOfNumbers: [(option: String, isGiven: Bool)] {
        [
            ("--thousands", thousands != nil), ("--decimal", decimal != nil), ("--percent", percent),
            ("--missing", missing != nil), ("--no-known-codes", noKnownCodes),
        ]
    }

    /// All options that say how files are read.
    var optionsOfReading: [(option: String, isGiven: Bool)] {
        [
            ("--schema", schema != nil),
            ("--delimiter", delimiter != nil), ("--encoding", encoding != nil), ("--skip-first", skipFirst != 0),
            ("--skip-last", skipLast != 0), ("--fill-short-rows", fillShortRows),
            ("--unwrap-formulas", unwrapFormulas), ("--lenient", lenient),
            ("--rejects", rejects != nil),
        ] + optionsOfNumbers
    }

    /// Refuses by name the options that say how numbers are read, where none are.
    func refuseNumberOptions(where place: String) throws {
        for (option, isGiven) in optionsOfNumbers where isGiven {
            throw RequestError.doesNotApply(option: option, to: place)
        }
    }

    static func byte(_ text: String, option: String) throws -> UInt8 {
        if text == "tab" || text == "\\t" { return UInt8(ascii: "\t") }
        guard let byte = text.utf8.first, text.utf8.count == 1 else {
            throw RequestError.badValue(option: option, value: text, allowed: "one character (or tab)")
        }
        return byte
    }
}

/// A list typed with commas; empty parts are left out.
enum CommaList {
    static func split(_ text: String?) -> [String] {
        text.map { $0.split(separator: ",").map { String($0) } } ?? []
    }

    static func split(_ texts: [String]) -> [String] { texts.flatMap { split($0) } }
}
