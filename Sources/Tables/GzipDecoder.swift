internal import CZlib

/// gzip members by zlib, which checks the CRC and the length of each.
final class GzipDecoder: MemberDecoder {
    private let stream: UnsafeMutablePointer<z_stream>
    /// 15 bits of window, and 16 for the gzip form.
    private static let windowBits: Int32 = 15 + 16

    init?() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard inflateInit2_(stream, Self.windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            stream.deallocate()
            return nil
        }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    func begin() { inflateReset(stream) }

    func step(_ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>) -> (
        taken: Int, given: Int, isEnd: Bool
    )? {
        // zlib takes a pointer to bytes that it only reads as one that it may write to.
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = UInt32(clamping: bytes.count)
        stream.pointee.next_out = target.baseAddress
        stream.pointee.avail_out = UInt32(clamping: target.count)
        let result = inflate(stream, Z_NO_FLUSH)
        guard result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR else { return nil }
        return (
            bytes.count - Int(stream.pointee.avail_in), target.count - Int(stream.pointee.avail_out),
            result == Z_STREAM_END
        )
    }

    /// The lengths of a BGZF block, packed and unpacked: a gzip member that holds its own length in an extra field `BC`.
    static func wholeMember(_ bytes: UnsafeBufferPointer<UInt8>) -> (packed: Int, unpacked: Int)? {
        func word(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
        guard bytes.count >= 18, bytes.starts(with: PackKind.gzipMark), bytes[2] == 8, bytes[3] == 4 else { return nil }
        let end = 12 + word(10)
        var at = 12
        while at + 4 <= min(end, bytes.count) {
            let length = word(at + 2)
            if bytes[at] == UInt8(ascii: "B"), bytes[at + 1] == UInt8(ascii: "C"), length == 2, at + 6 <= bytes.count {
                let packed = word(at + 4) + 1
                guard packed >= 26, packed <= bytes.count else { return nil }
                let unpacked = word(packed - 4) | word(packed - 2) << 16
                return unpacked <= 1 << 16 ? (packed, unpacked) : nil
            }
            at += 4 + length
        }
        return nil
    }

    static func unpack(_ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        guard let decoder = GzipDecoder() else { return false }
        // A block without text still wants room for a byte that it does not write.
        var spare: UInt8 = 0
        return withUnsafeMutablePointer(to: &spare) { spare in
            let room = target.isEmpty ? UnsafeMutableBufferPointer(start: spare, count: 1) : target
            guard let step = decoder.step(bytes, into: room) else { return false }
            return step.isEnd && step.taken == bytes.count && step.given == target.count
        }
    }
}
