/// Which rows rest on too few pupils to be shown, and which others would give those back.
///
/// A row is suppressed where either side has fewer pupils than the threshold, or of a share fewer with a yes or a no. Rows that differ only in the value of one
/// `by` column add up to the row without that column, which another table may show; those of the values of one group
/// column add up to all pupils, and of groups made by several columns those that differ in one to the group without it. Where what is suppressed could be worked out from such sums, the next smallest row is
/// suppressed as well: from one sum because it hides one row only, or rows that together stay below the threshold; from
/// the sums of two columns together because they hold a row by itself (`SumGraph`). Sums of three columns together are
/// not looked at.
struct GapSuppression {
    var threshold: Double
    /// Means are shares in percent, so that the pupils with a yes and those with a no are counts behind a row too.
    var isShare = false
    /// A count of nought is small too.
    var zeroIsSmall = true

    func mark(_ drafts: inout [GapDraft], _ contrasts: [LabelledContrast]) {
        guard threshold > 0 else { return }
        for index in drafts.indices {
            drafts[index].row.isSuppressed = isSmall(drafts[index].row)
        }
        hideNested(&drafts, contrasts)
        let sums = sums(drafts, contrasts)
        var isSettled = false
        while !isSettled {
            isSettled = true
            for sum in sums {
                while givesBack(sum, drafts), let next = smallestShown(sum.members, drafts) {
                    drafts[next].row.isSuppressed = true
                    isSettled = false
                }
            }
            guard isSettled else { continue }
            for row in heldByTwo(sums, drafts) {
                let near = sums.filter { $0.members.contains(row) }.flatMap(\.members)
                let wide = drafts.indices.filter { drafts[$0].contrast == drafts[row].contrast }
                guard let next = smallestShown(near, drafts) ?? smallestShown(wide, drafts) else { continue }
                drafts[next].row.isSuppressed = true
                isSettled = false
            }
        }
    }

    /// A group within another group of the run (`fsm=Y,sex=F` within `fsm=Y`) is hidden where those of the larger one who are
    /// not in it are few: the two rows would give them back.
    private func hideNested(_ drafts: inout [GapDraft], _ contrasts: [LabelledContrast]) {
        var places: [[Int]: Int] = [:]
        for (index, draft) in drafts.enumerated() { places[[draft.contrast, draft.combination]] = index }
        for (small, inner) in contrasts.enumerated() where inner.parts.count > 1 {
            for (large, outer) in contrasts.enumerated() where outer.parts.count < inner.parts.count {
                let isNested = outer.parts.allSatisfy { part in inner.parts.contains { $0 == part } }
                guard isNested else { continue }
                for index in drafts.indices where drafts[index].contrast == small {
                    guard let other = places[[large, drafts[index].combination]] else { continue }
                    let rest = zip(counts(drafts[other].row).group, counts(drafts[index].row).group).map { $0 - $1 }
                    // Nobody left is no secret of a few.
                    if rest.reduce(0, +) > 0, rest.contains(where: { $0 < threshold }) {
                        drafts[index].row.isSuppressed = true
                    }
                }
            }
        }
    }

    /// Pupils of the group, then those of its peers; of a share each is split into those with a yes and those with a no.
    private func counts(_ row: GapRow) -> (group: [Double], peers: [Double]) {
        (split(row.n, row.mean), split(row.nPeers, row.meanPeers))
    }

    private func split(_ n: Double, _ mean: Double?) -> [Double] {
        guard isShare, let mean else { return [n] + (isShare ? [n] : []) }
        let yes = (n * mean / 100).rounded()
        return [yes, n - yes]
    }

    private func isSmall(_ row: GapRow) -> Bool {
        let found = counts(row)
        return isSmall(row.n, found.group) || isSmall(row.nPeers, found.peers)
    }

    /// Of a share without pupils there is neither a yes nor a no.
    private func isSmall(_ n: Double, _ parts: [Double]) -> Bool {
        n == 0 ? zeroIsSmall : parts.contains { $0 < threshold }
    }

    /// Rows that add up to something that may be known.
    private struct Sum {
        var members: [Int]
        /// Sums over the same column: the position in `by`, −1 over the values of the group column, −2 and below over those
        /// of one column of several that make the group.
        var column: Int
        /// Rows of several `by` values add up on both sides; those of several groups share their total, so only on one.
        var addsPeers: Bool { column >= 0 }
    }

    private func sums(_ drafts: [GapDraft], _ contrasts: [LabelledContrast]) -> [Sum] {
        var sums: [Sum] = []
        var index: [[String]: Int] = [:]
        func put(_ draft: Int, _ key: [String], column: Int) {
            if let known = index[key] {
                sums[known].members.append(draft)
            } else {
                index[key] = sums.count
                sums.append(Sum(members: [draft], column: column))
            }
        }
        for (position, draft) in drafts.enumerated() {
            let values = draft.row.by.map(\.value)
            for column in values.indices {
                var others = values
                others.remove(at: column)
                put(position, ["by", String(draft.contrast), String(column)] + others, column: column)
            }
            let contrast = contrasts[draft.contrast].contrast
            if contrast.peers == nil { put(position, ["group", contrast.column] + values, column: -1) }
            let parts = contrasts[draft.contrast].parts
            guard parts.count > 1 else { continue }
            for column in parts.indices {
                var others = parts.map(\.value)
                others.remove(at: column)
                put(position, ["cross", contrast.column, String(column)] + others + values, column: -2 - column)
            }
        }
        return sums.filter { $0.members.count > 1 }
    }

    /// A row that is hidden for its empty side alone where the other is large may be known, and so protects nobody.
    private func isHidden(_ row: GapRow) -> Bool {
        row.isSuppressed && (min(row.n, row.nPeers) > 0 || max(row.n, row.nPeers) < threshold)
    }

    private func givesBack(_ sum: Sum, _ drafts: [GapDraft]) -> Bool {
        let hidden = sum.members.map { drafts[$0].row }.filter(isHidden)
        guard !hidden.isEmpty else { return false }
        func least(_ side: (GapRow) -> [Double]) -> Double {
            let sides = hidden.map(side)
            return (0..<(isShare ? 2 : 1)).map { k in sides.reduce(0) { $0 + $1[k] } }.min() ?? 0
        }
        let pupils = least { counts($0).group }
        let peers = sum.addsPeers ? least { counts($0).peers } : threshold
        return hidden.count == 1 || pupils < threshold || peers < threshold
    }

    /// Rows below the threshold that the sums over two columns give back between them, in order.
    private func heldByTwo(_ sums: [Sum], _ drafts: [GapDraft]) -> [Int] {
        let columns = Set(sums.map(\.column)).sorted()
        var held = Set<Int>()
        for (position, first) in columns.enumerated() {
            for second in columns.dropFirst(position + 1) {
                var ends = [(Int?, Int?)](repeating: (nil, nil), count: drafts.count)
                for (node, sum) in sums.enumerated() {
                    if sum.column == first { for row in sum.members { ends[row].0 = node } }
                    if sum.column == second { for row in sum.members { ends[row].1 = node } }
                }
                // A row outside the sums of one column ends at a node of its own kind, which fixes nothing.
                let rows = drafts.indices.filter {
                    isHidden(drafts[$0].row) && (ends[$0].0 != nil || ends[$0].1 != nil)
                }
                let graph = SumGraph(
                    nodeCount: sums.count + 1, edges: rows.map { (ends[$0].0 ?? sums.count, ends[$0].1 ?? sums.count) })
                for (row, isBridge) in zip(rows, graph.bridges()) where isBridge {
                    if isSmall(drafts[row].row) { held.insert(row) }
                }
            }
        }
        return held.sorted()
    }

    private func smallestShown(_ rows: [Int], _ drafts: [GapDraft]) -> Int? {
        // A row without pupils that may be shown as such would protect nobody.
        rows.filter {
            !drafts[$0].row.isSuppressed && (zeroIsSmall || min(drafts[$0].row.n, drafts[$0].row.nPeers) > 0)
        }.min { a, b in
            (min(drafts[a].row.n, drafts[a].row.nPeers), a) < (min(drafts[b].row.n, drafts[b].row.nPeers), b)
        }
    }
}
