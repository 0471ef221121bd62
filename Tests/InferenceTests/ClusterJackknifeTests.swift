import Estimation
import LinearAlgebra
import Panels
import Testing

@testable import Inference

/// CR3 of imputation is what leaving out each cluster and estimating anew gives.
struct ClusterJackknifeTests {
    static let starts: [Int?] = [4, 4, 4, 5, 5, 5, nil, nil, nil, nil, nil, nil]

    /// Per estimand: √Σ(θ̂ − θ̂₍₋g₎)², nil where some θ̂₍₋g₎ cannot be had.
    private func brute(_ fit: Fit) throws -> [Double?] {
        let cluster = fit.design.clusters[0]
        var sums = [Double?](repeating: 0, count: fit.estimands.count)
        for g in cluster.levels.indices where cluster.codes.contains(g) {
            let rest = try? BorusyakImputation().fit(fit.design.keeping(cluster.codes.map { $0 != g }), nested: nil)
            for (k, estimand) in fit.estimands.enumerated() {
                guard let rest, let place = rest.estimands.firstIndex(of: estimand) else {
                    sums[k] = nil
                    continue
                }
                let change = fit.estimates[k] - rest.estimates[place]
                sums[k] = sums[k].map { $0 + change * change }
            }
        }
        return sums.map { $0?.squareRoot() }
    }

    private func compare(_ rows: RowDesign, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let fit = try BorusyakImputation().fit(rows.gathered(), nested: nil)
        let cr3 = try CovarianceOfEstimates.compute(fit, kind: .cr3, smallSample: .fixest)
        let slow = try brute(fit)
        #expect(slow.contains { $0 != nil }, sourceLocation: sourceLocation)
        for (k, estimand) in fit.estimands.enumerated() {
            guard let expected = slow[k] else {
                #expect(cr3.standardError(k) == nil, "\(estimand)", sourceLocation: sourceLocation)
                continue
            }
            #expect(isClose(cr3.standardError(k), expected, 1e-9), "\(estimand)", sourceLocation: sourceLocation)
        }
    }

    @Test func unbalancedPupils() throws {
        var made = SeededRows(seed: 41)
        try compare(made.panel(starts: Self.starts, pupils: 1...4, missing: 0.1, covariate: true))
    }

    @Test func weightedUnits() throws {
        var made = SeededRows(seed: 42)
        var rows = made.panel(starts: Self.starts, missing: 0.1, covariate: true)
        rows.weights = rows.y.indices.map { 1 + Double($0 % 5) }
        try compare(rows)
    }

    @Test func effectOnTheGap() throws {
        var made = SeededRows(seed: 43)
        try compare(made.panel(starts: Self.starts, pupils: 2...5, groups: true))
    }

    /// Clusters that hold units, and clusters that units cross.
    @Test(arguments: [false, true])
    func otherClusters(cross: Bool) throws {
        var made = SeededRows(seed: 44)
        var rows = made.panel(starts: Self.starts, pupils: 3...5, covariate: true)
        rows.clusters = [
            ("other", cross ? rows.y.indices.map { "c\($0 % 7)" } : rows.unit.map { String($0.dropFirst(2)) })
        ]
        try compare(rows)
    }

    /// One unit of a cohort: without it the cohort has no effect. A period that one comparison school alone covers.
    @Test func whatOneClusterDecides() throws {
        var made = SeededRows(seed: 45)
        var rows = made.panel(starts: [4, 4, 5, nil, nil, nil], periods: 1...6)
        let kept = rows.y.indices.filter { rows.time[$0] < 6 || ["u00", "u03"].contains(rows.unit[$0]) }
        rows = RowDesign(
            unit: kept.map { rows.unit[$0] }, time: kept.map { rows.time[$0] }, y: kept.map { rows.y[$0] },
            start: kept.map { rows.start[$0] })
        let fit = try BorusyakImputation().fit(rows.gathered(), nested: nil)
        let cr3 = try CovarianceOfEstimates.compute(fit, kind: .cr3, smallSample: .fixest)
        func error(_ kind: Estimand.Kind) -> Double? {
            fit.estimands.firstIndex(of: Estimand(kind)).flatMap { cr3.standardError($0) }
        }
        #expect(error(.cohort(5)) == nil && error(.calendar(5)) == nil)
        #expect(error(.event(0)) != nil && error(.calendar(3)) != nil)
        #expect(cr3.undefined[0] == .indispensable("u03"))
    }

    /// What leaving out each unit shows is what CR3 sums, and an estimand alone has what it has among others.
    @Test(arguments: [EstimatorName.twfe, .did2x2, .imputation])
    func equalsLeaveOneOut(name: EstimatorName) throws {
        var made = SeededRows(seed: 48)
        let starts: [Int?] = name == .imputation ? Self.starts : [4, 4, 4, nil, nil, nil, nil]
        let design = made.panel(starts: starts, pupils: 1...4, covariate: true).gathered()
        let estimator = WildBootstrapTests.estimator(name)
        let fit = try estimator.fit(design, nested: design.clusters[0])
        let left = try LeaveOneOut.run(fit, estimator)
        let sum = try left.rows.reduce(0.0) { sum, row in
            let change = fit.estimates[0] - (try #require(row.estimate))
            return sum + change * change
        }
        let cr3 = try CovarianceOfEstimates.compute(fit, kind: .cr3, smallSample: .fixest)
        #expect(isClose(cr3.standardError(0), sum.squareRoot(), 1e-9))
        let last = fit.estimands.count - 1
        let alone = try CovarianceOfEstimates.compute(fit.keeping([last, 0]), kind: .cr3, smallSample: .fixest)
        #expect(isClose(alone.standardError(1), sum.squareRoot(), 1e-9))
        #expect(alone.standardError(0) == cr3.standardError(last))
        #expect(alone.degreesOfFreedom == [cr3.degreesOfFreedom[last], cr3.degreesOfFreedom[0]])
    }

    /// A balanced panel with one start: the two-way regression's CR3, degrees of freedom included.
    @Test func equalsTwoWayOnBalancedPanelWithOneStart() throws {
        var made = SeededRows(seed: 46)
        let design = made.panel(starts: [4, 4, 4, nil, nil, nil, nil, nil]).oneCellARow()
        let a = try CovarianceOfEstimates.compute(
            BorusyakImputation().fit(design, nested: nil), kind: .cr3, smallSample: .fixest)
        let b = try CovarianceOfEstimates.compute(
            TwoWayFixedEffects().fit(design, nested: design.clusters[0]), kind: .cr3, smallSample: .fixest)
        #expect(isClose(a.standardError(0), try #require(b.standardError(0)), 1e-10))
        #expect(isClose(a.degreesOfFreedom[0], b.degreesOfFreedom[0], 1e-9))
    }

    /// The degrees of freedom from the jackknife's own linear map, column by column.
    @Test func degreesOfFreedomOfTheMap() throws {
        var made = SeededRows(seed: 47)
        let rows = made.panel(starts: Self.starts, missing: 0.1)
        let design = rows.oneCellARow()
        let fit = try BorusyakImputation().fit(design, nested: nil)
        let cr3 = try CovarianceOfEstimates.compute(fit, kind: .cr3, smallSample: .fixest)
        let cluster = design.clusters[0]
        // θ̂ − θ̂₍₋g₎ of each unit outcome.
        var directions = [[Double]](repeating: [], count: cluster.levels.count)
        for r in 0..<design.cellCount {
            var unit = design
            unit.moments.mean = design.moments.mean.indices.map { $0 == r ? 1 : 0 }
            let whole = try BorusyakImputation().fit(unit, nested: nil).estimates[0]
            for g in cluster.levels.indices {
                let kept = cluster.codes.map { $0 != g }
                let rest =
                    cluster.codes[r] == g
                    ? 0 : try BorusyakImputation().fit(unit.keeping(kept), nested: nil).estimates[0]
                directions[g].append(whole - rest)
            }
        }
        let products = Matrix(rows: design.cellCount, columns: directions).crossProduct()
        let trace = directions.reduce(0) { $0 + dot($1, $1) }
        #expect(isClose(cr3.degreesOfFreedom[0], trace * trace / dot(products.storage, products.storage), 1e-8))
    }
}
