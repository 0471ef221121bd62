import Panels

/// One side of a comparison: units by their start, and in a triple difference the group's rows or its peers'.
struct GroupTimeArm {
    enum Starts {
        /// Those that start with the comparison's cohort.
        case cohort
        /// All who compare with it.
        case comparison
        /// Those with this start alone; nil for those that never start.
        case only(Int?)
    }

    var starts: Starts
    /// The group or its peers; nil for all rows.
    var isGroup: Bool?

    init(_ starts: Starts, isGroup: Bool? = nil) {
        self.starts = starts
        self.isGroup = isGroup
    }

    func contains(start: Int?, isGroup side: Bool, of comparison: GroupTimePlan.Comparison) -> Bool {
        guard isGroup == nil || isGroup == side else { return false }
        return switch starts {
        case .cohort: start == comparison.cohort
        case .comparison: start != comparison.cohort && comparison.isCompared(start)
        case .only(let chosen): start == chosen
        }
    }
}
