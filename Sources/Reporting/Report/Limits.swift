import Panels
import Inference

/// What a comparison of this kind cannot tell, said for this study.
enum Limits {
    /// The few that belong beside the answer.
    static func onFirstScreen(_ report: EvaluationReport) -> [String] {
        let units = report.wording.nouns.units
        var lines = [
            "The partners chose to take part. If something else changed in them at the same time, and not in the "
                + "comparison \(units), it is part of this figure.",
            "It does not tell which part of the partnership made the difference, or what it did for any one pupil.",
        ]
        let leftOut = report.outcomes.flatMap(\.leftOutPeriods)
        if report.outcomes.contains(where: { $0.periods.contains { !$0.hasResults && !leftOut.contains($0.label) } }) {
            lines.append("There are years without results; nothing is known of them.")
        }
        if let periods = report.outcomes.first(where: { !$0.leftOutPeriods.isEmpty })?.leftOutPeriods {
            lines.append("Left out: \(Wording.list(periods)), assessed by teachers; nothing is said of those years.")
        }
        return lines
    }

    static func all(_ report: EvaluationReport) -> [String] {
        let nouns = report.wording.nouns
        var lines = [
            "The estimate is the partners\u{2019} change beyond the change in comparison \(nouns.units). It is the effect of "
                + "the partnership only if both groups would have changed alike without it. That cannot be tested after the "
                + "start; the periods before it can only speak against it.",
            "\(Wording.capitalisedFirst(nouns.units)) that were recruited after an unusually bad or good year drift back by "
                + "themselves; part of a difference can be that.",
            "Anything else that began in the partner \(nouns.units) alone, such as a new head, another programme or a "
                + "change in who joins, cannot be told from the partnership.",
            "Comparison \(nouns.units) that shared staff, pupils or material with partners would make the estimate too small.",
            "The figure speaks of these \(nouns.units) in these years, not of others that might join later.",
        ]
        if report.outcomes.contains(where: { $0.periods.contains { !$0.hasResults } }) {
            lines.append(
                "Years without results stand as holes. In England, no national tests or examinations were sat in the usual way "
                    + "in 2019/20 and 2020/21, and grading was moved back in steps afterwards; effects that ran through those "
                    + "years are not seen.")
        }
        if report.outcomes.contains(where: { ($0.treatedUnits ?? 10) < 10 }) {
            lines.append(
                "With few partners, chance in a single one moves the estimate; the interval allows for that as far as the "
                    + "method can, and the randomisation p-value does not rest on it.")
        }
        lines.append(evidenceLevel(report))
        return lines
    }

    /// The rung of the standards that the design can reach, with the reason; always a self-assessment.
    static func evidenceLevel(_ report: EvaluationReport) -> String {
        // What a test found, not what it could not rule out.
        let doubted = report.outcomes.contains { ($0.preTrend?.pValue ?? 1) < 0.05 }
        return doubted
            ? "Self-assessed evidence level: a before-and-after comparison with comparison schools can reach OfS Type 3, Nesta "
                + "level 3 and Maryland scale 4; this one does not, because the groups already differed in their trend "
                + "before the start. Read it as OfS Type 2: a difference, without a causal claim."
            : "Self-assessed evidence level: a before-and-after comparison with comparison schools can reach OfS Type 3, Nesta "
                + "level 3 and Maryland scale 4, where the two groups would have changed alike. No one else has reviewed this."
    }
}

/// The terms of the report, each in a sentence or two.
enum Glossary {
    static func terms(_ report: EvaluationReport) -> [(term: String, meaning: String)] {
        let isLower = report.outcomes.contains { $0.outcome.isLowerBetter }
        let spread = report.wording.nouns.rows == "pupils" ? "pupils" : report.wording.nouns.units
        return [
            (
                "Difference-in-differences",
                "How much more the partners changed than the comparison schools did. What changed for everyone drops out."
            ),
            (
                "Comparison schools",
                "Schools outside the partnership whose results show what would probably have happened without it."
            ),
            (
                "Interval",
                "The range of effects that fit the data reasonably well. If it includes zero, no effect at all fits too."
            ),
            (
                "p-value",
                "How often chance alone would give a difference at least this large if there were no effect. It is not the "
                    + "probability that there is none."
            ),
            (
                "Randomisation p-value",
                "The same, found by pretending that other schools had been the partners and seeing how often the difference "
                    + "was as large."
            ),
            (
                "Standardised difference",
                "A difference divided by the spread between \(spread). Beyond 0.25 the groups are usually called unlike."
            ),
            (
                "Gap",
                isLower
                    ? "Where lower is better: the mean of the group minus the mean of the other pupils. Above zero, the group is behind."
                    : "The mean of the other pupils minus the mean of the group. Above zero, the group is behind."
            ),
            (
                "Event time",
                "Periods counted from the start of the partnership: 0 is the first whose results it could affect."
            ),
            (
                "Expected without the partnership",
                "What the model, fitted only to results that the partnership could not affect, predicts for the partners."
            ),
            (
                "Withheld (c)",
                "A figure not shown because too few pupils stand behind it, or because it would reveal one that is not."
            ),
            ("Estimand", "For whom an average speaks: every pupil alike, or every school alike."),
        ]
    }
}
