/// The largest departure from parallel trends that leaves an effect different from zero.
public enum Breakdown: Sendable, Equatable {
    /// The interval holds zero without any departure.
    case none
    case at(Double)
    /// No departure that was tried, this the largest, makes the interval reach zero.
    case beyond(Double)

    /// - Parameters:
    ///   - scale: a departure of ordinary size, above 0.
    ///   - interval: for a bound M; its ends move outwards as M grows.
    static func find<Failure: Error>(
        scale: Double, _ interval: (Double) throws(Failure) -> SensitivityInterval
    ) throws(Failure) -> Breakdown {
        let start = try interval(0)
        guard start.isAwayFromZero else { return .none }
        // How far the end next to zero is beyond it.
        let sign: Double = start.lower > 0 ? 1 : -1
        func reach(_ found: SensitivityInterval) -> Double { sign > 0 ? -found.lower : found.upper }
        var below = (x: 0.0, value: reach(start))
        var above = below
        var m = scale
        for _ in 0..<24 {
            above = (m, reach(try interval(m)))
            if above.value >= 0 { break }
            below = above
            m *= 2
        }
        guard above.value >= 0 else { return .beyond(below.x) }
        return .at(
            try FalsePosition(below: below, above: above, tolerance: 1e-9) { m throws(Failure) in
                reach(try interval(m))
            }.lower)
    }
}
