/// Which rows rest on too few pupils to be shown, and which others would give those back.
///
/// A row is suppressed where either side has fewer pupils than the threshold. Rows that differ only in the value of one
/// `by` column add up to the row without that column, which another table may show; those of the values of one group
/// column add up to all pupils. Where what is suppressed in such a set could be worked out from the total, because it is
/// one row only or because all of it together is below the threshold, the next smallest row is suppressed as well.
struct GapSuppression {
    var threshold: Double

    func mark(_ drafts: inout [GapDraft], _ contrasts: [LabelledContrast]) {
        guard threshold > 0 else { return }
        for index in drafts.indices {
            drafts[index].row.isSuppressed = min(drafts[index].row.n, drafts[index].row.nPeers) < threshold
        }
        let sets = additiveSets(drafts, contrasts)
        var isSettled = false
        while !isSettled {
            isSettled = true
            for set in sets {
                while givesBack(set, drafts), let next = smallestShown(set, drafts) {
                    drafts[next].row.isSuppressed = true
                    isSettled = false
                }
            }
        }
    }

    private struct AdditiveSet {
        var members: [Int]
        /// Rows of several `by` values add up on both sides; those of several groups share their total, so only on one.
        var addsPeers: Bool
    }

    private func additiveSets(_ drafts: [GapDraft], _ contrasts: [LabelledContrast]) -> [AdditiveSet] {
        var sets: [AdditiveSet] = []
        var index: [[String]: Int] = [:]
        func put(_ draft: Int, _ key: [String], addsPeers: Bool) {
            if let known = index[key] {
                sets[known].members.append(draft)
            } else {
                index[key] = sets.count
                sets.append(AdditiveSet(members: [draft], addsPeers: addsPeers))
            }
        }
        for (position, draft) in drafts.enumerated() {
            let values = draft.row.by.map(\.value)
            for column in values.indices {
                var others = values
                others.remove(at: column)
                put(position, ["by", String(draft.contrast), String(column)] + others, addsPeers: true)
            }
            let contrast = contrasts[draft.contrast].contrast
            if contrast.peers == nil { put(position, ["group", contrast.column] + values, addsPeers: false) }
        }
        return sets.filter { $0.members.count > 1 }
    }

    /// What is hidden could be worked out from the total: it is one row, or all of it is below the threshold on a side.
    ///
    /// A row is hidden for its empty side alone where the other is large: that one may be known, and so protects nobody.
    private func givesBack(_ set: AdditiveSet, _ drafts: [GapDraft]) -> Bool {
        let hidden = set.members.map { drafts[$0].row }.filter {
            $0.isSuppressed && (min($0.n, $0.nPeers) > 0 || max($0.n, $0.nPeers) < threshold)
        }
        guard !hidden.isEmpty else { return false }
        let pupils = hidden.reduce(0) { $0 + $1.n }
        let peers = set.addsPeers ? hidden.reduce(0) { $0 + $1.nPeers } : threshold
        return hidden.count == 1 || pupils < threshold || peers < threshold
    }

    private func smallestShown(_ set: AdditiveSet, _ drafts: [GapDraft]) -> Int? {
        set.members.filter { !drafts[$0].row.isSuppressed }.min { a, b in
            (min(drafts[a].row.n, drafts[a].row.nPeers), a) < (min(drafts[b].row.n, drafts[b].row.nPeers), b)
        }
    }
}
