/// The columns of several files read as one table: those of the first file in their order, then what later files add.
///
/// Columns are matched by name; of two that bear the same name in one file, the first matches the first, the second the
/// second. Where a file lacks a column its fields are empty, with a warning.
struct ColumnPlan {
    /// The names as they stand in the file that has them first.
    private(set) var names: [String] = []
    /// For each file and each column where its text comes from; `nil` where the file lacks it.
    private(set) var sources: [[FieldSource?]] = []
    private(set) var warnings: [TableWarning] = []

    /// - Throws: `.constantInFile`, and what opening a header throws.
    init(_ files: [InputFile], headers: [Header]) throws(TableError) {
        var numbers: [Key: Int] = [:]
        var found: [[Int: FieldSource]] = []
        for (file, header) in zip(files, headers) {
            var columns: [Int: FieldSource] = [:]
            var seen: [String: Int] = [:]
            let constants = file.constants.keys.sorted()
            for name in constants where header.holds(name) { throw .constantInFile(name: name, path: file.path) }
            let texts = try Self.texts(file, header)
            let fixed = constants.map { ($0, FieldSource.constant(Array((file.constants[$0] ?? "").utf8))) }
            for (name, source) in texts + fixed {
                let key = Header.trim(name)
                seen[key, default: 0] += 1
                let number = numbers[Key(name: key, occurrence: seen[key] ?? 1), default: names.count]
                if number == names.count {
                    numbers[Key(name: key, occurrence: seen[key] ?? 1)] = number
                    names.append(name)
                }
                columns[number] = source
            }
            found.append(columns)
        }
        sources = found.map { columns in names.indices.map { columns[$0] } }
        for (file, columns) in zip(files, sources) {
            let absent = names.indices.filter { columns[$0] == nil }
            guard !absent.isEmpty else { continue }
            warnings.append(
                TableWarning(
                    code: "absent-column",
                    message:
                        "the file lacks \(absent.count) column\(absent.count == 1 ? "" : "s") that another file has: "
                        + absent.prefix(5).map { "`\(names[$0])`" }.joined(separator: ", ")
                        + (absent.count > 5 ? ", …" : "") + "; empty there",
                    file: file.path))
        }
    }

    /// The columns of a file: those of its view where it has one, else those of its header.
    private static func texts(_ file: InputFile, _ header: Header) throws(TableError) -> [(String, FieldSource)] {
        guard let view = file.view else { return header.names.enumerated().map { ($1, .of(column: $0, header)) } }
        var texts: [(String, FieldSource)] = []
        for named in view.columns where !named.columns.isEmpty {
            if let source = try FieldSource.viewed(named.name, in: file, header) { texts.append((named.name, source)) }
        }
        return texts
    }

    private struct Key: Hashable {
        var name: String
        var occurrence: Int
    }

    /// The index of a column that the user named.
    ///
    /// - Throws: `.noSuchColumn`, `.unusableHeader` where two bear the name.
    func index(of name: String, files: [InputFile]) throws(TableError) -> Int {
        try Header(names: names).index(of: name, path: files.count == 1 ? files[0].path : "the files")
    }

    /// Reads the headers of the files.
    static func headers(of files: [InputFile], form: FileForm) throws(TableError) -> [Header] {
        guard files.count == 1 || files.allSatisfy({ $0.path != "-" }) else {
            throw .request(
                "standard input cannot be joined with files here", hint: "write it to a file first")
        }
        return try files.map { file throws(TableError) in try header(of: file, form: form) }
    }

    static func header(of file: InputFile, form: FileForm) throws(TableError) -> Header {
        var sizes = ReadingSizes()
        sizes.wave = 0
        let buffer = try WaveBuffer(capacity: sizes.sample)
        return try WaveReader(path: file.path, form: form, sizes: sizes, threads: 1, buffer: buffer).header
    }
}

/// The names of a file's columns as they stand in its header, unquoted.
///
/// - Throws: `TableError` for a file that cannot be read.
public func headers(of file: InputFile, form: FileForm) throws -> [String] {
    try ColumnPlan.header(of: file, form: form).names
}
