import LinearAlgebra
import Panels
import Regression
import Tables

/// Imputation: untreated outcomes are modelled on untreated results alone, and each treated result is compared with what
/// that model expects of it.
///
/// τ̂ = Y − Z'θ̂₀ with unit and period effects, covariates, factors and absorbed effects in Z; an estimand is Σ ω τ̂.
/// For standard errors, treated residuals are taken about their average by cohort × event time (× group),
/// τ̃ = Σᵢ Vᵢ (Σ ω τ̂)ᵢ / Σᵢ Vᵢ² with Vᵢ = Σ ω over unit i's rows of that cell of the design.
/// - Source: Borusyak, Jaravel & Spiess (2024), *Revisiting event-study designs*, Review of Economic Studies.
public struct BorusyakImputation: Estimator {
    public static let name = EstimatorName.imputation
    public let window: ClosedRange<Int>?
    /// True: treated results that cannot be imputed are left out and listed in a warning. False: they stop the run.
    public let leavesOutUnidentified: Bool

    /// See `EventStudy.balanced`.
    public let balance: Int?

    public init(
        window: ClosedRange<Int>? = nil, leavesOutUnidentified: Bool = false, balance: Int? = nil
    ) {
        self.window = window
        self.balance = balance
        self.leavesOutUnidentified = leavesOutUnidentified
    }

    /// `nested` is not needed: variances work on the full hat matrix.
    public func fit(_ whole: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        let (design, model, solution, lost) = try ImputationModel.identified(
            whole, leavesOutUnidentified: leavesOutUnidentified)
        let eventTime = EventStudy.balanced(EventStudy.binned(design, window: window), design, balance)
        let cells = EstimandCells(design: design, eventTime: eventTime)
        let asked = Self.estimands(design, eventTime: eventTime).compactMap { e in cells.weights(e).map { (e, $0) } }
        let groups = ImputationGroups(design)
        var weights = Matrix(model.rows.count, 0)
        var residuals = weights
        var estimates: [Double] = []
        for (_, omega) in asked {
            weights = weights.appending(solution.weights(omega, rows: model.rows))
            residuals = residuals.appending(groups.residuals(solution, omega: omega, rows: model.rows))
            estimates.append(
                omega.indices.reduce(0) {
                    omega[$1] == 0 ? $0 : $0 + omega[$1] * solution.remainder[$1] / model.rows.scale[$1]
                })
        }
        let q = design.moments.variableCount
        return Fit(
            estimator: Self.name, design: design, rows: model.rows, estimands: asked.map(\.0), estimates: estimates,
            weights: weights, residuals: residuals, basis: .imputation(solution),
            effects: design.effects,
            untreatedOutcome: (0..<design.cellCount).map {
                design.moments.mean[$0 * q] - solution.remainder[$0] / model.rows.scale[$0]
            }, warnings: model.warnings(solution) + lost, cellWeights: asked.map { CellWeights($0.1) })
    }

    private static func estimands(_ design: Design, eventTime: [Int?]) -> [Estimand] {
        let treated = design.isTreated.indices.filter { design.isTreated[$0] }
        let events = Array(Set(treated.compactMap { eventTime[$0] })).sorted()
        let periods = Array(Set(treated.map { design.period[$0] })).sorted()
        let cohorts = design.treatedStarts
        let parts = EstimandCells.parts(design)
        return parts.map { Estimand(.overall, $0) }
            + parts.flatMap { part in events.map { Estimand(.event($0), part) } }
            + parts.flatMap { part in periods.map { Estimand(.calendar($0), part) } }
            + parts.flatMap { part in cohorts.map { Estimand(.cohort($0), part) } } + EstimandCells.exposures(design)
    }
}

/// What imputation needs that does not depend on who is treated: rows and regressors.
public struct ImputationModel: Sendable {
    public let rows: CompressedRows
    let columns: ModelColumns

    public init(_ design: Design) throws(EstimationError) {
        // Pooled by cell: which rows are untreated depends on the assignment, and so on every reassignment.
        rows = CompressedRows(design, pool: Array(0..<design.cellCount))
        let rows = rows
        columns = try regressing { () throws(RegressionError) in
            try ModelColumns(design, rows: rows, effects: design.effects, eliminating: .largest)
        }
    }

    /// The imputation of a design's own treatment.
    ///
    /// - Parameter leavesOutUnidentified: true leaves out, with a warning, treated cells that cannot be imputed; false throws.
    /// - Returns: what is left of the design, with its model.
    static func identified(
        _ design: Design, leavesOutUnidentified: Bool
    ) throws(EstimationError) -> (design: Design, model: ImputationModel, solution: Imputation, warnings: [Warning]) {
        let model = try ImputationModel(design)
        let solution = try model.solve(isTreated: design.isTreated)
        let cells = solution.unidentified
        guard !cells.isEmpty else { return (design, model, solution, []) }
        let listed = design.named(cells)
        guard leavesOutUnidentified else { throw .notImputable(cells: cells.count, examples: listed) }
        var keep = [Bool](repeating: true, count: design.cellCount)
        for c in cells { keep[c] = false }
        let rest = design.keeping(keep)
        guard rest.isTreated.contains(true) else { throw .notImputable(cells: cells.count, examples: listed) }
        var found = try identified(rest, leavesOutUnidentified: true)
        found.warnings.append(.notImputable(cells: cells.count, listed))
        return found
    }

    /// The imputation for one assignment, per cell.
    public func solve(isTreated: [Bool]) throws(EstimationError) -> Imputation {
        let solution = try Imputation(columns, rows: rows, isTreated: isTreated)
        let size = rows.outcomeSize
        let left = solution.remainder.reduce(0) { $0 + $1 * $1 } + rows.unexplained
        guard left > 1e-26 * size else {
            throw .regression(.noVariation(outcome: rows.outcomeName, cells: rows.cellCount))
        }
        return solution
    }

    func warnings(_ solution: Imputation) -> [Warning] {
        let names = solution.droppedColumns.map { columns.labels[$0] }
            .filter { $0.role == .factor || $0.role == .covariate }.map(\.name)
        guard !names.isEmpty else { return [] }
        return [
            Warning(
                "collinear",
                "left out because other regressors or fixed effects explain them completely in untreated results: "
                    + names.joined(separator: ", "))
        ]
    }
}

/// Treated cells over which effects are averaged for residuals: those of the same start, event time and group.
///
/// An average over one unit would leave that unit no residual at all, so where some start has one unit at some event time
/// the averages run over all starts at each event time, and where that is not enough either, over all treated cells of the
/// group: coarser averages stay valid and conservative (Borusyak, Jaravel & Spiess 2024, §4.3).
public struct ImputationGroups: Sendable {
    /// Per cell: its group and its unit within groups; −1 for untreated cells.
    public let group: [Int]
    let unitGroup: [Int]
    public let count: Int
    let unitGroupCount: Int

    public init(_ design: Design) {
        self.init(design, isTreated: design.isTreated, start: design.start)
    }

    /// - Parameters: an assignment of treatment other than the design's own, per cell and per unit.
    public init(_ design: Design, isTreated: [Bool], start: [Int?]) {
        let step = { (c: Int) in design.periods[design.period[c]].ordinal - (start[design.unit[c]] ?? 0) }
        let finest = Self(design, isTreated) { [start[design.unit[$0]] ?? 0, step($0)] }
        let byStep = finest.isEachShared ? finest : Self(design, isTreated) { [step($0)] }
        self = byStep.isEachShared ? byStep : Self(design, isTreated) { _ in [] }
    }

    private init(_ design: Design, _ isTreated: [Bool], key: (Int) -> [Int]) {
        var groups: [[Int]: Int] = [:]
        var units: [[Int]: Int] = [:]
        var group = [Int](repeating: -1, count: design.cellCount)
        var unitGroup = group
        for c in 0..<design.cellCount where isTreated[c] {
            let whole = key(c) + [design.isGroup?[c] == true ? 1 : 0]
            let g = groups[whole] ?? groups.count
            groups[whole] = g
            let ug = units[[g, design.unit[c]]] ?? units.count
            units[[g, design.unit[c]]] = ug
            group[c] = g
            unitGroup[c] = ug
        }
        self.group = group
        self.unitGroup = unitGroup
        count = groups.count
        unitGroupCount = units.count
    }

    /// True where every group has at least two units.
    private var isEachShared: Bool {
        var units = [Int](repeating: 0, count: count)
        var seen = [Bool](repeating: false, count: unitGroupCount)
        for c in group.indices where group[c] >= 0 && !seen[unitGroup[c]] {
            seen[unitGroup[c]] = true
            units[group[c]] += 1
        }
        return units.allSatisfy { $0 > 1 }
    }

    /// Per cell: ω·V / ΣV² within its group, the weight of its τ̂ in the group's average; 0 outside the estimand.
    public func averaging(_ omega: [Double]) -> [Double] {
        var unitSum = [Double](repeating: 0, count: unitGroupCount)
        var home = [Int](repeating: 0, count: unitGroupCount)
        for c in omega.indices where group[c] >= 0 {
            unitSum[unitGroup[c]] += omega[c]
            home[unitGroup[c]] = group[c]
        }
        var squares = [Double](repeating: 0, count: count)
        for (u, sum) in unitSum.enumerated() { squares[home[u]] += sum * sum }
        return omega.indices.map { c in
            group[c] >= 0 && squares[group[c]] > 0 ? omega[c] * unitSum[unitGroup[c]] / squares[group[c]] : 0
        }
    }

    /// Residuals for an estimand: untreated rows as they are, treated ones about their group's average, 0 outside it.
    public func residuals(_ solution: Imputation, omega: [Double], rows: CompressedRows) -> [Double] {
        let share = averaging(omega)
        var average = [Double](repeating: 0, count: count)
        for c in share.indices where share[c] != 0 {
            average[group[c]] += share[c] * solution.remainder[c] / rows.scale[c]
        }
        return rows.scale.indices.map { r in
            guard solution.isTreated[r] else { return solution.remainder[r] }
            let c = rows.cell[r]
            return omega[c] == 0 ? 0 : solution.remainder[r] - rows.scale[r] * average[group[c]]
        }
    }
}

extension Matrix {
    /// This matrix with one more column.
    func appending(_ column: [Double]) -> Matrix {
        Matrix(rows: rows, columns: columns + 1, storage: storage + column)
    }
}
