import Estimation
import Panels
import Tables

/// What a reader must be told beside the numbers: warnings by code, and sentences for the headline.
struct Cautions {
    var design: Design
    var counts: ArmCounts
    var fit: Fit
    var headline: Effect
    var kind: VarianceKind
    var randomisation: RandomisationTest?
    var methods: MethodComparison?
    var wild: WildFindings?
    var bands: BootstrapBands?
    /// Reassignments asked for, by option or by rule.
    var draws: Int
    var preTrend: PreTrend?
    var singletonRows: Int
    var options: AnalysisOptions

    func warnings() -> [Warning] {
        var warnings = fit.warnings
        if singletonRows > 0 {
            warnings.append(
                Warning(
                    "singletons",
                    "\(singletonRows) rows set aside: each was the only row of its unit, period or absorbed effect"))
        }
        let starts = design.treatedStarts
        if starts.count > 1, fit.estimator == .twfe || fit.estimator == .eventStudy {
            warnings.append(
                Warning(
                    "staggered-twfe",
                    "units start in \(starts.count) different periods: \(fit.estimator.rawValue) also compares with "
                        + "units already treated, which misleads where effects change or differ; see imputation"))
        }
        if counts.clusters < 10 || (counts.clusters < 50 && !kind.isLeverageAdjusted) {
            warnings.append(
                Warning(
                    "few-clusters",
                    "\(counts.clusters) clusters: "
                        + (kind.isLeverageAdjusted
                            ? "intervals use \(name) with Satterthwaite degrees of freedom and stay approximate"
                            : "\(kind.rawValue) intervals are too narrow below about 50; cr2 is made for this")))
        }
        if draws > 0, randomisation == nil {
            warnings.append(
                Warning(
                    "no-randomisation",
                    "no randomisation test: treatment does not follow from the starts, or the headline has no statistic"
                ))
        }
        if let disagreement = wild?.disagreement { warnings.append(Warning("wild-bootstrap", disagreement)) }
        warnings += bands?.warnings ?? []
        if counts.isFewTreated { warnings.append(Warning("few-treated", fewTreated)) }
        if let words = methods?.disagreement { warnings.append(Warning("methods-disagree", words)) }
        if let preTrend, let estimate = headline.estimate, preTrend.clouds(headline: estimate, counts: counts) {
            warnings.append(Warning("pre-trend", preTrend.words))
        }
        return warnings
    }

    func sentences() -> [String] {
        var sentences: [String] = []
        if let few = fewTreatedHeadline { sentences.append(few) }
        if let words = methods?.disagreement { sentences.append(words) }
        if let preTrend, let estimate = headline.estimate, preTrend.clouds(headline: estimate, counts: counts) {
            sentences.append(preTrend.words)
        }
        return sentences
    }

    private var name: String { kind.rawValue.uppercased() }

    private var treated: String {
        counts.treatedClusters == counts.treatedUnits
            ? "\(counts.treatedUnits) of \(counts.units) \(options.unitNoun) treated"
            : "\(counts.treatedUnits) of \(counts.units) \(options.unitNoun) treated, in \(counts.treatedClusters) of "
                + "\(counts.clusters) clusters"
    }

    private var fewTreated: String {
        var text = "\(treated): "
        if counts.isSingleTreated {
            text += "no interval can come from the spread of the treated"
        } else if let df = headline.degreesOfFreedom, kind.isLeverageAdjusted {
            text += "usual intervals are too narrow; \(name) is shown, on \(PlainNumber.text(df)) degrees of freedom"
        } else {
            text += "\(kind.rawValue) intervals are too narrow with so few"
        }
        if let test = randomisation {
            text += "; randomisation \(PlainNumber.pValue(test.pValue)), the smallest possible "
            text += "\(PlainNumber.probability(test.smallestPossible))"
        }
        return text
    }

    /// The headline in a sentence, where one to five units are treated.
    private var fewTreatedHeadline: String? {
        let few = min(counts.treatedUnits, counts.treatedClusters)
        guard few <= 5, let estimate = headline.estimate else { return nil }
        let noun = options.unitNoun
        var text: String
        if let lower = headline.lower, let upper = headline.upper {
            text =
                "From \(counts.treatedUnits) \(noun), effects between \(PlainNumber.text(lower)) and "
                + "\(PlainNumber.text(upper)) cannot be ruled out"
            if let df = headline.degreesOfFreedom, kind.isLeverageAdjusted {
                text += " (\(name), \(PlainNumber.text(df)) degrees of freedom)"
            }
        } else {
            // Two digits, as everywhere where no spread says how many are worth printing.
            let estimate = PlainNumber.text(estimate, digits: 2)
            if counts.isSingleTreated {
                let who = counts.treatedUnits == 1 ? "one treated unit" : "treated \(noun) of one cluster"
                text = "The estimate of \(estimate) comes from \(who): no interval can come from its own spread"
            } else {
                text = "The estimate of \(estimate) has no interval: the results do not vary around what is fitted"
            }
        }
        if let test = randomisation {
            let all = test.isEnumerated ? "all \(test.assignments)" : "\(test.assignments)"
            text +=
                "; had treatment fallen on others, an effect as large would have been seen with "
                + "\(PlainNumber.pValue(test.pValue)) (\(all) reassignments; the smallest possible is "
                + "\(PlainNumber.probability(test.smallestPossible)))"
        }
        return text + "."
    }

}
