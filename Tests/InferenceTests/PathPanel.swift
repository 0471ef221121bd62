import Panels

/// The data of `Golden/changes.py`: one row a unit and period, whose treatment follows a path of 0 and 1.
struct PathPanel {
    var paths: [String]
    var seed: Int

    /// Starts in 4, 5 and 7 of eight periods, and eight units that never start.
    static let absorbing = PathPanel(
        starts: [Int?](repeating: 4, count: 5) + [Int?](repeating: 5, count: 4) + [7, 7, 7]
            + [Int?](repeating: nil, count: 8), periods: 8, seed: 11)
    /// One start, four of eleven units.
    static let oneStart = PathPanel(
        starts: [4, 4, 4, 4] + [Int?](repeating: nil, count: 7), periods: 7, seed: 23)
    /// Units that begin, end, do both, or neither.
    static let switching = PathPanel(
        paths: [
            ("00011111", 4), ("00110000", 4), ("11111000", 3), ("11100000", 2), ("11111111", 4), ("00000000", 5),
            ("00000111", 3),
        ].flatMap { [String](repeating: $0.0, count: $0.1) }, seed: 31)

    init(paths: [String], seed: Int) {
        self.paths = paths
        self.seed = seed
    }

    init(starts: [Int?], periods: Int, seed: Int) {
        self.init(
            paths: starts.map { start in
                String((1...periods).map { t -> Character in start.map { t >= $0 } ?? false ? "1" : "0" })
            }, seed: seed)
    }

    func rows(covariate: Bool = false) -> RowDesign {
        var r = Congruential(x: seed)
        var rows = RowDesign(unit: [], time: [], y: [], start: [])
        var values: [Double] = []
        for (u, path) in paths.enumerated() {
            let on = path.map { $0 == "1" }
            let start = on.firstIndex { $0 != on[0] }.map { $0 + 1 }
            let level = 2 * r.normal()
            let own = r.normal()
            for (i, isOn) in on.enumerated() {
                let t = i + 1
                let e = r.normal()
                let x = own + 0.3 * r.normal()
                let steps = start.map { max(t - $0, 0) } ?? 0
                rows.unit.append(u < 10 ? "0\(u)" : "\(u)")
                rows.time.append(t)
                rows.start.append(start)
                rows.y.append(
                    level + 0.3 * Double(t) + 0.2 * x * Double(t) + (isOn ? 1 + 0.25 * Double(steps) : 0) + e)
                values.append(x)
            }
        }
        if covariate { rows.covariates = [("x", values)] }
        return rows
    }

    /// - Parameter change: of the rows before they become cells.
    func design(covariate: Bool = false, _ change: (inout RowDesign) -> Void = { _ in }) -> Design {
        var rows = rows(covariate: covariate)
        change(&rows)
        var design = rows.oneCellARow()
        let on = paths.map { $0.map { $0 == "1" } }
        guard on.contains(where: { zip($0, $0.dropFirst()).contains { $0.0 && !$0.1 } || $0[0] }) else { return design }
        design.startsOn = design.units.map { on[Int($0) ?? 0][0] }
        design.isOn = (0..<design.cellCount).map { c in
            on[Int(design.units[design.unit[c]]) ?? 0][design.periods[design.period[c]].ordinal - 1]
        }
        return design
    }
}
