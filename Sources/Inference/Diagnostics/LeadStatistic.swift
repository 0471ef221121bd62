import Estimation
import Panels
import Regression

/// The joint statistic W of the leads as a function of starts, on all units' periods before the first start: there nobody is treated
/// under any of them.
struct LeadStatistic: Sendable {
    /// The periods before the first start.
    let before: Design
    private let dealt: DealtColumns
    private let regression: PartialledRegression
    private let leads: [Int]
    private let window: ClosedRange<Int>?

    /// - Returns: nil where there is no lead, or nothing varies.
    init?(_ design: Design, first: Int, _ options: AnalysisOptions) throws(EstimationError) {
        var before = design.keeping(design.period.map { design.periods[$0].ordinal < first })
        if options.singletons == .drop {
            before = before.keeping(Singletons(before, effects: before.effects).keep)
        }
        let leads = Leads(window: options.window).times(before).leads
        guard Set(before.period).count > 1, !leads.isEmpty else { return nil }
        do {
            regression = try PartialledRegression(before, effects: before.effects)
        } catch .regression(.noVariation) {
            return nil
        }
        (self.before, self.leads, window) = (before, leads, options.window)
        dealt = DealtColumns(before)
    }

    func callAsFunction(_ start: [Int?]) -> (statistic: Double, count: Int)? {
        var cells = [[Int]](repeating: [], count: leads.count)
        for (c, step) in dealt.steps(start) {
            let time = window.map { min(max(step, $0.lowerBound), $0.upperBound) } ?? step
            if let lead = leads.firstIndex(of: time) { cells[lead].append(c) }
        }
        let columns = cells.map { SparseColumn(cells: $0) }
        guard dealt.design.isGroup != nil else { return regression.draw(columns)?.wald(0..<columns.count) }
        // The gap's leads beside those that group and peers share.
        let gap = cells.map { dealt.columns($0)[1] }
        return regression.draw(columns + gap)?.wald(columns.count..<2 * columns.count)
    }
}
