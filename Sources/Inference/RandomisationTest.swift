import Estimation
import LinearAlgebra
import Panels
import Tables

/// A randomisation test of no effect for any unit: treatment reassigned among units, cohort sizes kept.
public struct RandomisationTest: Sendable, Equatable {
    /// Of the studentised effect.
    public var pValue: Double
    /// Of the effect itself, which is right only where units' results spread alike; nil where it was not compared.
    public var rawPValue: Double?
    /// The smallest p-value that this design could give.
    public var smallestPossible: Double
    public var assignments: Int
    public var isEnumerated: Bool
    /// Assignments that gave no estimate and are in no count: where the comparison is built anew, those without counterparts.
    public var passedOver = 0

    public init(pValue: Double, smallestPossible: Double, assignments: Int, isEnumerated: Bool) {
        self.pValue = pValue
        self.smallestPossible = smallestPossible
        self.assignments = assignments
        self.isEnumerated = isEnumerated
    }
}

extension RandomisationTest {
    /// Tests that no unit was affected, by reassigning starts; the statistic is the studentised headline.
    ///
    /// p = (1 + #{|T*| ≥ |T|})/(R + 1), or the plain share where all assignments are tried; ties count, to 1e-10.
    /// Assignments under which the estimator does not exist are left out of the count. A comparison that was chosen for the
    /// treated is chosen anew for each assignment.
    /// - Returns: nil where treatment does not follow from starts, or the headline itself has no statistic.
    static func run(
        _ fit: Fit, _ estimator: any Estimator, window: ClosedRange<Int>?, draws: Int, seed: UInt64, threads: Int,
        comparison: RebuiltComparison? = nil
    ) throws(EstimationError) -> RandomisationTest? {
        let design = comparison?.pool ?? fit.design
        // Who began and who ended cannot be dealt anew among all.
        guard draws > 0, !design.hasTreatedAtFirst, design.isTreated(under: design.start) == design.isTreated else {
            return nil
        }
        let reassignment = Reassignment(design, draws: draws, seed: seed)
        let statistic: HeadlineStatistic
        if let comparison {
            statistic = HeadlineStatistic(estimator, comparison)
        } else {
            statistic = try HeadlineStatistic(fit, estimator, window: window)
        }
        guard let observed = statistic(design.start) else { return nil }
        let drawn = concurrently(reassignment.count, threads: threads) { statistic(reassignment.starts($0)) }
        var test = RandomisationTest(
            observed: observed.statistic, drawn: drawn.map { $0?.statistic }, reassignment: reassignment)
        test?.rawPValue = reassignment.share(of: drawn.compactMap { $0?.estimate }, reaching: observed.estimate)
        return test
    }

    /// - Parameter drawn: absolute or one-sided statistics alike: sizes are compared.
    init?(observed: Double, drawn: [Double?], reassignment: Reassignment) {
        let sizes = drawn.compactMap { $0.map(abs) }
        guard !sizes.isEmpty, !observed.isNaN else { return nil }
        let largest = sizes.max() ?? 0
        // Where all assignments are known, mirror images tie (both arms of equal size).
        let atTop = sizes.reduce(0) { $0 + ($1 >= largest * (1 - 1e-10) ? 1 : 0) }
        self.init(
            pValue: reassignment.share(of: sizes, reaching: observed),
            smallestPossible: reassignment.isEnumerated
                ? Double(atTop) / Double(sizes.count)
                : max(1 / Double(sizes.count + 1), 1 / reassignment.possibleCount),
            assignments: sizes.count, isEnumerated: reassignment.isEnumerated)
        passedOver = drawn.count - sizes.count
    }
}

extension Reassignment {
    /// The share of draws at least as far from 0 as what was observed, ties counted; unless all were tried, what was observed
    /// counts as one draw more.
    func share(of drawn: [Double], reaching observed: Double) -> Double {
        let reached = drawn.reduce(0) { $0 + (abs($1) >= abs(observed) * (1 - 1e-10) ? 1 : 0) }
        let added = isEnumerated ? 0 : 1
        return Double(reached + added) / Double(drawn.count + added)
    }
}

/// The studentised headline of a fit's estimator as a function of starts.
struct HeadlineStatistic: Sendable {
    private let compute: @Sendable ([Int?]) -> DrawnHeadline?

    func callAsFunction(_ start: [Int?]) -> DrawnHeadline? { compute(start) }

    /// With the comparison made anew for the starts; those for which none can be made have no statistic.
    init(_ estimator: any Estimator, _ comparison: RebuiltComparison) {
        compute = { start in
            guard let design = comparison.design(start, nil), let drawn = try? estimator.headline(design) else {
                return nil
            }
            return DrawnHeadline(drawn)
        }
    }

    /// - Parameter estimator: fits anew where no shorter way is known.
    init(_ fit: Fit, _ estimator: any Estimator, window: ClosedRange<Int>?) throws(EstimationError) {
        try self.init(
            estimator, fit.design, firstStart: fit.design.treatedStarts.first ?? 0, window: window)
    }

    /// - Parameters:
    ///   - design: its own starts do not matter.
    ///   - firstStart: of the four means of `did2x2`.
    init(
        _ estimator: any Estimator, _ design: Design, firstStart first: Int,
        window: ClosedRange<Int>?
    ) throws(EstimationError) {
        let dealt = DealtColumns(design)
        switch type(of: estimator).name {
        case .imputation:
            let reassigned = try ReassignedImputation(design)
            compute = { reassigned.headline(start: $0) }
        case .did2x2:
            let post = design.period.map { design.periods[$0].ordinal >= first ? 1.0 : 0 }
            let group = design.isGroup.map { $0.map { $0 ? 1.0 : 0 } }
            let nuisance = [post] + (group.map { [$0, zip(post, $0).map { $0 * $1 }] } ?? [])
            let regression = try PartialledRegression(design, effects: design.absorbed, nuisance: nuisance)
            compute = { start in
                let steps = dealt.steps(start.map { $0 == first ? first : nil })
                let arms = dealt.columns(steps.map(\.cell))
                let treated = dealt.columns(steps.filter { $0.step >= 0 }.map(\.cell))
                return regression.draw(arms + treated)?.headline(arms.map { _ in 0 } + Self.contrast(treated.count))
            }
        case .eventStudy:
            let regression = try PartialledRegression(design, effects: design.effects)
            compute = { Self.eventStudy(regression, dealt, window: window, start: $0) }
        case .twfe:
            let regression = try PartialledRegression(design, effects: design.effects)
            compute = { start in
                let columns = dealt.columns(dealt.steps(start).filter { $0.step >= 0 }.map(\.cell))
                return regression.draw(columns)?.headline(Self.contrast(columns.count))
            }
        default:
            compute = { start in
                guard let drawn = try? estimator.headline(design.starting(start)) else { return nil }
                return DrawnHeadline(drawn)
            }
        }
    }

    /// The effect, or peers less group.
    private static func contrast(_ count: Int) -> [Double] { count == 1 ? [1] : [-1, 1] }

    private static func eventStudy(
        _ regression: PartialledRegression, _ dealt: DealtColumns, window: ClosedRange<Int>?, start: [Int?]
    ) -> DrawnHeadline? {
        var cells: [Int: [Int]] = [:]
        for (c, step) in dealt.steps(start) {
            let time = window.map { min(max(step, $0.lowerBound), $0.upperBound) } ?? step
            cells[time, default: []].append(c)
        }
        let times = cells.keys.sorted()
        guard let reference = EventStudy.reference(times) else { return nil }
        let asked = times.filter { $0 != reference }
        let columns = asked.map { dealt.columns(cells[$0] ?? []) }
        // The headline's weights: treated rows by event time, within each part.
        let weight = columns.map { parts in parts.map { dealt.weight($0) } }
        let parts = columns.first?.count ?? 1
        let total = (0..<parts).map { p in
            zip(asked, weight).reduce(0.0) { $1.0 >= 0 ? $0 + $1.1[p] : $0 }
        }
        guard total.allSatisfy({ $0 > 0 }) else { return nil }
        let signs = contrast(parts)
        let contrasts = zip(asked, weight).flatMap { e, w in
            (0..<parts).map { p in e >= 0 ? signs[p] * w[p] / total[p] : 0 }
        }
        return regression.draw(columns.flatMap { $0 })?.headline(contrasts)
    }
}

extension DrawnHeadline {
    /// The headline of a fit over the root of its clusters' sum of squares.
    init(_ fit: Fit) {
        let sums = LinearEstimates(fit.keeping([0])).contributions(by: fit.design.clusters[0]).column(0)
        self.init(estimate: fit.estimates[0], variance: dot(sums, sums))
    }
}
