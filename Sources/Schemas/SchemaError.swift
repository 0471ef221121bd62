import Tables

/// Why a published file cannot be read by a schema.
public enum SchemaError: Refusal, Equatable {
    case unknownSchema(String, known: [String])
    case noYear(path: String)
    case yearsDisagree(path: String, name: String, content: String)
    /// A year that the tables do not know, and what it looks like.
    case unknownYear(path: String, schema: String, year: String, guess: String, found: Int, of: Int, absent: [String])
    case otherFamily(path: String, schema: String)
    case ambiguous(path: String, name: String, columns: [String])
    case everyYearKnown(option: String)
    case noTable(String, known: [String], reason: String?)
    case noElement(String, known: [String])
    /// A year without a definition of persistent absence.
    case noThreshold(String, year: String)

    public var status: ExitStatus {
        switch self {
        case .unknownSchema, .everyYearKnown, .noTable, .noElement: .usage
        case .noThreshold: .input
        default: .input
        }
    }

    public var code: String {
        switch self {
        case .unknownSchema: "E131"
        case .noYear: "E132"
        case .yearsDisagree: "E133"
        case .unknownYear: "E134"
        case .otherFamily: "E135"
        case .ambiguous: "E136"
        case .everyYearKnown: "E137"
        case .noTable: "E146"
        case .noElement: "E147"
        case .noThreshold: "E148"
        }
    }

    public var message: String {
        switch self {
        case .unknownSchema(let name, _): "there is no schema \"\(name)\""
        case .noYear: "neither the file's name nor its columns say which year it is about"
        case .yearsDisagree(_, let name, let content):
            "the file's name says \(name) and its columns say \(content)"
        case .unknownYear(_, let schema, let year, let guess, let found, let count, let absent):
            "\(schema) does not know the files of \(year); this one looks like those of \(SchoolYear(parsing: guess)?.words ?? guess): \(found) of \(count) columns are there"
                + (absent.isEmpty
                    ? "" : ", not " + absent.prefix(5).joined(separator: ", ") + (absent.count > 5 ? ", …" : ""))
        case .otherFamily(_, let schema):
            "this does not look like a file of \(schema): hardly any of its columns are there"
        case .ambiguous(_, let name, let columns):
            "`\(name)` could be each of \(columns.joined(separator: ", "))"
        case .noTable(let name, _, let reason): "there is no table \(name)" + (reason.map { ": \($0)" } ?? "")
        case .noElement(let name, _): "Progress 8 has no part \"\(name)\""
        case .noThreshold(let measure, let year): "no definition of \(measure) is known for '\(year)'"
        case .everyYearKnown(let option): "\(option) does not apply: the year of every file is known"
        }
    }

    public var place: Place? {
        switch self {
        case .unknownSchema, .everyYearKnown, .noTable, .noElement, .noThreshold: nil
        case .noYear(let path), .yearsDisagree(let path, _, _), .unknownYear(let path, _, _, _, _, _, _),
            .otherFamily(let path, _), .ambiguous(let path, _, _):
            Place(file: path)
        }
    }

    public var hint: String? {
        switch self {
        case .unknownSchema(_, let known): "choose from: \(known.joined(separator: ", "))"
        case .noYear: "say it with --schema-year, such as --schema-year 201819, or put it into the file's name"
        case .yearsDisagree: "rename the file, or say which is right with --schema-year"
        case .unknownYear(_, _, _, let guess, _, _, _):
            "do its columns mean what they meant in \(SchoolYear(parsing: guess)?.words ?? guess)? Check the list of columns that comes with the file; if so, accept the guess with --schema-as \(guess)"
        case .otherFamily: "choose another --schema, or name the columns without one"
        case .ambiguous: "leave --schema out and name the column"
        case .noThreshold: "--time names the column with the school year, such as 201819 or 2018/19"
        case .everyYearKnown: "leave it out"
        case .noTable(_, let known, _): "choose from: \(known.joined(separator: ", ")); or give the table as a file"
        case .noElement(_, let known): "choose from: \(known.joined(separator: ", "))"
        }
    }
}
