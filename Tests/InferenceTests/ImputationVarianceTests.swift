import Estimation
import LinearAlgebra
import Panels
import Testing

@testable import Inference

struct ImputationVarianceTests {
    static let starts: [Int?] = [4, 4, 4, 5, 5, 5, nil, nil, nil, nil, nil, nil]

    /// Unbalanced units, pupils with a covariate that varies within cells: cells must give what every pupil row gives.
    @Test(arguments: [false, true])
    func cellsEqualDenseRows(coarse: Bool) throws {
        var made = SeededRows(seed: 11)
        var rows = made.panel(starts: Self.starts, pupils: 1...4, missing: 0.1, covariate: true)
        if coarse { rows.clusters = [("trust", rows.unit.map { String($0.dropFirst(2)) })] }
        try compare(gathered: rows.gathered(), dense: rows.oneCellARow())
    }

    @Test func weightedUnitsEqualDenseRows() throws {
        var made = SeededRows(seed: 12)
        var rows = made.panel(starts: Self.starts, missing: 0.1, covariate: true)
        rows.weights = rows.y.indices.map { 1 + Double($0 % 5) }
        try compare(gathered: rows.gathered(), dense: rows.oneCellARow())
    }

    private func compare(gathered: Design, dense: Design) throws {
        let fit = try BorusyakImputation().fit(gathered, nested: nil)
        let cr0 = try CovarianceOfEstimates.compute(fit, kind: .cr0, smallSample: .fixest)
        let cr2 = try CovarianceOfEstimates.compute(fit, kind: .cr2, smallSample: .fixest)
        let cells = EstimandCells(design: dense, eventTime: dense.eventTime)
        for (k, estimand) in fit.estimands.enumerated() {
            let slow = try DenseImputation(dense, omega: try #require(cells.weights(estimand)))
            #expect(isClose(fit.estimates[k], slow.estimate, 1e-10), "\(estimand)")
            #expect(isClose(cr0.standardError(k), slow.cr0, 1e-10), "\(estimand)")
            #expect(isClose(cr2.standardError(k), slow.cr2, 1e-9), "\(estimand)")
            #expect(isClose(cr2.degreesOfFreedom[k], slow.degreesOfFreedom, 1e-8), "\(estimand)")
        }
    }

    /// One treated school in one period, clusters that cut across schools: its treated rows share every regressor, so
    /// imputation is the two-way regression and its CR2 and degrees of freedom are the textbook ones.
    @Test func equalsTextbookWhereImputationIsLeastSquares() throws {
        var made = SeededRows(seed: 13)
        var rows = made.panel(starts: [4, nil, nil], periods: 1...4, pupils: 5...9)
        rows.clusters = [("class", rows.y.indices.map { "c\($0 % 7)" })]
        let design = rows.oneCellARow()
        let imputation = try BorusyakImputation().fit(design, nested: nil)
        let regression = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        let a = try CovarianceOfEstimates.compute(imputation, kind: .cr2, smallSample: .fixest)
        let b = try CovarianceOfEstimates.compute(regression, kind: .cr2, smallSample: .fixest)
        #expect(isClose(imputation.estimates[0], regression.estimates[0], 1e-12))
        #expect(isClose(a.standardError(0), try #require(b.standardError(0)), 1e-11))
        #expect(isClose(a.degreesOfFreedom[0], b.degreesOfFreedom[0], 1e-10))
    }

    /// A balanced panel with one start and one weight: estimate, standard error and degrees of freedom are those of the
    /// two-way regression, although the residuals differ.
    @Test func equalsTwoWayOnBalancedPanelWithOneStart() throws {
        var made = SeededRows(seed: 14)
        let design = made.panel(starts: [4, 4, 4, nil, nil, nil, nil, nil]).oneCellARow()
        let imputation = try BorusyakImputation().fit(design, nested: nil)
        let regression = try TwoWayFixedEffects().fit(design, nested: design.clusters[0])
        let a = try CovarianceOfEstimates.compute(imputation, kind: .cr2, smallSample: .fixest)
        let b = try CovarianceOfEstimates.compute(regression, kind: .cr2, smallSample: .fixest)
        #expect(isClose(imputation.estimates[0], regression.estimates[0], 1e-12))
        #expect(isClose(a.standardError(0), try #require(b.standardError(0)), 1e-10))
        #expect(isClose(a.degreesOfFreedom[0], b.degreesOfFreedom[0], 1e-9))
    }
}
