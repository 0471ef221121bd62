import Estimation
import Panels

/// The headline of an analysis made again on other data: the same estimator, variance and options.
struct SameEstimate: Sendable {
    let options: AnalysisOptions

    /// - Parameter options: with estimator and variance.
    init(_ options: AnalysisOptions) { self.options = options }

    init(_ estimated: DidAnalysis.Estimated, _ options: AnalysisOptions) {
        var same = options
        same.estimator = estimated.fit.estimator
        same.vcov = estimated.covariance.kind
        self.options = same
    }

    /// The same with one more period before the start taken for affected.
    var anticipatingOneMore: SameEstimate {
        var other = options
        other.estimation.anticipation = (options.estimation.anticipation ?? 0) + 1
        return SameEstimate(other)
    }

    func callAsFunction(_ design: Design) throws(EstimationError) -> (fit: Fit, effect: Effect) {
        let found = try DidAnalysis.estimate(design, options)
        let table = EffectTable(fit: found.fit, covariance: found.covariance, options: options)
        return (found.fit, table.effect(0))
    }

    /// The effect, or why there is none.
    func result(_ design: Design) -> DiagnosticEstimate {
        do {
            return DiagnosticEstimate(effect: try self(design).effect, reason: nil)
        } catch {
            return DiagnosticEstimate(effect: nil, reason: error.message)
        }
    }
}

/// An estimate that a diagnostic made, or why it has none.
public struct DiagnosticEstimate: Sendable, Equatable {
    public var effect: Effect?
    public var reason: String?

    public init(effect: Effect?, reason: String?) {
        self.effect = effect
        self.reason = reason
    }

    /// True where the interval lies on one side of zero.
    public var isClear: Bool {
        guard let lower = effect?.lower, let upper = effect?.upper else { return false }
        return lower > 0 || upper < 0
    }

    /// `1.2 (95% interval −0.3 to 2.7)`.
    func text(level: Double) -> String {
        guard let estimate = effect?.estimate else { return "none" }
        guard let lower = effect?.lower, let upper = effect?.upper else { return PlainNumber.text(estimate) }
        return
            "\(PlainNumber.text(estimate)) (\(PlainNumber.level(level)) interval \(PlainNumber.text(lower)) to "
            + "\(PlainNumber.text(upper)))"
    }
}

extension Design {
    /// The same cells with other starts, treated from each on.
    package func starting(_ start: [Int?]) -> Design {
        var moved = self
        moved.start = start
        moved.isTreated = isTreated(under: start)
        moved.eventTime = eventTime(under: start)
        return moved
    }

    /// True where units, once treated, stay so from their start on.
    var onlyStarts: Bool { isOn == nil && isTreated(under: start) == isTreated }
    static let treatmentEnds =
        "This cannot be had here: units' treatment does not stay once it has begun, so that starts do not say who is treated."

    /// 1 for cells of the group in a triple difference: each side of the gap is counted for itself.
    func side(_ cell: Int) -> Int { isGroup?[cell] == true ? 1 : 0 }

    /// Pupils of treated cells at each event time, the fewest; nil where pupils are not known or nothing is treated.
    var fewestTreatedPupils: Double? {
        guard let pupils else { return nil }
        var sums: [[Int]: Double] = [:]
        for c in isTreated.indices where isTreated[c] { sums[[eventTime[c] ?? 0, side(c)], default: 0] += pupils[c] }
        return sums.values.min()
    }
}

extension Design {
    /// The fewest pupils of an arm before the first start, or from it on; nil where pupils are not known.
    func fewestPupilsOfAnArm(where isIn: (Int) -> Bool = { _ in true }) -> Double? {
        guard let pupils, let first = treatedStarts.first else { return nil }
        let treated = isTreatedUnit
        let sides = isGroup == nil ? 1 : 2
        var sums = [Double](repeating: 0, count: 4 * sides)
        for c in unit.indices where isIn(c) {
            let place = (treated[unit[c]] ? 2 : 0) + (periods[period[c]].ordinal >= first ? 1 : 0)
            sums[sides * place + side(c)] += pupils[c]
        }
        return sums.min()
    }
}
