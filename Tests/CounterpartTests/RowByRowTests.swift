import Foundation
import Testing

@testable import Counterpart

/// HC1, HC2 and HC3 with a covariate and weights that vary within a school and year: cells are split by their values.
///
/// Values of statsmodels 0.15.0 on the same pupils (`InferenceTests/Golden/pupils_by_row.py`), to the 1e-9 that both have.
@Suite struct RowByRowTests {
    private static func tenths(_ value: Int) -> String {
        "\(value < 0 ? "-" : "")\(abs(value) / 10).\(abs(value) % 10)"
    }

    private static func pupils(_ order: (Int) -> Int) -> String {
        (0..<240).map(order).reduce("school,year,start,x,w,y\n") { text, i in
            let (s, t, x) = (i % 12, 2015 + (i / 12) % 4, (i * 37) % 19 - 9)
            let e = (i * i * 13 + i * 7) % 101 - 50
            let y = 10 * s + 10 * (t - 2015) + 5 * x + (s < 4 && t >= 2017 ? 20 : 0) + e
            return text + "s\(s),\(t),\(s < 4 ? "2017" : ""),\(x),\(1 + i % 3),\(tenths(y))\n"
        }
    }

    private static func request(_ path: String, _ kind: VarianceKind, weighted: Bool) -> DidRequest {
        var data = DataRequest()
        data.files = [InputFile(path)]
        (data.unit, data.time, data.outcomes) = (["school"], ["year"], [OutcomeRequest("y")])
        data.weights = weighted ? "w" : nil
        var request = DidRequest(data: data, treatment: .startColumn("start"))
        request.covariates = ["x"]
        request.analysis.estimator = .twfe
        request.analysis.vcov = kind
        request.analysis.permutations = 0
        return request
    }

    @Test(arguments: [
        (VarianceKind.hc1, false, 0.9003095308112468, 0.8443281176167607, 0.035836034628141646),
        (.hc2, false, 0.9003095308112468, 0.8452406107274401, 0.035900246621359065),
        (.hc3, false, 0.9003095308112468, 0.8778254639330604, 0.037310694437278316),
        (.hc1, true, 1.5834241766411095, 0.9553026119999888, 0.03924480122055231),
        (.hc2, true, 1.5834241766411095, 0.9602041609455261, 0.03944321055955644),
        (.hc3, true, 1.5834241766411095, 1.0012943582045057, 0.04112767938001598),
    ])
    func equalsRows(kind: VarianceKind, weighted: Bool, estimate: Double, treatment: Double, covariate: Double) throws {
        let folder = try WorkFolder()
        let path = try folder.write(Self.pupils { $0 }, "pupils.csv")
        let effects = try DidStudy(Self.request(path, kind, weighted: weighted)).parts[0].result.effects
        let headline = effects[0]
        let x = try #require(effects.first { $0.term == "x" })
        for (found, wanted) in [
            (headline.estimate, estimate), (headline.standardError, treatment), (x.standardError, covariate),
        ] {
            #expect(abs((found ?? 0) - wanted) < 1e-9 * abs(wanted), "\(found ?? 0) \(wanted)")
        }
        // The same bits from the rows in another order.
        let turned = try folder.write(Self.pupils { 239 - $0 }, "turned.csv")
        #expect(try DidStudy(Self.request(turned, kind, weighted: weighted)).parts[0].result.effects == effects)
    }

    /// Frequency weights equal repeated rows, from the files on, under every kind.
    @Test(arguments: VarianceKind.ofRegressions)
    func frequencyWeightsEqualRepeatedRows(kind: VarianceKind) throws {
        let folder = try WorkFolder()
        let path = try folder.write(Self.pupils { $0 }, "pupils.csv")
        let lines = Self.pupils { $0 }.split(separator: "\n")
        let repeated = lines.dropFirst().enumerated().flatMap { i, line in
            [Substring](repeating: line, count: 1 + i % 3)
        }
        let long = try folder.write(([lines[0]] + repeated).joined(separator: "\n") + "\n", "repeated.csv")
        var weighted = Self.request(path, kind, weighted: true)
        weighted.data.weightsAreFrequencies = true
        let a = try DidStudy(weighted).parts[0].result.effects
        let b = try DidStudy(Self.request(long, kind, weighted: false)).parts[0].result.effects
        #expect(a.count == b.count)
        for (x, y) in zip(a, b) {
            for (left, right) in [
                (x.estimate, y.estimate), (x.standardError, y.standardError), (x.degreesOfFreedom, y.degreesOfFreedom),
                (x.lower, y.lower),
            ] {
                let (left, right) = (try #require(left), try #require(right))
                #expect(abs(left - right) < 1e-10 * max(1, abs(right)), "\(x) \(y)")
            }
        }
    }

    /// Cell tables are taken as they are, and the refusal says what they lack.
    @Test func cellTablesAreNotSplit() throws {
        let folder = try WorkFolder()
        let path = try folder.write(Self.pupils { $0 }, "pupils.csv")
        var request = Self.request(path, .hc2, weighted: false)
        #expect(try DidStudy.read(request).table.cellCount > 48)
        var cells = CellsRequest(data: request.data)
        (cells.start, cells.covariates) = ("start", ["x"])
        _ = try CellsRun.write(cells, to: folder.path + "/cells.csv", minimumCell: 0)
        request.data.files = [InputFile(folder.path + "/cells.csv")]
        #expect {
            _ = try DidStudy(request)
        } throws: {
            ($0 as? any Refusal)?.code == "E407"
        }
        request.analysis.vcov = .cr3
        #expect(try DidStudy(request).parts[0].result.effects[0].standardError != nil)
    }
}
