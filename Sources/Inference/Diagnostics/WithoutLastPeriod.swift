import Estimation
import LinearAlgebra
import Panels
import Probability

/// The headline without each treated unit's last period before its start.
///
/// Schools that join after a bad year recover by themselves, and that recovery passes for an effect; without the year it
/// cannot. `callaway-santanna` takes that very period for its base, and moves the base back by one instead, as with one more
/// period of anticipation; other estimators that need it have no such estimate.
public struct WithoutLastPeriod: Sendable, Equatable {
    public var estimate: DiagnosticEstimate
    /// The headline less this estimate: what the last period adds to it.
    public var difference: Double?
    /// Clustered, of the two estimates together (CR1 without the factor for parameters), with the headline's degrees of freedom.
    public var standardError: Double?
    public var lower: Double?
    public var upper: Double?
    /// Pupils of the results left out, or fewer, those in a period of a unit left out altogether; nil where they are not known.
    public var fewestPupils: Double?
    /// Treated units left out altogether: that period was the only one before their start.
    public var unitsLeftOut = 0
    public var words: String

    /// One without an estimate.
    public init(words: String = "") {
        estimate = DiagnosticEstimate(effect: nil, reason: nil)
        self.words = words
    }

    static func run(
        _ estimated: DidAnalysis.Estimated, headline: Effect, _ again: SameEstimate
    ) -> WithoutLastPeriod {
        let (fit, design) = (estimated.fit, estimated.design)
        guard design.onlyStarts else { return WithoutLastPeriod(words: Design.treatmentEnds) }
        let left = Left(design)
        var found = WithoutLastPeriod()
        found.fewestPupils = left.fewestPupils(design)
        found.unitsLeftOut = left.unitsLeftOut
        let movesBase = fit.estimator == .callawaySantAnna
        let rest = design.keeping(movesBase ? left.keepUnits : left.keep)
        let again = movesBase ? again.anticipatingOneMore : again
        do {
            guard rest.isTreated.contains(true) else {
                found.estimate.reason = "no treated unit has an earlier period"
                found.words = found.sentence(headline: headline, options: again.options)
                return found
            }
            let (other, effect) = try again(rest)
            found.estimate.effect = effect
            if let whole = headline.estimate, let part = effect.estimate { found.difference = whole - part }
            found.addInterval(fit, other, headline: headline, level: again.options.level)
        } catch {
            let needsIt: [EstimatorName] = [.stacked, .dcdh, .localProjections]
            found.estimate.reason =
                needsIt.contains(fit.estimator)
                ? "\(fit.estimator.rawValue) compares with that very period" : error.message
        }
        found.words = found.sentence(headline: headline, options: again.options)
        return found
    }

    /// What is left out: each treated unit's cells in its last period before the start, and all of a unit that has no other.
    struct Left {
        var keep: [Bool]
        /// The same with each last period still in.
        var keepUnits: [Bool]
        /// Cells of the last periods.
        var cells: [Int] = []
        var unitsLeftOut = 0

        init(_ design: Design) {
            let treated = design.isTreatedUnit
            var before = [Set<Int>](repeating: [], count: design.units.count)
            for c in design.unit.indices where treated[design.unit[c]] && !design.isTreated[c] {
                before[design.unit[c]].insert(design.period[c])
            }
            keep = [Bool](repeating: true, count: design.cellCount)
            keepUnits = keep
            for c in design.unit.indices {
                let periods = before[design.unit[c]]
                guard treated[design.unit[c]] else { continue }
                if !design.isTreated[c], design.period[c] == periods.max() { cells.append(c) }
                keepUnits[c] = periods.count > 1
                keep[c] = periods.count > 1 && (design.isTreated[c] || design.period[c] != periods.max())
            }
            unitsLeftOut = design.units.indices.count { treated[$0] && before[$0].count < 2 }
        }

        func fewestPupils(_ design: Design) -> Double? {
            guard let pupils = design.pupils else { return nil }
            let isGone = Set(design.unit.indices.filter { !keepUnits[$0] }.map { design.unit[$0] })
            let alone = zip(design.units.indices, design.fewestPupilsByUnit).filter { isGone.contains($0.0) }
            let sides = design.isGroup == nil ? [0] : [0, 1]
            let last = sides.map { side in cells.reduce(0) { design.side($1) == side ? $0 + pupils[$1] : $0 } }
            return (last + alone.compactMap(\.1)).min()
        }
    }

    private mutating func addInterval(_ whole: Fit, _ part: Fit, headline: Effect, level: Double) {
        guard let difference, let freedom = headline.degreesOfFreedom, estimate.effect?.standardError != nil else {
            return
        }
        let cluster = whole.design.clusters[0]
        let used = Double(cluster.usedLevelCount)
        let a = LinearEstimates(whole.keeping([0])).contributions(by: cluster).column(0)
        let b = LinearEstimates(part.keeping([0])).contributions(by: part.design.clusters[0]).column(0)
        let variance = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } * used / (used - 1)
        guard used > 1, variance > 0 else { return }
        let error = variance.squareRoot()
        let half = StudentT(degreesOfFreedom: freedom).tailQuantile((1 - level) / 2) * error
        (standardError, lower, upper) = (error, difference - half, difference + half)
    }

    private func sentence(headline: Effect, options: AnalysisOptions) -> String {
        guard let without = estimate.effect?.estimate, let whole = headline.estimate else {
            return "Without the last period before the start there is no estimate"
                + (estimate.reason.map { ": \($0)." } ?? ".")
        }
        var text =
            "Without the last period before the start the estimate is \(PlainNumber.text(without)), not "
            + PlainNumber.text(whole)
        if let lower, let upper {
            text +=
                " (a difference of \(PlainNumber.text(whole - without)), \(PlainNumber.level(options.level)) interval "
                + "\(PlainNumber.text(lower)) to \(PlainNumber.text(upper)))"
        }
        if unitsLeftOut > 0 {
            text += ", \(unitsLeftOut) of the treated \(options.unitNoun) left out for want of an earlier one"
        }
        let isLess = abs(without) < abs(whole) && (lower.map { $0 > 0 } ?? false || upper.map { $0 < 0 } ?? false)
        return text
            + (isLess
                ? "; a part of the estimate may be recovery from an unusual last year."
                : "; what the partners recovered of one bad year before they joined cannot stand in it.")
    }
}
