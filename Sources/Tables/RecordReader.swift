/// Reads the records of files in their order as raw fields, for whatever needs whole rows: conversion, description, small
/// tables. Faults stop it, or put a row aside, as in any reading.
struct RecordReader {
    var form: FileForm
    var threads = 1
    var isLenient = false
    var rejects: RejectedRows?
    var sizes = ReadingSizes()
    var wantsDigests = false
    let buffer: WaveBuffer

    init(form: FileForm, threads: Int = 1, sizes: ReadingSizes = ReadingSizes()) throws(TableError) {
        self.form = form
        self.threads = threads
        self.sizes = sizes
        buffer = try WaveBuffer(capacity: sizes.wave)
    }

    /// What was found in one file besides its rows.
    struct Outcome {
        var report: FileReport
        var rejected = 0
        /// Rows that a filter left out.
        var filtered = 0
        var warnings: [TableWarning]
    }

    /// A value that cannot be read in its role: the row, the column of the file and what is wrong.
    typealias BadValue = (row: Int, column: Int, name: String, problem: NumberProblem)

    /// Reads a file: `work` turns each piece into a value, on several threads; `take` gets the values in their order.
    ///
    /// - Parameter open: called with the header before the first row.
    /// - Parameter filter: leaves the rows that are wanted; the others are neither checked nor worked on.
    /// - Parameter check: the values of a piece that are not what they should be, at most one a row, rows rising.
    /// - Throws: `TableError`, and what the closures throw.
    func read<Value: Sendable>(
        _ path: String, index: Int, open: (Header) throws -> Void,
        filter: @Sendable (inout PieceRows, ScratchText) -> Void = { _, _ in },
        check: @Sendable (PieceRows, ScratchText) -> [BadValue] = { _, _ in [] },
        work: @Sendable (PieceRows, ScratchText) -> Value, take: (Value) throws -> Void
    ) throws -> Outcome {
        let file = try WaveReader(
            path: path, form: form, sizes: sizes, threads: threads, buffer: buffer, wantsDigest: wantsDigests)
        try open(file.header)
        var outcome = Outcome(
            report: file.report(rows: 0),
            warnings: file.header.warnings(path: path))
        var faults = FaultLog()
        var blank = 0
        var short = 0
        while try next(file, faults) {
            for part in parts(of: file, index, filter, check, work) {
                faults.merge(part.faults)
                if faults.isEmpty { try take(part.value) }
                try rejects?.add(part.rejected)
                outcome.report.rows += part.rows
                outcome.rejected += part.badRows
                outcome.filtered += part.filtered
                blank += part.blank
                short += part.short
            }
        }
        if let fault = FaultLog.first(of: [faults]) { throw fault }
        try file.digestRest()
        outcome.report = file.report(rows: outcome.report.rows)
        if outcome.report.rows == 0 { outcome.warnings.append(.noRows(path: path)) }
        if file.source.junk > 0 { outcome.warnings.append(.junk(file.source.junk, path: path)) }
        if short > 0 { outcome.warnings.append(.shortRows(short, path: path)) }
        if blank > 0, file.header.names.count == 1 { outcome.warnings.append(.blankLines(blank, path: path)) }
        return outcome
    }

    private func next(_ file: WaveReader, _ faults: FaultLog) throws -> Bool {
        do { return try file.next() } catch { throw FaultLog.first(of: [faults]) ?? error }
    }

    private struct Part<Value> {
        var value: Value
        var rows: Int
        var badRows: Int
        var filtered: Int
        var blank: Int
        var short: Int
        var faults: FaultLog
        var rejected: [RejectedRow]
    }

    private func parts<Value: Sendable>(
        of file: WaveReader, _ index: Int, _ filter: @Sendable (inout PieceRows, ScratchText) -> Void,
        _ check: @Sendable (PieceRows, ScratchText) -> [BadValue],
        _ work: @Sendable (PieceRows, ScratchText) -> Value
    ) -> [Part<Value>] {
        var parts = [Part<Value>?](repeating: nil, count: file.pieces.count)
        let isLenient = isLenient
        // The wave is only read while the pieces are worked on, and each piece writes its own entry.
        nonisolated(unsafe) let file = file
        parts.withUnsafeMutableBufferPointer { parts in
            nonisolated(unsafe) let parts = parts
            nonisolated(unsafe) let fresh = file.freshBytes
            Parallel.run(parts.count + 1, threads: threads) { task in
                // The digest goes on beside the pieces.
                guard task > 0 else { return file.addToDigest(fresh) }
                let k = task - 1
                var rows = PieceRows()
                defer { rows.deallocate() }
                let scratch = ScratchText()
                var bad: [(row: PieceRows.Bad, column: (number: Int, label: String)?)] = []
                let blank = rows.take(file.pieces[k], of: file) { bad.append(($0, nil)) }
                let all = rows.count + bad.count
                let before = rows.count
                filter(&rows, scratch)
                let filtered = before - rows.count
                let values = check(rows, scratch)
                for value in values {
                    let fault = RowFault.notNumber(column: value.name, problem: value.problem)
                    bad.append((rows.bad(value.row, fault), (value.column, file.header.label(value.column))))
                }
                let badRows = Set(values.map(\.row))
                if !badRows.isEmpty { rows.keep { !badRows.contains($0) } }
                var part = Part(
                    value: work(rows, scratch), rows: all, badRows: bad.count, filtered: filtered,
                    blank: blank, short: rows.shortRows, faults: FaultLog(), rejected: [])
                for (row, column) in bad {
                    if isLenient {
                        part.rejected.append(rows.rejected(row, in: file, index, column: column?.label))
                    } else {
                        part.faults.add(row.fault, rows.entry(of: row, in: file, index, column: column, found: nil))
                    }
                }
                parts[k] = part
            }
        }
        return parts.compactMap { $0 }
    }
}
