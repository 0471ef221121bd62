#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// Writes files as one clean UTF-8 table: CSV by RFC 4180 (lines end with CR LF), or JSON with `columns`, `rows` and
/// `warnings`.
///
/// Every field is exactly the text that it was, unquoted and decoded; nothing is retyped, trimmed or rounded, and texts
/// that a spreadsheet would take for a formula are left as they are, since the table must read back to the same texts.
/// Only what is asked for by name changes: columns left out, numbers read, identifiers replaced by keyed digests.
public struct Conversion: Sendable {
    public enum Format: Sendable, Equatable { case csv, json }

    public var files: [InputFile]
    public var form = FileForm()
    public var missing = MissingCodes()
    public var format = Format.csv
    /// Columns read in a number role: in JSON numbers or {"missing": reason}, in CSV plain decimals, missing codes kept.
    public var numbers: [String] = []
    /// Columns left out.
    public var drop: [String] = []
    /// Columns whose texts are replaced by the hex digits of their HMAC-SHA-256; an empty field stays empty.
    public var pseudonymise: [String] = []
    /// The key of the digests: the bytes of the key file as they are.
    public var key: [UInt8] = []
    /// Conditions that a row must meet to be written.
    public var filters: [RowFilter] = []
    public var isLenient = false
    public var rejects: String?
    public var threads = 1
    var sizes = ReadingSizes()

    public init(files: [InputFile]) { self.files = files }

    /// What was converted.
    public struct Report: Sendable, Equatable {
        /// Rows written.
        public var rows = 0
        public var rowsFiltered = 0
        public var rowsRejected = 0
        public var files: [FileReport] = []
        public var warnings: [TableWarning] = []
    }

    /// Reads a key file.
    ///
    /// - Throws: `TableError` where it cannot be read or is empty.
    public static func key(ofFileAt path: String) throws -> [UInt8] {
        let source = try ByteSource(path: path)
        let key = try source.readRest(limit: 1 << 20, threads: 1)
        guard !key.isEmpty else {
            throw TableError.request("the key file \(path) is empty", hint: "put at least 16 random bytes into it")
        }
        return key
    }

    /// Unpacks every compressed file once and checks it, for callers whose output is seen while it is made: a file that is
    /// cut off or damaged then refuses before the first row. Standard input cannot be read twice and is left out.
    ///
    /// - Throws: `TableError`.
    public func checkCompressedFiles() throws {
        for file in files where file.path != "-" {
            let source = try ByteSource(path: file.path, unpacks: form.limits, threads: threads)
            guard source.isPacked else { continue }
            let block = try PackBlock(capacity: PackReader.blockSize)
            while !source.isAtEnd {
                _ = try source.read(into: block.bytes, capacity: block.capacity, threads: threads)
            }
            try source.checkUnchanged()
        }
    }

    /// Converts, handing the output on in parts, in order.
    ///
    /// - Throws: `TableError` for files and rows that cannot be read and for columns that do not exist, `OutputError` for
    ///   the file of rejects, and what `write` throws.
    public func run(write: ([UInt8]) throws -> Void) throws -> Report {
        guard !files.isEmpty else {
            throw TableError.request("no file is named", hint: "name at least one CSV file")
        }
        try RowReader.checkRejects(rejects, isLenient: isLenient)
        guard pseudonymise.isEmpty || !key.isEmpty else {
            throw TableError.request("pseudonyms need a key", hint: "name a key file with --key")
        }
        var reader = try RecordReader(form: form, threads: threads, sizes: sizes)
        reader.isLenient = isLenient
        reader.rejects = isLenient ? try rejects.map { try RejectedRows(path: $0) } : nil
        var report = Report()
        var plan: ColumnPlan?
        if files.count > 1 { plan = try ColumnPlan(files, headers: try ColumnPlan.headers(of: files, form: form)) }
        for (index, file) in files.enumerated() {
            try convert(file, index, reader, &plan, &report, write)
        }
        report.warnings += plan?.warnings ?? []
        if report.rowsRejected > 0 {
            let count = TableError.grouped(report.rowsRejected)
            report.warnings.append(
                TableWarning(code: "rejected-rows", message: "\(count) rows were put aside", file: files[0].path))
        }
        if format == .json { try write(end(report)) }
        try reader.rejects?.commit()
        return report
    }

    private func convert(
        _ file: InputFile, _ index: Int, _ reader: RecordReader, _ plan: inout ColumnPlan?, _ report: inout Report,
        _ write: ([UInt8]) throws -> Void
    ) throws {
        // Set in `open`, before the pieces are worked on; only read after that.
        nonisolated(unsafe) var writer = RowWriter()
        nonisolated(unsafe) var tests: [FilterTest] = []
        let numbers = NumberReader(form: NumberForm(form), missing: missing)
        let outcome = try reader.read(
            file.path, index: index,
            open: { header in
                let known = try plan ?? ColumnPlan([file], headers: [header])
                plan = known
                writer = try self.writer(known, index)
                tests = try ((file.view?.records ?? []) + filters).map {
                    try FilterTest($0, in: file, header, numbers)
                }
                if index == 0 { try write(writer.start()) }
            },
            filter: { rows, scratch in
                for test in tests { _ = test.apply(to: &rows, scratch, scratch) }
            },
            check: { rows, scratch in writer.check(rows, scratch) },
            work: { rows, scratch in writer.text(of: rows, scratch) },
            take: { part in
                guard part.rows > 0 else { return }
                let isFirst = report.rows == 0
                report.rows += part.rows
                if format == .json, !isFirst { try write([UInt8(ascii: ","), UInt8(ascii: "\n")]) }
                try write(part.bytes)
            })
        var written = outcome.report
        written.origin = file.view?.origin(of: writer.columns.map(\.name))
        report.files.append(written)
        report.rowsFiltered += outcome.filtered
        report.rowsRejected += outcome.rejected
        report.warnings += outcome.warnings
    }

    private func writer(_ plan: ColumnPlan, _ file: Int) throws -> RowWriter {
        func indices(_ names: [String]) throws -> Set<Int> {
            Set(try names.map { try plan.index(of: $0, files: files) })
        }
        let (dropped, numbers, hidden) = (try indices(drop), try indices(numbers), try indices(pseudonymise))
        var writer = RowWriter()
        writer.format = format
        writer.key = key
        writer.reasons = missing.reasons
        writer.numbers = NumberReader(form: NumberForm(form), missing: missing)
        for (i, name) in plan.names.enumerated() where !dropped.contains(i) {
            if numbers.contains(i), hidden.contains(i) {
                throw TableError.request(
                    "`\(name)` cannot be both a number and a pseudonym", hint: "name it in one of the two options")
            }
            writer.columns.append(
                RowWriter.Column(
                    name: name, source: plan.sources[file][i],
                    kind: numbers.contains(i) ? .number : hidden.contains(i) ? .pseudonym : .text))
        }
        guard !writer.columns.isEmpty else {
            throw TableError.request("no column is left", hint: "leave fewer columns out with --drop")
        }
        return writer
    }

    /// The end of the JSON object: the warnings, known only when all rows are written.
    private func end(_ report: Report) -> [UInt8] {
        var text = Array("\n],\n\"warnings\": [".utf8)
        for (i, warning) in report.warnings.enumerated() {
            text += Array((i > 0 ? ",\n" : "\n").utf8) + Array("{\"code\": ".utf8)
            JSONText.append(Array(warning.code.utf8), to: &text)
            text += Array(", \"line\": \(warning.line.map(String.init) ?? "null"), \"column\": ".utf8)
            if let column = warning.column {
                JSONText.append(Array(column.utf8), to: &text)
            } else {
                text += Array("null".utf8)
            }
            text += Array(", \"message\": ".utf8)
            JSONText.append(Array(warning.message.utf8), to: &text)
            text.append(UInt8(ascii: "}"))
        }
        return text + Array("]}\n".utf8)
    }
}
