import Estimation
import Panels

/// Did the pupils change when the partnership started? The headline's estimator with who the pupils are for the outcome.
///
/// Each covariate, each level of a factor (of two levels the second alone, in percent) and the number of pupils a unit and
/// period is an outcome in turn; no covariate or factor is held constant. The joint p-value allows for their number
/// (Bonferroni).
public struct Composition: Sendable, Equatable {
    public struct Row: Sendable, Equatable {
        /// A covariate, `factor=level` or `pupils`.
        public var variable: String
        public var isShare: Bool
        public var estimate: DiagnosticEstimate
        /// The fewest pupils that its figures tell of in an arm before or after the first start, for a level those who have or
        /// lack it; nil where pupils are not known.
        public var fewestPupils: Double?
    }

    public var rows: [Row]
    /// Of the rows that have one: the smallest p-value times their number, at most 1.
    public var pValue: Double?
    public var words: String

    static func run(_ design: Design, _ again: SameEstimate) -> Composition {
        let fewest = design.fewestPupilsOfAnArm()
        var rows: [Row] = design.covariates.enumerated().map { index, name in
            let isShare = design.isCollapsed && name.contains("=")
            let other = design.withOutcome(covariate: index, holding: []).withoutFactors
            return Row(
                variable: name, isShare: isShare, estimate: again.result(isShare ? other.inPercent : other),
                fewestPupils: isShare ? design.fewestPupilsOfAShare(index) : fewest)
        }
        for factor in design.factors {
            let used = factor.usedLevels
            for level in used where used.count > 2 || level == used.last {
                rows.append(
                    Row(
                        variable: "\(factor.name)=\(factor.levels[level])", isShare: true,
                        estimate: again.result(design.withOutcome(level: level, of: factor)),
                        fewestPupils: [true, false].compactMap { has in
                            design.fewestPupilsOfAnArm { (factor.codes[$0] == level) == has }
                        }.min()))
            }
        }
        if let pupils = design.withPupilsAsOutcome {
            rows.append(
                Row(
                    variable: "pupils", isShare: false, estimate: again.result(pupils), fewestPupils: fewest))
        }
        let values = rows.compactMap { $0.estimate.effect?.pValue }
        var found = Composition(
            rows: rows, pValue: values.min().map { min(1, $0 * Double(values.count)) }, words: "")
        found.words = found.sentence(tested: values.count, options: again.options)
        return found
    }

    private func sentence(tested: Int, options: AnalysisOptions) -> String {
        guard let pValue else {
            return rows.isEmpty
                ? "Whether the pupils changed cannot be checked: no covariates or factors are named, and pupils are not counted."
                : "Whether the pupils changed cannot be tested: no characteristic has a standard error."
        }
        let clear = rows.filter(\.estimate.isClear).map(\.variable)
        let joint =
            tested > 1
            ? "\(PlainNumber.pValue(pValue)), \(tested) characteristics allowed for" : PlainNumber.pValue(pValue)
        guard pValue >= 1 - options.level else {
            return "Who the pupils are changed when the partnership started (\(joint)), in "
                + clear.joined(separator: ", ") + ": a part of the estimate may be that change."
        }
        return "No change in who the pupils are was detected when the partnership started (\(joint))"
            + (clear.isEmpty ? "" : ", though by itself the interval of \(clear.joined(separator: ", ")) excludes zero")
            + "; that does not show that there was none."
    }
}

extension Design {
    /// A share, the mean of a level that was collapsed, in percent.
    fileprivate var inPercent: Design {
        var other = self
        for i in other.moments.mean.indices { other.moments.mean[i] *= 100 }
        return other
    }

    /// The fewest pupils who have or lack a collapsed level, by arm and side of the first start.
    fileprivate func fewestPupilsOfAShare(_ covariate: Int) -> Double? {
        guard let pupils else { return nil }
        let q = moments.variableCount
        return [true, false].compactMap { has in
            var part = self
            part.pupils = pupils.indices.map {
                let share = moments.mean[$0 * q + covariate + 1]
                return (pupils[$0] * (has ? share : 1 - share)).rounded()
            }
            return part.fewestPupilsOfAnArm()
        }.min()
    }

    fileprivate var withoutFactors: Design {
        var other = self
        other.factors = []
        return other
    }
}

extension CellFactor {
    /// Levels that occur, ascending.
    fileprivate var usedLevels: [Int] { Array(Set(codes)).sorted() }
}
