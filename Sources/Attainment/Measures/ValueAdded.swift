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
        guard !cells.used.isEmpty else { throw AttainmentError.noKnownPrior(column: request.prior) }
        let expected = try expected(cells, request, &result)
        let scored = scored(cells, expected, request)
        var beyond = 0.0
        for cell in cells.used where expected[cell] == nil { beyond += cells.n[cell] }
        if beyond > 0 {
            result.dropped.append(DroppedRows("no expected result at this prior attainment", Int(beyond)))
        }
        guard !scored.isEmpty else { throw AttainmentError.noExpectation(column: request.prior) }
        var all = WeightedMean()
        for item in scored { item.add(to: &all) }
        result.n = all.n
        let spread = request.pupilSpread ?? all.variance.map { $0.squareRoot() }
        result.spreads = [
            ProgressSpread(
                outcome: cells.outcome, standardDeviation: spread, n: request.pupilSpread == nil ? all.n : nil)
        ]
        result.units = rows(cells, scored, spread, request)
        if request.shrinks { ScoreShrinkage.add(to: &result.units, cells, scored, request) }
        ProgressSuppression(threshold: Double(request.threshold)).mark(&result)
        result.warnings += warnings(cells, scored, result, request)
        return result
    }

    /// What is expected of the pupils of a cell, and what their difference from it is made into.
    private struct Expectation {
        var result: Double
        var divisor: Double
        /// The least score.
        var floor: Double?
        var weight = 1.0
        var spread: Double?
    }

    private static func scored(_ cells: ProgressCells, _ expected: [Expectation?], _ request: ValueAddedRequest)
        -> [ScoredCell]
    {
        cells.used.compactMap { cell in
            guard let expectation = expected[cell] else { return nil }
            let plain = (cells.mean[cell] - expectation.result) / expectation.divisor
            return ScoredCell(
                cell: cell, n: cells.n[cell], score: max(plain, expectation.floor ?? plain), unadjusted: plain,
                within: cells.within[cell] / (expectation.divisor * expectation.divisor), weight: expectation.weight,
                spread: expectation.spread)
        }
    }

    /// What is expected by cell; nil where there is nothing.
    private static func expected(
        _ cells: ProgressCells, _ request: ValueAddedRequest, _ result: inout ValueAddedResult
    ) throws -> [Expectation?] {
        var expected = [Expectation?](repeating: nil, count: cells.n.count)
        func expect(_ value: Double?, _ floor: Double? = nil) -> Expectation? {
            value.map { Expectation(result: $0, divisor: request.divisor, floor: floor) }
        }
        for (period, label) in cells.periods.enumerated() {
            let members = cells.used.filter { cells.period[$0] == period }
            let norm = members.filter { cells.isNorm[$0] }
            switch request.method {
            case .knots(let table):
                for cell in members {
                    guard let subject = cells.subjectText(cell).flatMap({ table[$0] }),
                        let estimate = subject.estimate(cells.priorValue(cell))
                    else { continue }
                    expected[cell] = Expectation(
                        result: estimate, divisor: table.divisor(subject), weight: subject.size ?? 1,
                        spread: subject.spread)
                }
            case .regression:
                guard let line = try line(cells, norm, label) else { continue }
                result.lines.append(line)
                for cell in members { expected[cell] = expect(line.intercept + line.slope * cells.priorValue(cell)) }
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
                    expected[cell] = expect(
                        bands.means[band] ?? (means[band].n > 0 ? means[band].mean : nil),
                        band < request.floors.count ? request.floors[band] : nil)
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
        _ cells: ProgressCells, _ scored: [ScoredCell], _ spread: Double?, _ request: ValueAddedRequest
    ) -> [ProgressRow] {
        var home: [[Int]: Int] = [:]
        var keys: [[Int]] = []
        var rows: [ScoredRow] = []
        for item in scored {
            let key = cells.rowKey(item.cell)
            let known = home[key] ?? keys.count
            if known == keys.count {
                home[key] = known
                keys.append(key)
                rows.append(ScoredRow())
            }
            rows[known].add(item)
        }
        let reach = reach(level: request.level)
        return keys.indices.sorted { keys[$0].lexicographicallyPrecedes(keys[$1]) }.map { index in
            let found = rows[index].mean
            var row = ProgressRow(
                outcome: cells.outcome, unit: cells.unitText(keys[index]), by: cells.byValues(keys[index]), n: found.n,
                score: found.mean)
            if !request.floors.isEmpty { row.unadjustedScore = rows[index].unadjusted.mean }
            let national = request.pupilSpread == nil ? rows[index].standardError : nil
            if let error = national ?? spread.map({ $0 / found.n.squareRoot() }) {
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

    private static func warnings(
        _ cells: ProgressCells, _ scored: [ScoredCell], _ result: ValueAddedResult, _ request: ValueAddedRequest
    ) -> [Warning] {
        var warnings: [Warning] = []
        let limited = scored.reduce(0) { $0 + ($1.score > $1.unadjusted ? $1.n : 0) }
        if limited > 0 {
            warnings.append(
                Warning(
                    "scores-limited",
                    "\(limited < Double(request.threshold) ? "a few" : "\(Int(limited))") of \(Int(result.n)) pupils scored below the least score of their band and count with it, as "
                        + "in the official measure"))
        }
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
