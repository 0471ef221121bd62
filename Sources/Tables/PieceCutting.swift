import CByteScan

/// Cutting a wave into pieces, scanning them at the same time, and proving in order that each begins a record.
extension WaveReader {
    /// Cuts what is at hand into pieces; false where no record is complete.
    func scan() -> Bool {
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

    func lastLineEnd(in range: Range<Int>) -> Int? {
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
            number: buffer.made.pieces, bytes: buffer.bytes, origin: origin, rowsBefore: buffer.made.rows,
            start: start, end: end, ends: ends, fields: Int(result.ends), lineEnds: Int(result.line_ends),
            lineBytes: Int(result.line_bytes), flags: result.flags, firstLine: line)
        if result.inside != 0 {
            while piece.fields > 0, buffer.bytes[Int(ends[piece.fields - 1])] != lineEnd { piece.fields -= 1 }
            guard piece.fields > 0 else { return }
            piece.end = Int(ends[piece.fields - 1]) + 1
            piece.lineBytes = count(lineEnd, in: start..<piece.end)
        }
        ends[-1] = UInt32(start - 1)
        line += Int64(piece.lineBytes)
        buffer.made.pieces += 1
        buffer.made.rows += piece.lineEnds
        pieces.append(piece)
    }
}
