import Inference
import Tables

/// Words and diagnostics hold figures too: they are withheld with the figures that they tell.
extension DocumentFrame {
    /// - Parameters:
    ///   - headline: the headline or the leads before the start are withheld.
    ///   - past: how far synthetic weights reproduce the past is withheld.
    ///   - balance, intake: the rows as they are shown.
    mutating func withholdWarnings(headline: Bool, past: Bool, balance: [BalanceRow], intake: [IntakeRow]) {
        for index in warnings.indices {
            switch warnings[index].code {
            case "few-treated" where headline:
                warnings[index].message = "few schools were treated; the figures are withheld"
            case "wild-bootstrap" where headline:
                warnings[index].message = "the two forms of the wild bootstrap disagree; the figures are withheld"
            case "pre-trend" where headline:
                warnings[index].message =
                    "a difference before the start cannot be told from an effect; its figures are withheld"
            case "past-not-reproduced" where past:
                warnings[index].message = "the weights do not reproduce the past; the figures are withheld"
            case "balance" where balance.contains(where: \.isSuppressed):
                warnings[index].message =
                    "before the first start the two groups were not alike; some of the figures are withheld"
            case "intake" where intake.contains(where: \.isSuppressed):
                warnings[index].message =
                    "who is taught changed differently in the two groups; some of the figures are withheld"
            default: break
            }
        }
    }
}

extension PreTrend {
    /// Nothing of it is told: neither its leads nor its test.
    var isWithheld: Bool { method == Self.withheldMethod }
    private static let withheldMethod = "withheld"

    /// A pre-trend whose figures are withheld; the sentence says so.
    static let withheld = PreTrend(
        leads: [], statistic: nil, q: 0, method: withheldMethod, pValue: nil, assignments: nil,
        words: "What was found before the start is withheld: too few pupils stand behind it.")

    /// Withheld whole where one of its leads is, since its sentence may tell that one.
    ///
    /// - Parameter past: how far synthetic weights reproduce the past is withheld.
    func withheld(with events: [Effect], past: Bool) -> PreTrend {
        let hidden = events.filter(\.isSuppressed).compactMap(\.eventTime)
        return past || leads.contains { hidden.contains($0.eventTime) } ? .withheld : self
    }
}
