import Panels

/// The two-way coefficient as a weighted mean of all differences in differences of two groups of units and two stretches of
/// time.
///
/// Groups are the units of one start, those never treated and those treated from the first period on. With D̄ the share of
/// periods in which a group is treated, n its share of the weight, n_kl = n_k/(n_k + n_l) and V the variance of treatment about
/// its unit and period means:
/// - a start k against those that never change (u): (n_k + n_u)² n_ku(1 − n_ku) D̄_k(1 − D̄_k)/V;
/// - an earlier start k against a later one l, before l starts:
///   ((n_k + n_l)(1 − D̄_l))² n_kl(1 − n_kl) (D̄_k − D̄_l)/(1 − D̄_l) · (1 − D̄_k)/(1 − D̄_l)/V;
/// - the later one against the earlier, after k has started:
///   ((n_k + n_l)D̄_k)² n_kl(1 − n_kl) D̄_l/D̄_k · (D̄_k − D̄_l)/D̄_k/V.
/// The last takes units already treated for the comparison, and misleads where effects grow or differ.
/// - Source: Goodman-Bacon (2021), *Difference-in-differences with variation in treatment timing*, Journal of Econometrics
///   225(2).
public struct BaconDecomposition: Sendable, Equatable {
    public enum Kind: String, Sendable, CaseIterable {
        case treatedVsNever = "treated-vs-never"
        case earlierVsLater = "earlier-vs-later"
        case laterVsEarlier = "later-vs-earlier"
        case laterVsAlways = "later-vs-always"
    }

    public struct Comparison: Sendable, Equatable {
        public var kind: Kind
        /// The start of the units whose treatment changes.
        public var treated: String
        /// The start of the others; nil for those never treated.
        public var comparison: String?
        public var treatedUnits: Int
        public var comparisonUnits: Int
        public var weight: Double
        public var estimate: Double
    }

    /// All comparisons of one kind: their weight together, and their weighted mean.
    public struct Sum: Sendable, Equatable {
        public var kind: Kind
        public var weight: Double
        public var estimate: Double
    }

    /// By kind, then by start. Weights sum to 1.
    public var comparisons: [Comparison]
    /// Σ weight · estimate: the two-way coefficient of the panel.
    public var estimate: Double

    public var sums: [Sum] {
        Kind.allCases.compactMap { kind in
            let members = comparisons.filter { $0.kind == kind }
            let weight = members.reduce(0) { $0 + $1.weight }
            guard weight > 0 else { return nil }
            return Sum(
                kind: kind, weight: weight, estimate: members.reduce(0) { $0 + $1.weight * $1.estimate } / weight)
        }
    }

    /// - Returns: nil where no two groups differ in treatment.
    init?(_ panel: BalancedPanel) {
        let groups = Group.all(panel)
        let variance = Self.variance(groups)
        guard variance > 0 else { return nil }
        let always = groups.first { $0.firstTreated == 0 }
        let never = groups.first { $0.firstTreated == nil }
        let cohorts = groups.filter { ($0.firstTreated ?? 0) > 0 }
        let end = panel.periods.count
        var found: [Comparison] = []
        for (kind, fixed) in [(Kind.treatedVsNever, never), (.laterVsAlways, always)] {
            guard let fixed else { continue }
            for k in cohorts {
                let start = k.firstTreated ?? 0
                let weight = Self.spread(k, fixed) * k.treatedShare * (1 - k.treatedShare) / variance
                found.append(Self.comparison(kind, k, fixed, weight, before: 0..<start, after: start..<end))
            }
        }
        for (index, k) in cohorts.enumerated() {
            for l in cohorts.dropFirst(index + 1) {
                let (first, second) = (k.firstTreated ?? 0, l.firstTreated ?? 0)
                let between = k.treatedShare - l.treatedShare
                found.append(
                    Self.comparison(
                        .earlierVsLater, k, l, Self.spread(k, l) * between * (1 - k.treatedShare) / variance,
                        before: 0..<first, after: first..<second))
                found.append(
                    Self.comparison(
                        .laterVsEarlier, l, k, Self.spread(k, l) * l.treatedShare * between / variance,
                        before: first..<second, after: second..<end))
            }
        }
        comparisons = Kind.allCases.flatMap { kind in found.filter { $0.kind == kind } }
        estimate = comparisons.reduce(0) { $0 + $1.weight * $1.estimate }
    }

    /// (n_k + n_l)² n_kl(1 − n_kl) = n_k n_l.
    private static func spread(_ k: Group, _ l: Group) -> Double { k.share * l.share }

    private static func comparison(
        _ kind: Kind, _ treated: Group, _ other: Group, _ weight: Double, before: Range<Int>, after: Range<Int>
    ) -> Comparison {
        func change(_ group: Group) -> Double { group.mean(after) - group.mean(before) }
        return Comparison(
            kind: kind, treated: treated.label ?? "", comparison: other.label, treatedUnits: treated.units,
            comparisonUnits: other.units, weight: weight, estimate: change(treated) - change(other))
    }

    /// The variance of treatment about its unit and period means.
    private static func variance(_ groups: [Group]) -> Double {
        let end = groups.first?.means.count ?? 0
        let byPeriod = (0..<end).map { t in groups.reduce(0) { $0 + $1.share * $1.treatment(t) } }
        let whole = groups.reduce(0) { $0 + $1.share * $1.treatedShare }
        return groups.reduce(0) { sum, group in
            sum
                + (0..<end).reduce(0) { part, t in
                    let rest = group.treatment(t) - group.treatedShare - byPeriod[t] + whole
                    return part + group.share * rest * rest / Double(end)
                }
        }
    }

    /// The units of one start.
    private struct Group {
        /// nil for those never treated.
        let label: String?
        /// The first treated period's place in the panel; nil for those never treated.
        let firstTreated: Int?
        let units: Int
        let share: Double
        /// By period.
        let means: [Double]

        func treatment(_ t: Int) -> Double { firstTreated.map { t >= $0 ? 1 : 0 } ?? 0 }
        var treatedShare: Double { firstTreated.map { 1 - Double($0) / Double(means.count) } ?? 0 }
        func mean(_ stretch: Range<Int>) -> Double {
            stretch.reduce(0) { $0 + means[$1] } / Double(stretch.count)
        }

        /// Never treated ones first, then by start.
        static func all(_ panel: BalancedPanel) -> [Group] {
            let design = panel.design
            let first = panel.units.map { u in
                design.start[u].flatMap { start in
                    panel.periods.firstIndex { design.periods[$0].ordinal >= start }
                }
            }
            let total = panel.weight.reduce(0, +)
            return Set(first).sorted { ($0 ?? -1) < ($1 ?? -1) }.map { start in
                let members = first.indices.filter { first[$0] == start }
                let weight = members.reduce(0) { $0 + panel.weight[$1] }
                return Group(
                    label: start.map { design.periods[panel.periods[$0]].label }, firstTreated: start,
                    units: members.count, share: weight / total,
                    means: panel.periods.indices.map { t in
                        members.reduce(0) { $0 + panel.weight[$1] * panel.outcome[$1][t] } / weight
                    })
            }
        }
    }
}
