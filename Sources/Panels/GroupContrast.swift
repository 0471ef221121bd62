import Cells

/// A group of pupils set against its peers: `fsm=Y` against every other known value, or against one named value.
public struct GroupContrast: Sendable, Equatable {
    public var column: String
    /// The group's value.
    public var value: String
    /// The peers' value; nil for every other known value.
    public var peers: String?
    /// Values that join neither side, besides the empty one.
    public var unknown: [String]

    public init(column: String, value: String, peers: String? = nil, unknown: [String] = []) {
        self.column = column
        self.value = value
        self.peers = peers
        self.unknown = unknown
    }

    /// How results call the group: `fsm=Y`.
    public var label: String { "\(column)=\(value)" }

    /// For each value of a key: true in the group, false among the peers, nil where it joins neither side.
    public func sides(of values: [String]) -> [Bool?] {
        values.map { text in
            if text == value { return true }
            if let peers { return text == peers ? false : nil }
            return text.isEmpty || unknown.contains(text) ? nil : false
        }
    }
}
