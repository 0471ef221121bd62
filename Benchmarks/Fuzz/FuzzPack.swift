/// Compressed files: any bytes behind the marks of gzip and zstd give the same answer on one thread and ahead of the
/// reading, in any sizes, and never a trap. The first byte chooses the format.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPack(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    guard count > 1 else { return 0 }
    let marks: [[UInt8]] = [
        [], [0x1F, 0x8B, 8], [0x28, 0xB5, 0x2F, 0xFD], [0x1F, 0x8B, 8, 4, 0, 0, 0, 0, 0, 255, 6, 0, 66, 67, 2, 0],
    ]
    let bytes = marks[Int(start[0]) & 3] + UnsafeBufferPointer(start: start + 1, count: count - 1)
    bytes.withUnsafeBufferPointer { bytes in
        let file = FuzzedFile(bytes)
        let whole = text(of: file.path, threads: 1, step: 1 << 16)
        precondition(whole == text(of: file.path, threads: 2, step: 997), "the text depends on threads")
        _ = FuzzedOutcome(file.path, ReadingSizes())
    }
    return 0
}

/// The unpacked bytes, or the words of the refusal.
private func text(of path: String, threads: Int, step: Int) -> [UInt8] {
    var limits = ReadingLimits()
    limits.unpacked = 8 << 20
    do {
        let source = try ByteSource(path: path, unpacks: limits, threads: threads)
        var text: [UInt8] = []
        while !source.isAtEnd {
            text += try [UInt8](unsafeUninitializedCapacity: step) { buffer, count in
                if let base = buffer.baseAddress {
                    count = try source.read(into: base, capacity: step, threads: threads)
                }
            }
        }
        return text
    } catch let refusal as any Refusal {
        return Array(refusal.description.utf8)
    } catch {
        preconditionFailure("an error that is no refusal: \(error)")
    }
}
