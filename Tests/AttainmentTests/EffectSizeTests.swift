import Testing

@testable import Attainment

@Suite struct EffectSizeTests {
    /// 50-digit arithmetic (mpmath), script: Golden/hedges.py. The limit allows for a product of thirty factors.
    @Test func theFactorIsExact() throws {
        let golden = [
            (1.5, 0.3902762188691763), (2, 0.5641895835477563), (3, 0.7236012545582676), (10, 0.9227456080530871),
            (38, 0.9801104021309462), (60.9, 0.9876254387442954), (61, 0.9876458224496738), (61.1, 0.9876661391122331),
            (100, 0.9924780549814448), (263, 0.9971451225703974), (4057, 0.9998151210442634),
            (1_000_000, 0.9999992499997813),
        ]
        for (m, factor) in golden { #expect(EffectSize.smallSampleFactor(m).isClose(to: factor, within: 1e-14)) }
        #expect(EffectSize.smallSampleFactor(1) == nil)
    }

    @Test func nothingToStandardiseByGivesNothing() {
        #expect(EffectSize.hedgesG(difference: 1, n: (5, 5), variance: (0, 0)) == nil)
        #expect(EffectSize.hedgesG(difference: 1, n: (1, 2), variance: (0, 1)) == nil)
    }

    /// Every border of the published table, from either side.
    @Test(arguments: [
        (0.0, 0), (0.01, 0), (0.014, 0), (0.02, 1), (0.09, 1), (0.10, 2), (0.18, 2), (0.19, 3), (0.26, 3), (0.27, 4),
        (0.35, 4), (0.36, 5), (0.44, 5), (0.45, 6), (0.52, 6), (0.53, 7), (0.61, 7), (0.62, 8), (0.69, 8), (0.70, 9),
        (0.78, 9), (0.79, 10), (0.87, 10), (0.88, 11), (0.95, 11), (0.96, 12), (1.3, 12), (-0.10, -2), (-0.014, 0),
    ])
    func monthsFollowTheTable(_ effect: Double, _ months: Int) {
        #expect(MonthsOfProgress.toolkit.months(for: effect) == months)
    }
}
