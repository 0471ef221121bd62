import Cells

/// Which units belong to the partnership and which compare, at any time: for monitoring, which asks for no period before.
public enum PartnerUnits {
    public enum Arm: Sendable, Equatable { case partners, comparison }

    /// - Returns: the arm of every unit with rows by name, units that were excluded or may not compare left out; and the
    ///   periods that occur, in calendar order.
    /// - Throws: a `DesignError`, as a design would.
    public static func arms(
        _ table: CellTable, _ request: DesignRequest
    ) throws(DesignError) -> (arms: [String: Arm], periods: [Period]) {
        var request = request
        request.takesFirstStart = true
        let columns = try DesignColumns(table, request)
        let unit = columns.unit.codes.map(Int.init)
        let names = columns.unit.values
        let counts = (0..<table.cellCount).map { cell in
            let (name, time) = (names[unit[cell]], columns.time.values[Int(columns.time.codes[cell])])
            return !name.isEmpty && !time.isEmpty && !request.excluded.contains(name) && table.rowCounts[cell] > 0
        }
        var occurs = [Bool](repeating: false, count: columns.time.values.count)
        for cell in counts.indices where counts[cell] { occurs[Int(columns.time.codes[cell])] = true }
        let texts = try PeriodTexts(columns.time.values, occurs: occurs)
        let starts = try TreatmentStarts(
            .init(
                units: names, unit: unit, period: columns.time.codes.map { texts.indices[Int($0)] ?? 0 },
                counts: counts,
                timeline: texts.timeline), treatment: columns.treatment, request: request)
        var arms: [String: Arm] = [:]
        for cell in counts.indices where counts[cell] {
            let name = names[unit[cell]]
            if starts.workOrdinal[unit[cell]] != nil {
                arms[name] = .partners
            } else if request.comparisonUnits?.contains(name) ?? true {
                arms[name] = .comparison
            }
        }
        return (arms, texts.timeline.periods)
    }
}
