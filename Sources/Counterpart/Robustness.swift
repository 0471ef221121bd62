import Estimation
import Inference
import Panels
import Reporting

/// The headline again under other choices that could as well have been made.
struct Robustness {
    private let evaluation: Evaluation
    private let part: DidStudy.Part

    init(_ evaluation: Evaluation, _ part: DidStudy.Part) {
        self.evaluation = evaluation
        self.part = part
    }

    /// Runs that the design does not allow are left out with their reason in place of figures.
    func runs() throws -> [RobustnessRun] {
        let request = evaluation.request
        var runs = [RobustnessRun(name: "As planned (\(part.result.estimator.rawValue))", effect: part.result.effects.first)]
        for name in [EstimatorName.imputation, .twfe] where name != part.result.estimator {
            var other = request
            other.analysis.estimator = name
            other.analysis.window = name == .imputation ? request.analysis.window : nil
            runs.append(run("Estimated by \(name.rawValue)", other, evaluation.cells))
        }
        if !request.design.factors.isEmpty {
            var other = request
            other.design.factors = []
            runs.append(run("Without holding \(Wording.list(request.design.factors)) constant", other, evaluation.cells))
        }
        if !request.covariates.isEmpty {
            var other = request
            other.covariates = []
            runs.append(
                try run("Without holding \(Wording.list(request.covariates)) constant", other, DidStudy.read(other)))
        }
        return runs
    }

    private func run(_ name: String, _ request: DidRequest, _ cells: StudyCells) -> RobustnessRun {
        var request = request
        request.analysis.diagnosesPreTrend = false
        request.analysis.permutations = 0
        do {
            let study = try DidStudy(request, cells: cells)
            let found = study.parts.first { $0.outcome == part.outcome }
            return RobustnessRun(name: name, effect: found?.result.effects.first)
        } catch let refusal as any Refusal {
            return RobustnessRun(name: name, effect: nil, reason: refusal.message)
        } catch {
            return RobustnessRun(name: name, effect: nil, reason: "\(error)")
        }
    }
}
