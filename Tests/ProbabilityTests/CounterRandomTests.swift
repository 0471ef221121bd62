import Testing

@testable import Probability

struct CounterRandomTests {
    /// Known answers of Philox2x64-10, from the authors' Random123 distribution (`kat_vectors`).
    @Test func knownAnswers() {
        let all = UInt64.max
        #expect(CounterRandom.philox(counter: (0, 0), key: 0) == (0xca00_a045_9843_d731, 0x66c2_4222_c9a8_45b5))
        #expect(CounterRandom.philox(counter: (all, all), key: all) == (0x65b0_21d6_0cd8_310f, 0x4d02_f322_2f86_df20))
        #expect(
            CounterRandom.philox(counter: (0x243f_6a88_85a3_08d3, 0x1319_8a2e_0370_7344), key: 0xa409_3822_299f_31d0)
                == (0x0a5e_742c_2997_341c, 0xb0f8_83d3_8000_de5d))
    }

    @Test func dependsOnSeedStreamAndIndexAlone() {
        var a = CounterRandom(seed: 5, stream: 9)
        var b = CounterRandom(seed: 5, stream: 9)
        let first = (0..<10).map { _ in a.next() }
        #expect(first == (0..<10).map { _ in b.next() })
        var c = CounterRandom(seed: 5, stream: 10)
        var d = CounterRandom(seed: 6, stream: 9)
        #expect(c.next() != first[0] && d.next() != first[0])
        #expect(Set(first).count == 10)
    }

    /// 60,000 draws in six boxes: chi-squared on five degrees of freedom, fixed seed.
    @Test func belowIsEven() {
        var random = CounterRandom(seed: 1, stream: 0)
        var boxes = [Double](repeating: 0, count: 6)
        for _ in 0..<60_000 { boxes[random.below(6)] += 1 }
        let statistic = boxes.reduce(0) { $0 + ($1 - 10_000) * ($1 - 10_000) / 10_000 }
        #expect(ChiSquared(degreesOfFreedom: 5).tail(statistic) > 0.001)
    }

    @Test func uniformIsOpen() {
        var random = CounterRandom(seed: 2, stream: 0)
        let values = (0..<10_000).map { _ in random.uniform() }
        #expect(values.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(abs(values.reduce(0, +) / 10_000 - 0.5) < 0.015)
    }
}
