import Cells
import Inference
import Panels
import Probability
import Tables

/// Value added: each pupil's result less the mean result of pupils with like prior attainment, and its mean by unit.
///
/// With b(i) the pupil's band in the pupil's period and ȳ_b the mean result of the band's pupils of the yardstick,
///
///     score(i) = y(i) − ȳ_b(i),   unit score = mean over its pupils,   standard error = S/√n
///
/// S being the standard deviation (n − 1) of the scores of all pupils. The interval takes 1.96 for 95 %, as the official
/// measures do, else the normal quantile. All that it needs stands in cells, since prior attainment is one of their keys.
///
/// - Source: Department for Education, *Secondary accountability measures* (Progress 8 and its confidence intervals).
public enum ValueAdded {
    /// - Parameter table: cells whose keys hold every column that the request names.
    /// - Throws: `AttainmentError`, or a `DesignError` about the periods.
    /// - Complexity: O(C log C) in C cells.
    public static func run(_ table: CellTable, _ request: ValueAddedRequest) throws -> ValueAddedResult {
        let cells = try ProgressCells(try table.rolledUp(keeping: request.keyColumns), request)
        var result = ValueAddedResult()
        result.dropped = cells.dropped
        let expected = try expected(cells, request, &result)
        var scored: [Int] = []
        var beyond = 0.0
        for cell in cells.used {
            if expected[cell] == nil { beyond += cells.n[cell] } else { scored.append(cell) }
        }
        if beyond > 0 {
            result.dropped.append(DroppedRows("no expected result at this prior attainment", Int(beyond)))
        }
        guard !scored.isEmpty else { throw AttainmentError.noKnownPrior(column: request.prior) }
        let scores = scored.map { (cells.mean[$0] - (expected[$0] ?? 0)) / request.divisor }
        var all = WeightedMean()
        for (cell, score) in zip(scored, scores) {
            all.add(n: cells.n[cell], weight: cells.n[cell], mean: score, within: cells.within[cell])
        }
        result.n = all.n
        let spread = all.variance.map { $0.squareRoot() }
        result.spreads = [ProgressSpread(outcome: cells.outcome, standardDeviation: spread, n: all.n)]
        result.units = rows(cells, scored, scores, spread, request)
        if request.shrinks { ScoreShrinkage.add(to: &result.units, cells, scored, scores, request) }
        ProgressSuppression(threshold: Double(request.threshold)).mark(&result)
        result.warnings += warnings(cells, result, request)
        return result
    }

    /// The expected result by cell; nil where there is none.
    private static func expected(
        _ cells: ProgressCells, _ request: ValueAddedRequest, _ result: inout ValueAddedResult
    ) throws -> [Double?] {
        var expected = [Double?](repeating: nil, count: cells.n.count)
        for (period, label) in cells.periods.enumerated() {
            let members = cells.used.filter { cells.period[$0] == period }
            let norm = members.filter { cells.isNorm[$0] }
            switch request.method {
            case .regression:
                guard let line = try line(cells, norm, label) else { continue }
                result.lines.append(line)
                for cell in members { expected[cell] = line.intercept + line.slope * cells.priorValue(cell) }
            case .bands(let rule):
                var pupils = [Double](repeating: 0, count: cells.priors.count)
                for cell in norm { pupils[cells.priorCode[cell]] += cells.n[cell] }
                let bands = PriorBands(rule, priors: cells.priors, texts: cells.priorTexts, pupils: pupils)
                var means = bands.ends.map { _ in WeightedMean() }
                for cell in norm {
                    guard let band = bands.band[cells.priorCode[cell]] else { continue }
                    means[band].add(
                        n: cells.n[cell], weight: cells.n[cell], mean: cells.mean[cell], within: cells.within[cell])
                }
                for cell in members {
                    guard let band = bands.band[cells.priorCode[cell]] else { continue }
                    expected[cell] = bands.means[band] ?? (means[band].n > 0 ? means[band].mean : nil)
                }
                for (band, ends) in bands.ends.enumerated() where means[band].n > 0 {
                    result.bands.append(
                        ProgressBand(
                            outcome: cells.outcome, time: label, from: ends.from, to: ends.to, n: means[band].n,
                            mean: bands.means[band] ?? means[band].mean))
                }
            }
        }
        return expected
    }

    /// Least squares of results on prior attainment over the pupils of the yardstick, centred.
    ///
    /// - Throws: `AttainmentError.onePrior` where all have the same prior result.
    private static func line(_ cells: ProgressCells, _ norm: [Int], _ label: String?) throws -> ProgressLine? {
        let n = norm.reduce(0) { $0 + cells.n[$1] }
        guard n > 0 else { return nil }
        let x = norm.reduce(0) { $0 + cells.n[$1] * cells.priorValue($1) } / n
        let y = norm.reduce(0) { $0 + cells.n[$1] * cells.mean[$1] } / n
        var (xx, xy) = (0.0, 0.0)
        for cell in norm {
            let dx = cells.priorValue(cell) - x
            xx += cells.n[cell] * dx * dx
            xy += cells.n[cell] * dx * (cells.mean[cell] - y)
        }
        guard xx > 0 else { throw AttainmentError.onePrior(column: cells.prior) }
        let slope = xy / xx
        return ProgressLine(outcome: cells.outcome, time: label, n: n, intercept: y - slope * x, slope: slope)
    }

    private static func rows(
        _ cells: ProgressCells, _ scored: [Int], _ scores: [Double], _ spread: Double?, _ request: ValueAddedRequest
    ) -> [ProgressRow] {
        var home: [[Int]: Int] = [:]
        var keys: [[Int]] = []
        var means: [WeightedMean] = []
        for (cell, score) in zip(scored, scores) {
            let key = cells.rowKey(cell)
            let known = home[key] ?? keys.count
            if known == keys.count {
                home[key] = known
                keys.append(key)
                means.append(WeightedMean())
            }
            means[known].add(n: cells.n[cell], weight: cells.n[cell], mean: score, within: cells.within[cell])
        }
        let reach = reach(level: request.level)
        return keys.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }.map { index in
            let found = means[index]
            var row = ProgressRow(
                outcome: cells.outcome, unit: cells.unitText(keys[index]), by: cells.byValues(keys[index]), n: found.n,
                score: found.mean)
            if let spread {
                let error = spread / found.n.squareRoot()
                row.standardError = error
                (row.lower, row.upper) = (found.mean - reach * error, found.mean + reach * error)
            }
            return row
        }
    }

    /// 1.96 for 95 %, as the official measures take it.
    public static func reach(level: Double) -> Double {
        level == 0.95 ? RecoveredSpread.factor : Normal.tailQuantile((1 - level) / 2)
    }

    private static func warnings(_ cells: ProgressCells, _ result: ValueAddedResult, _ request: ValueAddedRequest)
        -> [Warning]
    {
        var warnings: [Warning] = []
        if request.by.contains(where: { $0 != request.time }) {
            warnings.append(
                Warning(
                    "noisy-prior",
                    "prior attainment is measured with error, so that a group that starts lower seems to progress less than "
                        + "it does: part of a gap in progress between groups, as between FSM pupils and others, is that"
                ))
        }
        let thin = result.bands.count(where: { $0.n < 10 && $0.mean != nil })
        if thin > 0, case .bands(let rule) = request.method, !rule.isOfficial {
            warnings.append(
                Warning(
                    "thin-bands",
                    "\(thin) of \(result.bands.count) bands have fewer than 10 pupils, whose own results move what is expected "
                        + "of them; make the bands wider"))
        }
        return warnings
    }
}

extension BandRule {
    /// True where a table gives the expected results.
    var isOfficial: Bool {
        if case .table(let table) = self { return table.contains { $0.mean != nil } }
        return false
    }
}
