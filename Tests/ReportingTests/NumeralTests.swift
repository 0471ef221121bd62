import Testing

@testable import Reporting

@Suite struct NumeralTests {
    @Test(arguments: [
        (0.285, 2, "0.29"), (1.005, 2, "1.01"), (-1.0305, 2, "−1.03"), (-0.004, 2, "0.00"), (0, 1, "0.0"),
        (9.995, 2, "10.00"),
        (999.96, 1, "1,000.0"), (1_234_567.5, 0, "1,234,568"), (0.05, 1, "0.1"), (0.049, 1, "0.0"), (1e-7, 3, "0.000"),
        (1e21, 0, "1,000,000,000,000,000,000,000"), (123.456, 1, "123.5"), (-47.25, 1, "−47.3"), (0.5, 0, "1"),
        (0.4, 0, "0"),
    ]) func roundsItsShortestDecimalHalfAway(_ value: Double, _ decimals: Int, _ text: String) {
        #expect(Numeral.fixed(value, decimals: decimals) == text)
    }

    @Test(arguments: [(0.00042, "<0.001"), (0.0049, "0.005"), (0.04, "0.040"), (0.66, "0.66"), (1, ">0.99")])
    func probabilities(_ p: Double, _ text: String) { #expect(Numeral.probability(p) == text) }

    @Test(arguments: [(-2.0, "−2"), (0.5, "0.5"), (1234.25, "1,234.25"), (0.123456, "0.1235")])
    func whatSomebodyChoseKeepsItsDecimals(_ value: Double, _ text: String) { #expect(Numeral.plain(value) == text) }

    /// Two digits of the standard error in tables; one in sentences where it is 4 or more.
    @Test(arguments: [
        (0.4243, 2, 1), (0.62, 2, 1), (0.34, 2, 2), (0.012, 3, 3), (12.0, 0, 0), (1.9, 1, 1), (5.2, 1, 0),
    ]) func standardErrorsDecideTheDigits(_ se: Double, _ inTables: Int, _ inProse: Int) {
        #expect(Precision(estimate: 1, standardError: se, lower: nil, upper: nil).decimals == inTables)
        #expect(Precision(estimate: 1, standardError: se, lower: nil, upper: nil, isProse: true).decimals == inProse)
    }

    @Test func aBoundThatLeavesZeroOutIsNotPrintedAsZero() {
        let precision = Precision(estimate: 2.1, standardError: 1.05, lower: 0.004, upper: 4.2)
        #expect(precision(0.004) == "0.004")
    }

    @Test func roundingIsTheSameAsByTheDecimalText() {
        var dice = Dice(3)
        for _ in 0..<2000 {
            let thousandths = dice.below(2_000_000) - 1_000_000
            let value = Double(thousandths) / 1000
            let shown = Numeral.fixed(value, decimals: 1, minus: .hyphen).filter { $0 != "," }
            let tenths = (abs(thousandths) + 50) / 100 * (thousandths < 0 ? -1 : 1)
            #expect(Double(shown) == Double(tenths) / 10, "\(value)")
        }
    }
}
