import Foundation
import Panels
import Testing

@testable import Attainment

/// Gaps in published data sets against base R, sandwich and scipy.
///
/// Skipped where the reference data are absent: they are looked for in the folder that COUNTERPART_REFERENCE_DATA names,
/// else in `shared` beside the project.
@Suite(.enabled(if: ReferenceData.isPresent, "skipped: no reference data")) struct ReferenceGapTests {
    /// The tolerance that the reference recommends for estimates and standard errors alike.
    static let tolerance = 1e-9

    struct Case: Sendable, CustomTestStringConvertible {
        var id: String
        var file: String
        /// The outcome; rows that lack any of `complete` are left out.
        var outcome: String
        var complete: [String]
        var column: String
        /// The reference takes `minuend` minus `value`; the gap is that of the group `value`.
        var value: String
        var testDescription: String { id }
    }

    @Test(arguments: [
        Case(id: "exam.sex.gap", file: "exam", outcome: "normexam", complete: [], column: "sex", value: "M"),
        Case(
            id: "star.fsm_math.gap", file: "star", outcome: "mathk", complete: ["readk"], column: "lunchk",
            value: "non-free"),
        Case(
            id: "star.fsm_read.gap", file: "star", outcome: "readk", complete: ["mathk"], column: "lunchk",
            value: "non-free"),
        Case(
            id: "gcsemv.sex_written.gap", file: "gcsemv", outcome: "written", complete: [], column: "gender", value: "M"
        ),
        Case(
            id: "gcsemv.sex_course.gap", file: "gcsemv", outcome: "course", complete: [], column: "gender", value: "M"),
        Case(id: "scotssec.sex.gap", file: "scotssec", outcome: "attain", complete: [], column: "sex", value: "M"),
        Case(id: "crt.gap.gap", file: "crtData", outcome: "Posttest", complete: [], column: "Intervention", value: "0"),
    ])
    func agreesWithR(_ item: Case) throws {
        let expected = try ReferenceData.values(item.id)
        let table = try ReferenceData.table(item.file, [item.column], [item.outcome] + item.complete)
        var request = GapRequest(groups: [.contrast(GroupContrast(column: item.column, value: item.value))])
        request.standardise = true
        let row = try #require(
            try GapAnalysis.run(table.cells(blocks: [Array(0...item.complete.count)]), request).rows.first)
        let found = [
            ("n0", row.n), ("n1", row.nPeers), ("mean0", row.mean), ("mean1", row.meanPeers), ("gap", row.gap),
            ("gap_se_welch", row.standardError), ("welch_df", row.degreesOfFreedom), ("gap_ci95_low_welch", row.lower),
            ("gap_ci95_high_welch", row.upper), ("hedges_g_exact_J", row.hedgesG),
        ]
        for (term, value) in found {
            #expect(value.isClose(to: try #require(expected[term]), within: Self.tolerance), "\(term)")
        }
        #expect(row.pValue.isClose(to: try #require(expected["welch_p"]), within: Self.tolerance))
    }

    /// 79 schools: CR1 with Stata's factor.
    @Test func clustersTheFreeLunchGapBySchool() throws {
        let expected = try #require(try ReferenceData.entry("star.gap_ols.cr1s")["free"])
        let table = try ReferenceData.table("star", ["schoolidk", "lunchk"], ["mathk", "readk"])
        var request = GapRequest(groups: [.contrast(GroupContrast(column: "lunchk", value: "free"))])
        request.unit = "schoolidk"
        let row = try #require(try GapAnalysis.run(table.cells(blocks: [[0, 1]]), request).rows.first)
        #expect(row.gap.isClose(to: -expected.estimate, within: Self.tolerance))
        #expect(row.standardError.isClose(to: try #require(expected.standardError), within: Self.tolerance))
        #expect(row.degreesOfFreedom == 78)
    }
}

/// The published data sets and what trusted programs compute from them.
enum ReferenceData {
    static let folder: URL = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let named = ProcessInfo.processInfo.environment["COUNTERPART_REFERENCE_DATA"].map { URL(filePath: $0) }
        let shared = named ?? root.deletingLastPathComponent().appending(path: "shared")
        return shared.appending(path: "reference")
    }()

    static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.appending(path: "expected").path) }

    private struct File: Decodable { var entries: [Entry] }
    private struct Entry: Decodable {
        struct Value: Decodable {
            var term: String
            var estimate: Double
            var se: Double?
        }
        var id: String
        var values: [Value]
    }

    /// The rows of an entry by their terms.
    static func entry(_ id: String) throws -> [String: (estimate: Double, standardError: Double?)] {
        let group = id.prefix { $0 != "." }
        let data = try Data(contentsOf: folder.appending(path: "expected/\(group).json"))
        let entry = try #require(try JSONDecoder().decode(File.self, from: data).entries.first { $0.id == id })
        return Dictionary(uniqueKeysWithValues: entry.values.map { ($0.term, ($0.estimate, $0.se)) })
    }

    static func values(_ id: String) throws -> [String: Double] { try entry(id).mapValues(\.estimate) }

    /// The rows whose keys are all present.
    static func table(_ file: String, _ keys: [String], _ variables: [String]) throws -> RowTable {
        let text = try String(contentsOf: folder.appending(path: "data/\(file).csv"), encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline)
        let header = try #require(lines.first).split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        let positions = try (keys + variables).map { try #require(header.firstIndex(of: $0)) }
        var table = RowTable(keys, variables: variables)
        for line in lines.dropFirst() {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            let chosen = positions.map { fields[$0] }
            guard chosen.prefix(keys.count).allSatisfy({ !$0.isEmpty }) else { continue }
            table.add(Array(chosen.prefix(keys.count)), values: chosen.dropFirst(keys.count).map { Double($0) })
        }
        return table
    }
}
