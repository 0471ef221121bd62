import LinearAlgebra
import Panels
import Regression
import Tables

/// The results of units that have one in every period, by unit and period, with covariates taken out: what weights are found
/// on.
struct SyntheticPanel: Sendable {
    let design: Design
    /// Ordinals of the periods with results, ascending, and their indices in `Design.periods`.
    let ordinals: [Int]
    let periods: [Int]
    /// Treated units whose start has enough periods before it, by start, then in their order.
    let treated: [Treated]
    /// Units that never start, in their order.
    let donors: [Int]
    let starts: [Start]
    /// By series and period, less a constant, over a power of two: BLAS-free code works on numbers of about 1.
    let outcome: [Double]
    let scale: Double
    /// What covariates explain of each result, in the outcome's own units.
    let explained: [Double]
    /// Cells of each series and period.
    let cells: [[Int]]
    let names: [String]
    let warnings: [Warning]

    struct Treated: Sendable {
        var series: Int
        /// Index into `starts`.
        var start: Int
        /// Its share among the treated of its start.
        var share: Double
    }

    struct Start: Sendable {
        var ordinal: Int
        /// Periods before it.
        var before: Int
        /// Indices into `treated`.
        var members: Range<Int>
    }

    var periodCount: Int { ordinals.count }

    /// Periods before a start that the weights need at least.
    static let fewestBefore = 2

    /// - Throws: `.noCompleteUnit` where no treated or no comparison unit has a result in every period, `.tooFewResultsBefore`
    ///   where no start has two periods before it, `.unitsInSeveralClusters`.
    init(_ design: Design) throws(EstimationError) {
        let panel = try UnitPeriods(design)
        let present = panel.present
        let isComplete = panel.series.indices.map { s in present.allSatisfy { panel.hasResult(s, $0) } }
        let isTreated = panel.series.map { $0.start != nil }
        for arm in [true, false] {
            guard panel.series.indices.contains(where: { isTreated[$0] == arm && isComplete[$0] }) else {
                throw .noCompleteUnit(
                    isTreated: arm,
                    missing: panel.series.indices.filter { isTreated[$0] == arm }.map { Self.missing(panel, $0) })
            }
        }
        ordinals = present.map { panel.ordinals[$0] }
        periods = present
        let ordinals = self.ordinals
        func before(_ start: Int) -> Int { ordinals.count { $0 < start } }
        let series = panel.series.indices.filter { isComplete[$0] }
        let early = series.filter { s in panel.series[s].start.map { before($0) < Self.fewestBefore } ?? false }
        let found = Array(Set(series.compactMap { panel.series[$0].start })).sorted()
        let usable = found.filter { before($0) >= Self.fewestBefore }
        guard !usable.isEmpty else {
            throw .tooFewResultsBefore(needed: Self.fewestBefore, starts: found.map(design.label))
        }
        let used = series.filter { s in panel.series[s].start.map { usable.contains($0) } ?? true }
        names = used.map { design.units[panel.series[$0].unit] }
        cells = used.flatMap { s in present.map { panel.cells(s, $0) } }
        donors = used.indices.filter { panel.series[used[$0]].start == nil }
        var treated: [Treated] = []
        var starts: [Start] = []
        for (g, start) in usable.enumerated() {
            let members = used.indices.filter { panel.series[used[$0]].start == start }
            let weight = members.map { s in present.reduce(0.0) { $0 + panel.weight(used[s], $1) } }
            let total = weight.reduce(0, +)
            starts.append(
                Start(
                    ordinal: start, before: before(start),
                    members: treated.count..<treated.count + members.count))
            treated += zip(members, weight).map { Treated(series: $0, start: g, share: $1 / total) }
        }
        self.treated = treated
        self.starts = starts
        self.design = design
        let raw = used.flatMap { s in present.map { panel.outcome(s, $0) } }
        let adjusted = try Self.adjusted(raw, panel, used, donors: donors)
        explained = adjusted.explained
        let rest = zip(raw, explained).map { $0 - $1 }
        let mean = rest.reduce(0, +) / Double(rest.count)
        let spread = (rest.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rest.count)).squareRoot()
        let unit = spread > 0 ? Double(sign: .plus, exponent: spread.exponent, significand: 1) : 1
        scale = unit
        outcome = rest.map { ($0 - mean) / unit }
        warnings = adjusted.warnings + Self.warnings(panel, isComplete: isComplete, early: early)
    }

    /// Results without what covariates explain: their slopes come from comparison units, beside unit and period effects.
    private static func adjusted(
        _ outcome: [Double], _ panel: UnitPeriods, _ used: [Int], donors: [Int]
    ) throws(EstimationError) -> (explained: [Double], warnings: [Warning]) {
        let (width, count) = (panel.covariates.count, panel.present.count)
        guard width > 0 else { return ([Double](repeating: 0, count: outcome.count), []) }
        let values = (0..<width).map { j in used.flatMap { s in panel.present.map { panel.covariate(j, s, $0) } } }
        func centred(_ values: [Double]) -> [Double] {
            var rows = donors.flatMap { s in values[s * count..<(s + 1) * count] }
            for s in donors.indices {
                let mean = rows[s * count..<(s + 1) * count].reduce(0, +) / Double(count)
                for t in 0..<count { rows[s * count + t] -= mean }
            }
            for t in 0..<count {
                let mean = donors.indices.reduce(0.0) { $0 + rows[$1 * count + t] } / Double(donors.count)
                for s in donors.indices { rows[s * count + t] -= mean }
            }
            return rows
        }
        let x = Matrix(rows: donors.count * count, columns: values.map(centred))
        let gram = x.crossProduct()
        // What is left of a covariate that units or periods explain is rounding.
        let floors = values.map { column in
            1e-9 * donors.reduce(0.0) { $0 + column[$1 * count..<($1 + 1) * count].reduce(0) { $0 + $1 * $1 } }
        }
        let (cholesky, slopes) = try numerically { () throws(LinearAlgebraError) in
            let cholesky = try OrderedCholesky(gram, floors: floors)
            let products = x.transposedTimes(centred(outcome))
            return (cholesky, try cholesky.solve(cholesky.kept.map { products[$0] }))
        }
        var explained = [Double](repeating: 0, count: outcome.count)
        for (j, slope) in zip(cholesky.kept, slopes) {
            for i in explained.indices { explained[i] += slope * values[j][i] }
        }
        let dropped = cholesky.dropped.map { panel.covariates[$0].name }
        let warnings =
            dropped.isEmpty
            ? []
            : [
                Warning(
                    "collinear",
                    "\(dropped.joined(separator: ", ")) left out: among comparison units, unit and period effects or other "
                        + "covariates explain it")
            ]
        return (explained, warnings)
    }

    private static func missing(_ panel: UnitPeriods, _ s: Int) -> String {
        let gaps = panel.present.filter { !panel.hasResult(s, $0) }.map { panel.design.periods[$0].label }
        return "\(panel.design.units[panel.series[s].unit]) (\(gaps.joined(separator: ", ")))"
    }

    /// What was left out, by name where few.
    private static func warnings(_ panel: UnitPeriods, isComplete: [Bool], early: [Int]) -> [Warning] {
        var warnings: [Warning] = []
        for arm in [true, false] {
            let gone = panel.series.indices.filter { !isComplete[$0] && (panel.series[$0].start != nil) == arm }
            guard !gone.isEmpty else { continue }
            let named = gone.prefix(10).map { missing(panel, $0) }.joined(separator: "; ")
            warnings.append(
                Warning(
                    "incomplete-units",
                    "\(gone.count) \(arm ? "treated" : "comparison") units left out: weights need a result in every period, and "
                        + "these have none in some: \(named)\(gone.count > 10 ? "; …" : "")"))
        }
        if !early.isEmpty {
            warnings.append(
                Warning(
                    "too-few-before",
                    "left out, since weights need \(fewestBefore) periods before the start: "
                        + early.map { panel.design.units[panel.series[$0].unit] }.joined(separator: ", ")))
        }
        return warnings
    }
}
