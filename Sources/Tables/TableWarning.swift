/// A warning of reading, with the place that it is about.
public struct TableWarning: Sendable, Equatable {
    public var code: String
    public var message: String
    public var file: String
    public var line: Int?
    public var column: String?

    public init(code: String, message: String, file: String, line: Int? = nil, column: String? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.line = line
        self.column = column
    }

    /// As a warning that names its place in words.
    public var warning: Warning {
        Warning(code, Place(file: file, line: line, column: column).description + ": " + message)
    }

    static func blankLines(_ count: Int, path: String) -> TableWarning {
        TableWarning(
            code: "blank-lines",
            message:
                "\(count) blank line\(count == 1 ? " was" : "s were") left out; in a file of one column they could be "
                + "empty values, which are written as \"\"",
            file: path)
    }

    static func shortRows(_ count: Int, path: String) -> TableWarning {
        TableWarning(
            code: "short-rows",
            message:
                "\(TableError.grouped(count)) row\(count == 1 ? " has" : "s have") fewer fields than the header; the "
                + "fields missing at the end are read as empty",
            file: path)
    }

    static func junk(_ bytes: Int, path: String) -> TableWarning {
        TableWarning(
            code: "junk-after-end",
            message: "\(TableError.size(bytes)) behind the end of the compressed data were left out", file: path)
    }

    static func tooManyPairs(path: String) -> TableWarning {
        TableWarning(
            code: "too-many-pairs",
            message:
                "more than \(TableError.grouped(PairCounts.limit)) combinations of unit and period; coverage is not shown",
            file: path)
    }

    static func periodsNotCompared(path: String) -> TableWarning {
        TableWarning(
            code: "periods-not-compared",
            message: "standard input cannot be read twice, so figures were not compared with the period before",
            file: path)
    }

    static func columnsNotCompared(_ count: Int, path: String) -> TableWarning {
        TableWarning(
            code: "columns-not-compared",
            message:
                "\(count) number column\(count == 1 ? " was" : "s were") not compared with the period before, for want of memory",
            file: path)
    }

    static func noRows(path: String) -> TableWarning {
        TableWarning(code: "no-rows", message: "there is a header and no row", file: path)
    }
}

extension Warning {
    static func rejectedRows(_ count: Int) -> Warning {
        Warning(
            "rejected-rows",
            "\(TableError.grouped(count)) row\(count == 1 ? "" : "s") could not be read and \(count == 1 ? "was" : "were") put aside"
        )
    }
}
