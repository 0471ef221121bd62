/// The compressed formats that are read, told by the first bytes of a file and never by its name.
enum PackKind: String {
    case gzip, zstd

    static let markLength = 4

    init?(ofFirst bytes: [UInt8]) {
        if bytes.starts(with: Self.gzipMark) {
            self = .gzip
        } else if Self.isZstd(bytes) {
            self = .zstd
        } else {
            return nil
        }
    }

    static let gzipMark: [UInt8] = [0x1F, 0x8B]

    /// A frame of data, or one to be skipped, which some writers put first.
    private static func isZstd(_ bytes: [UInt8]) -> Bool {
        bytes.starts(with: [0x28, 0xB5, 0x2F, 0xFD])
            || bytes.count >= 4 && bytes[0] & 0xF0 == 0x50 && bytes[1...3].elementsEqual([0x2A, 0x4D, 0x18])
    }

    /// Whether another member begins with these bytes; what else stands behind a member is junk.
    func begins(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        switch self {
        case .gzip: bytes.starts(with: Self.gzipMark)
        case .zstd: Self.isZstd(Array(bytes.prefix(4)))
        }
    }

    /// A decoder of one member after another.
    func makeDecoder() -> (any MemberDecoder)? {
        switch self {
        case .gzip: GzipDecoder()
        case .zstd: ZstdDecoder()
        }
    }

    /// The members that stand whole at the start of the bytes and say how much they unpack to: they can be unpacked at the
    /// same time. At most `most` bytes in all.
    func wholeMembers(in bytes: UnsafeBufferPointer<UInt8>, most: Int) -> [WholeMember] {
        var members: [WholeMember] = []
        var (start, size) = (0, 0)
        while start < bytes.count {
            let rest = UnsafeBufferPointer(rebasing: bytes[start...])
            let found =
                switch self {
                case .gzip: GzipDecoder.wholeMember(rest)
                case .zstd: ZstdDecoder.wholeMember(rest)
                }
            guard let (packed, unpacked) = found, unpacked <= most - size else { break }
            members.append(WholeMember(start: start, packed: packed, offset: size, unpacked: unpacked))
            start += packed
            size += unpacked
        }
        return members
    }

    /// Unpacks one whole member; false where it is damaged or not as long as it says.
    func unpack(
        _ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        switch self {
        case .gzip: GzipDecoder.unpack(bytes, into: target)
        case .zstd: ZstdDecoder.unpack(bytes, into: target)
        }
    }
}

/// A member that stands whole in memory: where it begins, how long it is, and where its text goes.
struct WholeMember {
    var start: Int
    var packed: Int
    var offset: Int
    var unpacked: Int
}

/// Unpacks members piece by piece.
protocol MemberDecoder: AnyObject {
    /// Begins a member.
    func begin()

    /// Goes on with what is at hand.
    ///
    /// - Returns: bytes taken, bytes given and whether the member ended, its checks passed; `nil` where it is damaged.
    func step(_ bytes: UnsafeBufferPointer<UInt8>, into target: UnsafeMutableBufferPointer<UInt8>) -> (
        taken: Int, given: Int, isEnd: Bool
    )?
}
