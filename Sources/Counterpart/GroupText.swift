import Attainment
import Panels

/// A group as it is typed: `fsm=Y`, or `sex` for each value against the rest; `fsm=Y,sex=F` for pupils with both, and
/// `fsm,sex` for each combination.
public struct GroupText: Sendable, Equatable {
    public var column: String
    public var value: String?
    /// The groups that make this one together, of which it has the first's column and value; empty where it is one.
    public private(set) var parts: [GroupText] = []

    public init(_ text: String) {
        let pieces = Self.pieces(text)
        let parts = OutcomeRequest(pieces[0])
        column = parts.column
        value = parts.equals
        if pieces.count > 1 { self.parts = pieces.map { GroupText($0) } }
    }

    /// The text cut at commas; one that stands in a value (`eth=White, Irish`) cuts nothing.
    private static func pieces(_ text: String) -> [String] {
        var pieces: [String] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
            if let last = pieces.last, last.contains("="), !piece.contains("=") {
                pieces[pieces.count - 1] = last + "," + piece
            } else {
                pieces.append(piece)
            }
        }
        return pieces
    }

    /// Every column that it names.
    public var columns: [String] { parts.isEmpty ? [column] : parts.map(\.column) }

    /// As it was typed.
    public var text: String {
        parts.isEmpty ? value.map { "\(column)=\($0)" } ?? column : parts.map(\.text).joined(separator: ",")
    }

    /// The group for `gaps`.
    ///
    /// - Throws: `RequestError.badValue` where some of several columns have a value and some have none, or a column is named
    ///   twice.
    func request(peers: String?, unknown: [String]) throws(RequestError) -> GapRequest.Group {
        guard !parts.isEmpty else {
            guard let value else { return .eachValue(column: column, unknown: unknown) }
            return .contrast(GroupContrast(column: column, value: value, peers: peers, unknown: unknown))
        }
        let values = parts.compactMap(\.value)
        guard values.isEmpty || values.count == parts.count, Set(columns).count == parts.count else {
            throw .badValue(
                option: "--group", value: text,
                allowed: "several columns with a value each, such as fsm=Y,sex=F, or without any, such as fsm,sex")
        }
        guard !values.isEmpty else { return .crossed(columns: columns, unknown: unknown) }
        return .intersection(
            zip(columns, values).map { GroupContrast(column: $0, value: $1, unknown: unknown) })
    }

    /// The group against its peers.
    ///
    /// - Throws: `RequestError.badValue` where no value was named.
    public func contrast(option: String, peers: String? = nil, unknown: [String] = []) throws(RequestError)
        -> GroupContrast
    {
        guard let value, parts.isEmpty else {
            throw .badValue(option: option, value: text, allowed: "column=value, such as fsm=Y")
        }
        return GroupContrast(column: column, value: value, peers: peers, unknown: unknown)
    }
}
