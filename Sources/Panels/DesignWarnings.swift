import Cells
import Tables

/// What the reader of the estimate must know about the data behind it.
extension DesignDraft {
    mutating func warnAboutData() {
        warnAboutCovidYears()
        warnAboutBalance()
        warnAboutMissing()
        warnAboutClusters()
    }

    private mutating func warnAboutCovidYears() {
        let labels = sample.periods.filter(\.isAssessedByTeachers).map(\.label)
        guard !labels.isEmpty else { return }
        report.warnings.append(
            Warning(
                "covid-years",
                "\(labels.joined(separator: " and ")) \(labels.count == 1 ? "is" : "are") among the periods: exam results of "
                    + "2019/20 and 2020/21 were assessed by teachers and do not compare with other years"))
    }

    private mutating func warnAboutBalance() {
        let cells = selection.cells
        var isPresent = [Bool](repeating: false, count: columns.unit.values.count * texts.timeline.periods.count)
        var present = [Int](repeating: 0, count: columns.unit.values.count)
        for cell in cells {
            let slot = unit[cell] * texts.timeline.periods.count + period[cell]
            if !isPresent[slot] { present[unit[cell]] += 1 }
            isPresent[slot] = true
        }
        let incomplete = present.filter { $0 > 0 && $0 < sample.periods.count }
        guard !incomplete.isEmpty else { return }
        let absent = incomplete.reduce(0) { $0 + sample.periods.count - $1 }
        report.warnings.append(
            Warning(
                "unbalanced",
                "\(incomplete.count) of \(counted(report.unitCount, "unit")) \(incomplete.count == 1 ? "lacks" : "lack") results "
                    + "in some periods (\(absent) of \(report.unitCount * sample.periods.count) unit-periods)"))
    }

    /// A share of missing results that is twice that of the other arm, and five points or more above it.
    private mutating func warnAboutMissing() {
        let isUsed = usedUnits
        var rows = [0.0, 0.0]
        var used = [0.0, 0.0]
        let counts = table.rows(of: request.block)
        for cell in unit.indices where isKnown[cell] && isUsed[unit[cell]] {
            if request.gap != nil, sides[cell] == nil { continue }
            let arm = if case .from = status[unit[cell]] { 1 } else { 0 }
            rows[arm] += Double(counts[cell])
            used[arm] += moments.n[cell]
        }
        guard rows[0] > 0, rows[1] > 0 else { return }
        let missing = [1 - used[0] / rows[0], 1 - used[1] / rows[1]]
        let (less, more) = (min(missing[0], missing[1]), max(missing[0], missing[1]))
        guard more - less >= 0.05, more >= 2 * less else { return }
        report.warnings.append(
            Warning(
                "missing-by-arm",
                "\(percent(missing[1])) of the rows of treated units have no usable result, and \(percent(missing[0])) of those "
                    + "of comparison units: the difference may come from who is missing"))
    }

    private func percent(_ share: Double) -> String { "\(Int((100 * share).rounded()))%" }

    private mutating func warnAboutClusters() {
        for key in columns.clusters where key.name != request.unit {
            var code = [Int32?](repeating: nil, count: columns.unit.values.count)
            var moves = [Bool](repeating: false, count: code.count)
            for cell in selection.cells {
                if let known = code[unit[cell]], known != key.codes[cell] { moves[unit[cell]] = true }
                code[unit[cell]] = key.codes[cell]
            }
            let names = moves.indices.filter { moves[$0] }.map { columns.unit.values[$0] }
            guard !names.isEmpty else { continue }
            report.warnings.append(
                Warning(
                    "cluster-not-nested",
                    "\(counted(names.count, "unit")) \(names.count == 1 ? "belongs" : "belong") to more than one '\(key.name)': "
                        + listed(names)))
        }
    }
}
