import Foundation

/// gzip (RFC 1952) without compression: blocks that hold their bytes as they are.
enum StoredGzip {
    static func pack(_ bytes: [UInt8]) -> Data {
        var data: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255]
        for start in stride(from: 0, to: max(bytes.count, 1), by: 65_535) {
            let block = bytes[start..<min(start + 65_535, bytes.count)]
            let isLast = start + 65_535 >= bytes.count
            data += [isLast ? 1 : 0] + word(UInt32(block.count), 2) + word(~UInt32(block.count), 2) + block
        }
        return Data(data + word(crc(bytes), 4) + word(UInt32(bytes.count), 4))
    }

    private static func word(_ value: UInt32, _ bytes: Int) -> [UInt8] {
        (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }

    private static func crc(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(~0) { crc, byte in
            (0..<8).reduce(crc ^ UInt32(byte)) { crc, _ in crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
    }
}
