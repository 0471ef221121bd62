import CByteScan

/// The rows of one piece that can be read: where their fields stand and on which lines they begin.
///
/// Field c of row r is bytes[ends[firsts[r] + c − 1] + 1 ..< ends[firsts[r] + c]]. The memory is kept from piece to piece.
struct PieceRows {
    private(set) var bytes: UnsafeMutablePointer<UInt8>
    /// The place in the file of the first byte after the margin.
    private(set) var origin = 0
    private(set) var ends: UnsafeMutablePointer<UInt32>
    private(set) var firsts: UnsafeMutablePointer<UInt32>
    private(set) var lines: UnsafeMutablePointer<Int64>
    /// Ones: the rows that a filter leaves out are not among the rows at all.
    private(set) var kept: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private(set) var count = 0 {
        didSet { window = 0..<count }
    }
    /// The rows that decoders work on: all, or as many as stay in the nearest cache while every column is decoded.
    var window = 0..<0
    private(set) var width = 0
    private(set) var lineEnd = UInt8(ascii: "\n")
    /// The way in which fields are decoded, as for `cbs_scan`.
    private(set) var level: Int32 = 0
    /// Rows whose last fields were not there and are read as empty, because that was asked for.
    private(set) var shortRows = 0
    private var padded: RowMemory<UInt32>

    init() {
        capacity = 0
        // No row is looked at before `take` has set the two, so any address will do.
        bytes = .allocate(capacity: 1)
        ends = .allocate(capacity: 1)
        noBytes = bytes
        noEnds = ends
        firsts = .allocate(capacity: 0)
        lines = .allocate(capacity: 0)
        kept = .allocate(capacity: 0)
        padded = RowMemory()
        reserve(64)
    }

    private let noBytes: UnsafeMutablePointer<UInt8>
    private let noEnds: UnsafeMutablePointer<UInt32>

    func deallocate() {
        noBytes.deallocate()
        noEnds.deallocate()
        padded.deallocate()
        deallocateRows()
    }

    private func deallocateRows() {
        firsts.deallocate()
        lines.deallocate()
        kept.deallocate()
    }

    private mutating func reserve(_ rows: Int) {
        guard rows > capacity else { return }
        deallocateRows()
        capacity = 2 * rows
        firsts = .allocate(capacity: capacity)
        lines = .allocate(capacity: capacity)
        kept = .allocate(capacity: capacity)
        kept.initialize(repeating: 1, count: capacity)
    }

    /// A row that cannot be read: its bytes without the line end, its line and what is wrong.
    struct Bad {
        var start: Int
        var end: Int
        var line: Int64
        var fault: RowFault
    }

    /// Takes the rows of a piece.
    ///
    /// - Returns: the blank lines; each row that cannot be read goes to `refuse`.
    mutating func take(_ piece: Piece, of file: WaveReader, refuse: (Bad) -> Void) -> Int {
        bytes = piece.bytes
        origin = piece.origin
        ends = piece.ends
        width = file.header.names.count
        lineEnd = file.lineEnd
        level = file.sizes.scanLevel
        reserve(piece.lineEnds)
        let isText =
            piece.flags & UInt32(CBS_NOT_ASCII) == 0
            || cbs_invalid_utf8(bytes + piece.start, piece.end - piece.start) == piece.end - piece.start
        let isClean = piece.flags & UInt32(CBS_STRAY_LINE_END | CBS_AFTER_QUOTE) == 0 && isText
        shortRows = 0
        if isClean, width > 1, piece.fields == piece.lineEnds * width, takeRegular(piece) { return 0 }
        return takeEach(piece, file, isText: isText, refuse)
    }

    /// Every row as wide as the header: as many line ends as rows, and each where a row ends.
    private mutating func takeRegular(_ piece: Piece) -> Bool {
        let (firsts, lines, rows) = (firsts, lines, piece.lineEnds)
        guard cbs_even(bytes, ends, rows, width, lineEnd) != 0 else { return false }
        let step = UInt32(truncatingIfNeeded: width)
        for r in 0..<rows { firsts[r] = UInt32(truncatingIfNeeded: r) &* step }
        count = rows
        if piece.lineBytes == rows {
            for r in 0..<rows { lines[r] = piece.firstLine &+ Int64(truncatingIfNeeded: r) }
        } else {
            var line = piece.firstLine
            for r in 0..<rows {
                lines[r] = line
                line += Int64(lineEnds(from: Int(firsts[r]), fields: width))
            }
        }
        return true
    }

    /// The slow walk: blank lines, rows of another width, and what the scan flagged.
    private mutating func takeEach(_ piece: Piece, _ file: WaveReader, isText: Bool, _ refuse: (Bad) -> Void) -> Int {
        var count = 0
        var blank = 0
        var line = piece.firstLine
        var first = 0
        while first < piece.fields {
            var last = first
            while bytes[Int(ends[last])] != lineEnd { last += 1 }
            let fields = last - first + 1
            if fields == 1, isBlank(first) {
                blank += 1
            } else if let fault = fault(first, fields, piece, file, isText: isText) {
                refuse(Bad(start: start(first), end: Int(ends[last]), line: line, fault: fault))
            } else {
                if fields < width { shortRows += 1 }
                firsts[count] = UInt32(first)
                lines[count] = line
                count += 1
            }
            line += Int64(lineEnds(from: first, fields: fields))
            first = last + 1
        }
        self.count = count
        if shortRows > 0 { padRows() }
        return blank
    }

    /// Copies the field ends row by row with as many as the header has; those that are not there repeat the row's end, so
    /// that their fields end before they begin, which reads as empty.
    private mutating func padRows() {
        padded.reserve(count * (width + 1))
        let target = padded.start
        for r in 0..<count {
            let first = Int(firsts[r])
            let start = r * (width + 1) + 1
            target[start - 1] = ends[first - 1]
            var isOver = false
            for c in 0..<width {
                target[start + c] = isOver ? target[start + c - 1] : ends[first + c]
                guard !isOver, bytes[Int(ends[first + c])] == lineEnd else { continue }
                isOver = true
                guard c < width - 1 else { continue }
                // The CR of a line end is cut off the last column alone, so here the field ends before it.
                let end = Int(ends[first + c])
                if lineEnd == UInt8(ascii: "\n"), end > self.start(first + c), bytes[end - 1] == UInt8(ascii: "\r") {
                    target[start + c] -= 1
                }
            }
            firsts[r] = UInt32(start)
        }
        ends = target
    }

    private func isBlank(_ first: Int) -> Bool {
        let (start, end) = (start(first), Int(ends[first]))
        return start == end || end == start + 1 && lineEnd == UInt8(ascii: "\n") && bytes[start] == UInt8(ascii: "\r")
    }

    private func start(_ field: Int) -> Int { Int(ends[field - 1]) + 1 }

    private func lineEnds(from first: Int, fields: Int) -> Int {
        var n = 0
        for i in start(first)...Int(ends[first + fields - 1]) where bytes[i] == lineEnd { n &+= 1 }
        return n
    }

    private func fault(_ first: Int, _ fields: Int, _ piece: Piece, _ file: WaveReader, isText: Bool) -> RowFault? {
        let (start, end) = (start(first), Int(ends[first + fields - 1]))
        if !isText, cbs_invalid_utf8(bytes + start, end - start) != end - start {
            return .invalidText(declared: file.isDeclared)
        }
        if piece.flags & UInt32(CBS_STRAY_LINE_END | CBS_AFTER_QUOTE) != 0 {
            var machine = PlainMachine(separator: file.separator, lineEnd: lineEnd)
            for i in start..<end {
                let step = machine.step(bytes[i], next: bytes[i + 1])
                if step == .afterQuote { return .afterQuote }
                if step == .strayLineEnd { return .strayLineEnd }
            }
        }
        if fields == width || fields < width && file.form.fillShortRows { return nil }
        let cause = fields > width ? RowFault.LikelyCause.unquotedSeparator : fields == 1 ? .note : .missingFields
        return .width(found: fields, expected: width, likely: cause)
    }

    // MARK: Fields

    /// The bytes of a field, quotes and all, without the CR of its line end.
    @inline(__always)
    func range(_ row: Int, _ column: Int) -> (start: Int, end: Int) {
        let at = Int(firsts[row]) &+ column
        let start = Int(ends[at &- 1]) &+ 1
        // A field that is not there ends before it begins (see `padRows`).
        var end = max(Int(ends[at]), start)
        if column == width &- 1, end > start, bytes[end &- 1] == UInt8(ascii: "\r"), lineEnd == UInt8(ascii: "\n") {
            end &-= 1
        }
        return (start, end)
    }

    /// One column of all rows, for the loops in C.
    func fields(_ column: Int) -> cbs_fields {
        cbs_fields(
            bytes: bytes, ends: ends, firsts: firsts, column: column,
            cut_cr: column == width - 1 && lineEnd == UInt8(ascii: "\n") ? 1 : 0)
    }

    /// Calls `body` with each row and its field of one column: where it starts and how long it is, as by `range`.
    ///
    /// Loops over millions of rows go through here, so that what all rows have in common is looked at once.
    @inline(__always)
    func forEach(_ column: Int, _ body: (_ row: Int, _ start: Int, _ length: Int) -> Void) {
        let (bytes, ends, firsts, window) = (bytes, ends, firsts, window)
        if column == width - 1, lineEnd == UInt8(ascii: "\n") {
            for row in window {
                let at = Int(firsts[row]) &+ column
                let start = Int(ends[at &- 1]) &+ 1
                var end = max(Int(ends[at]), start)
                if end > start, bytes[end &- 1] == UInt8(ascii: "\r") { end &-= 1 }
                body(row, start, end &- start)
            }
        } else {
            for row in window {
                let at = Int(firsts[row]) &+ column
                let start = Int(ends[at &- 1]) &+ 1
                body(row, start, max(Int(ends[at]), start) &- start)
            }
        }
    }

    /// The text of a field, unquoted; 16 bytes past its end may be read. It lasts until `scratch` is used again.
    @inline(__always)
    func text(_ row: Int, _ column: Int, _ scratch: ScratchText) -> (start: UnsafePointer<UInt8>, count: Int) {
        let (start, end) = range(row, column)
        guard end > start, bytes[start] == UInt8(ascii: "\"") else {
            return (UnsafePointer(bytes + start), end - start)
        }
        return quotedText(start, end, scratch)
    }

    @inline(never)
    private func quotedText(_ start: Int, _ end: Int, _ scratch: ScratchText) -> (UnsafePointer<UInt8>, Int) {
        let count = end - start - 2
        let inner = UnsafeBufferPointer(start: bytes + start + 1, count: max(count, 0))
        guard inner.contains(UInt8(ascii: "\"")) else { return (UnsafePointer(bytes + start + 1), max(count, 0)) }
        scratch.clear()
        scratch.append(unquoting: inner)
        return (scratch.start, scratch.count)
    }

    /// Leaves only the rows for which the condition holds.
    mutating func keep(where condition: (Int) -> Bool) {
        var kept = 0
        for r in 0..<count where condition(r) {
            firsts[kept] = firsts[r]
            lines[kept] = lines[r]
            kept += 1
        }
        count = kept
    }
}
