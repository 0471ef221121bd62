import Attainment
import Inference
import Panels

extension EvaluationReport {
    /// The results as JSON, unrounded. Schema `counterpart/run/1`.
    public var json: JSONValue {
        var object = frame.opened(schema: "counterpart/run/1")
        object.put("title", .text(title))
        object.put("generated", .text(generated.iso))
        object.put("version", .text(version))
        object.put("seed", seedJSON)
        if let plan { object.put("plan", ["path": .text(plan.path), "sha256": .text(plan.sha256)]) }
        object.put("outcomes", .array(outcomes.map { $0.json(wording) }))
        if let comparison { object.put("comparison", comparison.json) }
        object.put("objectives", .array(objectives.map(\.json)))
        object.put(
            "links", .array(links.map { ["from": .text($0.from), "to": .text($0.to), "reason": .text($0.reason)] }))
        object.put(
            "checklist",
            .array(
                checklist.map {
                    [
                        "key": .text($0.key), "question": .text($0.question),
                        "answer": .text($0.answer ?? "not answered"),
                    ]
                }))
        object.put("disclosure", disclosure.json)
        return object.value
    }

    var seedJSON: JSONValue { Int(exactly: seed).map { .integer($0) } ?? .text(String(seed)) }
}

extension Objective {
    public var json: JSONValue {
        var object = JSONObject()
        object.put("text", .text(text))
        object.put("target", ifAny: target)
        object.put("by", ifAny: by)
        if isSuppressed {
            object.put("estimate", .null)
            object.put("suppressed", true)
        }
        object.put("estimate", ifAny: estimate)
        object.put("lower", ifAny: lower)
        object.put("upper", ifAny: upper)
        object.put("verdict", .text(verdict.rawValue))
        return object.value
    }
}

extension OutcomeResult {
    func json(_ wording: Wording) -> JSONValue {
        var object = JSONObject()
        object.put("outcome", .text(outcome.column))
        object.put("title", .text(outcome.title))
        object.put("unitOfMeasure", .text(outcome.unit))
        object.put("estimator", .text(estimator))
        object.put("estimand", .text(estimand.rawValue))
        object.put(
            "effects",
            .array(
                ([effect] + gapEffects.flatMap(\.effects) + eventStudy + breakdown + exposureEffects).map {
                    ResultRows.json($0)
                }))
        if let exposure { object.put("exposure", ExposureWords(reach: exposure).json) }
        if let other {
            object.put("otherEstimand", .text((estimand == .pupils ? EstimandKind.schools : .pupils).rawValue))
            object.put("otherEstimate", ResultRows.json(other))
        }
        if let means {
            object.put("means", ["observed": .number(means.observed), "counterfactual": .number(means.expected)])
        }
        if let months { object.put("monthsOfProgress", months.json) }
        var diagnostics = JSONObject()
        if let preTrend { diagnostics.put("preTrend", DiagnosticRows.json(preTrend)) }
        if !balance.isEmpty { diagnostics.put("balance", .array(balance.map { ResultRows.json($0) })) }
        if !intake.isEmpty { diagnostics.put("intake", .array(intake.map { ResultRows.json($0) })) }
        if let randomisation { diagnostics.put("randomisation", DiagnosticRows.json(randomisation)) }
        if let methods { diagnostics.put("methods", DiagnosticRows.json(methods)) }
        if let wild { diagnostics.put("wild", DiagnosticRows.json(wild)) }
        if let leaveOneOut { diagnostics.put("leaveOneOut", DiagnosticRows.json(leaveOneOut)) }
        checks.put(into: &diagnostics)
        if let sensitivity { diagnostics.put("honest", DiagnosticRows.json(sensitivity)) }
        object.put("diagnostics", diagnostics.value)
        let ledger = counterfactual + gapEffects.flatMap(\.counterfactual)
        object.put("counterfactual", .array(ledger.map { ResultRows.json($0) }))
        if !before.isEmpty { object.put("counterfactualBefore", .array(before.map { ResultRows.json($0) })) }
        object.put("path", .array((path + gapEffects.flatMap(\.path)).map { ResultRows.json($0) }))
        object.put("gaps", .array(gaps.flatMap(\.rows).map { ResultRows.json($0) }))
        object.put("sentences", .array(answer(wording).map { .text($0) }))
        return object.value
    }
}
