/// Absence: the sessions that a pupil missed as a percentage of those that were possible.
public struct AbsenceRate: Sendable {
    public static let name = "absence"
    public static let unit = "percent of possible sessions"

    public init() {}

    /// - Returns: nil without a possible session.
    public func value(missed: Double, possible: Double) -> Double? { possible > 0 ? 100 * missed / possible : nil }

    /// Whether a pupil reaches a threshold in percent, as persistent absence is told.
    ///
    /// Compared as 100 × missed with threshold × possible, so that a pupil on the threshold is in.
    public func reaches(_ percent: Double, missed: Double, possible: Double) -> Bool? {
        possible > 0 ? 100 * missed >= percent * possible : nil
    }
}
