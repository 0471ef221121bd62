import Estimation
import Panels
import Tables

/// What is asked of a design's power.
public struct PowerOptions: Sendable {
    /// Estimator, level; the rest follows the rules of `DidAnalysis`.
    public var analysis = AnalysisOptions()
    /// The probability with which the effect is to be found, between the test's level and 1.
    public var power = 0.8
    /// A design with so many schools, the share of treated ones as it is.
    public var schools: Int?
    /// With so many pupils a school and period.
    public var pupils: Double?
    /// With so many periods before the first start, and from the last start on.
    public var periods: (before: Int, after: Int)?

    public init() {}

    var namesADesign: Bool { schools != nil || pupils != nil || periods != nil }
}

/// The effects that a design, and others like it, could detect, with variances estimated from its own untreated results.
public struct PowerAnalysis: Sendable {
    /// This design first.
    public var effects: [DetectableEffect]
    /// After covariates and factors are taken off, where there are any.
    public var components: VarianceComponents
    /// Of the results as they are; nil without covariates and factors.
    public var unadjusted: VarianceComponents?
    public var warnings: [Warning] = []

    /// - Throws: what `DidAnalysis.run` throws for this design or the one named.
    public init(_ whole: Design, _ options: PowerOptions) throws(EstimationError) {
        let design = whole.keeping(whole.moments.weight.map { $0 > 0 })
        try design.checkEstimable(comparesWithNotYetTreated: options.analysis.comparesWithNotYetTreated)
        let components = VarianceComponents(try AdjustedCells(untreatedCellsOf: design))
        self.components = components
        if !design.covariates.isEmpty || !design.factors.isEmpty {
            unadjusted = VarianceComponents(try AdjustedCells(untreatedCellsOf: design, isAdjusted: false))
        }
        func effect(_ label: String, _ design: Design, pupilFactor: Double = 1) throws(EstimationError)
            -> DetectableEffect
        {
            try DetectableEffect(
                label, design, components, pupilFactor: pupilFactor, options: options.analysis, power: options.power)
        }
        let this = try effect("this design", design)
        effects = [this]
        if options.namesADesign {
            let planned = Plan(design, options)
            effects.append(try effect("as named", planned.design, pupilFactor: planned.pupilFactor))
        } else {
            for plan in Plan.alternatives(design, this) {
                do {
                    effects.append(try effect(plan.label, plan.design, pupilFactor: plan.pupilFactor))
                } catch {
                    warnings.append(Warning("not-estimated", "no figures for \(plan.label): \(error.message)"))
                }
            }
        }
    }
}

/// Another design than this one.
private struct Plan {
    var label: String
    var design: Design
    var pupilFactor = 1.0

    /// The one that the options name.
    init(_ this: Design, _ options: PowerOptions) {
        label = "as named"
        var design = this
        if let schools = options.schools {
            let counts = ArmCounts(design)
            let share = Double(schools) * Double(counts.treatedUnits) / Double(counts.units)
            // Where later starters alone compare, every unit is treated in the end.
            let most = counts.treatedUnits == counts.units ? schools : schools - 1
            let treated = min(most, max(1, Int(share.rounded())))
            design = design.withUnits(treated: treated, comparison: schools - treated)
        }
        if let periods = options.periods { design = design.withPeriods(before: periods.before, after: periods.after) }
        if let pupils = options.pupils, let known = design.pupilsAUnitAndPeriod { pupilFactor = pupils / known }
        self.design = design
    }

    init(_ label: String, _ design: Design, pupilFactor: Double = 1) {
        (self.label, self.design, self.pupilFactor) = (label, design, pupilFactor)
    }

    static func alternatives(_ design: Design, _ this: DetectableEffect) -> [Plan] {
        let counts = ArmCounts(design)
        let (treated, comparison) = (counts.treatedUnits, counts.units - counts.treatedUnits)
        let (before, after) = (this.periodsBefore, this.periodsAfter)
        var plans: [Plan] = []
        if comparison > 0 {
            plans = [
                Plan("twice the partner schools", design.withUnits(treated: 2 * treated, comparison: comparison)),
                Plan("twice the comparison schools", design.withUnits(treated: treated, comparison: 2 * comparison)),
                Plan("twice all schools", design.withUnits(treated: 2 * treated, comparison: 2 * comparison)),
            ]
        }
        if design.rowsArePupils { plans.append(Plan("twice the pupils", design, pupilFactor: 2)) }
        return plans + [
            Plan("twice the periods before", design.withPeriods(before: 2 * before, after: after)),
            Plan("twice the periods after", design.withPeriods(before: before, after: 2 * after)),
        ]
    }
}
