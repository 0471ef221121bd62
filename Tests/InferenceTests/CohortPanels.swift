import Panels
import Testing

@testable import Inference

/// The made-up data of `Golden/cohort_periods.py`.
enum CohortPanels {
    static let starts: [Int?] =
        [Int?](repeating: 4, count: 4) + [Int?](repeating: 5, count: 4) + [Int?](repeating: 6, count: 3)
        + [Int?](repeating: nil, count: 8)

    /// One row a school and year, a year missing here and there.
    static var units: RowDesign {
        var rows = SeededPanelTests.panel(starts: starts, periods: 7, pupils: 1, seed: 9).0
        rows.isGroup = nil
        rows.factors = []
        rows.covariates = []
        return rows
    }

    /// Pupils with a covariate and an outcome made from their result.
    static func pupils(covariate: Bool, _ outcome: (Double) -> Double = { $0 }) -> RowDesign {
        var rows = SeededPanelTests.panel(starts: starts, periods: 7, pupils: 12, seed: 21).0
        rows.isGroup = nil
        rows.factors = []
        if !covariate { rows.covariates = [] }
        rows.y = rows.y.map(outcome)
        return rows
    }

    /// Direct algebra on both sides: 1e-9.
    static func expect(
        _ effect: Effect?, _ estimate: Double, _ error: Double, _ tolerance: Double = 1e-9,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let shown = Comment(rawValue: String(describing: effect))
        #expect(isClose(effect?.estimate, estimate, tolerance), shown, sourceLocation: sourceLocation)
        #expect(isClose(effect?.standardError, error, tolerance), shown, sourceLocation: sourceLocation)
    }
}
