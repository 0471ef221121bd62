import Comparison

/// What a comparison group is, in sentences.
struct CompareWords {
    let study: CompareStudy

    var sentences: [String] {
        let balance = study.balance
        let partners = balance.matched == balance.treated ? "all" : "\(balance.matched) of"
        var words = [
            "\(how) For \(partners) \(balance.treated) partners, \(balance.used) of \(balance.donors) comparison schools compare; "
                + "they are worth \(rounded(balance.effectiveSampleSize)) schools of equal weight."
        ]
        let judged = balance.rows.filter { $0.before.standardisedDifference != nil }
        if !judged.isEmpty {
            let before = judged.count { abs($0.before.standardisedDifference ?? 0) > CovariateBalance.limit }
            let after = judged.count { abs($0.after.standardisedDifference ?? 0) > CovariateBalance.limit }
            let scale =
                balance.standardisesByComparison
                ? "a standard deviation between comparison schools" : "the partners' standard deviation"
            words.append(
                "Of \(judged.count) characteristics, \(before) differed by more than a quarter of \(scale) before, and \(after) after."
            )
        }
        let without = study.incomplete.count { !$0.isTreated }
        if without > 0 {
            words.append(
                "\(without) comparison schools are left out: they lack a value of something that is matched on.")
        }
        words.append(
            "Nothing from \(study.past.firstStart) on, when the first partnership could show, was looked at.")
        return words
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
