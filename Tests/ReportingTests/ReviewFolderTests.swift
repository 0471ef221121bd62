import Foundation
import Tables
import Testing

@testable import Reporting

/// The folder of reviews: whole or as it was, whichever call to the system fails.
@Suite struct ReviewFolderTests {
    private static func review(_ number: Int) -> ReviewDocument {
        var row = ReviewDocument.Row(
            time: "201819T\(number)", partners: .init(mean: 50 + Double(number) / 3, n: 40), comparison: nil)
        row.partnersProgress = Double(number) / 3
        let outcome = ReviewDocument.Outcome(
            outcome: OutcomeName(column: "mark", title: "<Marks> & \"more\"", unit: "points"), baseline: "201819T1",
            rows: [row])
        return ReviewDocument(
            title: "A <review>",
            frame: DocumentFrame(
                inputs: [FileReport(path: "m.csv", bytes: 1, rows: 1, delimiter: 44, sha256: "input\(number)")],
                sample: SampleCounts(rowsRead: 1, rowsUsed: 1)), outcomes: [outcome],
            plan: EvaluationReport.Plan(path: "plan.yml", sha256: "plan"),
            generated: ReportDate(secondsSince1970: 1_700_000_000), version: "1", rowsArePupils: true)
    }

    private static func folder(_ scratch: Scratch) -> ReportFolder {
        ReportFolder.ofReviews(path: scratch.path + "/reviews", digest: fingerprint)
    }

    private static func history(_ scratch: Scratch) throws -> ReviewHistory {
        let path = scratch.path + "/reviews/history.jsonl"
        return try ReviewHistory(FolderWriter.bytes(of: path), path: path, digest: fingerprint)
    }

    @Test func entriesReadBackAsTheyWere() throws {
        let scratch = try Scratch()
        for number in 1...3 {
            let added = try Self.folder(scratch).add(Self.review(number))
            #expect(added.history.count == number && added.repeats == nil)
            #expect(try Self.history(scratch).entries == added.history)
        }
        #expect(try Self.folder(scratch).add(Self.review(2)).repeats == 2)
        #expect(try Self.history(scratch).entries.count == 3)
        #expect(scratch.names == ["reviews"])
        let page = String(decoding: FolderWriter.bytes(of: scratch.path + "/reviews/review.html") ?? [], as: UTF8.self)
        #expect(
            page.contains("A &lt;review&gt;") && page.contains("Monitoring, not impact") && !page.contains("<Marks>"))
    }

    /// SQLite's loop: the k-th call fails, for every k until none does.
    @Test func whicheverCallFailsTheHistoryIsWhole() throws {
        let scratch = try Scratch()
        for number in 1...2 { _ = try Self.folder(scratch).add(Self.review(number)) }
        var k = 1
        while true {
            var target = Self.folder(scratch)
            let counter = Counter()
            target.writer.fault = { _, _ in counter.next() == k ? 28 : nil }
            do {
                _ = try target.add(Self.review(3))
                break
            } catch {
                #expect(error.code == "E506")
                #expect(try Self.history(scratch).entries.count == 2)
                #expect(scratch.names == ["reviews"])
            }
            k += 1
        }
        #expect(k > 12)
        #expect(try Self.history(scratch).entries.count == 3)
    }

    /// Every letter of the history is held by the chain.
    @Test func anyChangedByteIsFound() throws {
        let scratch = try Scratch()
        for number in 1...2 { _ = try Self.folder(scratch).add(Self.review(number)) }
        let path = scratch.path + "/reviews/history.jsonl"
        let bytes = try #require(FolderWriter.bytes(of: path))
        for at in bytes.indices {
            var changed = bytes
            changed[at] = changed[at] == UInt8(ascii: "7") ? UInt8(ascii: "8") : UInt8(ascii: "7")
            #expect(throws: ReportingError.self) { try ReviewHistory(changed, path: path, digest: fingerprint) }
        }
        #expect(try ReviewHistory(bytes, path: path, digest: fingerprint).entries.count == 2)
    }

}
