import Inference

/// The gap in one outcome between a group and its peers, for one combination of the `--by` values.
///
/// What is asked for by name alone stands in `FurtherFigures` and is read as if it stood here.
@dynamicMemberLookup
public struct GapRow: Sendable, Equatable {
    public var outcome: String
    /// `fsm=Y`, or the value of the group column where each value stands against the rest.
    public var group: String
    public var by: [ByValue]
    /// Pupils in the group, and peers.
    public var n: Double
    public var nPeers: Double
    public var mean: Double?
    public var meanPeers: Double?
    /// `meanPeers` − `mean`: positive where the group is behind.
    public var gap: Double?
    public var standardError: Double?
    public var degreesOfFreedom: Double?
    public var lower: Double?
    public var upper: Double?
    public var pValue: Double?
    public var hedgesG: Double?
    /// The gap at equal prior attainment, with its own uncertainty.
    public var progressGap: Double?
    public var progressGapStandardError: Double?
    public var progressGapLower: Double?
    public var progressGapUpper: Double?
    /// With `--change`: the period the change is measured from, and the change of the gap since then.
    public var changeFrom: String?
    public var change: Double?
    public var changeStandardError: Double?
    public var changeLower: Double?
    public var changeUpper: Double?
    public var isSuppressed = false
    /// Empty or one: there may be many rows, and most have none.
    private var further: [FurtherFigures] = []
    /// Whether any figure was asked for by name.
    package var hasFurtherFigures: Bool { !further.isEmpty }

    public init(outcome: String, group: String, by: [ByValue], n: Double, nPeers: Double) {
        self.outcome = outcome
        self.group = group
        self.by = by
        self.n = n
        self.nPeers = nPeers
    }

    public subscript<Value>(dynamicMember figure: WritableKeyPath<FurtherFigures, Value?>) -> Value? {
        get { further.first?[keyPath: figure] }
        set {
            if further.isEmpty { further.append(FurtherFigures()) }
            further[0][keyPath: figure] = newValue
        }
    }
}
