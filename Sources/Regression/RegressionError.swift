import LinearAlgebra
import Tables

/// Why a regression cannot be solved from these rows, in words for an evaluator.
public enum RegressionError: Refusal, Equatable {
    case noVariation(outcome: String, cells: Int)
    case nearlyCollinear(reciprocalCondition: Double)
    case tooManyLevels(effect: String, levels: Int, limit: Int)
    case tooManyValues(rows: Int, columns: Int)
    case numerical(String)
    case notConverged(iterations: Int, residual: Double)
    case separated(rows: Int, of: Int)
    case logitNotConverged(iterations: Int)
    case likelihoodNotConverged(iterations: Int)

    public var status: ExitStatus { .design }

    /// True where the same regression can be had with fewer columns.
    package var isAboutSize: Bool {
        switch self {
        case .tooManyLevels, .tooManyValues: true
        default: false
        }
    }

    public var code: String {
        switch self {
        case .noVariation: "E401"
        case .nearlyCollinear: "E403"
        case .tooManyLevels: "E405"
        case .tooManyValues: "E406"
        case .numerical: "E411"
        case .notConverged: "E413"
        case .separated: "E430"
        case .logitNotConverged: "E431"
        case .likelihoodNotConverged: "E445"
        }
    }

    public var message: String {
        switch self {
        case .noVariation(let outcome, let cells):
            "\(outcome) cannot be estimated: no variation to compare in \(cells) results"
        case .nearlyCollinear(let condition):
            "the regressors are too nearly collinear to estimate: reciprocal condition \(Self.shortNumber(condition))"
        case .tooManyLevels(let effect, let levels, let limit):
            "\(levels) levels of \(effect), which cross the clusters or a larger effect, would take a column each, and more than "
                + "\(limit) are not in this version"
        case .tooManyValues(let rows, let columns):
            "\(rows) rows by \(columns) columns are too many for one fit in memory; this is not in this version"
        case .numerical(let what): "the computation did not end: \(what)"
        case .notConverged(let iterations, let residual):
            "the fixed effects could not be taken out to ten digits: after \(iterations) iterations "
                + "\(Self.shortNumber(residual)) of a column's length was left in them"
        case .separated(let rows, let all):
            "the covariates tell who was treated with certainty in \(rows) of \(all) rows, so that no probability can be estimated"
        case .logitNotConverged(let iterations):
            "the model of who was treated had no maximum after \(iterations) steps"
        case .likelihoodNotConverged(let iterations):
            "the model of the results had no finite maximum after \(iterations) steps"
        }
    }

    public var hint: String? {
        switch self {
        case .noVariation: "check that the outcome column holds results, not a constant"
        case .nearlyCollinear: "leave out one of two covariates that measure nearly the same"
        case .tooManyLevels, .tooManyValues: "absorb a coarser effect"
        case .notConverged: "leave out levels that few rows connect to the others, or absorb a coarser effect"
        case .separated:
            "leave out the covariate in which the groups do not overlap, or compare with units like the treated"
        case .logitNotConverged: "look for covariates of extreme size"
        case .likelihoodNotConverged:
            "look for values of a covariate or factor with which all results are alike, or use --family linear"
        case .numerical: "look for outcomes or covariates of extreme size"
        }
    }

    /// Two digits and a power of ten.
    static func shortNumber(_ value: Double) -> String {
        guard value > 0 else { return "0" }
        var exponent = 0
        var mantissa = value
        while mantissa < 1 {
            mantissa *= 10
            exponent -= 1
        }
        return "\((mantissa * 10).rounded() / 10)e\(exponent)"
    }
}

/// Linear algebra whose failures are told in this room's words.
func numerically<T>(_ work: () throws(LinearAlgebraError) -> T) throws(RegressionError) -> T {
    do {
        return try work()
    } catch {
        throw RegressionError(error)
    }
}

extension RegressionError {
    public init(_ error: LinearAlgebraError) {
        switch error {
        case .tooLarge(let dimension): self = .numerical("a dimension of \(dimension) is beyond 32 bits")
        case .notConverged(let routine, let info): self = .numerical("\(routine) ended with \(info)")
        }
    }
}
