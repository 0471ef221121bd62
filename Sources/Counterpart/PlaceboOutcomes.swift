import Cells
import Estimation
import Inference
import Panels
import Tables

/// The estimates of outcomes that the partnership cannot affect, each on its own rows.
///
/// One that is among the covariates, such as a prior score, is taken from the cells of the study, and is not held constant then.
struct PlaceboOutcomes {
    let request: DidRequest
    let cells: StudyCells
    let table: CellTable
    let rows: RowKind?

    /// - Parameters:
    ///   - design: of the primary outcome.
    ///   - estimator, kind: of its analysis.
    func estimates(
        beside design: Design, estimator: EstimatorName, kind: VarianceKind, _ options: AnalysisOptions
    ) -> [PlaceboOutcome] {
        var same = options
        same.estimator = estimator
        same.vcov = kind
        // Low results being good turns the gap of the outcome itself alone.
        same.lowerIsBetter = false
        let read = request.placebosRead
        return request.placeboOutcomes.map { outcome in
            do {
                if let covariate = design.covariates.firstIndex(of: outcome.name) {
                    return DidAnalysis.placebo(design.takingForOutcome(covariate), same)
                }
                let block = request.data.outcomes.count + (read.firstIndex(of: outcome) ?? 0)
                let own = try DidStudy.build(cells, table, request, block: block, rows: rows).design
                return DidAnalysis.placebo(request.compared(request.collapses ? own.collapsed() : own), same)
            } catch {
                return PlaceboOutcome(
                    outcome: outcome.name,
                    estimate: DiagnosticEstimate(effect: nil, reason: (error as? any Refusal)?.message ?? "\(error)"),
                    fewestPupils: nil, level: options.level)
            }
        }
    }
}

extension DidRequest {
    /// - Parameter option: what the user wrote the names under.
    public mutating func addPlacebos(_ names: [String], option: String) throws(RequestError) {
        placeboOutcomes = names.map { OutcomeRequest($0) }
        for (index, outcome) in placeboOutcomes.enumerated() {
            if data.outcomes.contains(where: { $0.name == outcome.name }) {
                throw .conflicting("\(outcome.name) is an outcome and among \(option); it can be one of the two")
            }
            if placeboOutcomes[..<index].contains(outcome) {
                throw .conflicting("\(outcome.name) is named twice in \(option)")
            }
        }
    }

    /// The slope before the start that counts as small.
    public mutating func setMargin(_ margin: Double, option: String) throws(RequestError) {
        guard margin > 0, margin.isFinite else {
            throw .badValue(option: option, value: margin.asTyped, allowed: "a number above 0")
        }
        analysis.equivalenceMargin = margin
    }
}
