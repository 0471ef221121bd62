import Foundation
import Testing

@testable import Counterpart

/// Published figures of the Department for Education (Crown copyright, Open Government Licence v3.0), used where they stand.
enum PublishedData {
    /// `COUNTERPART_REFERENCE_DATA`, else `../shared` beside the project.
    static let folder: URL? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["COUNTERPART_REFERENCE_DATA"].map { URL(filePath: $0) }
        return [named, root.deletingLastPathComponent().appending(path: "shared")].compactMap { $0 }
            .first { FileManager.default.fileExists(atPath: $0.appending(path: "real/README.md").path()) }?.appending(
                path: "real")
    }()

    static let isPresent: Bool = {
        if folder == nil { print("skipped: no reference data") }
        return folder != nil
    }()
}

@Suite(.enabled(if: PublishedData.isPresent, "skipped: no reference data")) struct PublishedDataTests {
    /// Checked with pyfixest 0.60.0: year and school effects, CRV1 by school; every digit given is compared.
    @Test func academyConversionFromSixRawFiles() throws {
        let real = try #require(PublishedData.folder)
        let folder = try WorkFolder()
        for year in 2016...2018 {
            for authority in [850, 936] {
                let name = "ks2-\(year)-\(authority).csv"
                try FileManager.default.createSymbolicLink(
                    at: URL(filePath: folder.path).appending(path: name), withDestinationURL: real.appending(path: name)
                )
            }
        }
        let plan = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Plans/academy-conversion.yml")
        let path = try folder.write(Data(contentsOf: plan), "plan.yml")
        let (read, bytes) = try PlanReader.read(path)
        let study = try DidStudy(Evaluation(plan: read, path: path, planBytes: bytes, threads: 2).quick)
        let checked = [("READ_AVERAGE", 0.00258, 0.34146), ("MAT_AVERAGE", -0.12922, 0.26161)]
        for (name, estimate, standardError) in checked {
            let part = try #require(study.parts.first { $0.outcome.name == name })
            let effect = try #require(part.result.effects.first)
            #expect(abs(try #require(effect.estimate) - estimate) < 6e-6, "\(name)")
            #expect(abs(try #require(effect.standardError) - standardError) < 6e-6, "\(name)")
        }
        let reading = study.parts[0]
        #expect(
            reading.design.units.count == 450 && reading.result.treatedUnits == 27 && reading.result.rowsUsed == 1_330)
    }

    /// The gap in Attainment 8 in six opportunity areas: the honest-answer case.
    @Test(arguments: [
        (Array(2016...2019), -1.0305, 0.4243, 599), (Array(2016...2019) + Array(2022...2025), -0.8339, 0.4633, 1_208),
    ])
    func gapsInOpportunityAreas(years: [Int], estimate: Double, standardError: Double, rows: Int) throws {
        let real = try #require(PublishedData.folder)
        var data = DataRequest()
        data.files = [InputFile(real.appending(path: "a8-disadvantage-gap-la-2016-2025.csv").path())]
        data.filters = try ["la>=201", "la<=943", "Years in " + years.map(String.init).joined(separator: "|")].map {
            try RowFilter(parsing: $0)
        }
        data.outcomes = [OutcomeRequest("gap")]
        (data.unit, data.time) = (["la"], ["Years"])
        let partners = try PartnerList.read(
            real.appending(path: "opportunity-areas.csv").path(), unit: ["la"], unitColumn: nil, startColumn: nil,
            startAt: nil)
        var request = DidRequest(data: data, treatment: partners)
        request.analysis.estimator = .twfe
        request.analysis.vcov = .cr1
        request.analysis.permutations = 99
        let document = try DidRun.answer(request).document
        let effect = try #require(document.effects.first)
        // Four decimals are given.
        #expect(abs(try #require(effect.estimate) - estimate) < 6e-5)
        #expect(abs(try #require(effect.standardError) - standardError) < 6e-5)
        #expect(document.frame.sample.rowsUsed == rows)
        let words = document.sentences.joined(separator: " ")
        #expect(
            words.contains("6 treated") && words.contains("before the start") && words.contains("cannot separate"),
            "\(words)")
        #expect(document.frame.warnings.contains { $0.code == "few-treated" })
    }
}

extension Evaluation {
    /// The plan's main question without draws and diagnostics.
    fileprivate var quick: DidRequest {
        var request = request
        request.analysis.permutations = 0
        request.analysis.diagnosesPreTrend = false
        return request
    }
}
