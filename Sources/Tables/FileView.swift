/// A file seen through a schema: columns under names that stay the same from year to year, and the rows that are records
/// of the kind wanted. Columns of the file that the view does not name are still found by their own names.
public struct FileView: Sendable, Equatable {
    public struct NamedColumn: Sendable, Equatable {
        public var name: String
        /// The file's columns, joined by `/` where there are several; none where the file has nothing for the name.
        public var columns: [String]
        /// Why there is none, in words that follow "there is no column".
        public var absence: String

        public init(_ name: String, columns: [String], absence: String = "") {
            self.name = name
            self.columns = columns
            self.absence = absence
        }
    }

    /// The schema's name, such as `dfe-ks2`.
    public var schema: String
    /// The year that the whole file is about; nil where its rows say so.
    public var year: String?
    public var columns: [NamedColumn]
    /// Rows that do not meet these are records of another kind (totals of authorities), counted apart.
    public var records: [RowFilter]

    public init(schema: String, year: String?, columns: [NamedColumn], records: [RowFilter]) {
        self.schema = schema
        self.year = year
        self.columns = columns
        self.records = records
    }

    public func column(_ name: String) -> NamedColumn? {
        let wanted = Header.trim(name)
        return columns.first { $0.name == wanted }
    }
}

/// Where the columns of a result came from in one file.
public struct FileOrigin: Sendable, Equatable {
    public struct Pair: Sendable, Equatable {
        public var name: String
        /// As in the file's header; several joined by "/".
        public var column: String
    }

    public var schema: String
    public var year: String?
    public var columns: [Pair]
}

extension FileView {
    /// The columns behind the names that were read, in the order of the view.
    public func origin(of names: [String]) -> FileOrigin {
        FileOrigin(
            schema: schema, year: year,
            columns: columns.filter { names.contains($0.name) && !$0.columns.isEmpty }.map {
                FileOrigin.Pair(name: $0.name, column: $0.columns.joined(separator: "/"))
            })
    }
}

extension ColumnRequest {
    /// The columns that it is read from.
    var columnNames: [String] {
        switch source {
        case .column(let name): [name]
        case .joined(let names): names
        case .inRows(let mark, _, let name): [mark, name]
        case .fileName: []
        }
    }
}

extension ReadRequest {
    /// Says in the report of each file which of its columns the request's were.
    func addOrigins(to report: inout ReadReport) {
        let names = columns.flatMap(\.columnNames) + filters.map(\.column)
        for (index, file) in files.enumerated() where index < report.files.count {
            report.files[index].origin = file.view?.origin(of: names)
        }
    }
}

extension FieldSource {
    /// The source of a column that the view names; nil for names that it does not know.
    ///
    /// - Throws: `.notInSchema` where the file has nothing for the name, `.noSuchColumn` where the view is of another file.
    static func viewed(_ name: String, in file: InputFile, _ header: Header) throws(TableError) -> FieldSource? {
        guard let named = file.view?.column(name) else { return nil }
        guard !named.columns.isEmpty else {
            throw .notInSchema(name: name, path: file.path, reason: named.absence)
        }
        let parts = try named.columns.map { column throws(TableError) in
            FieldSource.of(column: try header.index(of: column, path: file.path), header)
        }
        return parts.count == 1 ? parts[0] : .joined(parts)
    }
}
