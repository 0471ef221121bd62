import CByteScan

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
    private(set) var buffer: WaveBuffer
    /// Where the next wave goes, so that the present one can be decoded meanwhile; `nil` where nobody does.
    private var spare: WaveBuffer?
    var header = Header(names: [])
    var separator = UInt8(ascii: ",")
    var lineEnd = UInt8(ascii: "\n")
    /// True where the text was declared to be in another encoding or bears a mark, so a bad byte has another hint.
    var isDeclared = false
    var encodingName = "utf-8"
    /// True where files were joined mark and all, so that the first begins with more than one.
    var hasRepeatedMark = false
    /// The line on which the data not yet read begins.
    var line: Int64 = 1
    var dataStart = WaveBuffer.margin
    var dataEnd = WaveBuffer.margin
    /// The place in the file of the buffer's first byte.
    private(set) var origin = 0
    /// The bytes of the buffer that this wave brought, before any decoding: what a digest covers.
    private(set) var fresh = WaveBuffer.margin..<WaveBuffer.margin
    var pieces: [Piece] = []
    var digest: SHA256Stream?
    /// Bytes that a wave should have.
    var waveSize: Int
    private var isLineEndAdded = false
    /// True where the digest covers the whole file already, or nobody asked for one.
    var isDigestComplete = false
    private var digested = 0

    init(
        path: String, form: FileForm, sizes: ReadingSizes, threads: Int, buffer: WaveBuffer, spare: WaveBuffer? = nil,
        wantsDigest: Bool = false, digestLimit: Int = .max
    ) throws(TableError) {
        self.form = form
        self.sizes = sizes
        waveSize = sizes.wave
        self.threads = threads
        self.buffer = buffer
        self.spare = spare
        digest = wantsDigest ? SHA256Stream() : nil
        source = try ByteSource(path: path, unpacks: form.limits, threads: threads, digest: digest)
        if source.isFile, source.size > digestLimit { digest = nil }
        // A compressed file is digested as it is stored, while it is unpacked.
        isDigestComplete = source.isPacked
        try readHead()
        // The head leaves the buffer before the first wave, so its bytes are digested now.
        addToDigest(freshBytes)
        fresh = dataEnd..<dataEnd
    }

    /// Reads until `wanted` bytes are at hand or the input ends.
    func fill(to wanted: Int) throws(TableError) {
        let used = dataEnd - WaveBuffer.margin
        guard wanted > used, !source.isAtEnd else { return }
        try buffer.reserve(wanted, keeping: used)
        let count = try source.read(into: buffer.bytes + dataEnd, capacity: wanted - used, threads: threads)
        fresh = fresh.isEmpty ? dataEnd..<(dataEnd + count) : fresh.lowerBound..<(dataEnd + count)
        dataEnd += count
    }

    func restart() {
        dataStart = WaveBuffer.margin
        dataEnd = WaveBuffer.margin
        fresh = dataStart..<dataStart
    }

    /// The bytes that this wave brought, where a digest still wants them. They last until the wave after the next.
    var freshBytes: UnsafeRawBufferPointer {
        guard digest != nil, !isDigestComplete, !fresh.isEmpty else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(start: buffer.bytes + fresh.lowerBound, count: fresh.count)
    }

    /// Gives bytes to the digest, in their order; may run beside the decoding and the reading of the next wave.
    func addToDigest(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        digest?.add(bytes)
        digested += bytes.count
    }

    /// The lines at the end that are left out are part of the file all the same.
    func digestRest() throws(TableError) {
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

    /// Reads the next wave into `pieces`; false at the end of the file.
    ///
    /// - Throws: `.unclosedQuote`, `.overLimit`, `.changed`, `.cannotOpen`.
    func next() throws(TableError) -> Bool {
        try moveRestToFront()
        var target = waveSize
        while true {
            try fill(to: target)
            if source.isAtEnd {
                if dataEnd == dataStart {
                    try source.checkUnchanged()
                    return false
                }
                try addLineEnd()
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

    /// The same into other memory; nothing else touches that of the wave before, which somebody may be decoding.
    func next(into memory: WaveBuffer) throws(TableError) -> Bool {
        spare = memory === buffer ? nil : memory
        return try next()
    }

    private func moveRestToFront() throws(TableError) {
        let shift = dataStart - WaveBuffer.margin
        let rest = dataEnd - dataStart
        let start = buffer.bytes + dataStart
        if let other = spare {
            (spare, buffer) = (buffer, other)
            try buffer.reserve(rest, keeping: 0)
        }
        (buffer.bytes + WaveBuffer.margin).update(from: start, count: rest)
        dataStart -= shift
        dataEnd -= shift
        origin += shift
        // What came before was digested with its own wave.
        fresh = dataEnd..<dataEnd
    }

    /// The last line may lack its line end; the scan needs one.
    private func addLineEnd() throws(TableError) {
        guard !isLineEndAdded, buffer.bytes[dataEnd - 1] != lineEnd else { return }
        try buffer.reserve(dataEnd - WaveBuffer.margin + 1, keeping: dataEnd - WaveBuffer.margin)
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
        if size > form.limits.field { throw fieldOverLimit(at) }
        if dataEnd - dataStart > form.limits.row {
            throw .overLimit(
                place(line: line), what: "this row", limit: TableError.size(form.limits.row),
                option: ReadingLimits.memoryOption)
        }
    }

    private func fieldOverLimit(_ place: Place) -> TableError {
        .overLimit(
            place, what: "this field", limit: TableError.size(form.limits.field), option: ReadingLimits.fieldOption)
    }

    /// Only a wave that had to grow can hold a field over the limit.
    private func checkFields() throws(TableError) {
        for piece in pieces where piece.end - piece.start > form.limits.field {
            var start = piece.start
            for field in 0..<piece.fields {
                let end = Int(piece.ends[field])
                if end - start > form.limits.field {
                    let before = count(lineEnd, in: piece.start..<start)
                    throw fieldOverLimit(place(line: piece.firstLine + Int64(before)))
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
}
