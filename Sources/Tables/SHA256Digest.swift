internal import CCrypto

/// SHA-256 of files and texts, as 64 hex digits.
public enum SHA256Digest {
    /// - Throws: `TableError.cannotOpen` for what is not a readable regular file.
    public static func hex(ofFileAt path: String) throws -> String {
        let source = try ByteSource(path: path)
        let stream = SHA256Stream()
        let step = 1 << 20
        let buffer = UnsafeMutablePointer<UInt8>.allocate(capacity: step)
        defer { buffer.deallocate() }
        while !source.isAtEnd {
            let count = try source.read(into: buffer, capacity: step, threads: 1)
            stream.add(UnsafeRawBufferPointer(start: buffer, count: count))
        }
        try source.checkUnchanged()
        return stream.hex()
    }

    public static func hex(of bytes: [UInt8]) -> String {
        let stream = SHA256Stream()
        bytes.withUnsafeBytes { stream.add($0) }
        return stream.hex()
    }
}

/// A SHA-256 that takes its bytes in parts. Used by one thread at a time: `@unchecked Sendable` for that reason.
final class SHA256Stream: @unchecked Sendable {
    private let context: OpaquePointer?

    init() {
        context = EVP_MD_CTX_new()
        precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256")
    }

    deinit { EVP_MD_CTX_free(context) }

    func add(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "SHA-256 failed")
    }

    /// Ends the digest; nothing can be added afterwards.
    func hex() -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "SHA-256 failed")
        return Self.hex(digest)
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

/// HMAC-SHA-256: a pseudonym that only the holder of the key can make again.
enum KeyedDigest {
    static func hex(of text: [UInt8], key: [UInt8]) -> String {
        var digest = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        // A pointer to an empty key must still be a pointer: libcrypto takes NULL for "the key as before".
        let key = key.isEmpty ? [0] : key
        let result = HMAC(EVP_sha256(), key, Int32(key.count), text, text.count, &digest, &length)
        precondition(result != nil && length == 32, "libcrypto failed to make an HMAC")
        return SHA256Stream.hex(digest)
    }
}
