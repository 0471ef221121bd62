/// What a unit is in one sample: where its start falls among the periods that have results.
enum TreatmentStatus: Equatable {
    case comparison
    /// Starts after the last period: compares, and is listed.
    case notYet
    /// No period before its start: cannot be used.
    case always
    /// The index of the first period, among those of the sample, that the treatment could affect.
    case from(Int)

    /// - Parameters:
    ///   - everything: the periods of all rows; a start before them is a mistake or a code, not a date.
    ///   - sample: the periods with results. A start in a hole belongs to the next of them.
    static func of(
        _ starts: TreatmentStarts, units: [String], isUsed: [Bool], everything: Timeline, sample: Timeline
    ) throws(DesignError) -> [TreatmentStatus] {
        var status: [TreatmentStatus] = []
        for unit in units.indices {
            guard isUsed[unit], let start = starts.ordinal[unit] else {
                status.append(.comparison)
                continue
            }
            if start < everything.periods[0].ordinal {
                let text = starts.text[unit] ?? ""
                let same = units.indices.filter { isUsed[$0] && starts.text[$0] == text }
                throw .startBeforeData(
                    text: text, units: same.map { units[$0] }, firstPeriod: everything.periods[0].label)
            }
            switch sample.firstIndex(from: start) {
            case nil: status.append(.notYet)
            case 0?: status.append(.always)
            case let index?: status.append(.from(index))
            }
        }
        return status
    }
}
