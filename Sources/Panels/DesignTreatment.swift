import Cells
import Tables

/// Who was treated: from the starts as written to the units of the sample.
extension DesignDraft {
    mutating func findTreatment() throws(DesignError) {
        let (unit, units) = (self.unit, columns.unit.values)
        let starts = try TreatmentStarts(
            .init(units: units, unit: unit, period: period, counts: isKnown, timeline: texts.timeline),
            treatment: columns.treatment, request: request)
        reversals = starts.reversals
        report.neverSpellings = starts.neverSpellings
        report.matchedPartners = starts.matchedPartners
        report.unmatchedPartners = starts.unmatchedPartners
        let mayCompare = units.map { request.comparisonUnits?.contains($0) ?? true }

        // Leaving units out can take periods away, and with them the periods before another unit's start: until all is settled.
        var isSettled = false
        var always: [String] = []
        while !isSettled {
            try restrictToSample()
            status = try TreatmentStatus.of(
                starts, units: units, isUsed: usedUnits, everything: texts.timeline, sample: sample)
            let status = self.status
            let hasComparisonLeft = selection.drop("not among the units that may compare") { cell in
                (status[unit[cell]] == .comparison || status[unit[cell]] == .notYet) && !mayCompare[unit[cell]]
            }
            try checkContrast(alwaysTreated: always.count, starts)
            always += names { $0 == .always }
            let hasAlways = selection.drop("treated from the first period on") { status[unit[$0]] == .always }
            isSettled = !hasAlways && !hasComparisonLeft
        }
        report.alwaysTreated = sortedByBytes(always)
        report.notYetTreated = names { $0 == .notYet }
        countCohorts()
        report.exposure = request.exposure.map { reach($0, starts) }
        warnAboutTreatment(starts)
    }

    private func reach(_ exposure: Exposure, _ starts: TreatmentStarts) -> ExposureReach {
        let isUsed = usedUnits
        let units = status.indices.filter { isUsed[$0] && starts.ordinal[$0] != nil }
        var text: [Int: String] = [:]
        for unit in units.reversed() { if let start = starts.workOrdinal[unit] { text[start] = starts.text[unit] } }
        return ExposureReach(
            exposure, starts: units.compactMap { starts.workOrdinal[$0] },
            text: { text[$0] ?? sample.label(of: $0) }, sample: sample)
    }

    /// Keeps only the periods that still have results.
    private mutating func restrictToSample() throws(DesignError) {
        var isUsed = [Bool](repeating: false, count: texts.timeline.periods.count)
        for cell in selection.cells { isUsed[period[cell]] = true }
        let periods = texts.timeline.periods.indices.filter { isUsed[$0] }.map { texts.timeline.periods[$0] }
        guard let first = periods.first else { throw .noRows }
        guard periods.count > 1 else { throw .onePeriod(label: first.label) }
        sample = Timeline(kind: texts.timeline.kind, periods: periods)
    }

    /// Per unit of the key column: it has results in the sample.
    var usedUnits: [Bool] {
        var isUsed = [Bool](repeating: false, count: columns.unit.values.count)
        for cell in selection.cells { isUsed[unit[cell]] = true }
        return isUsed
    }

    private func names(where holds: (TreatmentStatus) -> Bool) -> [String] {
        let isUsed = usedUnits
        return status.indices.filter { isUsed[$0] && holds(status[$0]) }.map { columns.unit.values[$0] }
    }

    /// Are there units to compare with, and treated ones to compare?
    private func checkContrast(alwaysTreated: Int, _ starts: TreatmentStarts) throws(DesignError) {
        let isUsed = usedUnits
        var isCohort = [Bool](repeating: false, count: sample.periods.count)
        var (treated, comparison, always) = (0, 0, alwaysTreated)
        for unit in status.indices where isUsed[unit] {
            switch status[unit] {
            case .comparison, .notYet: comparison += 1
            case .always: always += 1
            case .from(let index):
                treated += 1
                isCohort[index] = true
            }
        }
        let startsDiffer = isCohort.filter { $0 }.count > 1
        guard comparison > 0 || (startsDiffer && request.allowsNotYetOnly) else {
            throw .noComparisonUnits(partners: treated + always, startsDiffer: startsDiffer)
        }
        guard treated == 0 else { return }
        guard always == 0 else { throw .onlyAlwaysTreated(units: always, firstPeriod: sample.periods[0].label) }
        if request.exposure != nil,
            let first = starts.ordinal.indices.filter({ isUsed[$0] }).compactMap({ starts.ordinal[$0] }).min()
        {
            throw .noCohortReached(first: sample.label(of: first), last: sample.periods[sample.periods.count - 1].label)
        }
        throw .noTreatedUnits(units: comparison, periods: sample.periods.count)
    }

    private mutating func countCohorts() {
        let isUsed = usedUnits
        var units = [Int](repeating: 0, count: sample.periods.count)
        for unit in status.indices where isUsed[unit] {
            if case .from(let index) = status[unit] { units[index] += 1 }
        }
        report.cohorts = units.indices.filter { units[$0] > 0 }.map {
            .init(start: sample.periods[$0].label, units: units[$0])
        }
        report.unitCount = isUsed.filter { $0 }.count
    }

    private mutating func warnAboutTreatment(_ starts: TreatmentStarts) {
        func warn(_ code: String, _ names: [String], _ one: String, _ many: String) {
            guard !names.isEmpty else { return }
            report.warnings.append(
                Warning(code, "\(counted(names.count, "unit")) \(names.count == 1 ? one : many): \(listed(names))"))
        }
        warn(
            "unmatched-partners", report.unmatchedPartners, "on the list of partners does not occur in these files",
            "on the list of partners do not occur in these files")
        warn(
            "always-treated", report.alwaysTreated, "was treated from the first period on and is left out",
            "were treated from the first period on and are left out")
        if request.exposure == nil {
            warn(
                "not-yet-treated", report.notYetTreated, "starts after the last period and compares",
                "start after the last period and compare")
        } else {
            warn(
                "not-yet-reached", report.notYetTreated,
                "has no results yet of pupils that the partnership could have reached, and compares",
                "have no results yet of pupils that the partnership could have reached, and compare")
        }
        warn(
            "first-start", starts.settled.sorted().map { columns.unit.values[$0] },
            "has more than one start or ends its treatment and counts as treated from its first start on",
            "have more than one start or end their treatment and count as treated from their first start on")
    }
}

/// In the order of the UTF-8 bytes, as keys are sorted.
func sortedByBytes(_ names: some Sequence<String>) -> [String] {
    names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
