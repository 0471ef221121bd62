import Estimation
import Inference
import Panels
import Reporting
import Tables

/// Every study of an evaluation, each worked out once for all outcomes: the main one and what stands beside it.
struct Studies {
    let main: DidStudy
    /// The other estimand, where rows are pupils.
    private(set) var otherEstimand: DidStudy?
    private(set) var gaps: [(contrast: GroupContrast, study: DidStudy)] = []
    /// Groups of tables whose effect on the gap the estimator does not give.
    private(set) var withoutEffect: [Warning] = []
    /// Effects by event time, where the main estimator gives none.
    private(set) var events: DidStudy?
    /// Effects by years of exposure, where year groups were named and the main estimator gives none.
    private(set) var exposures: DidStudy?
    private(set) var alternatives: [Alternative] = []

    /// The headline under another choice that could as well have been made; a study, or why there is none.
    struct Alternative {
        let name: String
        let study: DidStudy?
        let reason: String?
    }

    init(_ evaluation: Evaluation) throws {
        let request = evaluation.request
        let cells = evaluation.cells
        main = try DidStudy(request, cells: cells)
        for gap in evaluation.requests.gaps {
            do {
                gaps.append((gap, try evaluation.gapStudy(gap)))
            } catch let refusal as any Refusal
                where refusal.code == "E450" && !evaluation.requests.asksFor(gap)
            {
                withoutEffect.append(
                    Warning(
                        "no-gap-effect",
                        "the gap of \(gap.label) is followed through the periods, but the effect on it is not estimated: "
                            + refusal.message))
            }
        }
        guard let part = main.parts.first else { return }
        if part.design.rowsArePupils {
            var other = Self.quiet(request)
            other.design.estimand = part.report.estimand == .pupils ? .schools : .pupils
            otherEstimand = try DidStudy(other, cells: cells)
        }
        if !part.result.effects.contains(where: { $0.kind == .event }) {
            var other = Self.quiet(request)
            other.analysis.estimator = .eventStudy
            other.analysis.estimation = request.analysis.estimation.onlyShared
            events = try DidStudy(other, cells: cells)
        }
        if request.design.exposure != nil, !part.result.effects.contains(where: { $0.kind == .exposure }) {
            var other = Self.quiet(request)
            other.analysis.estimator = .imputation
            other.analysis.estimation = request.analysis.estimation.onlyShared
            // What cannot be imputed has its reason among the alternatives.
            exposures = try? DidStudy(other, cells: cells)
        }
        if evaluation.plan.analysis.robustness { try addAlternatives(request, cells, planned: part.result.estimator) }
    }

    private mutating func addAlternatives(_ request: DidRequest, _ cells: StudyCells, planned: EstimatorName) throws {
        for name in [EstimatorName.imputation, .twfe] where name != planned {
            var other = Self.quiet(request)
            other.analysis.estimator = name
            other.analysis.estimation = request.analysis.estimation.onlyShared
            if name == .twfe { other.analysis.window = nil }
            add("Estimated by \(name.rawValue)", other, cells)
        }
        if request.comparison != nil {
            var other = Self.quiet(request)
            (other.matching, other.comparison) = (nil, nil)
            add("Against every comparison school alike", other, cells)
        }
        if !request.design.factors.isEmpty {
            var other = Self.quiet(request)
            other.design.factors = []
            add("Without holding \(Wording.list(request.design.factors)) constant", other, cells)
        }
        if !request.covariates.isEmpty {
            var other = Self.quiet(request)
            other.covariates = []
            // Rows that lack a covariate count again, so the rows are read anew.
            add("Without holding \(Wording.list(request.covariates)) constant", other, try DidStudy.read(other))
        }
    }

    /// A choice that the design does not allow keeps its reason in place of figures.
    private mutating func add(_ name: String, _ request: DidRequest, _ cells: StudyCells) {
        do {
            alternatives.append(Alternative(name: name, study: try DidStudy(request, cells: cells), reason: nil))
        } catch let refusal as any Refusal {
            alternatives.append(Alternative(name: name, study: nil, reason: refusal.message))
        } catch {
            alternatives.append(Alternative(name: name, study: nil, reason: "\(error)"))
        }
    }

    /// A study beside the main one: its estimate and interval alone.
    private static func quiet(_ request: DidRequest) -> DidRequest {
        var quiet = request.withoutFurtherDiagnostics
        quiet.analysis.diagnosesPreTrend = false
        quiet.analysis.judgesSensitivity = false
        quiet.analysis.permutations = 0
        quiet.analysis.wild = 0
        return quiet
    }
}

extension DidStudy {
    /// The analysis of one outcome.
    func result(of outcome: OutcomeRequest) -> AnalysisResult? { parts.first { $0.outcome == outcome }?.result }
}
