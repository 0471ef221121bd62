import Panels

/// The periods before any partnership could have an effect, and those after all have begun: the same for both arms.
struct StartWindow {
    let firstStart: Int
    let lastStart: Int
    let firstStartLabel: String
    /// Cells before the first start, and from the last start on.
    let before: [Int]
    let after: [Int]

    init(_ design: Design) throws(ComparisonError) {
        let starts = design.start.compactMap { $0 }
        guard let first = starts.min(), let last = starts.max() else { throw .noTreatedUnits }
        guard design.start.contains(nil) else { throw .noComparisonUnits }
        firstStart = first
        lastStart = last
        firstStartLabel = design.periods.first { $0.ordinal >= first }?.label ?? ""
        before = design.unit.indices.filter { design.periods[design.period[$0]].ordinal < first }
        after = design.unit.indices.filter { design.periods[design.period[$0]].ordinal >= last }
        for isTreated in [true, false] where !before.contains(where: { design.isInTreatedArm($0) == isTreated }) {
            throw .noBaseline(firstStart: firstStartLabel)
        }
    }
}

extension Design {
    /// The cell belongs to a unit that is treated at some time.
    func isInTreatedArm(_ cell: Int) -> Bool { start[unit[cell]] != nil }
}
