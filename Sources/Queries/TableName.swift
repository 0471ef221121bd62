/// A table as the user names it: parts separated by points, such as `schema.pupils`.
///
/// Every part is put into the dialect's quotes, so that letters keep their case. A part may come in those quotes, or in
/// double quotes, where it holds a point itself. DuckDB also takes files: a name with a slash, or one that ends in
/// `.parquet` or `.csv`, is one.
public struct TableName: Sendable, Equatable {
    public let name: String
    let dialect: Dialect

    /// - Throws: `QueryError.badTable` where a part is empty or a quote is not closed.
    public init(_ name: String, _ dialect: Dialect) throws(QueryError) {
        self.name = name
        self.dialect = dialect
        if file == nil, parts == nil { throw .badTable(name) }
    }

    /// As it stands behind FROM.
    package var sql: String {
        if let file { return file }
        return (parts ?? []).map(dialect.identifier).joined(separator: ".")
    }

    private var file: String? {
        guard dialect == .duckdb, !name.hasPrefix("\"") else { return nil }
        // Columns of a CSV file are taken as texts: a guessed type would cost an identifier its leading zeros.
        for ending in [".csv", ".csv.gz", ".csv.zst"] where name.hasSuffix(ending) {
            return "read_csv(\(dialect.literal(name)), all_varchar = true, header = true)"
        }
        if name.hasSuffix(".parquet") { return "read_parquet(\(dialect.literal(name)))" }
        return name.contains("/") ? dialect.literal(name) : nil
    }

    /// Nil where a part is empty or a quote is not closed.
    private var parts: [String]? {
        var parts: [String] = []
        var part = ""
        var quote: Character?
        var wasQuoted = false
        for character in name {
            if let open = quote {
                if character == open { quote = nil } else { part.append(character) }
            } else if character == "\"" || character == "`", part.isEmpty || wasQuoted {
                // A doubled quote inside quotes is the quote itself.
                if wasQuoted { part.append(character) }
                quote = character
                wasQuoted = true
            } else if character == "." {
                guard !part.isEmpty else { return nil }
                parts.append(part)
                part = ""
                wasQuoted = false
            } else {
                part.append(character)
            }
        }
        guard quote == nil, !part.isEmpty else { return nil }
        return parts + [part]
    }
}
