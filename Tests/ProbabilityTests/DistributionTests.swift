import Testing

@testable import Probability

/// Values to 17 digits from mpmath 1.4.1 at 40 digits (`Golden/tails.py`).
///
/// Tolerance 2e-14 relative, and 3e-13 in the far normal tail, is what Boost.Math promises there.
struct DistributionTests {
    private func expect(
        _ value: Double, _ exact: Double, _ tolerance: Double = 2e-14, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(abs(value - exact) <= tolerance * abs(exact), "\(value) \(exact)", sourceLocation: sourceLocation)
    }

    @Test func studentT() {
        let values = [
            (2.0, 1.0, 0.14758361765043326), (2.5, 3.7, 0.03591101145591338), (-1.0, 5.0, 0.8183912661754387),
            (12.0, 30.0, 2.790092707599628e-13), (40.0, 8.25, 4.8374554088343034e-11),
            (300.0, 4.0, 3.7034293712840115e-10), (0.001, 11.0, 0.49961001031385055),
            (6.0, 1_000_000.0, 9.869249061772174e-10),
        ]
        for (x, df, tail) in values { expect(StudentT(degreesOfFreedom: df).tail(x), tail) }
        expect(StudentT(degreesOfFreedom: 1).twoSidedTail(-2), 2 * 0.14758361765043326)
        for (p, df, x) in [
            (0.025, 5.0, 2.5705818356363155), (0.025, 1.3, 7.500529325562033), (1e-10, 12, 19.391546179047733),
            (0.4, 60, 0.25447339498953114),
        ] { expect(StudentT(degreesOfFreedom: df).tailQuantile(p), x) }
    }

    @Test func normal() {
        for (x, tail) in [
            (0, 0.5), (1, 0.15865525393145705), (1.959963984540054, 0.025000000000000012), (5, 2.866515718791939e-07),
            (-3, 0.9986501019683699),
        ] { expect(Normal.tail(x), tail) }
        expect(Normal.tail(20), 2.7536241186062337e-89, 3e-13)
        expect(Normal.tail(37.5), 4.605353009581955e-308, 3e-13)
        for (p, x) in [(0.025, 1.9599639845400543), (1e-20, 9.262340089798407), (0.7, -0.5244005127080407)] {
            expect(Normal.tailQuantile(p), x)
        }
    }

    @Test func fisherF() {
        for (x, a, b, tail) in [
            (1.0, 2.0, 3.0, 0.46475800154489005), (100, 3, 200, 1.4144231122972614e-39),
            (4.2, 1, 7.5, 0.07692121518500608),
            (0.01, 5, 40, 0.9999680861318736),
        ] { expect(FisherF(a, b).tail(x), tail) }
        expect(FisherF(2, 3).tailQuantile(0.46475800154489005), 1)
    }

    @Test func chiSquared() {
        for (x, k, tail) in [
            (3.84, 1.0, 0.050043521248705106), (1400, 10, 9.920391479800145e-295), (0.5, 7, 0.9994464813904249),
            (60, 30, 0.0009206823961486663),
        ] { expect(ChiSquared(degreesOfFreedom: k).tail(x), tail) }
        expect(ChiSquared(degreesOfFreedom: 1).tailQuantile(0.050043521248705106), 3.84)
    }

    /// No exception of the C++ library reaches Swift.
    @Test func badArgumentsAreNotNumbers() {
        #expect(StudentT(degreesOfFreedom: -1).tail(2).isNaN)
        #expect(StudentT(degreesOfFreedom: 5).tailQuantile(2).isNaN)
        #expect(FisherF(0, 3).tail(1).isNaN)
        #expect(ChiSquared(degreesOfFreedom: 2).tail(-1).isNaN)
        #expect(Normal.tailQuantile(-0.5).isNaN)
    }
}
