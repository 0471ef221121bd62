import Comparison
import Inference
import Panels
import Regression
import Tables

/// The comparison of an evaluation: built from the past, fixed before any later result is read, and laid on every design of it.
final class FixedComparison: Sendable {
    let study: CompareStudy
    /// Results before the start were matched on.
    let followsPastResults: Bool
    private let made: MadeWeights
    /// Unit of the pool by name.
    private let place: [String: Int]
    /// Units that may be dealt treatment or compare: those of the comparison's profiles.
    private let isOpen: [Bool]

    /// - Throws: what `CompareStudy` throws.
    init(_ request: DidRequest, _ matching: MatchingRequest) throws {
        var plain = request
        plain.matching = nil
        plain.data.outcomes = Array(request.data.outcomes.prefix(1))
        plain.covariates = []
        plain.placeboOutcomes = []
        plain.design.gap = nil
        plain.by = []
        plain.furtherKeys = []
        followsPastResults = request.matchesPastResults
        let study = try CompareStudy(CompareRequest(did: plain, matching: matching))
        self.study = study
        let pool = study.pool
        made = MadeWeights(pool, study.made)
        var place: [String: Int] = [:]
        for (unit, name) in pool.units.enumerated() { place[name] = unit }
        self.place = place
        var isOpen = pool.units.map { _ in false }
        for unit in study.made.units { isOpen[unit] = true }
        self.isOpen = isOpen
    }

    /// Weights by unit of the pool, and the set of each unit where sets are apart.
    private struct MadeWeights: Sendable {
        var weights: [Double]
        /// Per treated unit: how often it is in the sample; 0 for the others.
        var copies: [Double]
        var sets: [Int]?

        init(_ pool: ComparisonPool, _ made: ComparisonPool.Made) {
            weights = pool.units.map { _ in 0 }
            copies = weights
            for (row, unit) in made.units.enumerated() {
                weights[unit] += made.group.weights[row]
                if made.profiles.isTreated[row], made.group.weights[row] > 0 { copies[unit] += 1 }
            }
            // One set alone would be one cluster.
            guard made.group.hasSets, copies.count(where: { $0 > 0 }) > 1 else { return }
            var sets = pool.units.map { _ in -1 }
            for match in made.group.matches {
                sets[made.units[match.treated]] = made.units[match.treated]
                sets[made.units[match.donor]] = made.units[match.treated]
            }
            self.sets = sets
        }
    }

    /// What the comparison is known by: the digest of its units and weights, one a line.
    var digest: String {
        let lines = study.profiles.units.indices.filter { study.group.weights[$0] > 0 }.map {
            "\(study.profiles.units[$0]),\(study.group.weights[$0])\n"
        }
        return SHA256Digest.hex(of: Array(lines.joined().utf8))
    }

    /// Counterparts are sets apart, so that errors are taken by set where nothing else is said.
    var hasSets: Bool { made.sets != nil }

    /// The design with the comparison's units alone, each by its weight.
    ///
    /// - Parameter clustersBySet: each treated unit and its counterparts are one cluster.
    func applied(to design: Design, clustersBySet: Bool) -> Design {
        applied(made, to: design, clustersBySet: clustersBySet)
    }

    /// Treated units keep their weight; comparison units together count as much as these, each by its own weight, whatever the
    /// number of its rows.
    private func applied(_ made: MadeWeights, to design: Design, clustersBySet: Bool) -> Design {
        let base = design.weightPerPeriod(before: study.past.start)
        let units = design.units.map { place[$0] }
        var (rows, weights) = (0.0, 0.0)
        for (u, unit) in units.enumerated() {
            guard let unit, made.copies[unit] > 0 else { continue }
            rows += made.copies[unit] * base[u]
            weights += made.weights[unit]
        }
        let scale = weights > 0 ? rows / weights : 0
        let factors = units.enumerated().map { u, unit -> Double in
            guard let unit, made.weights[unit] > 0, base[u] > 0 else { return 0 }
            return made.copies[unit] > 0 ? made.copies[unit] : made.weights[unit] * scale / base[u]
        }
        var design = design
        if clustersBySet, let sets = made.sets {
            design.clusters = [
                CellFactor(
                    name: Self.setName, levels: study.pool.units,
                    codes: design.unit.map { u in units[u].map { max(0, sets[$0]) } ?? 0 })
            ]
        }
        return design.scaled(by: factors)
    }

    static let setName = "matched set"

    /// The design without treated units that have no counterpart, and with every comparison unit.
    func withoutUnmatched(_ design: Design) -> Design {
        design.keeping(
            design.unit.map { u in
                design.start[u] == nil || place[design.units[u]].map { made.copies[$0] > 0 } ?? false
            })
    }

    /// Treated units, and those of them that have a counterpart.
    var partners: (all: Int, matched: Int) {
        (study.past.design.start.count { $0 != nil }, made.copies.count { $0 > 0 })
    }

    /// For draws: the comparison made anew for other starts or another sample of units.
    func rebuilding(_ design: Design, clustersBySet: Bool) -> RebuiltComparison {
        let pool = design.keeping(design.unit.map { place[design.units[$0]].map { isOpen[$0] } ?? false })
        let units = pool.units.map { place[$0] }
        return RebuiltComparison(pool: pool, followsPastResults: followsPastResults) { [self] starts, copies in
            var isTreated = isOpen.map { _ in false }
            var drawn = isOpen.map { $0 ? 1 : 0 }
            for (u, unit) in units.enumerated() {
                guard let unit else { continue }
                isTreated[unit] = starts[u] != nil
                if let copies { drawn[unit] = isOpen[unit] ? copies[u] : 0 }
            }
            guard let made = try? study.pool.group(isTreated: isTreated, copies: drawn),
                made.group.weights.contains(where: { $0 > 0 })
            else { return nil }
            return applied(
                MadeWeights(study.pool, made), to: pool.starting(starts),
                clustersBySet: clustersBySet && copies == nil)
        }
    }
}
