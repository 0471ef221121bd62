import Panels
import Regression
import Tables

/// Effects by event time from stacks, one for each start: its units and those untreated all through a window around it, in
/// one weighted regression on treated, event time and their products.
///
/// Comparison results of stack a and event time k weigh (W^D_ak/ΣW^D_k)/(W^C_ak/ΣW^C_k), so that both arms hold every start in
/// the proportions of the treated; without that the mix of starts differs between the arms. The headline is the plain mean
/// over event times from 0. Clusters are those of the units: a unit's copies count as one.
/// - Source: Wing, Freedman & Hollingsworth (2024), *Stacked difference-in-differences*, NBER 32054.
public struct StackedDiD: Estimator {
    public static let name = EstimatorName.stacked
    /// Event times of every stack; nil for the largest window that keeps every start.
    public let window: ClosedRange<Int>?
    /// True: units that start after a stack's window compare in it as well.
    public let comparesWithNotYet: Bool

    public init(window: ClosedRange<Int>? = nil, comparesWithNotYet: Bool = true) {
        self.window = window
        self.comparesWithNotYet = comparesWithNotYet
    }

    public func fixedEffects(_ design: Design) -> [CellFactor] { [] }

    /// - Throws: `.noStack` where no start keeps a stack, `.rowsNeeded` for covariates that vary within cells.
    public func fit(_ whole: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try whole.refuseAbsorbed(Self.name)
        try whole.checkCovariatesByRow(Self.name)
        let present = whole.isPresentUnit
        let plan = StackPlan(
            ordinals: whole.periods.map(\.ordinal), present: Array(Set(whole.period)).sorted(),
            starts: whole.units.indices.filter { present[$0] }.map { whole.start[$0] }, window: window,
            comparesWithNotYet: comparesWithNotYet)
        let design = Self.used(whole, plan)
        let rows = StackedRows(design, plan)
        guard rows.eventTimes.contains(where: { $0 >= 0 }) else {
            throw .noStack(
                window: plan.window, starts: (plan.beyondData + plan.withoutComparison).map(whole.label))
        }
        return try rows.fit(warnings: warnings(whole, plan, rows))
    }

    /// Units in some stack with all their results, but without treated ones of starts that have no stack.
    private static func used(_ design: Design, _ plan: StackPlan) -> Design {
        let own = Set(plan.stacks.map(\.start))
        return design.keeping(
            (0..<design.cellCount).map { c in
                let start = design.start[design.unit[c]]
                guard let start, !own.contains(start) else { return true }
                return !design.isTreated[c] && plan.stacks.contains { plan.role(start, in: $0) == false }
            })
    }

    private func warnings(_ design: Design, _ plan: StackPlan, _ rows: StackedRows) -> [Warning] {
        let text = "\(plan.window.lowerBound):\(plan.window.upperBound)"
        var warnings: [Warning] = []
        func names(_ starts: [Int]) -> String { starts.map(design.label).joined(separator: ", ") }
        if window == nil {
            warnings.append(
                Warning("stack-window", "the window is \(text), the largest in which every start keeps its stack"))
        }
        if !plan.beyondData.isEmpty {
            warnings.append(
                Warning(
                    "stack-trimmed",
                    "left out, since the data do not reach over a window of \(text) around them: those that start in "
                        + names(plan.beyondData)))
        }
        if !plan.withoutComparison.isEmpty {
            warnings.append(
                Warning(
                    "stack-trimmed",
                    "left out, since nobody stays untreated all through a window of \(text) around them: those that start in "
                        + names(plan.withoutComparison)))
        }
        if !rows.partial.isEmpty {
            warnings.append(
                Warning(
                    "stack-holes",
                    "some starts have no results to compare at some event times, so that these rest on the others: "
                        + rows.partial.joined(separator: "; ")))
        }
        return warnings
    }
}

extension EstimatorOptions {
    /// Units that start later compare, unless that was refused.
    var allowsNotYet: Bool { comparison != .never }
}

extension Design {
    /// Refuses absorbed effects, which an estimator from changes has no place for.
    func refuseAbsorbed(_ estimator: EstimatorName) throws(EstimationError) {
        guard let first = absorbed.first else { return }
        throw .doesNotTake(
            estimator: estimator.rawValue, what: "absorbed effects (\(first.name))",
            instead: "leave out --absorb, or use --estimator imputation")
    }
}
