/// Tables of almost the same pupils, whose difference tells of the few that only one of them holds.
///
/// The path of all pupils less the paths of those on free school meals and of their peers is the result of the pupils of whom
/// nobody knows; a table of all results less one that needs a prior score is that of the pupils without one. No table shows
/// those pupils, and all of them together do. Where such a difference would speak of fewer pupils than the threshold, the
/// counts of one of the tables are rounded and its means cut to two decimals, so that it can no longer be taken from the other.
struct NearlySamePupils {
    struct Table {
        /// Tables of a higher rank are rounded first; those of rank 0 only where nothing else is left.
        var rank: Int
        /// Pupils by place: the arm and the period, or the values of `--by`.
        var pupils: [(place: [String], n: Double)]
    }

    var tables: [Table]
    var threshold: Int

    /// Counts are rounded to a multiple that hides a difference of fewer than the threshold.
    static func rounding(threshold: Int, beside rounding: FigureRounding) -> FigureRounding {
        let base = threshold <= 5 ? 5 : (threshold + 9) / 10 * 10
        return FigureRounding(
            base: max(base, rounding.base), decimals: min(2, rounding.decimals ?? 2),
            percentDecimals: min(2, rounding.percentDecimals ?? 2))
    }

    /// The tables to round, in order.
    func toRound() -> [Int] {
        var places: [[String]] = []
        var nodes: [[String]: [Node]] = [:]
        for (index, table) in tables.enumerated() {
            for (place, n) in table.pupils where n > 0 {
                if nodes[place] == nil { places.append(place) }
                var known = nodes[place] ?? []
                if let same = known.firstIndex(where: { $0.n == n }) {
                    known[same].tables.append(index)
                } else {
                    known.append(Node(n: n, tables: [index]))
                }
                nodes[place] = known
            }
        }
        var rounded = Set<Int>()
        for place in places {
            let known = (nodes[place] ?? []).sorted { $0.n < $1.n }
            for together in close(known) {
                guard !together.contains(where: { rounded.isSuperset(of: known[$0].tables) }) else { continue }
                let chosen = together.max { a, b in
                    let ranks = [a, b].map { known[$0].tables.map { tables[$0].rank }.min() ?? 0 }
                    return (ranks[0], -known[a].n) < (ranks[1], -known[b].n)
                }
                if let chosen { rounded.formUnion(known[chosen].tables) }
            }
        }
        return rounded.sorted()
    }

    /// Tables of one place that hold the same number of pupils.
    private struct Node {
        var n: Double
        var tables: [Int]
    }

    /// Pairs, and pairs of pairs, whose difference is some pupils but too few.
    private func close(_ nodes: [Node]) -> [[Int]] {
        func isClose(_ difference: Double) -> Bool {
            let size = difference.magnitude
            return size > 0.5 && size < Double(threshold)
        }
        var pairs: [(Int, Int)] = []
        for a in nodes.indices { for b in nodes.indices where b > a { pairs.append((a, b)) } }
        var found = pairs.filter { isClose(nodes[$0.1].n - nodes[$0.0].n) }.map { [$0.0, $0.1] }
        for (position, one) in pairs.enumerated() {
            for other in pairs.dropFirst(position + 1) {
                let members = [one.0, one.1, other.0, other.1]
                guard Set(members).count == 4 else { continue }
                let (near, far) = (nodes[one.1].n - nodes[one.0].n, nodes[other.1].n - nodes[other.0].n)
                if isClose(near - far) || isClose(near + far) { found.append(members) }
            }
        }
        return found
    }
}
