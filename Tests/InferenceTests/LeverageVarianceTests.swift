import Estimation
import LinearAlgebra
import Panels
import Testing

@testable import Inference

/// HC2, HC3, CR2 and CR3 of regressions against their definitions on rows and dummies in full, and against each other.
struct LeverageVarianceTests {
    static let starts: [Int?] = [4, 4, 4, nil, nil, nil, nil, nil, nil]

    /// Unbalanced units with a covariate, an absorbed effect that crosses them, and weights or none.
    private static func units(weighted: Bool) -> RowDesign {
        var made = SeededRows(seed: 31)
        var rows = made.panel(starts: starts, missing: 0.1, covariate: true)
        rows.absorbed = [("area", rows.y.indices.map { "a\($0 * $0 % 3)" })]
        if weighted { rows.weights = rows.y.indices.map { 1 + Double($0 % 4) / 2 } }
        return rows
    }

    private static func dense(_ rows: RowDesign) throws -> DenseRegression {
        let treated = rows.y.indices.map { r in rows.start[r].map { rows.time[r] >= $0 ? 1.0 : 0 } ?? 0 }
        return try DenseRegression(
            columns: [treated] + rows.covariates.map(\.values),
            factors: [rows.unit, rows.time.map(String.init)] + rows.absorbed.map(\.values), y: rows.y,
            weights: rows.weights ?? rows.y.map { _ in 1 })
    }

    private static func codes(_ names: [String]) -> [Int] {
        let levels = Set(names).sorted()
        return names.map { name in levels.firstIndex(of: name) ?? 0 }
    }

    private func expect(
        _ effects: [Effect], _ term: String, _ answer: DenseRegression.Answer,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let effect = effects.first { $0.term == term }
        #expect(isClose(effect?.standardError, answer.standardError, 1e-9), "\(answer)", sourceLocation: sourceLocation)
        #expect(
            isClose(effect?.degreesOfFreedom, answer.degreesOfFreedom, 1e-8), "\(answer)",
            sourceLocation: sourceLocation)
    }

    @Test(arguments: [VarianceKind.hc2, .hc3, .cr2, .cr3], [false, true])
    func equalTheirDefinitions(kind: VarianceKind, weighted: Bool) throws {
        let rows = Self.units(weighted: weighted)
        let effects = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, kind).effects
        let dense = try Self.dense(rows)
        let clusters = kind.isClustered ? Self.codes(rows.unit) : Array(rows.y.indices)
        for (j, term) in ["att", "x"].enumerated() {
            expect(
                effects, term,
                try dense.adjusted(j, clusters: clusters, power: kind == .hc2 || kind == .cr2 ? -0.5 : -1))
        }
    }

    /// Clusters wider than units, whose rows outnumber the regressors in one of them.
    @Test(arguments: [VarianceKind.cr2, .cr3])
    func widerClusters(kind: VarianceKind) throws {
        var rows = Self.units(weighted: true)
        rows.clusters = [("trust", rows.unit.map { $0 < "u02" ? "t0" : $0 < "u04" ? "t1" : $0 < "u08" ? "t2" : "t3" })]
        let effects = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, kind).effects
        let dense = try Self.dense(rows)
        for (j, term) in ["att", "x"].enumerated() {
            expect(
                effects, term,
                try dense.adjusted(
                    j, clusters: Self.codes(rows.clusters[0].values), power: kind == .cr2 ? -0.5 : -1))
        }
    }

    /// CR3 is the sum of squares of what leaving out each cluster changes, weights or not.
    @Test(arguments: [false, true])
    func cr3LeavesOutEachCluster(weighted: Bool) throws {
        let rows = Self.units(weighted: weighted)
        let effects = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, .cr3).effects
        let dense = try Self.dense(rows)
        for (j, term) in ["att", "x"].enumerated() {
            let brute = try dense.leaveOneOut(j, clusters: Self.codes(rows.unit))
            #expect(isClose(effects.first { $0.term == term }?.standardError, brute, 1e-9))
        }
    }

    /// Clusters of one row: CR2 is HC2 and CR3 is HC3, standard errors and degrees of freedom.
    @Test(arguments: [(VarianceKind.cr2, VarianceKind.hc2), (.cr3, .hc3)], [EstimatorName.twfe, .did2x2, .eventStudy])
    func clustersOfOneRow(kinds: (VarianceKind, VarianceKind), estimator: EstimatorName) throws {
        var rows = Self.units(weighted: true)
        let robust = try ReferenceTests.analyse(rows.oneCellARow(), estimator, kinds.1).effects
        rows.clusters = [("row", rows.y.indices.map(String.init))]
        let clustered = try ReferenceTests.analyse(rows.oneCellARow(), estimator, kinds.0).effects
        #expect(robust.count == clustered.count && robust.contains { $0.standardError != nil })
        for (a, b) in zip(robust, clustered) where a.standardError != nil || b.standardError != nil {
            #expect(isClose(a.standardError, try #require(b.standardError), 1e-9), "\(a) \(b)")
            #expect(isClose(a.degreesOfFreedom, try #require(b.degreesOfFreedom), 1e-8), "\(a) \(b)")
        }
    }

    /// Clusters of one row: CR1 with every parameter counted is HC1, and HC0 without factors.
    @Test(arguments: [SmallSample.stata, .clusters, .none])
    func firstOrder(rule: SmallSample) throws {
        var rows = Self.units(weighted: true)
        let robust = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, .hc1) { $0.smallSample = rule }
        rows.clusters = [("row", rows.y.indices.map(String.init))]
        let clustered = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, .cr1) { $0.smallSample = rule }
        for (a, b) in zip(robust.effects, clustered.effects) {
            #expect(isClose(a.standardError, try #require(b.standardError), 1e-11))
        }
    }

    /// Rows of a cell share their leverage: cells of pupils give what the pupils give.
    @Test(arguments: [VarianceKind.hc1, .hc2, .hc3], [EstimatorName.twfe, .did2x2])
    func cellsEqualRows(kind: VarianceKind, estimator: EstimatorName) throws {
        var made = SeededRows(seed: 32)
        var rows = made.panel(starts: Self.starts, pupils: 1...5, missing: 0.05)
        rows.factors = [("sex", rows.y.indices.map { $0 % 3 == 0 ? "F" : "M" })]
        let cells = try ReferenceTests.analyse(rows.gathered(), estimator, kind).effects
        let single = try ReferenceTests.analyse(rows.oneCellARow(), estimator, kind).effects
        #expect(cells.count == single.count)
        for (a, b) in zip(cells, single) {
            #expect(isClose(a.standardError, try #require(b.standardError), 1e-10), "\(a) \(b)")
            #expect(isClose(a.degreesOfFreedom, try #require(b.degreesOfFreedom), 1e-9))
        }
    }

    /// Frequency weights equal repeated rows under every variance.
    @Test(arguments: VarianceKind.ofRegressions)
    func frequencyWeightsEqualRepeatedRows(kind: VarianceKind) throws {
        var made = SeededRows(seed: 33)
        var rows = made.panel(starts: Self.starts)
        let times = rows.y.indices.map { 1 + $0 % 3 }
        let index = rows.y.indices.flatMap { [Int](repeating: $0, count: times[$0]) }
        let repeated = RowDesign(
            unit: index.map { rows.unit[$0] }, time: index.map { rows.time[$0] }, y: index.map { rows.y[$0] },
            start: index.map { rows.start[$0] })
        rows.weights = times.map(Double.init)
        var weighted = rows.oneCellARow()
        weighted.moments = weighted.moments.repeated
        weighted.observationCount = Double(index.count)
        let a = try ReferenceTests.analyse(weighted, .twfe, kind).effects
        let b = try ReferenceTests.analyse(repeated.oneCellARow(), .twfe, kind).effects
        for (x, y) in zip(a, b) {
            #expect(isClose(x.estimate, try #require(y.estimate), 1e-12))
            #expect(isClose(x.standardError, try #require(y.standardError), 1e-11), "\(x) \(y)")
            #expect(isClose(x.degreesOfFreedom, try #require(y.degreesOfFreedom), 1e-9))
        }
    }

    /// Means of pupils weighted by their number give the clustered standard errors of the pupils' rows.
    @Test(arguments: [VarianceKind.cr0, .cr2, .cr3])
    func weightedMeansEqualPupils(kind: VarianceKind) throws {
        var made = SeededRows(seed: 34)
        let pupils = made.panel(starts: Self.starts, pupils: 1...5)
        let design = pupils.gathered()
        var means = RowDesign(
            unit: design.unit.map { design.units[$0] }, time: design.period.map { design.periods[$0].ordinal },
            y: (0..<design.cellCount).map { design.moments.mean[$0] },
            start: design.unit.map { design.start[$0] })
        means.weights = design.moments.n
        let a = try ReferenceTests.analyse(pupils.oneCellARow(), .twfe, kind).effects[0]
        let b = try ReferenceTests.analyse(means.oneCellARow(), .twfe, kind).effects[0]
        #expect(isClose(a.standardError, try #require(b.standardError), 1e-11))
        #expect(isClose(a.degreesOfFreedom, try #require(b.degreesOfFreedom), 1e-9))
    }

    /// The size of weights is free under every variance that does not count rows by them.
    @Test(arguments: VarianceKind.ofRegressions)
    func scaleOfWeights(kind: VarianceKind) throws {
        let rows = Self.units(weighted: true)
        var scaled = rows
        scaled.weights = rows.weights?.map { $0 * 1e4 }
        let a = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, kind).effects
        let b = try ReferenceTests.analyse(scaled.oneCellARow(), .twfe, kind).effects
        for (x, y) in zip(a, b) { #expect(isClose(x.standardError, try #require(y.standardError), 1e-10)) }
    }

    /// Nothing changes with the order of rows, the offset and scale of the outcome, or the size of covariates.
    @Test(arguments: VarianceKind.ofRegressions)
    func invariance(kind: VarianceKind) throws {
        let rows = Self.units(weighted: true)
        let wanted = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, kind).effects
        let order = rows.y.indices.sorted { ($0 * 7919) % 1009 < ($1 * 7919) % 1009 }
        var changed = RowDesign(
            unit: order.map { rows.unit[$0] }, time: order.map { rows.time[$0] },
            y: order.map { 1e3 * rows.y[$0] + 1e6 }, start: order.map { rows.start[$0] })
        changed.covariates = [("x", order.map { 1e4 * rows.covariates[0].values[$0] - 7e3 })]
        changed.absorbed = [("area", order.map { rows.absorbed[0].values[$0] })]
        changed.weights = order.map { rows.weights?[$0] ?? 1 }
        let found = try ReferenceTests.analyse(changed.oneCellARow(), .twfe, kind).effects
        for (term, factor) in [("att", 1e3), ("x", 0.1)] {
            let a = try #require(wanted.first { $0.term == term })
            let b = try #require(found.first { $0.term == term })
            // The outcome's own digits: 1e6 · 2⁻⁵³ in 1e3.
            #expect(isClose(b.estimate.map { $0 / factor }, try #require(a.estimate), 1e-9))
            #expect(isClose(b.standardError.map { $0 / factor }, try #require(a.standardError), 1e-9))
            #expect(isClose(b.degreesOfFreedom, try #require(a.degreesOfFreedom), 1e-9))
        }
    }

    /// A covariate that is not 0 in one school alone has no CR3; what does not rest on that school has the one of refits.
    @Test func covariateOfOneCluster() throws {
        var rows = Self.units(weighted: false)
        rows.covariates = [
            ("odd", rows.y.indices.map { rows.unit[$0] == "u05" ? Double(rows.time[$0] % 3) : 0 })
        ]
        let effects = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, .cr3).effects
        #expect(effects.first { $0.term == "odd" }?.standardError == nil)
        let brute = try Self.dense(rows).leaveOneOut(0, clusters: Self.codes(rows.unit))
        #expect(isClose(effects[0].standardError, brute, 1e-9))
    }

    /// A headline that rests on one cluster has no CR3, and the refusal names the cluster.
    @Test func indispensableCluster() throws {
        var made = SeededRows(seed: 35)
        // u00 and u01 start together; event time 3 is seen in one of them alone.
        var rows = made.panel(starts: [3, 4, nil, nil, nil, nil])
        rows.weights = nil
        let refused = #expect(throws: EstimationError.self) {
            try ReferenceTests.analyse(rows.oneCellARow(), .eventStudy, .cr3)
        }
        #expect(refused == .indispensable(variance: "cr3", name: "u00"))
        #expect(refused?.code == "E416" && refused?.hint == "use --vcov cr2")
    }

    /// A row that only itself fits plays no part in HC3 where the estimate does not rest on it.
    @Test func perfectlyFittedRow() throws {
        var rows = Self.units(weighted: false)
        let before = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, .hc3).effects[0]
        rows.unit.append("u99")
        rows.time.append(2)
        rows.y.append(7)
        rows.start.append(nil)
        rows.covariates[0].values.append(1)
        rows.absorbed[0].values.append("a1")
        let after = try ReferenceTests.analyse(rows.oneCellARow(), .twfe, .hc3, keepSingletons: true).effects[0]
        #expect(isClose(after.standardError, try #require(before.standardError), 1e-10))
        #expect(isClose(after.degreesOfFreedom, try #require(before.degreesOfFreedom), 1e-9))
    }
}
