import Panels

/// A group as it is typed: `fsm=Y`, or `sex` for each value against the rest.
public struct GroupText: Sendable, Equatable {
    public var column: String
    public var value: String?

    public init(_ text: String) {
        let parts = OutcomeRequest(text)
        column = parts.column
        value = parts.equals
    }

    /// The group against its peers.
    ///
    /// - Throws: `RequestError.badValue` where no value was named.
    public func contrast(option: String, peers: String? = nil, unknown: [String] = []) throws(RequestError)
        -> GroupContrast
    {
        guard let value else {
            throw .badValue(option: option, value: column, allowed: "column=value, such as fsm=Y")
        }
        return GroupContrast(column: column, value: value, peers: peers, unknown: unknown)
    }
}
