import Reporting
import Schemas
import Tables

/// Which published files these are, and what the user answered about their years.
public struct SchemaChoice: Sendable, Equatable {
    public var name: String
    /// The year of files that do not say it.
    public var year: String?
    /// The year as whose files those of unknown years are read.
    public var readAs: String?

    public init(_ name: String, year: String? = nil, readAs: String? = nil) {
        self.name = name
        self.year = year
        self.readAs = readAs
    }

    /// The form of files read by a schema: published tables have percent signs and rows that end early.
    public static func form(_ form: FileForm) -> FileForm {
        var form = form
        form.percent = true
        form.fillShortRows = true
        return form
    }

    /// Which column of which file each measure came from; nothing for files read as they are.
    public static func words(on files: [FileReport]) -> [String] { OriginWords.sentences(files) }

    /// The files seen through the schema.
    ///
    /// - Parameter options: what the two years are called where they were given.
    /// - Throws: `SchemaError`, `TableError`; `RequestError` for what is no year and for standard input.
    public func views(of files: [InputFile], form: FileForm, options: (year: String, readAs: String)) throws
        -> [InputFile]
    {
        if files.contains(where: { $0.path == "-" }) {
            throw RequestError.doesNotApply(
                option: "a schema", to: "standard input, which has no name to tell the year")
        }
        for (option, year) in [(options.year, year), (options.readAs, readAs)] {
            guard let year, !Schema.isYear(year) else { continue }
            throw RequestError.badValue(option: option, value: year, allowed: "a year, such as 2018, 201718 or 2017/18")
        }
        return try Schema(name).views(of: files, form: Self.form(form), year: year, as: readAs)
    }
}
