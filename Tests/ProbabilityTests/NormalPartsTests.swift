import Foundation
import Testing

@testable import Probability

/// Parts of the normal distribution that intervals with a bias and selected estimates need. Values from mpmath 1.4.1
/// (`Golden/normal_parts.py`).
struct NormalPartsTests {
    private func expect(
        _ value: Double, _ exact: Double, _ tolerance: Double, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(abs(value - exact) <= tolerance * abs(exact), "\(value) \(exact)", sourceLocation: sourceLocation)
    }

    @Test func quantilesOfTheFoldedNormal() {
        for (shift, p, c) in [
            (0, 0.1, 1.64485362695147271), (0, 0.01, 2.57582930354890076), (0.1, 0.05, 1.96972551684038689),
            (0.5, 0.05, 2.18147744232815439), (1, 0.1, 2.28446801216867493), (1, 0.05, 2.64614554821531114),
            (3, 0.01, 5.32634787404084267), (30, 0.05, 31.6448536269514727),
        ] {
            expect(FoldedNormal.tailQuantile(p, shift: shift), c, 1e-14)
            expect(FoldedNormal.tail(c, shift: shift), p, 2e-14)
        }
        expect(FoldedNormal.tailQuantile(0.05, shift: 2e6), 2e6 + 1.6448536269514722, 1e-15)
    }

    /// Differences of tails that are 1e-783 and less, or all but 1.
    @Test func tailsOfTheTruncatedNormal() {
        let infinity = Double.infinity
        for (x, lower, upper, tail) in [
            (1, -1, 2, 0.166022497142028295), (-1, -3, 0.5, 0.772058408615613352),
            (9, 8, 12, 0.000181417064532021033), (40.01, 40, infinity, 0.67011920980366215),
            (60.002, 60, 60.01, 0.749370532482819483), (-60.002, -60.01, -60, 0.250629467517180517),
            (2, -infinity, 3, 0.0214291610989360506),
        ] { expect(Normal.truncatedTail(x, lower: lower, upper: upper), tail, 2e-11) }
        // An ulp of the arguments is 1e-13, and the density falls by e^1000 a unit.
        expect(Normal.truncatedTail(1000, lower: 999.999, upper: 1000.002), 0.334759007498765661, 1e-9)
        #expect(Normal.truncatedTail(0.3, lower: -infinity, upper: infinity) == Normal.tail(0.3))
        #expect(Normal.truncatedTail(1, lower: 2, upper: 3) == 1)
        #expect(Normal.truncatedTail(3, lower: 2, upper: 3) == 0)
    }

    @Test func logarithmsOfTails() {
        for (x, log) in [
            (-3, -0.0013508099647481938), (0, -0.693147180559945309), (5, -15.0649983939887257),
            (29.9, -451.322912458528677), (30.1, -457.329564416382215), (45, -1017.22609424195237),
            (1000, -500007.826694812184),
        ] { expect(Normal.logTail(x), log, 1e-13) }
        expect(Normal.density(1.3), exp(-0.845) / (2 * Double.pi).squareRoot(), 1e-15)
    }

    @Test func upperOrthants() {
        for (h, k, correlation, p) in [
            (1, 2, 0.5, 0.0132662170105167355), (2.5, 2.5, -0.7, 2.67939500001369264e-12),
            (2, 2.1, 0.99, 0.0168947576896767058), (2, 2, 0.9999, 0.0224455281544354609),
            (0.3, 3, -0.2, 0.000222465064624555722), (2.8, 2.7, 0, 8.85856991894829011e-6), (1, 1, -0.999, 0),
        ] {
            let found = BivariateNormal.upperTail(h, k, correlation: correlation)
            #expect(abs(found - p) < 2e-16, "\(h) \(k) \(correlation): \(found)")
            #expect(abs(found - BivariateNormal.upperTail(k, h, correlation: correlation)) < 2e-16)
        }
        #expect(BivariateNormal.upperTail(1, 2, correlation: 1) == Normal.tail(2))
        #expect(BivariateNormal.upperTail(1, 2, correlation: -1) == 0)
    }
}
