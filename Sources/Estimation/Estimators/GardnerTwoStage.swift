import LinearAlgebra
import Panels
import Regression
import Tables

/// Two stages: untreated outcomes are modelled on untreated results alone; what the model leaves of all results is then
/// regressed on treatment, or on event times.
///
/// Estimates after the start are imputation's. Errors are those of both stages together: with ω the weights of a mean, θ the
/// mean and ỹ = Y − Z'θ̂₀, a row adds ω(ỹ − θ), and an untreated row −z'C(Z'ω)ỹ besides, C = (Z₀'Z₀)⁻¹. Effects that differ
/// within a mean therefore widen its interval, where imputation's conservative variance takes them about finer averages.
/// Figures before the start, all but the last, are means of the first stage's residuals and no leads: the first stage has
/// fitted those results, which draws them towards 0.
/// - Source: Gardner (2022), *Two-stage differences in differences*; Butts & Gardner (2022), The R Journal 14(3).
public struct GardnerTwoStage: Estimator {
    public static let name = EstimatorName.twoStage
    public let window: ClosedRange<Int>?
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

    /// - Throws: as imputation does.
    public func fit(_ whole: Design, nested: CellFactor?) throws(EstimationError) -> Fit {
        try fit(whole, headlineAlone: false)
    }

    public func headline(_ design: Design) throws(EstimationError) -> Fit { try fit(design, headlineAlone: true) }

    private func fit(_ whole: Design, headlineAlone: Bool) throws(EstimationError) -> Fit {
        let (design, model, solution, warnings) = try ImputationModel.identified(
            whole, leavesOutUnidentified: leavesOutUnidentified)
        var eventTime = EventStudy.binned(design, window: window)
        let reference = EventStudy.reference(Array(Set(eventTime.compactMap { $0 })).sorted())
        for c in eventTime.indices where eventTime[c] == reference { eventTime[c] = nil }
        let cells = CohortCells(design, eventTime: eventTime)
        eventTime = EventStudy.balanced(eventTime, design, balance)
        let means = EstimandCells(design: design, eventTime: eventTime)
        let events = Set(
            eventTime.indices.compactMap { c in
                eventTime[c].flatMap { design.isTreated[c] == ($0 >= 0) ? $0 : nil }
            }
        ).sorted()
        let estimands =
            headlineAlone
            ? [EstimandCells.headline(design)]
            : EstimandCells.allMeans(design, events: events) + cells.groupTimes(cells.keys.filter { $0.step >= 0 })
        let asked = estimands.compactMap { one in means.weights(one).map { (estimand: one, omega: $0) } }
        let stages = TwoStages(design, model.rows, solution, means)
        let q = design.moments.variableCount
        return Fit(
            influenceOf: Self.name, design, estimands: asked.map(\.estimand),
            estimates: asked.map { stages.estimate($0.omega) },
            influence: Matrix(
                rows: design.clusterBlocks.levels.count,
                columns: asked.map { stages.influence($0.estimand, omega: $0.omega) }),
            untreatedOutcome: (0..<design.cellCount).map { design.moments.mean[$0 * q] - stages.adjusted[$0] },
            cellWeights: asked.map { CellWeights($0.omega) }, warnings: warnings + model.warnings(solution))
    }
}

/// The second stage over what the first leaves.
private struct TwoStages {
    let design: Design
    let rows: CompressedRows
    let solution: Imputation
    let means: EstimandCells
    /// Per cell: ỹ.
    let adjusted: [Double]
    private let blocks: CellFactor

    init(_ design: Design, _ rows: CompressedRows, _ solution: Imputation, _ means: EstimandCells) {
        self.design = design
        self.rows = rows
        self.solution = solution
        self.means = means
        adjusted = (0..<design.cellCount).map { solution.remainder[$0] / rows.scale[$0] }
        blocks = design.clusterBlocks
    }

    func estimate(_ omega: [Double]) -> Double {
        omega.indices.reduce(0) { omega[$1] == 0 ? $0 : $0 + omega[$1] * adjusted[$1] }
    }

    /// What each block adds to an estimate's error.
    func influence(_ estimand: Estimand, omega: [Double]) -> [Double] {
        var sums = [Double](repeating: 0, count: blocks.levels.count)
        let first = solution.weights(omega, rows: rows)
        for r in first.indices where !solution.isTreated[r] {
            sums[blocks.codes[rows.cell[r]]] += first[r] * solution.remainder[r]
        }
        addSecondStage(estimand, 1, to: &sums)
        return sums
    }

    /// ω(ỹ − θ), each mean about itself: a gap is two means, a mean of means several.
    private func addSecondStage(_ estimand: Estimand, _ share: Double, to sums: inout [Double]) {
        if estimand.part == .gap {
            addSecondStage(Estimand(estimand.kind, .peers), share, to: &sums)
            addSecondStage(Estimand(estimand.kind, .group), -share, to: &sums)
            return
        }
        if case .mean(let family) = estimand.kind {
            for term in means.terms(family, estimand.part) {
                addSecondStage(Estimand(term.kind, estimand.part), share * term.share, to: &sums)
            }
            return
        }
        guard let omega = means.weights(estimand) else { return }
        let mean = estimate(omega)
        for c in omega.indices where omega[c] != 0 {
            sums[blocks.codes[c]] += share * omega[c] * (adjusted[c] - mean)
        }
    }
}
