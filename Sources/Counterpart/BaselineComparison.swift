import Comparison
import Panels
import Reporting
import Tables

/// How alike the arms were before the start, and how their intake changed, as rows of a document.
struct BaselineComparison {
    private(set) var balance: [BalanceRow] = []
    private(set) var intake: [IntakeRow] = []
    private(set) var warnings: [Warning] = []

    /// - Throws: `ComparisonError`, but not where there is simply no baseline: then there are no rows.
    init(_ design: Design, isWanted: Bool) throws {
        guard isWanted else { return }
        let found = try CovariateBalance.atBaseline(of: design)
        balance = found.rows.map { row in
            let scale: Double = row.isShare ? 100 : 1
            return BalanceRow(
                variable: row.variable, unit: row.isShare ? "%" : "", treatedMean: row.treatedMean * scale,
                comparisonMean: row.comparisonMean * scale, standardisedDifference: row.standardisedDifference,
                varianceRatio: row.varianceRatio, nTreated: found.treatedPupils, nComparison: found.comparisonPupils)
        }
        warnings += found.warnings
        guard !design.covariates.isEmpty || !design.factors.isEmpty else { return }
        let changes = try IntakeChange.of(design)
        intake = changes.rows.map { row in
            let scale: Double = row.isShare ? 100 : 1
            return IntakeRow(
                variable: row.variable, unit: row.isShare ? "percentage points" : "", treatedBefore: nil, treatedAfter: nil,
                comparisonBefore: nil, comparisonAfter: nil, difference: row.change * scale,
                standardError: row.standardError.map { $0 * scale })
        }
        warnings += changes.warnings
    }
}
