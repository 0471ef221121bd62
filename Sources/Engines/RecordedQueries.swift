import Queries
import Tables

/// An engine that keeps the digest of every query it was asked, in order.
public final class RecordedQueries: QueryEngine {
    private let engine: any QueryEngine
    /// Hex digits of the SHA-256 of each query's text.
    public private(set) var digests: [String] = []

    public init(_ engine: any QueryEngine) { self.engine = engine }

    public var dialect: Dialect { engine.dialect }
    public var version: String { engine.version }

    public func csv(_ query: String) throws -> [UInt8] {
        digests.append(SHA256Digest.hex(of: Array(query.utf8)))
        return try engine.csv(query)
    }
}
