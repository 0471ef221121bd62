import Comparison
import Panels
import Reporting
import Tables

/// How alike the arms were before the start, and how their intake changed, as rows of a document.
struct BaselineComparison {
    private(set) var balance: [BalanceRow] = []
    private(set) var intake: [IntakeRow] = []
    private(set) var warnings: [Warning] = []
    /// Why there are no rows although they were wanted.
    private(set) var remark: String?

    /// - Throws: `ComparisonError`, but not where later starters alone compare: then there is no arm to set beside the partners.
    init(_ design: Design, outcome: OutcomeName, isWanted: Bool) throws {
        guard isWanted else { return }
        guard design.start.contains(nil) else {
            remark =
                "Every unit starts at some time, so there is no comparison arm whose balance and intake could be shown."
            return
        }
        let found = try CovariateBalance.atBaseline(of: design)
        balance = found.rows.enumerated().map { index, row in
            let name = index == 0 ? outcome.title : MeasureTitle.of(row.variable)
            return BalanceRow(row, of: found, title: name, isYesNo: index == 0 && outcome.isShare)
        }
        warnings += found.warnings
        guard !design.covariates.isEmpty || !design.factors.isEmpty else { return }
        let changes = try IntakeChange.of(design)
        intake = changes.rows.map { IntakeRow($0, of: found, title: MeasureTitle.of($0.variable)) }
        warnings += changes.warnings
    }
}
