/// What is done about many gaps being tested at once.
public enum MultipleComparisons: String, Sendable, CaseIterable {
    case none
    /// Bonferroni step by step from the smallest p-value: the chance of any false finding stays below the level, whatever
    /// depends on what (Holm 1979, *Scandinavian Journal of Statistics* 6(2)).
    case holm
    /// The same from the largest, for independent or positively dependent gaps (Hochberg 1988, *Biometrika* 75(4)).
    case hochberg
    /// The share of false findings among all findings (Benjamini & Hochberg 1995, *JRSS B* 57(1)).
    case bh
    /// From the joint distribution of all the gaps, with bands that hold all of them at once.
    case simultaneous

    /// Adjusted p-values; those of `none` and `simultaneous` are the p-values themselves.
    ///
    /// - Complexity: O(m log m).
    func adjusted(_ p: [Double]) -> [Double] {
        let m = p.count
        let order = p.indices.sorted { (p[$0], $0) < (p[$1], $1) }
        var adjusted = p
        func stepUp(_ factor: (Int) -> Double) {
            var least = 1.0
            for (rank, index) in order.enumerated().reversed() {
                least = min(least, factor(rank) * p[index])
                adjusted[index] = least
            }
        }
        switch self {
        case .none, .simultaneous: break
        case .holm:
            var largest = 0.0
            for (rank, index) in order.enumerated() {
                largest = max(largest, min(1, Double(m - rank) * p[index]))
                adjusted[index] = largest
            }
        case .hochberg: stepUp { Double(m - $0) }
        case .bh: stepUp { Double(m) / Double($0 + 1) }
        }
        return adjusted
    }
}
