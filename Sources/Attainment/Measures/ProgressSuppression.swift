/// Which progress rows and bands rest on too few pupils to be shown, and which others would give those back.
///
/// Rows that differ only in their unit, or only in the value of one `by` column, add up to a row that another table may
/// show; the bands of a period add up to its pupils. Where one of such rows alone is withheld, or those withheld hold
/// fewer pupils than the threshold together, the next smallest is withheld too.
public struct ProgressSuppression {
    var threshold: Double

    /// Withholds rows and bands of fewer pupils than the threshold, and what would give them back; 0 withholds none.
    public static func mark(_ result: inout ValueAddedResult, threshold: Int) {
        ProgressSuppression(threshold: Double(threshold)).mark(&result)
    }

    func mark(_ result: inout ValueAddedResult) {
        guard threshold > 0 else { return }
        let rows = result.units
        let sums = Self.sums(rows.map { row in [row.unit ?? ""] + row.by.map(\.value) })
        let hidden = hidden(rows.map(\.n), sums)
        for row in hidden.indices { result.units[row].isSuppressed = hidden[row] }
        let bands = result.bands
        let hiddenBands = self.hidden(bands.map(\.n), Self.groups(bands.map { [$0.time ?? ""] }))
        for band in hiddenBands.indices { result.bands[band].isSuppressed = hiddenBands[band] }
    }

    private func hidden(_ n: [Double], _ sums: [[Int]]) -> [Bool] {
        var isHidden = n.map { $0 < threshold }
        var isSettled = false
        while !isSettled {
            isSettled = true
            for members in sums {
                let hidden = members.filter { isHidden[$0] }
                guard !hidden.isEmpty, hidden.count == 1 || hidden.reduce(0, { $0 + n[$1] }) < threshold else {
                    continue
                }
                guard let next = members.filter({ !isHidden[$0] }).min(by: { (n[$0], $0) < (n[$1], $1) }) else {
                    continue
                }
                isHidden[next] = true
                isSettled = false
            }
        }
        return isHidden
    }

    /// Rows that agree in all keys but one, for each key.
    private static func sums(_ keys: [[String]]) -> [[Int]] {
        guard let width = keys.first?.count else { return [] }
        return (0..<width).flatMap { column in
            groups(
                keys.map { key in
                    var others = key
                    others.remove(at: column)
                    return others
                })
        }
    }

    private static func groups(_ keys: [[String]]) -> [[Int]] {
        var home: [[String]: Int] = [:]
        var groups: [[Int]] = []
        for (position, key) in keys.enumerated() {
            if let known = home[key] {
                groups[known].append(position)
            } else {
                home[key] = groups.count
                groups.append([position])
            }
        }
        return groups.filter { $0.count > 1 }
    }
}
