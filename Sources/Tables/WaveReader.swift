import CByteScan

/// How much is read and cut at a time. Results do not depend on it in exact arithmetic; tests run it from one byte up.
struct ReadingSizes: Sendable {
    var piece = 256 << 10
    var wave = 8 << 20
    /// The start of the file over which the separator is found.
    var sample = 64 << 10
    var field = 16 << 20
    var record = 256 << 20
    var header = 4 << 20
    var columns = 200_000
    /// Files that must be decoded as a whole, such as UTF-16.
    var decoded = 2 << 30
    var scanLevel = cbs_best_level()

    init() {}
}

/// Whole records of one wave, with the offsets of all their field ends.
struct Piece {
    /// Counted over the whole input; decides the lane.
    var number: Int
    var start: Int
    var end: Int
    /// Offsets into the wave; `ends[-1]` is one less than `start`, so that every field begins after the end before it.
    var ends: UnsafeMutablePointer<UInt32>
    var fields: Int
    var lineEnds: Int
    /// Line ends in all, those inside quotes included.
    var lineBytes: Int
    var flags: UInt32
    var firstLine: Int64
}

/// The memory of a wave: the bytes and room for one offset a byte; kept from file to file.
final class WaveBuffer {
    /// Bytes before the first and after the last that may be read without harm.
    static let margin = 64

    private(set) var bytes: UnsafeMutablePointer<UInt8>
    private(set) var ends: UnsafeMutablePointer<UInt32>
    private(set) var capacity: Int
    private var slots: Int
    /// Pieces made so far, in all files.
    var pieceCount = 0

    init(capacity: Int) {
        self.capacity = capacity
        slots = 2 * capacity + 2 * Self.margin
        bytes = .allocate(capacity: capacity + 2 * Self.margin)
        bytes.initialize(repeating: 0, count: Self.margin)
        ends = .allocate(capacity: slots)
    }

    deinit {
        bytes.deallocate()
        ends.deallocate()
    }

    /// Makes room for `wanted` bytes, keeping the first `used` ones.
    func reserve(_ wanted: Int, keeping used: Int) {
        guard wanted > capacity else { return }
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: wanted + 2 * Self.margin)
        larger.update(from: bytes, count: Self.margin + used)
        bytes.deallocate()
        ends.deallocate()
        bytes = larger
        capacity = wanted
        slots = 2 * wanted + 2 * Self.margin
        ends = .allocate(capacity: slots)
    }
}

/// Reads one file wave by wave and cuts each wave into pieces of whole records.
///
/// Pieces are scanned at the same time, each as if it began a record after the first line end at its border. Then, in
/// order, a piece that ends outside quotes proves that the next one began rightly; one that ends inside quotes goes on
/// into the next, which is thereby void. So no guess can be wrong, and the pieces do not depend on the thread count.
final class WaveReader {
    let source: ByteSource
    let form: FileForm
    let sizes: ReadingSizes
    let threads: Int
    let buffer: WaveBuffer
    var header = Header(names: [])
    var separator = UInt8(ascii: ",")
    var lineEnd = UInt8(ascii: "\n")
    /// True where the text was declared to be in another encoding or bears a mark, so a bad byte has another hint.
    var isDeclared = false
    var encodingName = "utf-8"
    /// The line on which the data not yet read begins.
    var line: Int64 = 1
    var dataStart = WaveBuffer.margin
    var dataEnd = WaveBuffer.margin
    /// The place in the file of the buffer's first byte.
    private(set) var origin = 0
    /// The bytes of the buffer that this wave brought, before any decoding: what a digest covers.
    private(set) var fresh = WaveBuffer.margin..<WaveBuffer.margin
    private(set) var pieces: [Piece] = []
    var digest: SHA256Stream?
    private var isLineEndAdded = false
    /// True where the digest covers the whole file already, or nobody asked for one.
    var isDigestComplete = false
    private var digested = 0

    init(path: String, form: FileForm, sizes: ReadingSizes, threads: Int, buffer: WaveBuffer, wantsDigest: Bool = false)
        throws(TableError)
    {
        source = try ByteSource(path: path)
        self.form = form
        self.sizes = sizes
        self.threads = threads
        self.buffer = buffer
        if wantsDigest { digest = SHA256Stream() }
        try readHead()
        // The head leaves the buffer before the first wave, so its bytes are digested now.
        digestFreshBytes()
        fresh = dataEnd..<dataEnd
    }

    /// Reads until `wanted` bytes are at hand or the input ends.
    func fill(to wanted: Int) throws(TableError) {
        let used = dataEnd - WaveBuffer.margin
        guard wanted > used, !source.isAtEnd else { return }
        buffer.reserve(wanted, keeping: used)
        let count = try source.read(into: buffer.bytes + dataEnd, capacity: wanted - used, threads: threads)
        fresh = fresh.isEmpty ? dataEnd..<(dataEnd + count) : fresh.lowerBound..<(dataEnd + count)
        dataEnd += count
    }

    func restart() {
        dataStart = WaveBuffer.margin
        dataEnd = WaveBuffer.margin
        fresh = dataStart..<dataStart
    }

    /// Gives the fresh bytes to the digest; may run beside the decoding.
    func digestFreshBytes() {
        guard let digest, !isDigestComplete, !fresh.isEmpty else { return }
        digest.add(UnsafeRawBufferPointer(start: buffer.bytes + fresh.lowerBound, count: fresh.count))
        digested += fresh.count
    }

    /// The lines at the end that are left out are part of the file all the same.
    private func digestRest() throws(TableError) {
        guard let digest, !isDigestComplete, source.isFile else { return }
        while digested < source.size {
            let step = min(source.size - digested, 1 << 20)
            try source.tail(count: step, before: digested + step).withUnsafeBytes { digest.add($0) }
            digested += step
        }
    }

    /// What the report says of the file.
    func report(rows: Int) -> FileReport {
        FileReport(
            path: source.path, bytes: source.byteCount, rows: rows, delimiter: separator, encoding: encodingName,
            sha256: digest?.hex() ?? "")
    }

    func place(line: Int64, column: String? = nil) -> Place {
        Place(file: source.path, line: Int(line), column: column)
    }

    func fileOffset(of position: Int) -> Int { origin + position - WaveBuffer.margin }

    /// Reads the next wave into `pieces`; false at the end of the file.
    ///
    /// - Throws: `.unclosedQuote`, `.overLimit`, `.changed`, `.cannotOpen`.
    func next() throws(TableError) -> Bool {
        moveRestToFront()
        var target = sizes.wave
        while true {
            try fill(to: target)
            if source.isAtEnd {
                if dataEnd == dataStart {
                    try digestRest()
                    try source.checkUnchanged()
                    return false
                }
                addLineEnd()
            }
            (buffer.bytes + dataEnd).update(repeating: 0, count: WaveBuffer.margin)
            if scan() {
                try checkFields()
                return true
            }
            try refuseEndlessField()
            target = 2 * max(target, dataEnd - WaveBuffer.margin)
        }
    }

    private func moveRestToFront() {
        let shift = dataStart - WaveBuffer.margin
        guard shift > 0 else {
            fresh = dataEnd..<dataEnd
            return
        }
        let rest = dataEnd - dataStart
        (buffer.bytes + WaveBuffer.margin).update(from: buffer.bytes + dataStart, count: rest)
        dataStart -= shift
        dataEnd -= shift
        origin += shift
        // What came before was digested with its own wave.
        fresh = dataEnd..<dataEnd
    }

    /// The last line may lack its line end; the scan needs one.
    private func addLineEnd() {
        guard !isLineEndAdded, buffer.bytes[dataEnd - 1] != lineEnd else { return }
        buffer.reserve(dataEnd - WaveBuffer.margin + 1, keeping: dataEnd - WaveBuffer.margin)
        buffer.bytes[dataEnd] = lineEnd
        dataEnd += 1
        isLineEndAdded = true
    }

    /// - Throws: where no record is complete and either the file ends or a limit is passed.
    private func refuseEndlessField() throws(TableError) {
        let first = buffer.ends + 1
        let (fields, inside) = openRecord(first)
        let start = fields == 0 ? dataStart : Int(first[fields - 1]) + 1
        let size = dataEnd - start - (isLineEndAdded ? 1 : 0)
        let at = place(
            line: line + Int64(count(lineEnd, in: dataStart..<start)), column: header.label(fields))
        if inside, source.isAtEnd { throw .unclosedQuote(at, bytes: size) }
        if size > sizes.field { throw .overLimit(at, what: "this field", limit: TableError.size(sizes.field)) }
        if dataEnd - dataStart > sizes.record {
            throw .overLimit(place(line: line), what: "this row", limit: TableError.size(sizes.record))
        }
    }

    /// Only a wave that had to grow can hold a field over the limit.
    private func checkFields() throws(TableError) {
        for piece in pieces where piece.end - piece.start > sizes.field {
            var start = piece.start
            for field in 0..<piece.fields {
                let end = Int(piece.ends[field])
                if end - start > sizes.field {
                    let before = count(lineEnd, in: piece.start..<start)
                    throw .overLimit(
                        place(line: piece.firstLine + Int64(before)), what: "this field",
                        limit: TableError.size(sizes.field))
                }
                start = end + 1
            }
        }
    }

    private func openRecord(_ ends: UnsafeMutablePointer<UInt32>) -> (fields: Int, inside: Bool) {
        // The record has no line end outside quotes, so scanning up to its last line end byte covers every field before
        // the open one.
        let limit = lastLineEnd(in: dataStart..<dataEnd) ?? dataStart
        let result = cbs_scan(0, buffer.bytes, dataStart, limit, separator, lineEnd, 0, ends)
        return (Int(result.ends), result.inside != 0)
    }

    func count(_ byte: UInt8, in range: Range<Int>) -> Int {
        var n = 0
        for i in range where buffer.bytes[i] == byte { n &+= 1 }
        return n
    }

    // MARK: Pieces

    /// Cuts what is at hand into pieces; false where no record is complete.
    private func scan() -> Bool {
        guard let limit = lastLineEnd(in: dataStart..<dataEnd) else { return false }
        let starts = guessedStarts(limit: limit)
        let results = scanAll(starts)
        pieces.removeAll(keepingCapacity: true)
        var k = 0
        var open = false
        while k < results.count, !open {
            var result = results[k]
            var last = k
            let ends = slot(starts[k], k)
            while result.inside != 0, last + 1 < results.count {
                last += 1
                let more = scanRange(starts[last], starts[last + 1], inside: 1, ends + Int(result.ends))
                result.ends += more.ends
                result.line_ends += more.line_ends
                result.line_bytes += more.line_bytes
                result.flags |= more.flags
                result.inside = more.inside
            }
            open = result.inside != 0
            append(result, starts[k], starts[last + 1], ends)
            k = last + 1
        }
        guard let last = pieces.last else { return false }
        dataStart = last.end
        return true
    }

    private func lastLineEnd(in range: Range<Int>) -> Int? {
        var i = range.upperBound
        while i > range.lowerBound {
            if buffer.bytes[i - 1] == lineEnd { return i }
            i -= 1
        }
        return nil
    }

    /// The starts of the pieces, strictly rising, and the end of the last one.
    private func guessedStarts(limit: Int) -> [Int] {
        var starts = [dataStart]
        var border = dataStart + sizes.piece
        while border < limit {
            // A record that begins right at the border belongs to the piece behind it.
            var i = max(border - 1, starts[starts.count - 1])
            while buffer.bytes[i] != lineEnd { i += 1 }
            if i + 1 >= limit { break }
            starts.append(i + 1)
            border += sizes.piece * max(1, (i + 1 - border) / sizes.piece + 1)
        }
        starts.append(limit)
        return starts
    }

    /// One slot a byte and one more a piece, so that pieces never write into each other's.
    private func slot(_ start: Int, _ k: Int) -> UnsafeMutablePointer<UInt32> {
        buffer.ends + (start - WaveBuffer.margin + k + 1)
    }

    private func scanRange(_ start: Int, _ end: Int, inside: UInt32, _ ends: UnsafeMutablePointer<UInt32>) -> cbs_result
    {
        cbs_scan(Int32(sizes.scanLevel), buffer.bytes, start, end, separator, lineEnd, inside, ends)
    }

    private func scanAll(_ starts: [Int]) -> [cbs_result] {
        var results = [cbs_result](repeating: cbs_result(), count: starts.count - 1)
        let base = buffer.ends
        // Each piece reads its own bytes and writes its own slots and its own result.
        nonisolated(unsafe) let (bytes, slots) = (buffer.bytes, base)
        let (level, separator, lineEnd) = (Int32(sizes.scanLevel), separator, lineEnd)
        results.withUnsafeMutableBufferPointer { results in
            nonisolated(unsafe) let results = results
            Parallel.run(results.count, threads: threads) { k in
                let ends = slots + (starts[k] - WaveBuffer.margin + k + 1)
                results[k] = cbs_scan(level, bytes, starts[k], starts[k + 1], separator, lineEnd, 0, ends)
            }
        }
        return results
    }

    /// Adds the piece, cut back to its last whole record where it ends inside quotes.
    private func append(_ result: cbs_result, _ start: Int, _ end: Int, _ ends: UnsafeMutablePointer<UInt32>) {
        var piece = Piece(
            number: buffer.pieceCount, start: start, end: end, ends: ends, fields: Int(result.ends),
            lineEnds: Int(result.line_ends), lineBytes: Int(result.line_bytes), flags: result.flags, firstLine: line)
        if result.inside != 0 {
            while piece.fields > 0, buffer.bytes[Int(ends[piece.fields - 1])] != lineEnd { piece.fields -= 1 }
            guard piece.fields > 0 else { return }
            piece.end = Int(ends[piece.fields - 1]) + 1
            piece.lineBytes = count(lineEnd, in: start..<piece.end)
        }
        ends[-1] = UInt32(start - 1)
        line += Int64(piece.lineBytes)
        buffer.pieceCount += 1
        pieces.append(piece)
    }
}
