import LinearAlgebra
import Regression
import Tables

/// Why a design cannot be estimated from these data, in words for an evaluator.
public enum EstimationError: Refusal, Equatable {
    case noRows
    case noComparison(units: Int, starts: [String])
    case noNeverTreated(units: Int, starts: [String])
    case noTreated(units: Int)
    case onePeriod(String)
    case noPeriodBefore(units: Int, firstPeriod: String)
    case startsDiffer(estimator: String, starts: [String])
    case notImputable(cells: Int, examples: [String])
    case groupMissing(side: String, missing: String)
    case windowWithoutReference(lower: Int)
    case onlySingletons(rows: Int, effects: [String])
    case collinearTreatment(term: String)
    case notInThisVersion(String)
    case rowsNeeded(variance: String, reason: String)
    case unsupported(variance: String, estimator: String, instead: String)
    case oneCluster(name: String)
    case tooFewRows(rows: Int, parameters: Int)
    case twoWayVarianceNegative(names: [String])
    /// `variance` leaves out each cluster or row in turn; without the one named the estimate does not exist.
    case indispensable(variance: String, name: String)
    /// A bootstrap, by name, that these data or this estimator do not allow.
    case noResampling(method: String, reason: String, instead: String)
    /// Departures from parallel trends cannot be judged.
    case noSensitivity(reason: String)
    case covariateWithoutComparison(name: String)
    case noCalibration
    case unsupportedMethod(method: String, rows: String)
    /// `side`: of a gap, where it is one.
    case emptyComparison(cohort: String, period: String, side: String?)
    case unitsInSeveralClusters(cluster: String)
    /// The last cohort was asked for as comparison while some units never start.
    case neverTreatedCompare(units: Int)
    /// A family of outcomes that cannot have absorbed effects.
    case effectsOutsideFamily(family: String, effects: [String])
    /// Cells join rows that differ in a covariate.
    case covariatesJoined(family: String, covariate: String)
    /// `results` cells lie outside the values of the family.
    case outcomeOutsideFamily(family: String, outcome: String, results: Int)
    /// All results of some cohorts, periods or effects lie at a bound.
    case allAlike(family: String, where: [String])
    /// Something that an estimator has no place for.
    case doesNotTake(estimator: String, what: String, instead: String)
    case noStack(window: ClosedRange<Int>, starts: [String])
    case noCleanComparison(estimator: String, starts: [String])
    case tooFewBefore(needed: Int, starts: [String])
    /// Weights need results in every period, and no unit of one arm has them; each with the periods it lacks.
    case noCompleteUnit(isTreated: Bool, missing: [String])
    /// Weights need some periods before a start.
    case tooFewResultsBefore(needed: Int, starts: [String])
    /// What the regression beneath cannot do, under its own code.
    case regression(RegressionError)

    public var status: ExitStatus {
        switch self {
        case .notInThisVersion: .usage
        default: .design
        }
    }

    public var code: String {
        switch self {
        case .noRows: "E309"
        case .noComparison: "E310"
        case .noTreated: "E311"
        case .onePeriod: "E312"
        case .noPeriodBefore: "E313"
        case .noNeverTreated: "E314"
        case .startsDiffer: "E315"
        case .notImputable: "E316"
        case .windowWithoutReference: "E317"
        case .groupMissing: "E318"
        case .onlySingletons: "E319"
        case .collinearTreatment: "E402"
        case .notInThisVersion: "E404"
        case .rowsNeeded: "E407"
        case .unsupported: "E408"
        case .oneCluster: "E409"
        case .tooFewRows: "E410"
        case .twoWayVarianceNegative: "E412"
        case .indispensable: "E416"
        case .noResampling: "E417"
        case .noSensitivity: "E460"
        case .covariateWithoutComparison: "E420"
        case .noCalibration: "E421"
        case .unsupportedMethod: "E422"
        case .emptyComparison: "E423"
        case .unitsInSeveralClusters: "E424"
        case .neverTreatedCompare: "E440"
        case .effectsOutsideFamily: "E441"
        case .covariatesJoined: "E442"
        case .outcomeOutsideFamily: "E443"
        case .allAlike: "E444"
        case .doesNotTake: "E450"
        case .noStack: "E451"
        case .noCleanComparison: "E452"
        case .tooFewBefore: "E453"
        case .noCompleteUnit: "E470"
        case .tooFewResultsBefore: "E471"
        case .regression(let error): error.code
        }
    }

    public var message: String {
        switch self {
        case .noRows: "no rows are left to estimate from"
        case .noComparison(let units, let starts):
            "no comparison units: all \(units) units start in \(starts.joined(separator: ", "))"
        case .noNeverTreated(let units, let starts):
            "no unit stays without treatment: all \(units) start, in \(starts.joined(separator: ", "))"
        case .noTreated(let units): "no treated results: none of the \(units) units has a result after a start"
        case .onePeriod(let period): "only one period, \(period): a change needs at least two"
        case .noPeriodBefore(let units, let first):
            "no period before the start: all \(units) treated units are treated from their first result (data begin in \(first))"
        case .startsDiffer(let estimator, let starts):
            "\(estimator) needs one common start, and there are \(starts.count): \(starts.joined(separator: ", "))"
        case .notImputable(let cells, let examples):
            "\(cells) treated results have no untreated results to be compared with: \(examples.joined(separator: "; "))"
        case .groupMissing(let side, let missing):
            "an effect on the gap needs \(side) with treated and untreated results, and there are no \(missing) ones"
        case .windowWithoutReference(let lower):
            "a window from \(lower) has no event time before the start to compare with"
        case .onlySingletons(let rows, let effects):
            "all \(rows) rows are the only ones of a level of \(effects.joined(separator: ", ")): a fixed effect with one row fits it, "
                + "whatever happened"
        case .collinearTreatment(let term):
            "\(term) cannot be told apart from the fixed effects and covariates: they explain it completely"
        case .covariateWithoutComparison(let name):
            "\(name) varies among the treated and not among those compared with, so that nothing tells its slope"
        case .noCalibration: "no weights give the comparison units the covariate means of the treated ones"
        case .unsupportedMethod(let method, let rows): "--method \(method) is not defined for \(rows)"
        case .emptyComparison(let cohort, let period, let side):
            "the effect in \(period) on \(side.map { "\($0) of " } ?? "")those that start in \(cohort) has nobody to compare with, or "
                + "nobody to compare, in that period or the one before the start"
        case .unitsInSeveralClusters(let cluster):
            "some units have rows in several values of \(cluster), and the errors of a unit's change belong to one"
        case .doesNotTake(let estimator, let what, _): "\(estimator) does not take \(what)"
        case .noStack(let window, let starts):
            "no start has results and untreated units all through a window of \(window.lowerBound):\(window.upperBound) around it: "
                + starts.joined(separator: ", ")
        case .noCleanComparison(let estimator, let starts):
            "\(estimator) finds nobody still untreated to compare with, for those that start in \(starts.joined(separator: ", "))"
        case .tooFewBefore(let needed, let starts):
            "each school's own line takes \(needed) results before the start, and those that start in \(starts.joined(separator: ", ")) "
                + "have fewer"
        case .notInThisVersion(let what): "\(what) is not in this version"
        case .rowsNeeded(let variance, let reason): "\(variance) needs the rows themselves: \(reason)"
        case .unsupported(let variance, let estimator, _): "\(variance) is not defined for \(estimator)"
        case .oneCluster(let name): "only one cluster (\(name)): no standard error can be clustered by it"
        case .tooFewRows(let rows, let parameters):
            "\(rows) rows for \(parameters) parameters: nothing is left to judge the error by"
        case .twoWayVarianceNegative(let names):
            "the variance clustered by \(names.joined(separator: " and ")) is not above 0: it is a difference of variances, "
                + "and these data are too few for it"
        case .indispensable(let variance, let name):
            "\(variance) leaves out each \(variance == "hc3" ? "row" : variance == "jackknife" ? "unit" : "cluster") in turn, and the effect cannot be estimated without \(name)"
        case .noResampling(let method, let reason, _): "\(method) cannot be had: \(reason)"
        case .neverTreatedCompare(let units):
            "those that start last are the comparison only where every unit starts, and \(units) \(units == 1 ? "unit never does" : "units never do")"
        case .effectsOutsideFamily(let family, let effects):
            "--family \(family) cannot take out \(effects.joined(separator: ", ")): a curved model with many effects is biased"
        case .covariatesJoined(let family, let covariate):
            "--family \(family) takes covariates row by row, and cells join rows that differ in \(covariate)"
        case .outcomeOutsideFamily(let family, let outcome, let results):
            family == "poisson"
                ? "--family poisson is for counts, and \(results) results of \(outcome) are below 0"
                : "--family \(family) is for shares, and \(results) results of \(outcome) are below 0 or above 100%"
        case .allAlike(let family, let places):
            "--family \(family) has no finite effect where all results are at a bound: \(places.joined(separator: "; "))"
        case .noSensitivity(let reason): reason
        case .noCompleteUnit(let isTreated, let missing):
            "weights need a result in every period, and no \(isTreated ? "treated" : "comparison") unit has one: "
                + missing.prefix(10).joined(separator: "; ") + (missing.count > 10 ? "; …" : "")
        case .tooFewResultsBefore(let needed, let starts):
            "weights need \(needed) periods before the start, and those that start in \(starts.joined(separator: ", ")) have fewer"
        case .regression(let error): error.message
        }
    }

    public var hint: String? {
        switch self {
        case .noRows: "look at the counts of rows left out, by reason"
        case .noComparison: "add units that never start, or start later, such as the published tables"
        case .noNeverTreated: "allow units that start later to be the comparison, with --comparison not-yet"
        case .noTreated: "check the start column, and that the data reach beyond the starts"
        case .onePeriod: "add the results of at least one period before the start"
        case .noPeriodBefore: "add results from before the start"
        case .startsDiffer: "use --estimator imputation, which compares each start with untreated results only"
        case .notImputable:
            "add earlier results for these units or comparison units for these periods"
        case .groupMissing: "check the group column and the value named by --gap"
        case .windowWithoutReference: "begin the window at -1 or before"
        case .onlySingletons: "absorb an effect whose levels have several rows, such as pupils seen in several periods"
        case .collinearTreatment:
            "look for a covariate, factor or absorbed effect that changes exactly when treatment does"
        case .notInThisVersion: "the manual lists what is"
        case .rowsNeeded: "give the rows instead of a cell table, or use --vcov cr1 or cr2"
        case .unsupported(_, _, let instead): "use --vcov \(instead)"
        case .covariateWithoutComparison: "leave the covariate out"
        case .noCalibration: "use --method dr, or leave out the covariate in which the groups do not overlap"
        case .unsupportedMethod: "use --method dr"
        case .emptyComparison: "add comparison units, or compare with those not treated by then (--comparison not-yet)"
        case .unitsInSeveralClusters: "cluster by the unit, or by a level that holds each unit whole"
        case .doesNotTake(_, _, let instead): instead
        case .noStack: "choose a shorter --window, or add earlier, later or more comparison results"
        case .noCleanComparison: "add comparison units, or results from before the start and until after it"
        case .tooFewBefore: "use --method demean, or add earlier results"
        case .oneCluster: "cluster by a finer level, such as the school"
        case .tooFewRows: "leave out covariates or effects, or add rows"
        case .twoWayVarianceNegative: "cluster by one of the two"
        case .indispensable("jackknife", _): "use --vcov placebo"
        case .indispensable(let variance, _): "use --vcov \(variance == "hc3" ? "hc2" : "cr2")"
        case .noResampling(_, _, let instead): instead
        case .neverTreatedCompare: "leave out --comparison not-yet, or use --estimator imputation or etwfe"
        case .effectsOutsideFamily: "use --factors, or --family linear"
        case .covariatesJoined: "give the rows instead of a cell table, or use --family linear"
        case .outcomeOutsideFamily: "check the outcome column, or use --family linear"
        case .allAlike: "use --family linear, or join periods"
        case .noSensitivity: "add results of more periods before the start, or of more units"
        case .noCompleteUnit: "leave out periods in which many results are missing, or use --estimator imputation"
        case .tooFewResultsBefore: "add earlier results, or use --estimator imputation"
        case .regression(let error): error.hint
        }
    }
}

/// Linear algebra whose failures are told in this room's words.
package func numerically<T>(_ work: () throws(LinearAlgebraError) -> T) throws(EstimationError) -> T {
    do {
        return try work()
    } catch {
        throw .regression(RegressionError(error))
    }
}

/// A regression whose refusals pass on as they are.
package func regressing<T>(_ work: () throws(RegressionError) -> T) throws(EstimationError) -> T {
    do {
        return try work()
    } catch {
        throw .regression(error)
    }
}
