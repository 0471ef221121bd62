import Comparison

/// What a comparison group is, in sentences.
struct CompareWords {
    let study: CompareStudy

    var sentences: [String] {
        var words = ["\(how) \(size)"] + [balance].compactMap { $0 }
        let without = study.incomplete.count { !$0.isTreated }
        if without > 0 {
            words.append(
                "\(without) comparison schools are left out: they lack a value of something that is matched on.")
        }
        words.append(
            "Nothing from \(study.past.firstStart) on, when the first partnership could show, was looked at.")
        return words
    }

    private var size: String {
        let balance = study.balance
        let partners =
            balance.matched == balance.treated
            ? (balance.treated == 1 ? "the partner" : "all \(balance.treated) partners")
            : "\(balance.matched) of \(balance.treated) partners"
        let alike = rounded(balance.effectiveSampleSize)
        return
            "For \(partners), \(balance.used) of \(balance.donors) comparison schools \(balance.used == 1 ? "compares" : "compare")"
            + (balance.used == 1
                ? "." : "; they are worth \(alike) \(alike == "1" ? "school" : "schools") of equal weight.")
    }

    /// How many characteristics are alike, before and after; nil where none can be judged.
    var balance: String? {
        let rows = study.balance.rows.filter { $0.before.standardisedDifference != nil }
        guard !rows.isEmpty else { return nil }
        func apart(_ difference: (GroupBalance.Row) -> Double?) -> Int {
            rows.count { abs(difference($0) ?? 0) > CovariateBalance.limit }
        }
        let scale =
            study.balance.standardisesByComparison
            ? "the standard deviation between comparison schools" : "the standard deviation between partners"
        return "Of \(rows.count) \(rows.count == 1 ? "characteristic" : "characteristics") compared school by school, "
            + "\(apart(\.before.standardisedDifference)) differed by more than a quarter of \(scale) before the comparison was built, and "
            + "\(apart(\.after.standardisedDifference)) after."
    }

    private var how: String {
        let columns = study.request.matching.match.map { MeasureTitle.of($0.name) ?? $0.name }.joined(separator: ", ")
        return switch study.request.matching.method {
        case .nearest(let nearest):
            "Each partner's \(nearest.ratio == 1 ? "nearest school" : "\(nearest.ratio) nearest schools") by "
                + "\(nearest.distance.words) in \(columns)."
        case .entropy: "Comparison schools are weighted so that their means are the partners' in \(columns)."
        case .similarSchools(let similar):
            "Each partner's \(similar.neighbours) most similar schools by the weights of the table."
        case .synthetic: "Each partner's past, period by period, is mixed from comparison schools."
        }
    }

    private func rounded(_ value: Double) -> String {
        value == value.rounded() ? "\(Int(value))" : "\((value * 10).rounded() / 10)"
    }
}

extension MatchDistance {
    var name: String {
        switch self {
        case .mahalanobis: "mahalanobis"
        case .propensity: "propensity"
        case .logit: "logit"
        case .weighted: "weighted"
        }
    }

    fileprivate var words: String {
        switch self {
        case .mahalanobis: "Mahalanobis distance"
        case .propensity: "the probability of being a partner"
        case .logit: "the log-odds of being a partner"
        case .weighted: "weighted distance"
        }
    }
}
