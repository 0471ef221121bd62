import LinearAlgebra
import Probability
import Testing

@testable import Inference

struct RelativeMagnitudesTests {
    /// Corners, truncation and decision of the closed form against the linear programme written out, at many θ.
    @Test(arguments: [
        ([-3, -2, -1, 1, 2, 3], [0.5, 0.3, 0.2]), ([-2, -1, 1, 2, 3], [1.0, -0.5, 0.1]),
        ([-5, -4, -1, 1, 3], [0.25, 0.75]),
        ([-2, -1, 1], [2.0]), ([-1, 1, 2, 3], [0.5, 0.5, 0]),
    ])
    func equalsTheLinearProgramme(steps: [Int], l: [Double]) throws {
        var made = SeededEventStudy(seed: UInt64(steps.count))
        let study = try made.study(steps)
        let deviation = study.covariance(study.contrast(after: l), study.contrast(after: l)).squareRoot()
        var accepted = 0
        for m in [0.3, 1, 2.5] {
            let restriction = RelativeMagnitudes(study, target: l, level: 0.95)
            for (k, part) in restriction.parts(m).enumerated() {
                let twin = try LinearProgrammeTwin(study, l: l, change: k / 2, sign: k % 2 == 0 ? 1 : -1, m: m)
                #expect(twin.cornerCount == (l.count == 1 ? 2 : l.count + 2))
                let test = part.test
                for place in -40...40 {
                    let theta = restriction.estimate + 0.37 * Double(place) * deviation
                    let answer = test.accepts(theta)
                    #expect(answer == twin.accepts(theta, critical: test.critical, alpha: 0.05), "\(m) \(k) \(place)")
                    if answer { accepted += 1 }
                    if let widest = part.widest {
                        #expect(!answer || widest.contains(theta))
                    } else {
                        #expect(!answer)
                    }
                }
            }
        }
        #expect(accepted > 20)
    }

    /// P(η > c) = κ at the critical value: 40,000 draws of the linear programme, within 4 simulation errors of 0.005.
    @Test func criticalValueIsLeastFavourable() throws {
        var made = SeededEventStudy(seed: 12)
        let study = try made.study([-2, -1, 1, 2])
        for (k, part) in RelativeMagnitudes(study, target: [0.5, 0.5], level: 0.95).parts(0.8).enumerated() where k < 2
        {
            let twin = try LinearProgrammeTwin(study, l: [0.5, 0.5], change: 0, sign: k == 0 ? 1 : -1, m: 0.8)
            let share = try twin.exceeds(part.test.critical, draws: 40_000, seed: 5)
            #expect(abs(share - 0.005) < 4 * (0.005 / 40_000).squareRoot(), "\(share)")
        }
    }

    /// Ends found by an independent program (`Golden/honest_lp.py`: numpy 2.4, scipy 1.17): its critical values are quantiles
    /// of 400,000 draws, hence 0.3% of a width.
    @Test func equalsAnIndependentProgram() throws {
        let cases: [(EventStudyEstimates, [Double], Double, Double, Double)] = [
            (
                try EventStudyEstimates(
                    [-2, -1, 1, 2], [0.8, 0.82, 1.66, 5.13],
                    [
                        [4.49, -0.34, 1, -0.22], [-0.34, 1.77, 0.45, 0.79], [1, 0.45, 1.21, 0.52],
                        [-0.22, 0.79, 0.52, 0.94],
                    ]),
                [0.5, 0.5], 0.5, -0.3312845899730412, 7.150347592446263
            ),
            (
                try EventStudyEstimates(
                    [-2, -1, 1, 2], [0.8, 0.82, 1.66, 5.13],
                    [
                        [4.49, -0.34, 1, -0.22], [-0.34, 1.77, 0.45, 0.79], [1, 0.45, 1.21, 0.52],
                        [-0.22, 0.79, 0.52, 0.94],
                    ]),
                [0.5, 0.5], 1.5, -6.634413433993105, 13.50951117425894
            ),
            (
                try EventStudyEstimates(
                    [-3, -2, -1, 1], [0.14, -1.19, 0.29, 4.05],
                    [
                        [4.28, -0.37, 1.13, -0.54], [-0.37, 1.1, -0.61, -0.81], [1.13, -0.61, 4.47, -0.29],
                        [-0.54, -0.81, -0.29, 1.12],
                    ]), [1], 1, -1.794321826927793, 10.511382900674647
            ),
            (
                try EventStudyEstimates(
                    [-5, -4, -1, 1, 3], [1.11, -1.93, 0.1, 5.09, 4.85],
                    [
                        [1.31, -0.05, -0.65, 0.79, 0.05], [-0.05, 2.39, 0.97, 1.47, -0.63],
                        [-0.65, 0.97, 3.57, 0.86, 0.42],
                        [0.79, 1.47, 0.86, 2.82, -0.22], [0.05, -0.63, 0.42, -0.22, 2.61],
                    ]), [0.25, 0.75], 0.75, -6.953386214395777, 17.310953994333723
            ),
        ]
        for (study, l, m, lower, upper) in cases {
            let found = RelativeMagnitudes(study, target: l, level: 0.95).interval(m)
            #expect(abs(found.lower - lower) < 0.003 * (upper - lower), "\(found)")
            #expect(abs(found.upper - upper) < 0.003 * (upper - lower), "\(found)")
        }
    }

    /// Without departures the interval is the usual one: its hybrid level differs from 5% by less than 0.02%.
    @Test func withoutDeparturesIsTheUsualInterval() throws {
        var made = SeededEventStudy(seed: 3)
        for steps in [[-2, -1, 1, 2], [-1, 1], [-4, -2, -1, 1, 2, 4]] {
            let study = try made.study(steps)
            let l = [Double](repeating: 1 / Double(study.after.count), count: study.after.count)
            let found = RelativeMagnitudes(study, target: l, level: 0.95)
            let contrast = study.contrast(after: l)
            let half = 1.959963984540054 * study.covariance(contrast, contrast).squareRoot()
            let interval = found.interval(0)
            #expect(abs(interval.lower - (found.estimate - half)) < 1e-3 * half)
            #expect(abs(interval.upper - (found.estimate + half)) < 1e-3 * half)
        }
    }

    /// Larger bounds give wider intervals, units of measurement only scale them, and a sign turns them round.
    @Test func scalesAndTurnsWithTheOutcome() throws {
        var made = SeededEventStudy(seed: 21)
        for steps in [[-3, -2, -1, 1, 2], [-2, -1, 1], [-6, -5, -2, -1, 1, 2]] {
            let study = try made.study(steps)
            let l = study.after.indices.map { $0 == 0 ? 0.75 : 0.25 }
            let plain = RelativeMagnitudes(study, target: l, level: 0.9)
            let scaled = RelativeMagnitudes(try study.times(8), target: l, level: 0.9)
            let odd = RelativeMagnitudes(try study.times(0.3), target: l, level: 0.9)
            let turned = RelativeMagnitudes(try study.times(-1), target: l, level: 0.9)
            var before = plain.interval(0)
            for m in [0, 0.4, 1, 2, 5] {
                let found = plain.interval(m)
                #expect(found.lower <= before.lower + 1e-12 && found.upper >= before.upper - 1e-12)
                before = found
                #expect(scaled.interval(m).lower == 8 * found.lower && scaled.interval(m).upper == 8 * found.upper)
                let width = found.upper - found.lower
                #expect(abs(odd.interval(m).lower - 0.3 * found.lower) < 1e-8 * width)
                #expect(abs(turned.interval(m).lower + found.upper) < 1e-8 * width)
                #expect(abs(turned.interval(m).upper + found.lower) < 1e-8 * width)
            }
        }
    }

    /// The breakdown value is where the interval's end passes zero.
    @Test func breaksDownWhereZeroEnters() throws {
        var made = SeededEventStudy(seed: 31)
        let study = try made.study([-3, -2, -1, 1, 2], effect: 12)
        for sign in [1.0, -1] {
            let restriction = RelativeMagnitudes(try study.times(sign), target: [0.5, 0.5], level: 0.95)
            guard case .at(let m) = restriction.breakdown() else {
                Issue.record("\(restriction.breakdown())")
                continue
            }
            #expect(m > 0.05 && restriction.interval(m).isAwayFromZero)
            #expect(!restriction.interval(m * 1.000001).isAwayFromZero)
        }
        let small = try made.study([-2, -1, 1], effect: 0)
        #expect(RelativeMagnitudes(try small.times(1), target: [0.01], level: 0.95).breakdown() == .none)
    }

    /// At the boundary of the restriction (one change of 5 standard errors before the start, the path after it M̄ times as
    /// steep) the interval covers its level; the identified set ± z standard errors does not.
    @Test(arguments: [(1.0, 0.0), (2, 0.5)])
    func coversAtTheBoundary(m: Double, correlation: Double) throws {
        var made = SeededEventStudy(seed: 77)
        let rest = (1 - correlation * correlation).squareRoot()
        let runs = 600
        var (covered, plain) = (0, 0)
        for _ in 0..<runs {
            let (a, b) = (made.normal(), made.normal())
            // No effect: the step before is 5 above the reference, the step after 5·M̄ below it.
            let before = 5 + a
            let after = -5 * m + correlation * a + rest * b
            let study = try EventStudyEstimates(
                [-1, 1], [before, after], [[1, correlation], [correlation, 1]])
            let found = RelativeMagnitudes(study, target: [1], level: 0.95).interval(m)
            if found.lower <= 0 && 0 <= found.upper { covered += 1 }
            if abs(after) <= m * abs(before) + 1.96 { plain += 1 }
        }
        // Three simulation errors are 0.027.
        #expect(Double(covered) / Double(runs) >= 0.93, "\(covered) of \(runs)")
        #expect(plain < covered)
    }
}
