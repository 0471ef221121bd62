/// What stands before the data: the mark, lines to skip, the header; and where the data ends.
extension WaveReader {
    /// - Throws: every way in which a file can be none of ours.
    func readHead() throws(TableError) {
        try form.check()
        let declared = try form.encoding.map { name throws(TableError) in try TextEncoding(named: name) }
        try fill(to: sizes.sample)
        try FileKind.check(
            view, path: source.path, isWide: declared == .utf16Little || declared == .utf16Big)
        try decode(declared)
        try cutLastLines()
        for _ in 0..<max(0, form.skipFirst) { try skipLine() }
        // The separator is sought over as much as ever, however much was skipped.
        try fill(to: dataStart - WaveBuffer.margin + sizes.sample)
        lineEnd = try findLineEnd()
        try skipBlankLines()
        try readHeader()
    }

    private var view: UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: buffer.bytes + dataStart, count: dataEnd - dataStart)
    }

    /// Turns the text into UTF-8 where it is not, as a whole.
    private func decode(_ declared: TextEncoding?) throws(TableError) {
        let mark = TextEncoding.mark(view)
        let encoding = mark?.encoding ?? declared ?? .utf8
        isDeclared = declared != nil || mark != nil
        encodingName = encoding.name
        if encoding == .utf8 {
            while let mark = TextEncoding.mark(view), mark.encoding == .utf8 {
                hasRepeatedMark = dataStart > WaveBuffer.margin
                dataStart += mark.length
            }
            if form.skipLast > 0, !source.isFile { try readWhole(.utf8) }
        } else {
            try readWhole(encoding)
        }
    }

    private func readWhole(_ encoding: TextEncoding) throws(TableError) {
        var bytes = Array(view)
        bytes += try source.readRest(limit: form.limits.memory, before: bytes.count, threads: threads)
        if !isDigestComplete { bytes.withUnsafeBytes { digest?.add($0) } }
        var badLine = 1
        guard let text = encoding.utf8(bytes, badLine: &badLine) else {
            throw .rows(
                .invalidText(declared: true),
                Occurrences(places: [place(line: Int64(badLine))], count: 1, found: nil))
        }
        source.replace(by: text)
        restart()
        isDigestComplete = true
        try fill(to: sizes.sample)
    }

    /// Leaves out the last lines that are not blank.
    private func cutLastLines() throws(TableError) {
        guard form.skipLast > 0 else { return }
        var window = 64 << 10
        let size = source.length
        while true {
            let tail = try source.tail(count: window, before: size)
            let start = size - tail.count
            if let cut = Self.startOfLast(form.skipLast, in: tail, isWhole: start == 0) {
                source.cutOff(at: start + cut)
                dataEnd = min(dataEnd, max(dataStart, WaveBuffer.margin + start + cut))
                return
            }
            window *= 4
        }
    }

    /// Where the last `lines` lines that are not blank begin; `nil` where the bytes do not reach that far back.
    static func startOfLast(_ lines: Int, in bytes: [UInt8], isWhole: Bool) -> Int? {
        var left = lines
        var isBlank = true
        for i in stride(from: bytes.count - 1, through: 0, by: -1) {
            if bytes[i] == UInt8(ascii: "\n") || bytes[i] == UInt8(ascii: "\r") {
                if !isBlank {
                    left -= 1
                    if left == 0 { return i + 1 }
                }
                isBlank = true
            } else if !NumberText.isBlank(bytes[i]) {
                isBlank = false
            }
        }
        return isWhole ? 0 : nil
    }

    /// The place of the next line end at or after the start of the data, reading on where needed.
    private func endOfLine(from start: Int) throws(TableError) -> Int? {
        var i = start
        while true {
            while i < dataEnd {
                if buffer.bytes[i] == UInt8(ascii: "\n") || buffer.bytes[i] == UInt8(ascii: "\r") { return i }
                i += 1
            }
            if source.isAtEnd { return nil }
            try readOn(what: "the first line")
        }
    }

    private func headerOverLimit(_ what: String) -> TableError {
        .overLimit(
            place(line: line), what: what, limit: TableError.size(form.limits.header),
            option: ReadingLimits.headerOption)
    }

    private func readOn(what: String) throws(TableError) {
        guard dataEnd - dataStart <= form.limits.header else {
            throw headerOverLimit(what)
        }
        try fill(to: 2 * max(sizes.sample, dataEnd - WaveBuffer.margin, 64))
    }

    private func skipLine() throws(TableError) {
        guard let end = try endOfLine(from: dataStart) else { throw .empty(path: source.path) }
        if buffer.bytes[end] == UInt8(ascii: "\r"), end + 1 == dataEnd, !source.isAtEnd { try readOn(what: "a line") }
        let isPair =
            buffer.bytes[end] == UInt8(ascii: "\r") && end + 1 < dataEnd && buffer.bytes[end + 1] == UInt8(ascii: "\n")
        dataStart = end + (isPair ? 2 : 1)
        line += 1
    }

    /// LF, unless the first line end outside quotes is a CR that no LF follows.
    ///
    /// The separator is not known yet, so a quote opens a field behind any byte that could be one.
    private func findLineEnd() throws(TableError) -> UInt8 {
        var quotes = OpeningQuotes(separator: form.delimiter)
        var i = dataStart
        while true {
            while i < dataEnd {
                let byte = buffer.bytes[i]
                let isOutside = !quotes.isInside(after: byte)
                if isOutside, byte == UInt8(ascii: "\n") { return byte }
                if isOutside, byte == UInt8(ascii: "\r") {
                    // One at the very end is a line end cut in two.
                    if i + 1 == dataEnd, !source.isAtEnd { try readOn(what: "the header") }
                    let isAlone = i + 1 < dataEnd && buffer.bytes[i + 1] != UInt8(ascii: "\n")
                    return isAlone ? byte : UInt8(ascii: "\n")
                }
                i += 1
            }
            if source.isAtEnd { return UInt8(ascii: "\n") }
            try readOn(what: "the header")
        }
    }

    private func skipBlankLines() throws(TableError) {
        while true {
            let found = try endOfLine(from: dataStart)
            let end = found ?? dataEnd
            var i = dataStart
            while i < end, NumberText.isBlank(buffer.bytes[i]) { i += 1 }
            guard i == end else { return }
            guard end < dataEnd else { throw .empty(path: source.path) }
            try skipLine()
        }
    }

    private func readHeader() throws(TableError) {
        while true {
            let sample = UnsafeBufferPointer(
                start: buffer.bytes + dataStart, count: min(dataEnd - dataStart, max(sizes.sample, 64)))
            try checkSeparatorLine()
            let isWhole = source.isAtEnd && sample.count == dataEnd - dataStart
            let detection = SeparatorDetection(path: source.path, lineEnd: lineEnd, isWhole: isWhole)
            if let named = form.delimiter { separator = named } else { separator = try detection.find(in: sample) }
            if let names = headerNames() {
                header = Header(
                    names: names.texts.map { String(decoding: $0, as: UTF8.self) }, line: Int(line),
                    hasRepeatedMark: hasRepeatedMark, unwrapsFormulas: form.unwrapsFormulas)
                if names.texts.count == 1 { try detection.checkOneColumn(sample, separator) }
                guard names.end - dataStart <= form.limits.header else { throw headerOverLimit("the header") }
                try checkHeader(names.texts)
                try checkHeaderForm(names.end)
                line += Int64(count(lineEnd, in: dataStart..<names.end))
                dataStart = names.end
                return
            }
            if source.isAtEnd { throw unclosedQuote() }
            try readOn(what: "the header")
        }
    }

    /// The refusal of a column that the header lacks, with the line below the header that holds its name, if one does.
    func withHeaderBelow(_ error: TableError) -> TableError {
        guard case .noSuchColumn(let name, _, _) = error else { return error }
        var machine = PlainMachine(separator: separator, lineEnd: lineEnd)
        var (start, below) = (dataStart, 0)
        for i in dataStart..<dataEnd {
            let step = machine.step(buffer.bytes[i], next: i + 1 < dataEnd ? buffer.bytes[i + 1] : nil)
            guard step == .fieldEnd || step == .lineEnd else { continue }
            if Header.trim(String(decoding: headerField(start..<i), as: UTF8.self)) == Header.trim(name) {
                return .headerBelow(
                    name: name, place(line: line + Int64(below)), skip: Int(line) - 1 + below)
            }
            start = i + 1
            if step == .lineEnd { below += 1 }
            if below == Self.linesLookedAt { break }
        }
        return error
    }

    private static var linesLookedAt: Int { 3 }

    /// `sep=;`, by which some programs tell a spreadsheet the separator, is no header.
    private func checkSeparatorLine() throws(TableError) {
        let rest = view
        let mark = Array("sep=".utf8)
        guard rest.count > mark.count, rest.prefix(mark.count).map({ $0 | 0x20 }) == mark.map({ $0 | 0x20 }) else {
            return
        }
        let behind = rest.dropFirst(mark.count + 1).first
        guard behind == nil || behind == UInt8(ascii: "\n") || behind == UInt8(ascii: "\r") else { return }
        throw .separatorLine(place(line: line), separator: rest[mark.count])
    }

    private func checkHeader(_ texts: [[UInt8]]) throws(TableError) {
        guard texts.count <= form.limits.columns else {
            throw .overLimit(
                place(line: line), what: "the number of columns", limit: TableError.grouped(form.limits.columns),
                option: ReadingLimits.columnsOption)
        }
        for (i, text) in texts.enumerated() where String(validating: text, as: UTF8.self) == nil {
            throw .rows(
                .invalidText(declared: isDeclared),
                Occurrences(places: [place(line: line, column: "column \(i + 1)")], count: 1, found: nil))
        }
    }

    /// What stops a row stops the header too.
    private func checkHeaderForm(_ end: Int) throws(TableError) {
        var machine = PlainMachine(separator: separator, lineEnd: lineEnd)
        var fields = 1
        for i in dataStart..<end {
            let fault: RowFault
            switch machine.step(buffer.bytes[i], next: i + 1 < end ? buffer.bytes[i + 1] : lineEnd) {
            case .fieldEnd:
                fields += 1
                continue
            case .afterQuote: fault = .afterQuote
            case .strayLineEnd: fault = .strayLineEnd
            default: continue
            }
            let at = place(line: line, column: header.label(fields - 1))
            throw .rows(fault, Occurrences(places: [at], count: 1, found: nil))
        }
    }

    /// The fields of the first record, or `nil` where it is not complete.
    private func headerNames() -> (texts: [[UInt8]], end: Int)? {
        var machine = PlainMachine(separator: separator, lineEnd: lineEnd)
        var texts: [[UInt8]] = []
        var start = dataStart
        for i in dataStart..<dataEnd {
            let step = machine.step(buffer.bytes[i], next: i + 1 < dataEnd ? buffer.bytes[i + 1] : nil)
            guard step == .fieldEnd || step == .lineEnd else { continue }
            texts.append(headerField(start..<i))
            start = i + 1
            if step == .lineEnd { return (texts, i + 1) }
        }
        guard source.isAtEnd, machine.state != .quoted else { return nil }
        texts.append(headerField(start..<dataEnd))
        return (texts, dataEnd)
    }

    /// The header's last field, which a quote opens and nothing closes.
    private func unclosedQuote() -> TableError {
        var machine = PlainMachine(separator: separator, lineEnd: lineEnd)
        var (start, fields) = (dataStart, 0)
        for i in dataStart..<dataEnd
        where machine.step(buffer.bytes[i], next: i + 1 < dataEnd ? buffer.bytes[i + 1] : nil) == .fieldEnd {
            start = i + 1
            fields += 1
        }
        let at = place(line: line + Int64(count(lineEnd, in: dataStart..<start)), column: "column \(fields + 1)")
        return .unclosedQuote(at, bytes: dataEnd - start)
    }

    private func headerField(_ range: Range<Int>) -> [UInt8] {
        var bytes = range.map { buffer.bytes[$0] }
        if lineEnd == UInt8(ascii: "\n"), bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        return FieldText.unquoted(bytes)
    }
}
