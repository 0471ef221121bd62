internal import CZstd

/// zstd frames by libzstd, which checks the checksum and the length of each where the frame holds them.
final class ZstdDecoder: MemberDecoder {
    private let context: OpaquePointer

    init?() {
        guard let context = ZSTD_createDCtx() else { return nil }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    func begin() { _ = ZSTD_DCtx_reset(context, ZSTD_reset_session_only) }

    func step(_ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>) -> (
        taken: Int, given: Int, isEnd: Bool
    )? {
        var input = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
        var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        let result = ZSTD_decompressStream(context, &output, &input)
        guard ZSTD_isError(result) == 0 else { return nil }
        return (input.pos, output.pos, result == 0)
    }

    /// The lengths of a frame that says how much it unpacks to, or of one to be skipped.
    static func wholeMember(_ bytes: UnsafeBufferPointer<UInt8>) -> (packed: Int, unpacked: Int)? {
        let packed = ZSTD_findFrameCompressedSize(bytes.baseAddress, bytes.count)
        guard ZSTD_isError(packed) == 0 else { return nil }
        // The two values at the top of the range mean "not known" and "no frame".
        let unpacked = ZSTD_getFrameContentSize(bytes.baseAddress, bytes.count)
        guard let unpacked = Int(exactly: unpacked) else { return nil }
        return (packed, unpacked)
    }

    static func unpack(_ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>) -> Bool {
        guard let decoder = ZstdDecoder() else { return false }
        let result = ZSTD_decompressDCtx(
            decoder.context, target.baseAddress, target.count, bytes.baseAddress, bytes.count)
        return ZSTD_isError(result) == 0 && result == target.count
    }
}
