import Comparison
import Inference
import Panels
import Reporting
import Tables

/// What a comparison that was built with the estimate says of itself in the result.
struct ComparisonWords {
    let study: DidStudy
    let request: DidRequest

    init(_ study: DidStudy) {
        self.study = study
        request = study.request
    }

    /// Small numbers are withheld already.
    func findings(_ part: DidStudy.Part) throws -> ComparisonFindings? {
        guard let comparison = request.comparison, let matching = request.matching else { return nil }
        var settings = SettingsList()
        settings.put(matching)
        return ComparisonFindings(
            group: try CompareRun.document(comparison.study), settings: settings.members,
            without: part.withoutMatching, reason: part.reasonWithout, periods: comparison.study.past.periods,
            passedOver: comparison.study.past.passedOver, digest: comparison.digest, notes: notes(part))
    }

    private func notes(_ part: DidStudy.Part) -> [String] {
        var notes: [String] = []
        if request.analysis.bootstrap > 0 {
            notes.append(
                "The headline's band comes from samples of schools, in each of which the comparison was built anew: it carries that "
                    + "the comparison could have come out otherwise, and the interval beside it does not.")
        }
        if request.clustersBySet {
            notes.append(
                "Each partner and its counterparts are one cluster, so that standard errors know that they were chosen together."
            )
        } else if request.analysis.bootstrap == 0 {
            notes.append("Standard errors take the weights of the comparison as they are.")
        }
        if part.result.randomisation != nil {
            notes.append("The randomisation test builds the comparison anew for every assignment.")
        }
        if request.matchesPastResults {
            notes.append(
                "Results before the start were matched on, so that partners and those that compare look alike before it by "
                    + "construction: that they do is no evidence of parallel trends.")
        }
        return notes + request.notBesideMatching
    }
}

extension DidRequest {
    /// The level at which errors may be correlated.
    var clusterNames: [String] {
        if clustersBySet { return [FixedComparison.setName] }
        return design.clusters.isEmpty ? [design.unit] : design.clusters
    }

    /// Results before the start choose the comparison, so that they are no evidence of parallel trends.
    var matchesPastResults: Bool { matching?.match.contains { data.outcomes.contains($0.outcome) } ?? false }

    /// Turns off what a comparison built from the past makes meaningless, and says so.
    ///
    /// The wild bootstrap draws results before the start too, from which the comparison would have to be built anew; starts moved
    /// back would be judged by results that were matched on, and so would departures from parallel trends.
    public mutating func leaveOutWhatMatchingForbids() {
        guard matching != nil else { return }
        if analysis.triesPlacebos {
            analysis.triesPlacebos = false
            notBesideMatching.append(
                "Placebos in time and among schools are not run beside a comparison that was built.")
        }
        if analysis.judgesSensitivity, matchesPastResults {
            analysis.judgesSensitivity = false
            notBesideMatching.append(
                "How far trends may depart from parallel is not judged, since results before the start were matched on."
            )
        }
    }

    /// - Throws: `RequestError.doesNotApply` for what was asked for by name and cannot stand beside the comparison.
    public func checkMatching(_ diagnostics: Set<String>) throws(RequestError) {
        guard let matching else { return }
        if let name = analysis.estimator, name.isSynthetic {
            throw .doesNotApply(
                option: "--match", to: "--estimator \(name.rawValue), which weights comparison schools by itself")
        }
        if case .synthetic = matching.method {
            throw .doesNotApply(
                option: "--match-method synthetic", to: "did; --estimator synthetic-control weights schools so")
        }
        if (analysis.wild ?? 0) > 0 {
            throw .doesNotApply(
                option: "--wild",
                to:
                    "a comparison built by --match: it draws results before the start too, from which the comparison was built; "
                    + "go by the randomisation test, which builds it anew")
        }
        if let apart = by.first(where: { !matching.exact.contains($0) }) {
            throw .doesNotApply(
                option: "--by \(apart)",
                to:
                    "a comparison built over all its values, which would set partners of one beside counterparts of another; "
                    + "add --exact \(apart), so that counterparts share it")
        }
        if diagnostics.contains("placebo") {
            throw .doesNotApply(
                option: "--diagnostics placebo",
                to: "a comparison built by --match, which would have to be built anew for every placebo")
        }
        if diagnostics.contains("honest"), matchesPastResults {
            throw .doesNotApply(
                option: "--diagnostics honest",
                to: "a comparison matched on results before the start, by which it would judge trends")
        }
        guard analysis.bootstrap > 0 else { return }
        if matching.method != .entropy {
            throw .doesNotApply(
                option: "--bootstrap",
                to:
                    "--match-method \(matching.method.name): nearest schools do not follow samples drawn with replacement, so that "
                    + "such a bootstrap is wrong there; go by clusters and the randomisation test, or use --match-method entropy"
            )
        }
        if !design.clusters.isEmpty {
            throw .doesNotApply(option: "--cluster", to: "--bootstrap beside --match, which draws schools")
        }
    }
}

extension DidRequest {
    /// That the estimate speaks of fewer partners than there are, because some have no counterpart.
    var unmatchedCaution: String? {
        guard let comparison else { return nil }
        let (all, matched) = comparison.partners
        guard matched < all else { return nil }
        return
            "This is the effect on the \(matched) of \(all) partner schools that have a counterpart; it does not speak of the other "
            + "\(all - matched), who are named under \"Without a counterpart\"."
    }
}
