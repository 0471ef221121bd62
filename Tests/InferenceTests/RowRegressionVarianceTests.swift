import Estimation
import LinearAlgebra
import Panels
import Regression
import Testing

@testable import Inference

/// Variances of a regression on rows in memory, whatever effects it eliminated and however they lie to the clusters.
struct RowRegressionVarianceTests {
    /// Rows in no order, so that those of a unit are apart.
    private static func rows(weighted: Bool) -> RowDesign {
        var made = SeededRows(seed: 36)
        let tidy = made.panel(starts: LeverageVarianceTests.starts, missing: 0.1, covariate: true)
        let order = tidy.y.indices.sorted { ($0 * 7919) % 1009 < ($1 * 7919) % 1009 }
        var rows = RowDesign(
            unit: order.map { tidy.unit[$0] }, time: order.map { tidy.time[$0] }, y: order.map { tidy.y[$0] },
            start: order.map { tidy.start[$0] },
            covariates: tidy.covariates.map { column in (column.name, order.map { column.values[$0] }) })
        rows.covariates.append(("z", rows.y.indices.map { Double(($0 * 7) % 11) }))
        rows.absorbed = [("area", rows.y.indices.map { "a\($0 * $0 % 3)" })]
        if weighted { rows.weights = rows.y.indices.map { 1 + Double($0 % 4) / 2 } }
        return rows
    }

    private static func regression(_ rows: RowDesign, _ effects: [CellFactor]) throws -> RowRegression {
        try RowRegression(
            outcome: rows.y, regressors: rows.covariates.map { RowRegressor($0.name, $0.values) },
            effects: effects.map(EffectCodes.init), weights: rows.weights)
    }

    /// No effect, one, and three; clusters that hold the units, and clusters that everything crosses.
    @Test(arguments: [VarianceKind.hc2, .hc3, .cr2, .cr3], [0, 1, 3])
    func equalTheirDefinitions(kind: VarianceKind, effectCount: Int) throws {
        for (weighted, crosses) in [(false, false), (true, true)] {
            let rows = Self.rows(weighted: weighted)
            let columns = Array(
                [rows.unit, rows.time.map(String.init), rows.absorbed[0].values].prefix(effectCount))
            let effects = columns.enumerated().map { RowDesign.factor("effect \($0)", $1) }
            let names = crosses ? rows.y.indices.map { "c\($0 % 7)" } : rows.unit
            let cluster = RowDesign.factor("cluster", names)
            let estimates = LinearEstimates(
                try Self.regression(rows, effects), effects: effects, clusters: kind.isClustered ? [cluster] : [])
            let covariance = try CovarianceOfEstimates.compute(estimates, kind: kind, smallSample: .fixest)
            let dense = try DenseRegression(
                columns: rows.covariates.map(\.values) + (columns.isEmpty ? [rows.y.map { _ in 1 }] : []),
                factors: columns, y: rows.y, weights: rows.weights ?? rows.y.map { _ in 1 })
            let clusters = kind.isClustered ? cluster.codes : Array(rows.y.indices)
            for j in 0..<2 {
                let slow = try dense.adjusted(
                    j, clusters: clusters, power: kind == .hc2 || kind == .cr2 ? -0.5 : -1)
                #expect(isClose(covariance.standardError(j), slow.standardError, 1e-9), "\(weighted) \(j)")
                #expect(isClose(covariance.degreesOfFreedom[j], slow.degreesOfFreedom, 1e-8), "\(weighted) \(j)")
            }
        }
    }

    /// Combinations of coefficients, and the kinds that need no leverage, as cells of one row give them.
    @Test(arguments: VarianceKind.ofRegressions)
    func equalsCells(kind: VarianceKind) throws {
        let rows = Self.rows(weighted: true)
        let design = rows.oneCellARow()
        let fit = try TwoWayFixedEffects().fit(design, nested: nil)
        let treated = rows.y.indices.map { r in rows.start[r].map { rows.time[r] >= $0 ? 1.0 : 0 } ?? 0 }
        let regression = try RowRegression(
            outcome: rows.y,
            regressors: rows.covariates.map { RowRegressor($0.name, $0.values) } + [RowRegressor("treated", treated)],
            effects: design.effects.map(EffectCodes.init), weights: rows.weights)
        let difference = Matrix(rows: 3, columns: [[0, 0, 1], [1, -1, 0]])
        let estimates = LinearEstimates(
            regression, contrasts: difference, effects: design.effects, clusters: design.clusters)
        let a = try CovarianceOfEstimates.compute(estimates, kind: kind, smallSample: .fixest)
        let b = try CovarianceOfEstimates.compute(fit, kind: kind, smallSample: .fixest)
        #expect(isClose(a.standardError(0), try #require(b.standardError(0)), 1e-10))
        #expect(isClose(a.degreesOfFreedom[0], b.degreesOfFreedom[0], 1e-9))
        let (x, z) = (fit.estimands.count - 2, fit.estimands.count - 1)
        let variance = b.matrix[x, x] + b.matrix[z, z] - 2 * b.matrix[x, z]
        #expect(isClose(a.matrix[1, 1], variance, 1e-10))
    }

    /// Frequency weights equal repeated rows.
    @Test(arguments: VarianceKind.ofRegressions)
    func frequencyWeightsEqualRepeatedRows(kind: VarianceKind) throws {
        let rows = Self.rows(weighted: false)
        let times = rows.y.indices.map { 1 + $0 % 3 }
        let index = rows.y.indices.flatMap { [Int](repeating: $0, count: times[$0]) }
        func covariance(_ chosen: [Int], _ weights: [Double]?) throws -> CovarianceOfEstimates {
            let unit = RowDesign.factor("unit", chosen.map { rows.unit[$0] })
            let regression = try RowRegression(
                outcome: chosen.map { rows.y[$0] },
                regressors: rows.covariates.map { column in
                    RowRegressor(column.name, chosen.map { column.values[$0] })
                },
                effects: [EffectCodes(unit)], weights: weights, weightKind: .frequency)
            return try CovarianceOfEstimates.compute(
                LinearEstimates(regression, effects: [unit], clusters: [unit]), kind: kind, smallSample: .fixest)
        }
        let a = try covariance(Array(rows.y.indices), times.map(Double.init))
        let b = try covariance(index, nil)
        for j in 0..<2 {
            #expect(isClose(a.standardError(j), try #require(b.standardError(j)), 1e-10))
            #expect(isClose(a.degreesOfFreedom[j], b.degreesOfFreedom[j], 1e-9))
        }
    }

    /// Rows without clusters have robust variances and no clustered ones.
    @Test func withoutClusters() throws {
        let estimates = LinearEstimates(try Self.regression(Self.rows(weighted: false), []))
        for kind in VarianceKind.ofRegressions where kind.isClustered {
            let refused = #expect(throws: EstimationError.self) {
                try CovarianceOfEstimates.compute(estimates, kind: kind, smallSample: .fixest)
            }
            #expect(refused?.code == "E408" && refused?.message.hasSuffix("rows without clusters") == true)
        }
        #expect(
            try CovarianceOfEstimates.compute(estimates, kind: .hc3, smallSample: .fixest).standardError(1) != nil)
    }
}
