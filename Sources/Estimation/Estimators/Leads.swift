import Panels

/// Differences before the start: on untreated observations only, one dummy for each event time before the reference.
///
/// Keeping treated results out keeps effects that differ by start from leaking into the leads.
/// - Source: Borusyak, Jaravel & Spiess (2024), §4.4.
public struct Leads: Sendable {
    public let window: ClosedRange<Int>?

    public init(window: ClosedRange<Int>? = nil) { self.window = window }

    /// Event times that have a lead, ascending; the reference follows the last of them.
    public func times(_ untreated: Design) -> (leads: [Int], reference: Int?) {
        let times = Array(Set(EventStudy.binned(untreated, window: window).compactMap { $0 })).sorted()
        guard let reference = EventStudy.reference(times) else { return ([], nil) }
        return (times.filter { $0 < reference }, reference)
    }

    /// - Parameters:
    ///   - untreated: a design without treated cells.
    ///   - parts: whose leads, part after part; by default everyone's, or in a triple difference the gap's.
    /// - Returns: a fit with one estimand a lead and part; leads that cannot be told apart from unit and period effects are
    ///   left out.
    public func fit(_ untreated: Design, nested: CellFactor?, parts: [Estimand.Part]? = nil) throws(EstimationError)
        -> Fit
    {
        let eventTime = EventStudy.binned(untreated, window: window)
        let leads = times(untreated).leads
        let parts = parts ?? [untreated.isGroup == nil ? .everyone : .gap]
        return try TreatmentRegression(
            estimator: .eventStudy, design: untreated, effects: untreated.effects,
            treatment: leads.flatMap { e in
                TreatmentRegression.byPart(untreated, "event time \(e)", eventTime.map { $0 == e ? 1.0 : 0 })
            }, eventTime: eventTime, estimands: parts.flatMap { part in leads.map { Estimand(.event($0), part) } },
            leavesOutDependent: true,
            reportsCoefficients: false
        ).fit(nested: nested)
    }
}
