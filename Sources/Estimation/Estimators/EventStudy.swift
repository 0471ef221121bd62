import Panels

/// Effects by calendar steps since the start, against the last step before it, beside unit and period effects.
///
/// One dummy for each event time but the reference: −1, or the last event time before −1 that exists where −1 is a hole.
/// Event times outside the window are binned into its ends. Never treated units are 0 in every dummy. The overall effect
/// is the mean of the post-start coefficients, weighted by treated rows.
public struct EventStudy: Estimator {
    public static let name = EstimatorName.eventStudy
    /// Event times kept apart; all where nil.
    public let window: ClosedRange<Int>?

    public init(window: ClosedRange<Int>? = nil) { self.window = window }

    /// - Throws: `.windowWithoutReference` where no event time before the start is left to compare with.
    public func fit(_ design: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        let eventTime = Self.binned(design, window: window)
        let times = Array(Set(eventTime.compactMap { $0 })).sorted()
        guard let reference = Self.reference(times) else {
            throw .windowWithoutReference(lower: window?.lowerBound ?? times.first ?? 0)
        }
        let columns = times.filter { $0 != reference }.flatMap { e in
            TreatmentRegression.byPart(design, "event time \(e)", eventTime.map { $0 == e ? 1.0 : 0 })
        }
        let parts = EstimandCells.parts(design)
        let events = parts.flatMap { part in times.filter { $0 != reference }.map { Estimand(.event($0), part) } }
        return try TreatmentRegression(
            estimator: Self.name, design: design, effects: design.effects, treatment: columns, eventTime: eventTime,
            estimands: parts.map { Estimand(.overall, $0) } + events + TwoWayFixedEffects.periodEstimands(design)
        ).fit(nested: nested)
    }

    /// Event times moved into the window's ends.
    public static func binned(_ design: Design, window: ClosedRange<Int>?) -> [Int?] {
        guard let window else { return design.eventTime }
        return design.eventTime.map { $0.map { min(max($0, window.lowerBound), window.upperBound) } }
    }

    /// Event times of units that are seen so many steps after their start, up to there; nil for others.
    ///
    /// - Parameters:
    ///   - eventTime: per cell, after binning.
    ///   - balance: nil leaves all as they are.
    public static func balanced(_ eventTime: [Int?], _ design: Design, _ balance: Int?) -> [Int?] {
        guard let balance else { return eventTime }
        var last: [Int: Int] = [:]
        for (c, e) in design.eventTime.enumerated() {
            if let e, let start = design.start[design.unit[c]] { last[start] = max(last[start] ?? e, e) }
        }
        return eventTime.indices.map { c in
            guard let e = eventTime[c], e <= balance, let start = design.start[design.unit[c]] else { return nil }
            return (last[start] ?? 0) >= balance ? e : nil
        }
    }

    /// −1, or the last event time before it.
    public static func reference(_ times: [Int]) -> Int? { times.last { $0 <= -1 } }
}
