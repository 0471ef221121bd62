/// A small table as it was written: a header and rows of text, unquoted and decoded, nothing else done to it.
///
/// For partner lists, tables of points and the like. Several files are read as one table; the columns of later files
/// are put where the first file has them.
public struct RawTable: Sendable, Equatable {
    public var columns: [String]
    public var rows: [[String]]
    /// The physical line on which each row begins.
    public var lines: [Int]
    /// For each row the index of its file.
    public var files: [Int]
    public var reports: [FileReport]
    public var warnings: [TableWarning]
    private var paths: [String]

    /// - Throws: `TableError` for files and rows that cannot be read.
    public static func read(files: [InputFile], form: FileForm = FileForm()) throws -> RawTable {
        try read(files: files, form: form, sizes: ReadingSizes())
    }

    static func read(files: [InputFile], form: FileForm, sizes: ReadingSizes) throws -> RawTable {
        let reader = try RecordReader(form: form, sizes: sizes)
        var table = RawTable(
            columns: [], rows: [], lines: [], files: [], reports: [], warnings: [], paths: files.map(\.path))
        var plan: ColumnPlan?
        if files.count > 1 { plan = try ColumnPlan(files, headers: try ColumnPlan.headers(of: files, form: form)) }
        for (index, file) in files.enumerated() {
            // Set in `open` before any row is read; `work` runs on this thread alone.
            nonisolated(unsafe) var sources: [FieldSource?] = []
            let outcome = try reader.read(
                file.path, index: index,
                open: { header in
                    let known = try plan ?? ColumnPlan([file], headers: [header])
                    plan = known
                    sources = known.sources[index]
                },
                work: { rows, scratch in
                    (0..<rows.count).map { r in (Int(rows.lines[r]), rows.strings(r, sources, scratch)) }
                },
                take: { part in
                    for (line, row) in part {
                        table.lines.append(line)
                        table.rows.append(row)
                        table.files.append(index)
                    }
                })
            table.reports.append(outcome.report)
            table.warnings += outcome.warnings
        }
        table.columns = plan?.names ?? []
        table.warnings += plan?.warnings ?? []
        return table
    }

    /// The index of a column by its name, blanks round it cut off.
    ///
    /// - Throws: `TableError` with the nearest names where there is none, or where two bear the name.
    public func index(of name: String) throws -> Int {
        try Header(names: columns).index(of: name, path: paths.first ?? "")
    }

    /// Where a row stands, for messages.
    public func place(row: Int, column: String? = nil) -> Place {
        Place(file: paths[files[row]], line: lines[row], column: column)
    }
}

extension PieceRows {
    /// The fields of a row as strings; empty where a column is absent.
    func strings(_ row: Int, _ sources: [FieldSource?], _ scratch: ScratchText) -> [String] {
        sources.map { source in
            guard let source else { return "" }
            let (start, count) = source.text(self, row, scratch, scratch)
            return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        }
    }
}
