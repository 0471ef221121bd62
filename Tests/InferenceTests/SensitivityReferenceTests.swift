import Foundation
import LinearAlgebra
import Testing

@testable import Inference

/// Sensitivity to parallel trends against R's HonestDiD 0.2.6 on published event studies.
///
/// Its grid has a step of 1/25 standard error and its critical values are simulated, so bounds are held to 2% of an
/// interval's width. Its grid ends 20 standard errors from 0: a bound there says that the interval goes on.
@Suite(.enabled(if: ReferenceData.isPresent))
struct SensitivityReferenceTests {
    struct Case: CustomTestStringConvertible {
        var study: EventStudyEstimates
        var target: [Double]
        var group: String
        var id: String
        var testDescription: String { id }

        static func all() throws -> [Case] {
            let bc = try benzartiCarloni()
            let did = try baseDid()
            return [
                Case(study: bc, target: [1, 0, 0, 0], group: "honest_bc", id: "honest_bc"),
                Case(study: bc, target: [0.25, 0.25, 0.25, 0.25], group: "honest_bc", id: "honest_bc_avg"),
                Case(study: did, target: [1, 0, 0, 0, 0], group: "base_did", id: "base_did.honest"),
            ]
        }

        /// Benzarti & Carloni (2019): 2004 to 2012 about 2008.
        static func benzartiCarloni() throws -> EventStudyEstimates {
            let columns = try ReferenceData.columns("reference/data/honest_bc.csv")
            func numbers(_ name: String) -> [Double] { (columns[name] ?? []).compactMap(Double.init) }
            let years = numbers("time").map { Int($0) }
            return try EventStudyEstimates(
                steps: years.map { $0 - 2008 }, estimates: numbers("beta"),
                covariance: Matrix(rows: 8, columns: (1...8).map { numbers("V\($0)") }))
        }

        static func baseDid() throws -> EventStudyEstimates {
            let values = try ReferenceData.expected("base_did.honest.input", in: "base_did")
            return try EventStudyEstimates(
                steps: [-4, -3, -2, -1, 1, 2, 3, 4, 5], estimates: values.compactMap(\.estimate),
                covariance: Matrix(
                    rows: 9, columns: 9,
                    storage: try ReferenceData.covariance("base_did.honest.input", in: "base_did")))
        }
    }

    private func compare(_ id: String, _ item: Case, _ interval: (Double) throws -> SensitivityInterval) throws -> Int {
        let target = item.study.contrast(after: item.target)
        let gridEnd = 20 * item.study.covariance(target, target).squareRoot()
        var compared = 0
        for value in try ReferenceData.expected("\(item.id).\(id)", in: item.group) {
            let m = try #require(Double(value.term.split(separator: "=")[1]))
            let found = try interval(m)
            let lower = try #require(value.lower)
            let upper = try #require(value.upper)
            let tolerance = 0.02 * (found.upper - found.lower)
            for (ours, theirs) in [(found.lower, lower), (found.upper, upper)] {
                if abs(theirs) > 0.9999 * gridEnd && id == "rm_clf" {
                    #expect(abs(ours) >= abs(theirs), "\(item.id) \(value.term): \(ours) \(theirs)")
                } else {
                    #expect(abs(ours - theirs) <= tolerance, "\(item.id) \(value.term): \(ours) \(theirs)")
                    compared += 1
                }
            }
        }
        return compared
    }

    @Test func relativeMagnitudes() throws {
        var compared = 0
        for item in try Case.all() {
            let restriction = RelativeMagnitudes(item.study, target: item.target, level: 0.95)
            compared += try compare("rm_clf", item) { restriction.interval($0) }
        }
        #expect(compared == 19)
    }

    @Test func smoothTrends() throws {
        var compared = 0
        for item in try Case.all() {
            let restriction = try SmoothTrends(item.study, target: item.target, level: 0.95)
            compared += try compare("sd_flci", item) { try restriction.interval($0) }
        }
        #expect(compared == 24)
    }
}
