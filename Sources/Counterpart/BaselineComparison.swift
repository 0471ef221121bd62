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
        balance = found.rows.map { BalanceRow($0, of: found) }
        warnings += found.warnings
        guard !design.covariates.isEmpty || !design.factors.isEmpty else { return }
        let changes = try IntakeChange.of(design)
        intake = changes.rows.map { IntakeRow($0, of: found) }
        warnings += changes.warnings
    }
}
