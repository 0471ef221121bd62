import Estimation
import LinearAlgebra
import Panels
import Regression
import Testing

@testable import Inference

/// What holds for the estimators from changes, whatever the data: influences, invariances, the ledger's sum, identities.
struct ChangeEstimatorTests {
    static let estimators: [EstimatorName] = [.stacked, .localProjections, .leeWooldridge, .dcdh]

    private func make(_ name: EstimatorName, _ change: (inout EstimatorOptions) -> Void = { _ in }) throws
        -> any Estimator
    {
        var options = EstimatorOptions()
        change(&options)
        return try #require(EstimatorCatalog.entry(name)).make(options)
    }

    /// Starts in 4 and 6 of seven periods; results of some units are missing in some.
    private func rows(pupils: ClosedRange<Int> = 1...1, missing: Double = 0, groups: Bool = false) -> RowDesign {
        var made = SeededRows(seed: 97)
        return made.panel(
            starts: [4, 4, 4, 4, 6, 6, 6, nil, nil, nil, nil, nil], periods: 1...7, pupils: pupils, missing: missing,
            groups: groups)
    }

    // MARK: Influence

    /// With one start the weights of means do not move with those of a unit, so that its part of the error is the derivative
    /// of the estimate in its weight.
    @Test(arguments: [EstimatorName.stacked, .localProjections, .leeWooldridge])
    func contributionsAreDerivatives(name: EstimatorName) throws {
        let estimator = try make(name) {
            if name == .leeWooldridge { $0.transformation = .detrend }
        }
        var rows = PathPanel.oneStart.rows()
        rows.weights = rows.y.map { _ in 1 }
        let fit = try estimator.fit(rows.oneCellARow(), nested: nil)
        let contributions = LinearEstimates(fit).contributions(by: fit.design.clusters[0])
        let step = 1e-5
        for (g, unit) in fit.design.units.enumerated() {
            func moved(_ by: Double) throws -> [Double] {
                var other = rows
                other.weights = rows.unit.map { $0 == unit ? 1 + by : 1 }
                return try estimator.fit(other.oneCellARow(), nested: nil).estimates
            }
            let (up, down) = (try moved(step), try moved(-step))
            for k in fit.estimands.indices {
                let slope = (up[k] - down[k]) / (2 * step)
                #expect(abs(slope - contributions[g, k]) < 1e-6, "\(fit.estimands[k]) \(unit)")
            }
        }
    }

    /// With several starts: the derivative of the regression in the weights of a cluster's rows, weights of means held.
    @Test(arguments: [EstimatorName.stacked, .localProjections, .leeWooldridge], [false, true])
    func contributionsAreDerivativesOfTheRegression(name: EstimatorName, covariate: Bool) throws {
        let design = PathPanel.absorbing.design(covariate: covariate)
        let fit = try make(name).fit(design, nested: design.clusters[0])
        guard case .leastSquares(let model) = fit.basis else {
            Issue.record("no regression")
            return
        }
        let contributions = LinearEstimates(fit).contributions(by: design.clusters[0])
        // The contrasts c, from v = X M c.
        let contrasts = model.matrix.transposedTimes(fit.weights)
        let step = 1e-5
        for g in design.units.indices {
            func moved(_ by: Double) throws -> [Double] {
                let root = fit.rows.cell.map { design.clusters[0].codes[$0] == g ? (1 + by).squareRoot() : 1 }
                var x = model.matrix
                for j in 0..<x.columns { for r in 0..<x.rows { x[r, j] *= root[r] } }
                let y = zip(fit.rows.outcome, root).map { $0 * $1 }
                let b = try OrderedCholesky(x.crossProduct()).solve(x.transposedTimes(y))
                return contrasts.transposedTimes(b)
            }
            let (up, down) = (try moved(step), try moved(-step))
            for k in fit.estimands.indices {
                #expect(abs((up[k] - down[k]) / (2 * step) - contributions[g, k]) < 1e-6, "\(fit.estimands[k]) \(g)")
            }
        }
    }

    /// Of switches, a unit's part is its own outcomes' part of the estimate, a derivative in their scale, less the mean of the
    /// units with the same treatment at first and the same switch.
    @Test(arguments: [PathPanel.absorbing, .switching])
    func partsOfSwitches(panel: PathPanel) throws {
        let design = panel.design()
        let fit = try ChaisemartinDHaultfoeuille().fit(design, nested: nil)
        let contributions = LinearEstimates(fit).contributions(by: design.clusters[0])
        let step = 1e-3
        var parts: [[Double]] = []
        for unit in design.units {
            func scaled(_ by: Double) throws -> [Double] {
                let other = panel.design {
                    for r in $0.y.indices where $0.unit[r] == unit { $0.y[r] *= 1 + by }
                }
                return try ChaisemartinDHaultfoeuille().fit(other, nested: nil).estimates
            }
            parts.append(zip(try scaled(step), try scaled(-step)).map { ($0 - $1) / (2 * step) })
        }
        func cohort(_ u: Int) -> [Int] { [design.start[u] ?? 0, design.startsOn?[u] == true ? 1 : 0] }
        for u in design.units.indices {
            let same = design.units.indices.filter { cohort($0) == cohort(u) }
            for k in fit.estimands.indices {
                let mean = same.reduce(0) { $0 + parts[$1][k] } / Double(same.count)
                #expect(abs(parts[u][k] - mean - contributions[u, k]) < 1e-6, "\(fit.estimands[k]) \(u)")
            }
        }
    }

    /// What draws take is the headline of the whole fit, with the same part of each cluster.
    @Test(arguments: estimators)
    func headlineForDraws(name: EstimatorName) throws {
        let estimator = try make(name)
        let designs = [PathPanel.absorbing.design(), rows(missing: 0.05).gathered()]
        for design in designs + (name == .dcdh ? [PathPanel.switching.design()] : []) {
            let (whole, short) = (try estimator.fit(design, nested: nil), try estimator.headline(design))
            #expect(abs(whole.estimates[0] - short.estimates[0]) < 1e-11)
            let cluster = design.clusters[0]
            let (a, b) = (
                LinearEstimates(whole).contributions(by: cluster).column(0),
                LinearEstimates(short).contributions(by: cluster).column(0)
            )
            for (x, y) in zip(a, b) { #expect(abs(x - y) < 1e-11) }
        }
    }

    // MARK: Ledger

    /// The weighted mean of observed less expected over treated results is the headline.
    @Test(arguments: estimators, [0, 0.1])
    func ledgerAddsUp(name: EstimatorName, missing: Double) throws {
        for pupils in [1...1, 2...5] {
            let fit = try make(name).fit(rows(pupils: pupils, missing: missing).gathered(), nested: nil)
            check(fit.estimates[0], Counterfactual(fit: fit, table: nil).ledger())
        }
    }

    private func check(
        _ estimate: Double, _ ledger: [CounterfactualRow], sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for rows in [ledger.filter { $0.unit == nil }, ledger.filter { $0.unit != nil }] where !rows.isEmpty {
            let weight = rows.reduce(0) { $0 + $1.weight }
            let sum = rows.reduce(0) {
                $0 + $1.weight * (($1.observed ?? 0) - ($1.counterfactual ?? 0))
            }
            #expect(abs(sum / weight - estimate) < 1e-10, sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: estimators)
    func ledgerAddsUpWithCovariates(name: EstimatorName) throws {
        let fit = try make(name).fit(PathPanel.absorbing.design(covariate: name != .dcdh), nested: nil)
        check(fit.estimates[0], Counterfactual(fit: fit, table: nil).ledger())
    }

    @Test(arguments: [EstimatorName.stacked, .localProjections])
    func ledgerOfAGap(name: EstimatorName) throws {
        let fit = try make(name).fit(rows(pupils: 4...6, groups: true).gathered(), nested: nil)
        let ledger = Counterfactual(fit: fit, table: nil).ledger()
        for (part, group) in [(Estimand.Part.group, "group"), (.peers, "peers")] {
            let k = try #require(fit.estimands.firstIndex { $0.kind == .overall && $0.part == part })
            check(fit.estimates[k], ledger.filter { $0.group == group })
        }
    }

    /// Those that end are not in the ledger, which adds up to the effect on those that begin.
    @Test func ledgerOfSwitches() throws {
        let fit = try ChaisemartinDHaultfoeuille().fit(PathPanel.switching.design(), nested: nil)
        let k = try #require(fit.estimands.firstIndex { $0.kind == .mean(.joiners) })
        check(fit.estimates[k], Counterfactual(fit: fit, table: nil).ledger())
    }

    // MARK: Identities

    /// A gap is the peers' effect less the group's, and each is what it is alone.
    @Test(arguments: [EstimatorName.stacked, .localProjections])
    func gapIsADifference(name: EstimatorName) throws {
        let rows = rows(pupils: 4...6, groups: true)
        let fit = try make(name).fit(rows.gathered(), nested: nil)
        #expect(fit.estimands[0] == Estimand(.overall, .gap))
        let parts = try [true, false].map { side in
            var alone = rows
            let keep = rows.y.indices.filter { rows.isGroup?[$0] == side }
            alone.unit = keep.map { rows.unit[$0] }
            alone.time = keep.map { rows.time[$0] }
            alone.y = keep.map { rows.y[$0] }
            alone.start = keep.map { rows.start[$0] }
            alone.isGroup = nil
            return try make(name).fit(alone.gathered(), nested: nil).estimates[0]
        }
        #expect(abs(fit.estimates[0] - (parts[1] - parts[0])) < 1e-10)
    }

    /// One start: the stack is a difference in differences of means.
    @Test func oneStackIsTwoByTwo() throws {
        let design = PathPanel.oneStart.design()
        let fit = try StackedDiD(window: -3...3).fit(design, nested: nil)
        let y = { (u: Int, t: Int) in
            design.moments.mean[(0..<design.cellCount).first { design.unit[$0] == u && design.period[$0] == t } ?? 0]
        }
        let (treated, others) = (Array(0..<4), Array(4..<11))
        func mean(_ units: [Int], _ t: Int) -> Double { units.reduce(0) { $0 + y($1, t) } / Double(units.count) }
        let effects = (3...6).map { t in
            mean(treated, t) - mean(treated, 2) - (mean(others, t) - mean(others, 2))
        }
        #expect(abs(fit.estimates[0] - effects.reduce(0, +) / 4) < 1e-12)
        let two = try TwoByTwo().fit(
            design.keeping(design.period.map { $0 == 2 || $0 == 3 }), nested: nil
        ).estimates[0]
        #expect(abs(fit.estimates[try #require(fit.estimands.firstIndex { $0.kind == .event(0) })] - two) < 1e-12)
    }

    /// Absorbing: effects of switches, and equally weighted local projections, are Callaway and Sant'Anna's against units not
    /// treated yet, starts by their size.
    @Test(arguments: [EstimatorName.dcdh, .localProjections])
    func equalsGroupTimeEffects(name: EstimatorName) throws {
        let design = PathPanel.absorbing.design()
        var other = CallawaySantAnna()
        other.comparesWithNotYet = true
        other.usesUniversalBase = true
        let (a, b) = (try make(name).fit(design, nested: nil), try other.fit(design, nested: nil))
        var compared = 0
        for (k, estimand) in a.estimands.enumerated() {
            guard case .event(let e) = estimand.kind, e >= 0 else { continue }
            let l = try #require(b.estimands.firstIndex { $0.kind == .event(e) })
            #expect(abs(a.estimates[k] - b.estimates[l]) < 1e-11)
            compared += 1
        }
        #expect(compared == 5)
        #expect(abs(a.estimates[0] - b.estimates[0]) < 1e-11)
    }

    /// Absorbing and nobody's treatment known beyond the starts: the two ways of saying so agree.
    @Test func regressionBesideSwitches() throws {
        for panel in [PathPanel.absorbing, .switching] {
            let design = panel.design()
            let fit = try ChaisemartinDHaultfoeuille().fit(design, nested: design.clusters[0])
            guard case .influence(let regression?) = fit.basis else {
                Issue.record("no regression beside the influence")
                continue
            }
            #expect(regression.estimands == fit.estimands)
            for (a, b) in zip(fit.estimates, regression.estimates) { #expect(abs(a - b) < 1e-11) }
        }
    }

    /// Pupils of a school and year with one weight each: their mean with the weight of all.
    @Test(arguments: estimators)
    func pupilsAreTheirMeans(name: EstimatorName) throws {
        let rows = rows(pupils: 2...5)
        let design = rows.gathered()
        let (a, b) = (try make(name).fit(design, nested: nil), try make(name).fit(design.collapsed(), nested: nil))
        for (x, y) in zip(a.estimates, b.estimates) { #expect(abs(x - y) < 1e-11) }
        let (v, w) = (
            LinearEstimates(a).contributions(by: design.clusters[0]),
            LinearEstimates(b).contributions(by: design.clusters[0])
        )
        for (x, y) in zip(v.storage, w.storage) { #expect(abs(x - y) < 1e-10) }
    }

    // MARK: Invariance

    private func analyse(_ rows: RowDesign, _ name: EstimatorName, threads: Int = 1) throws -> AnalysisResult {
        var options = AnalysisOptions()
        options.estimator = name
        options.vcov = .cr2
        options.permutations = 19
        options.bootstrap = 99
        options.wild = 99
        options.threads = threads
        return try DidAnalysis.run(rows.gathered(), options)
    }

    private func compare(
        _ a: AnalysisResult, _ b: AnalysisResult, _ tolerance: Double, scale: Double = 1,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        #expect(a.effects.count == b.effects.count && !a.effects.isEmpty, sourceLocation: sourceLocation)
        for (x, y) in zip(a.effects, b.effects) {
            let size = max(abs(try #require(x.estimate)), 1)
            #expect(
                abs(try #require(y.estimate) / scale - (try #require(x.estimate))) < tolerance * size, "\(x) \(y)",
                sourceLocation: sourceLocation)
            guard let error = x.standardError else { continue }
            #expect(isClose(y.standardError.map { $0 / scale }, error, 10 * tolerance), sourceLocation: sourceLocation)
        }
        #expect(a.randomisation?.pValue == b.randomisation?.pValue, sourceLocation: sourceLocation)
    }

    @Test(arguments: estimators)
    func invariance(name: EstimatorName) throws {
        let rows = rows(pupils: 1...3, missing: 0.03)
        let base = try analyse(rows, name)
        var moved = rows
        moved.y = rows.y.map { $0 + 1e6 }
        // A double loses about 1e-10 of an outcome of a million.
        try compare(base, try analyse(moved, name), 1e-8)
        var scaled = rows
        scaled.y = rows.y.map { $0 * 1e4 }
        try compare(base, try analyse(scaled, name), 1e-9, scale: 1e4)
        let order = rows.y.indices.sorted { ($0 * 7919) % 1009 < ($1 * 7919) % 1009 }
        var shuffled = rows
        shuffled.unit = order.map { rows.unit[$0] }
        shuffled.time = order.map { rows.time[$0] }
        shuffled.y = order.map { rows.y[$0] }
        shuffled.start = order.map { rows.start[$0] }
        try compare(base, try analyse(shuffled, name), 1e-10)
        var renamed = rows
        renamed.unit = rows.unit.map { "School \($0)" }
        let other = try analyse(renamed, name)
        #expect(base.effects == other.effects && base.randomisation == other.randomisation)
        let threaded = try analyse(rows, name, threads: 2)
        #expect(base.effects == threaded.effects && base.randomisation == threaded.randomisation)
    }

    // MARK: Edge cases

    /// Years without results are holes: the same estimates as with the years numbered on, where every start has its base.
    @Test(arguments: Self.estimators)
    func holes(name: EstimatorName) throws {
        let rows = rows()
        // 4 and 5 are gone: those that start in 4 start, as far as results tell, in 6, and all change from 3 on.
        var some = rows
        let keep = rows.y.indices.filter { rows.time[$0] != 4 && rows.time[$0] != 5 }
        some.unit = keep.map { rows.unit[$0] }
        some.time = keep.map { rows.time[$0] }
        some.y = keep.map { rows.y[$0] }
        some.start = keep.map { rows.start[$0].map { $0 == 4 ? 6 : $0 } }
        var numbered = some
        numbered.time = some.time.map { $0 > 5 ? $0 - 2 : $0 }
        numbered.start = some.start.map { $0.map { $0 - 2 } }
        let (a, b) = (
            try make(name).fit(some.gathered(), nested: nil), try make(name).fit(numbered.gathered(), nested: nil)
        )
        #expect(abs(a.estimates[0] - b.estimates[0]) < 1e-12)
        for e in 0...1 {
            let k = try #require(a.estimands.firstIndex { $0.kind == .event(e) })
            let l = try #require(b.estimands.firstIndex { $0.kind == .event(e) })
            #expect(abs(a.estimates[k] - b.estimates[l]) < 1e-12)
        }
        // Before the start the hole keeps its place: 2 is four steps before 6, and the change is from 3.
        if name != .leeWooldridge {
            let k = try #require(a.estimands.firstIndex { $0.kind == .event(-4) })
            let l = try #require(b.estimands.firstIndex { $0.kind == .event(-2) })
            #expect(abs(a.estimates[k] - b.estimates[l]) < 1e-12)
        }
    }

    @Test func stacksSayWhatTheyLeaveOut() throws {
        let rows = rows()
        let fit = try StackedDiD(window: -2...2).fit(rows.gathered(), nested: nil)
        let words = fit.warnings.map(\.message).joined()
        #expect(fit.warnings.map(\.code) == ["stack-trimmed"] && words.hasSuffix("those that start in 6"))
        #expect(!fit.design.isTreatedUnit[4])
        #expect(throws: EstimationError.noStack(window: -6...0, starts: ["4", "6"])) {
            try StackedDiD(window: -6...0).fit(rows.gathered(), nested: nil)
        }
        let plain = try StackedDiD().fit(rows.gathered(), nested: nil)
        #expect(plain.warnings.map(\.message).contains { $0.contains("-3:1") })
        // Nobody outlasts the last start where all start.
        var all = rows
        let keep = rows.y.indices.filter { rows.start[$0] != nil }
        all.unit = keep.map { rows.unit[$0] }
        all.time = keep.map { rows.time[$0] }
        all.y = keep.map { rows.y[$0] }
        all.start = keep.map { rows.start[$0] }
        let late = try StackedDiD(window: -2...1).fit(all.gathered(), nested: nil)
        #expect(late.warnings.contains { $0.message.contains("nobody stays untreated") && $0.message.hasSuffix("6") })
    }

    @Test func otherRefusalsAndWarnings() throws {
        var all = rows()
        let keep = all.y.indices.filter { all.start[$0] == 4 }
        all.unit = keep.map { all.unit[$0] }
        all.time = keep.map { all.time[$0] }
        all.y = keep.map { all.y[$0] }
        all.start = keep.map { _ in 4 }
        for name in [EstimatorName.localProjections, .leeWooldridge, .dcdh] {
            #expect(throws: EstimationError.noCleanComparison(estimator: name.rawValue, starts: ["4"])) {
                try self.make(name).fit(all.gathered(), nested: nil)
            }
        }
        var made = SeededRows(seed: 3)
        let early = made.panel(starts: [2, 2, 5, 5, nil, nil, nil], periods: 1...6)
        let fit = try LeeWooldridge(transformation: .detrend).fit(early.gathered(), nested: nil)
        #expect(fit.warnings.map(\.code) == ["too-few-before"])
        #expect(fit.warnings[0].message.hasSuffix("u00, u01"))
        let only = made.panel(starts: [2, 2, nil, nil, nil], periods: 1...6)
        #expect(throws: EstimationError.tooFewBefore(needed: 2, starts: ["2"])) {
            try LeeWooldridge(transformation: .detrend).fit(only.gathered(), nested: nil)
        }
        // All start: those that start last have nobody left.
        let alone = made.panel(starts: [3, 3, 5, 5], periods: 1...6)
        for name in [EstimatorName.localProjections, .dcdh] {
            let fit = try make(name).fit(alone.gathered(), nested: nil)
            let warning = try #require(fit.warnings.first { $0.code == "no-clean-comparison" })
            #expect(warning.message.contains("5"))
            #expect(fit.estimands.contains { $0.kind == .event(1) } && !fit.estimands.contains { $0.kind == .event(2) })
        }
        var single = made.panel(starts: [3, 4, 4, nil, nil, nil], periods: 1...6)
        #expect(
            try ChaisemartinDHaultfoeuille().fit(single.gathered(), nested: nil).warnings.map(\.code)
                == ["single-cohorts"])
        single.absorbed = [("class", single.y.indices.map { String($0 % 3) })]
        for name in Self.estimators {
            #expect {
                try self.make(name).fit(single.gathered(), nested: nil)
            } throws: { ($0 as? EstimationError)?.code == "E450" }
        }
    }

    /// Variances row by row are for cross-sections of units only.
    @Test func variancesByRow() throws {
        let design = PathPanel.absorbing.design()
        for kind in [VarianceKind.iid, .hc1, .hc2, .hc3] {
            for (name, comparison) in [
                (EstimatorName.stacked, ComparisonUnits?.none), (.localProjections, nil), (.leeWooldridge, .notYet),
            ] {
                #expect {
                    _ = try ReferenceTests.analyse(design, name, kind) { $0.estimation.comparison = comparison }
                } throws: { ($0 as? EstimationError)?.code == "E408" }
            }
        }
    }
}
