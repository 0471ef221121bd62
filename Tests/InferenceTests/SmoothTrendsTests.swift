import LinearAlgebra
import Probability
import Testing

@testable import Inference

struct SmoothTrendsTests {
    /// Without holes diff-diff 3.13, with them an independent search of the definition, the bias from a linear programme over
    /// paths (`Golden/honest_flci.py`: numpy 2.4, scipy 1.17). Half a length is found to 1e-7 and the centre, about which it is
    /// flat, to 2e-4.
    @Test func equalsAnIndependentProgram() throws {
        let plain = try EventStudyEstimates(
            [-3, -2, -1, 1, 2], [-1.23, -0.25, 1.31, 2.93, 4.93],
            [
                [2.97, -0.01, 1.08, -0.46, 1.71], [-0.01, 1.81, 0.33, 0.76, 0.19], [1.08, 0.33, 0.92, -0.58, 0.1],
                [-0.46, 0.76, -0.58, 3.47, -0.49], [1.71, 0.19, 0.1, -0.49, 3.04],
            ])
        let holes = try EventStudyEstimates(
            [-5, -4, -1, 1, 3], [-0.19, -0.25, 1.02, 5.22, 3.25],
            [
                [2.38, -0.22, -0.5, 0.32, 0.94], [-0.22, 4.17, 0.2, -0.49, -1.46], [-0.5, 0.2, 0.96, -0.12, 0.02],
                [0.32, -0.49, -0.12, 2.17, 0.89], [0.94, -1.46, 0.02, 0.89, 1.44],
            ])
        let before = try EventStudyEstimates(
            [-6, -5, -3, 1, 2], [1.02, 1.23, -0.65, 3.36, 4.27],
            [
                [1.81, -0.58, 0.1, 0, 0.99], [-0.58, 1.61, 0.62, -0.43, -0.65], [0.1, 0.62, 1.41, -1.06, -0.2],
                [0, -0.43, -1.06, 1.45, -0.17], [0.99, -0.65, -0.2, -0.17, 3.24],
            ])
        for (study, l, m, lower, upper) in [
            (plain, [0.5, 0.5], 0, 1.5964625238584933, 7.49750948202926),
            (plain, [0.5, 0.5], 0.1, 1.6344064246052628, 7.622194218280919),
            (plain, [0.5, 0.5], 0.5, 1.6346541575327693, 8.934959577645667),
            (plain, [0.5, 0.5], 3, -2.8239883207391188, 14.613988320739132),
            (holes, [0.25, 0.75], 0, 1.5881573113646725, 5.944678737815879),
            (holes, [0.25, 0.75], 0.05, 1.4703556274886074, 6.127197351807797),
            (holes, [0.25, 0.75], 0.4, -0.8086621983727049, 9.307169864401844),
            (before, [0, 1], 0.02, 1.405727904988325, 8.063916966962651),
            (before, [0, 1], 0.2, 0.2968637471383926, 8.282938023262027),
        ] {
            let found = try SmoothTrends(study, target: l, level: 0.95).interval(m)
            #expect(abs((found.upper - found.lower) - (upper - lower)) < 2e-7, "\(m): \(found) \(upper - lower)")
            #expect(abs(found.lower - lower) < 2e-4 && abs(found.upper - upper) < 2e-4, "\(m): \(found)")
        }
    }

    /// M = 0 is the line through the estimates before the reference by generalised least squares, taken on.
    @Test func withoutBendsExtrapolatesTheLine() throws {
        var made = SeededEventStudy(seed: 41)
        for steps in [[-3, -2, -1, 1, 2], [-5, -4, -1, 1], [-2, 1, 3]] {
            let study = try made.study(steps)
            let l = study.after.indices.map { $0 == 0 ? 0.7 : 0.3 }
            // The estimate is that of θ in E β̂ = (slope · steps, slope · steps + one effect a step).
            let inverse = try OrderedCholesky(study.covariance).inverse()
            let p = study.before.count
            let x = Matrix(
                rows: steps.count,
                columns: [steps.map(Double.init)]
                    + study.after.indices.map { t in steps.indices.map { $0 == p + t ? 1.0 : 0 } })
            let information = try OrderedCholesky(x.transposedTimes(inverse.times(x))).inverse()
            let fitted = information.times(x.transposedTimes(inverse.times(study.estimates)))
            let contrast = [0.0] + l
            let estimate = dot(contrast, fitted)
            let half = 1.959963984540054 * dot(contrast, information.times(contrast)).squareRoot()
            let found = try SmoothTrends(study, target: l, level: 0.95).interval(0)
            #expect(
                abs(found.lower - (estimate - half)) < 1e-9 * half && abs(found.upper - (estimate + half)) < 1e-9 * half
            )
        }
    }

    /// No other affine estimator without a line's bias has a shorter interval: near steps in random directions, the bias by its
    /// definition.
    @Test func noOtherEstimateIsShorter() throws {
        var made = SeededEventStudy(seed: 51)
        for steps in [[-4, -3, -2, -1, 1, 2], [-7, -6, -3, -2, 1, 2, 3], [-9, -6, -5, -4, -1, 1]] {
            let study = try made.study(steps)
            let l = study.after.map { _ in 1 / Double(study.after.count) }
            let smooth = try SmoothTrends(study, target: l, level: 0.95)
            for m in [0.03, 0.3, 3] {
                let best = try smooth.solution(m)
                #expect(abs(half(best.weights, study, m) - best.half) < 1e-9 * best.half)
                for size in [1e-6, 1e-3, 0.1] {
                    for _ in 0..<20 {
                        var other = best.weights
                        var line = 0.0
                        for j in 1..<study.before.count {
                            let change = size * made.normal()
                            other[j] += change
                            line += change * Double(steps[j])
                        }
                        other[0] -= line / Double(steps[0])
                        #expect(half(other, study, m) >= best.half * (1 - 1e-12), "\(steps) \(m) \(size)")
                    }
                }
            }
        }
    }

    /// Half the length about an affine estimator: a path of bends, one at each calendar step, each as bad as it may be.
    private func half(_ w: [Double], _ study: EventStudyEstimates, _ m: Double) -> Double {
        let steps = study.before + study.after
        let bias = (steps[0] + 1..<(steps.last ?? 0)).reduce(0.0) { sum, bend in
            sum
                + abs(
                    zip(w, steps).reduce(0.0) { total, item in
                        // A bend before the reference lifts what is before it, one after it what is after it.
                        let distance = bend < 0 ? bend - item.1 : item.1 - bend
                        return total + item.0 * Double(max(distance, 0))
                    })
        }
        let deviation = study.covariance(w, w).squareRoot()
        return deviation * FoldedNormal.tailQuantile(0.05, shift: m * bias / deviation)
    }

    @Test func scalesAndTurnsWithTheOutcome() throws {
        var made = SeededEventStudy(seed: 61)
        for steps in [[-3, -2, -1, 1, 2], [-2, -1, 1], [-6, -5, -2, 1, 2]] {
            let study = try made.study(steps)
            let l = study.after.indices.map { $0 == 0 ? 0.75 : 0.25 }
            let plain = try SmoothTrends(study, target: l, level: 0.9)
            let scaled = try SmoothTrends(try study.times(10), target: l, level: 0.9)
            let turned = try SmoothTrends(try study.times(-1), target: l, level: 0.9)
            var width = 0.0
            for m in [0, 0.02, 0.2, 1, 20] {
                let found = try plain.interval(m)
                #expect(found.upper - found.lower >= width)
                width = found.upper - found.lower
                let large = try scaled.interval(10 * m)
                let back = try turned.interval(m)
                #expect(
                    abs(large.lower - 10 * found.lower) < 1e-6 * width
                        && abs(large.upper - 10 * found.upper) < 1e-6 * width)
                #expect(abs(back.lower + found.upper) < 1e-7 * width && abs(back.upper + found.lower) < 1e-7 * width)
            }
        }
    }

    @Test func breaksDownWhereZeroEnters() throws {
        var made = SeededEventStudy(seed: 71)
        let smooth = try SmoothTrends(try made.study([-3, -2, -1, 1, 2], effect: 30), target: [0.5, 0.5], level: 0.95)
        guard case .at(let m) = try smooth.breakdown(scale: 0.01) else {
            Issue.record("no breakdown value")
            return
        }
        #expect(try smooth.interval(m).isAwayFromZero && !(try smooth.interval(1.000001 * m)).isAwayFromZero)
        #expect(smooth.largestBefore != nil)
    }

    /// The quadratic programme of a box against projected coordinate descent, singular and not.
    @Test func boxProgrammeFindsTheMinimum() throws {
        var made = SeededEventStudy(seed: 81)
        for (rows, columns) in [(6, 4), (3, 5), (1, 1), (8, 8)] {
            let x = Matrix(rows: rows, columns: columns, storage: (0..<rows * columns).map { _ in made.normal() })
            let h = x.crossProduct()
            // Within the range of H, as a dual's is.
            let g = x.transposedTimes((0..<rows).map { _ in 3 * made.normal() })
            let found = try BoxProgramme(h: h, g: g).minimiser()
            var twin = [Double](repeating: 0, count: columns)
            for _ in 0..<20_000 {
                for i in 0..<columns {
                    let slope = dot(h.column(i), twin) + g[i]
                    twin[i] = min(max(twin[i] - slope / h[i, i], -1), 1)
                }
            }
            func value(_ y: [Double]) -> Double { 0.5 * dot(y, h.times(y)) + dot(g, y) }
            #expect(found.allSatisfy { abs($0) <= 1 })
            #expect(abs(value(found) - value(twin)) < 1e-10 * (1 + abs(value(twin))))
        }
    }
}
