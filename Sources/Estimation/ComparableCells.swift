import Panels
import Tables

/// The part of a design in which effects can be told, with what was left out in words.
struct ComparableCells {
    private(set) var design: Design
    private(set) var warnings: [Warning] = []
    /// Cells of the whole design that are left.
    private var left: [Int]

    init(_ design: Design) {
        self.design = design
        left = Array(0..<design.cellCount)
    }

    /// What is left of a factor of the whole design.
    func rest(of factor: CellFactor?) -> CellFactor? {
        factor.map { factor in
            CellFactor(name: factor.name, levels: factor.levels, codes: left.map { factor.codes[$0] })
        }
    }

    private mutating func keep(_ keep: [Bool]) {
        left = left.indices.filter { keep[$0] }.map { left[$0] }
        design = design.keeping(keep)
    }

    /// Where every unit starts, those that start last become the comparison, and periods from then on are left out.
    mutating func takeLastAsComparison() {
        let present = design.isPresentUnit
        let units = design.units.indices.filter { present[$0] }
        guard !units.contains(where: { design.start[$0] == nil }),
            let last = units.compactMap({ design.start[$0] }).max()
        else { return }
        warnings.append(.noNeverTreated(last: design.label(ofOrdinal: last)))
        keep(design.period.map { design.periods[$0].ordinal < last })
        for u in design.start.indices where design.start[u] == last { design.start[u] = nil }
        for c in design.eventTime.indices where design.start[design.unit[c]] == nil { design.eventTime[c] = nil }
    }

    /// Leaves out units whose start has no result before it: there is nothing to compare their results with.
    mutating func leaveOutAlwaysTreated() {
        let known = pairs(where: { !design.isTreated[$0] }) { design.start[design.unit[$0]] ?? .min }
        let isKept = (0..<design.cellCount).map { c in
            design.start[design.unit[c]].map { known.contains([part(c), $0]) } ?? true
        }
        let lost = Set(isKept.indices.filter { !isKept[$0] }.map { design.unit[$0] }).sorted()
        guard !lost.isEmpty else { return }
        warnings.append(.alwaysTreated(lost.map { design.units[$0] }))
        keep(isKept)
    }

    /// Leaves out treated results in periods without untreated ones.
    ///
    /// - Throws: `.notImputable` unless `isAllowed`, or where nothing treated is left.
    mutating func leaveOutPeriodsWithoutUntreated(_ isAllowed: Bool) throws(EstimationError) {
        let known = pairs(where: { !design.isTreated[$0] }) { design.period[$0] }
        let isKept = (0..<design.cellCount).map { c in
            !design.isTreated[c] || known.contains([part(c), design.period[c]])
        }
        let lost = isKept.indices.filter { !isKept[$0] }
        guard !lost.isEmpty else { return }
        let listed = design.named(lost)
        guard isAllowed, isKept.indices.contains(where: { isKept[$0] && design.isTreated[$0] }) else {
            throw .notImputable(cells: lost.count, examples: listed)
        }
        warnings.append(.notImputable(cells: lost.count, listed))
        keep(isKept)
    }

    private func part(_ c: Int) -> Int { design.isGroup?[c] == true ? 1 : 0 }

    private func pairs(where isChosen: (Int) -> Bool, _ value: (Int) -> Int) -> Set<[Int]> {
        Set((0..<design.cellCount).filter(isChosen).map { [part($0), value($0)] })
    }
}

extension Design {
    /// `school in period` of cells, each once, at most twenty of them.
    func named(_ cells: [Int]) -> [String] {
        let places = Set(cells.map { [unit[$0], period[$0]] }).sorted { $0.lexicographicallyPrecedes($1) }
        let names = places.prefix(20).map { "\(units[$0[0]]) in \(periods[$0[1]].label)" }
        return places.count > 20 ? names + ["and \(places.count - 20) more"] : names
    }
}

extension Warning {
    /// - Parameter last: the start of those that compare until then.
    static func noNeverTreated(last: String) -> Warning {
        Warning(
            "no-never-treated",
            "no unit stays without treatment: those that start in \(last) are the comparison, and periods from then on are "
                + "left out")
    }

    static func alwaysTreated(_ units: [String]) -> Warning {
        Warning(
            "always-treated",
            "left out, since there is no period before their start to compare with: \(units.joined(separator: ", "))")
    }

    static func notImputable(cells: Int, _ listed: [String]) -> Warning {
        Warning(
            "not-imputable",
            "\(cells) treated results were left out, having no untreated results to be compared with: "
                + listed.joined(separator: "; "))
    }
}
