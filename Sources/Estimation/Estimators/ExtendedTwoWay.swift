import Panels
import Regression
import Tables

/// How outcomes follow from the sum of the effects on them.
public enum OutcomeFamily: String, Sendable, CaseIterable {
    /// The sum itself, with unit effects.
    case linear
    /// Shares: the sum on the log-odds scale, with cohort effects.
    case logit
    /// Counts: the logarithm of the outcome, with cohort effects.
    case poisson
}

/// Extended two-way fixed effects: one effect for each start and period after it, beside unit and period effects, and means
/// of them by the rows behind them.
///
/// Y = Σ δ(g, t)·1{start g}·1{period t ≥ g} + a_unit + b_period + absorbed + ε. Compared with those that do not start yet, or,
/// with leads for all but the last period before each start, with those that never start. Covariates and factors x enter
/// with a slope for each cohort and each period, and about their mean over each treated cell times its effect, so that an
/// effect is the mean over the cell's own rows. In a triple difference all of it is apart for the group and its peers.
///
/// Where no covariates enter and every unit has one row, or as many, in each period, estimates are imputation's.
/// - Source: Wooldridge (2021), *Two-way fixed effects, the two-way Mundlak regression, and difference-in-differences
///   estimators*; for logit and Poisson see `CurvedCohortPeriods`.
public struct ExtendedTwoWay: Estimator {
    public static let name = EstimatorName.etwfe
    public var family = OutcomeFamily.linear
    /// False: those that start later compare too.
    public var comparesWithNeverAlone = false
    public var leavesOutUnidentified = false
    /// See `EstimatorOptions`.
    public var outcomeCeiling: Double?
    /// See `EventStudy.balanced`.
    public var balance: Int?

    public init() {}

    public init(_ options: EstimatorOptions) {
        family = options.family ?? .linear
        comparesWithNeverAlone = options.comparison == .never
        leavesOutUnidentified = options.leavesOutUnidentified
        outcomeCeiling = options.outcomeCeiling
        balance = options.balance
    }

    public func fixedEffects(_ design: Design) -> [CellFactor] { family == .linear ? design.effects : [] }

    public func fit(_ whole: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try fit(whole, nested: nested, headlineAlone: false)
    }

    public func headline(_ design: Design) throws(EstimationError) -> Fit {
        try fit(design, nested: nil, headlineAlone: true)
    }

    private func fit(_ whole: Design, nested: CellFactor?, headlineAlone: Bool) throws(EstimationError) -> Fit {
        var used = ComparableCells(whole)
        used.leaveOutAlwaysTreated()
        try used.leaveOutPeriodsWithoutUntreated(leavesOutUnidentified)
        let design = used.design
        guard design.isTreated.contains(true) else {
            throw .noPeriodBefore(
                units: whole.isTreatedUnit.filter { $0 }.count, firstPeriod: whole.periods.first?.label ?? "")
        }
        let cells = CohortCells(design, eventTime: design.eventTime)
        let references = cells.references
        let keys = cells.keys.filter { $0.step >= 0 || comparesWithNeverAlone && !references.contains($0) }
        let events = Set(keys.map(\.step)).sorted()
        let estimands =
            headlineAlone
            ? [EstimandCells.headline(design)]
            : EstimandCells.allMeans(design, events: events) + cells.groupTimes(keys)
        // What is compared with is no estimate: it takes no part in means.
        var eventTime = design.eventTime
        for key in cells.keys where !keys.contains(key) { for c in cells.cells(key) { eventTime[c] = nil } }
        eventTime = EventStudy.balanced(eventTime, design, balance)
        let slopes = CovariateSlopes(cells, keys)
        var fit: Fit
        switch family {
        case .linear:
            fit = try TreatmentRegression(
                estimator: Self.name, design: design, effects: design.effects, treatment: keys.map(cells.column),
                slopes: slopes.isEmpty ? nil : slopes.columns, eventTime: eventTime, estimands: estimands,
                reportsCoefficients: false
            ).fit(nested: used.rest(of: nested))
        case .logit, .poisson:
            fit = try CurvedCohortPeriods(
                family: family, cells: cells, keys: keys, slopes: slopes, eventTime: eventTime, estimands: estimands,
                ceiling: outcomeCeiling
            ).fit()
        }
        fit.warnings = used.warnings + fit.warnings
        return fit
    }
}

/// Covariates and factors of extended two-way fixed effects: with slopes by cohort, by period and by treated cell.
struct CovariateSlopes {
    private(set) var columns = TreatmentRegression.Slopes()

    var isEmpty: Bool { columns.nuisance.isEmpty && columns.factors.isEmpty }

    init(_ cells: CohortCells, _ keys: [CohortCells.Key]) {
        let design = cells.design
        let parts = design.isGroup.map { $0.map { $0 ? 1 : 0 } } ?? [Int](repeating: 0, count: design.cellCount)
        let cohorts = zip(design.unit, parts).map { [design.start[$0] ?? .max, $1] }
        let periods = zip(design.period, parts).map { [$0, $1] }
        let zero = [Double](repeating: 0, count: design.cellCount)
        func indicators(_ codes: [[Int]]) -> [[Double]] {
            Set(codes).sorted { $0.lexicographicallyPrecedes($1) }.map { level in codes.map { $0 == level ? 1 : 0 } }
        }
        // A slope for each cohort; for periods all but the first of each part, which the cohorts' slopes stand for.
        let first = Set(parts).map { part in periods.filter { $0[1] == part }.map { $0[0] }.min().map { [$0, part] } }
        let later = periods.map { period in first.contains(period) ? [] : period }
        let shared = indicators(cohorts) + indicators(later).dropFirst(later.contains([]) ? 1 : 0)
        let own = keys.map { cells.column($0).values }
        for (j, name) in design.covariates.enumerated() {
            addOwner(name, shared.count)
            for (i, factor) in shared.enumerated() {
                columns.nuisance.append(
                    CovariateColumn(name: "slope \(i) of \(name)", covariate: j, factor: factor, centre: zero))
            }
            let mean = (0..<design.cellCount).map { design.moments.mean[$0 * design.moments.variableCount + j + 1] }
            for (i, factor) in own.enumerated() {
                columns.effects.append(
                    CovariateColumn(
                        name: "effect \(i) by \(name)", covariate: j, factor: factor,
                        centre: Self.centre(mean, factor, design)))
            }
        }
        for factor in design.factors {
            for (level, members) in factor.cellsByLevel.dropFirst() {
                let name = "\(factor.name)=\(factor.levels[level])"
                var dummy = zero
                for c in members { dummy[c] = 1 }
                addOwner(name, shared.count)
                for (i, part) in shared.enumerated() {
                    columns.factors.append(
                        CellColumn(name: "slope \(i) of \(name)", values: zip(part, dummy).map { $0 * $1 }))
                }
                for (i, part) in own.enumerated() {
                    let centre = Self.centre(dummy, part, design)
                    columns.factorEffects.append(
                        CellColumn(
                            name: "effect \(i) by \(name)",
                            values: part.indices.map { part[$0] * (dummy[$0] - centre[$0]) }))
                }
            }
        }
    }

    private mutating func addOwner(_ name: String, _ count: Int) {
        columns.owners.append((name, (0..<count).map { "slope \($0) of \(name)" }))
    }

    /// The weighted mean over the cells where the factor is 1, in every cell.
    private static func centre(_ values: [Double], _ factor: [Double], _ design: Design) -> [Double] {
        var (sum, total) = (0.0, 0.0)
        for c in values.indices where factor[c] != 0 {
            sum += design.moments.weight[c] * values[c]
            total += design.moments.weight[c]
        }
        return [Double](repeating: total > 0 ? sum / total : 0, count: values.count)
    }
}
