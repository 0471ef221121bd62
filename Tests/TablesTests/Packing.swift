import CZlib
import CZstd

/// Makes compressed files for the tests.
enum Packing {
    /// One gzip member; with an extra field `BC`, a BGZF block.
    static func gzip(_ bytes: [UInt8], isBlock: Bool = false) -> [UInt8] {
        var stream = z_stream()
        deflateInit2_(
            &stream, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        var bytes = bytes
        var packed = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 16)
        let count = bytes.withUnsafeMutableBufferPointer { input in
            packed.withUnsafeMutableBufferPointer { output in
                (stream.next_in, stream.avail_in) = (input.baseAddress, UInt32(input.count))
                (stream.next_out, stream.avail_out) = (output.baseAddress, UInt32(output.count))
                _ = deflate(&stream, Z_FINISH)
                return output.count - Int(stream.avail_out)
            }
        }
        let check = UInt32(crc32(0, bytes, UInt32(bytes.count)))
        var head: [UInt8] = [0x1F, 0x8B, 8, isBlock ? 4 : 0, 0, 0, 0, 0, 0, 255]
        if isBlock {
            let size = count + 26 - 1
            head += [6, 0, UInt8(ascii: "B"), UInt8(ascii: "C"), 2, 0, UInt8(size & 255), UInt8(size >> 8)]
        }
        return head + packed.prefix(count) + word(check) + word(UInt32(bytes.count))
    }

    /// Blocks of at most so many bytes and the empty one that ends a BGZF file.
    static func blocks(_ bytes: [UInt8], of size: Int) -> [UInt8] {
        stride(from: 0, to: bytes.count, by: size).flatMap {
            gzip(Array(bytes[$0..<min($0 + size, bytes.count)]), isBlock: true)
        } + gzip([], isBlock: true)
    }

    /// One zstd frame, which says how long it is and holds a checksum.
    static func zstd(_ bytes: [UInt8], checksum: Bool = true) -> [UInt8] {
        let context = ZSTD_createCCtx()
        defer { ZSTD_freeCCtx(context) }
        _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum ? 1 : 0)
        var packed = [UInt8](repeating: 0, count: ZSTD_compressBound(bytes.count))
        let count = ZSTD_compress2(context, &packed, packed.count, bytes, bytes.count)
        return Array(packed.prefix(count))
    }

    /// A frame that readers skip.
    static func skipped(_ bytes: [UInt8]) -> [UInt8] { [0x5A, 0x2A, 0x4D, 0x18] + word(UInt32(bytes.count)) + bytes }

    private static func word(_ value: UInt32) -> [UInt8] {
        (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
