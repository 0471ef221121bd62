import Foundation
import Testing

@testable import Reporting

/// A folder that is gone when the test is over.
final class Scratch {
    let path: String

    init() throws {
        let base = FileManager.default.temporaryDirectory.appendingPathComponent("reporting-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: base, withIntermediateDirectories: true)
        path = base.path
    }

    deinit {
        try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
        try? FileManager.default.removeItem(atPath: path)
    }

    var names: [String] { FolderWriter.entries(path) }
}

/// A digest that tells contents apart; what it is made of does not matter here.
func fingerprint(_ bytes: [UInt8]) -> String {
    String(bytes.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }, radix: 16)
}

@Suite struct ReportFolderTests {
    private func write(_ path: String, _ report: EvaluationReport = SampleReport.report()) throws {
        try ReportFolder(path: path, digest: fingerprint)
            .write(report, rule: Disclosure(threshold: 10), effectsCountPupils: true)
    }

    /// What a folder holds: every file with its contents.
    private func contents(_ path: String) throws -> [String: Data] {
        var found: [String: Data] = [:]
        for case let file as String in try #require(FileManager.default.enumerator(atPath: path)) {
            if let data = FileManager.default.contents(atPath: path + "/" + file) { found[file] = data }
        }
        return found
    }

    @Test func writesEveryFileThatTheManifestLists() throws {
        let scratch = try Scratch()
        let folder = ProcessInfo.processInfo.environment["COUNTERPART_SHOW_REPORT"] ?? scratch.path + "/report"
        try write(folder)
        let manifest = try JSONReader.read(Array(try Data(contentsOf: URL(fileURLWithPath: folder + "/manifest.json"))))
        guard case .array(let outputs)? = manifest["outputs"] else {
            Issue.record("no outputs")
            return
        }
        let files = try contents(folder)
        #expect(outputs.count == files.count - 1)
        for output in outputs {
            guard case .text(let path)? = output["path"] else { continue }
            #expect(output["sha256"] == .text(fingerprint(Array(files[path] ?? Data()))))
        }
        #expect(Set(files.keys.filter { $0.hasPrefix("figures/") }).count == 6)
        #expect(scratch.names.allSatisfy { $0 == "report" })
    }

    @Test func theDoubtfulCaseIsWrittenToo() throws {
        let scratch = try Scratch()
        let folder = ProcessInfo.processInfo.environment["COUNTERPART_SHOW_REPORT"].map { $0 + "-doubtful" }
        try write(folder ?? scratch.path + "/report", SampleReport.doubtful())
        let html = String(
            decoding: try contents(folder ?? scratch.path + "/report")["report.html"] ?? Data(), as: UTF8.self)
        for words in [
            "cannot separate an effect", "From 3 schools, effects between −3.05 and 5.29", "includes zero", ">c</abbr>",
        ] {
            #expect(html.contains(words), "\(words)")
        }
    }

    @Test func sameReportSameBytes() throws {
        let scratch = try Scratch()
        try write(scratch.path + "/a")
        try write(scratch.path + "/b")
        #expect(try contents(scratch.path + "/a") == contents(scratch.path + "/b"))
    }

    @Test func replacesOnlyAReportOfOurs() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/report"
        try write(folder)
        var second = SampleReport.report()
        second.title = "The second"
        try write(folder, second)
        #expect(String(decoding: try contents(folder)["report.html"] ?? Data(), as: UTF8.self).contains("The second"))

        try Data("notes".utf8).write(to: URL(fileURLWithPath: folder + "/tables/notes.txt"))
        let before = try contents(folder)
        #expect(
            throws: ReportingError.foreignFolder(
                path: folder, because: "it also holds tables/notes.txt, which is not ours")
        ) {
            try write(folder)
        }
        #expect(try contents(folder) == before)
        #expect(scratch.names == ["report"])
    }

    @Test func refusesWhatIsNoPlaceForAReport() throws {
        let scratch = try Scratch()
        let (foreign, file, link) = (scratch.path + "/foreign", scratch.path + "/file", scratch.path + "/link")
        try FileManager.default.createDirectory(atPath: foreign, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(fileURLWithPath: foreign + "/thesis.doc"))
        try Data("x".utf8).write(to: URL(fileURLWithPath: file))
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: scratch.path + "/nowhere")
        let refusals: [(String, ReportingError)] = [
            (foreign, .foreignFolder(path: foreign, because: "it holds no report of ours")),
            (file, .foreignFolder(path: file, because: "it is a file")),
            (link, .foreignFolder(path: link, because: "it is a link or a device")),
            (scratch.path + "/absent/report", .noParentFolder(path: scratch.path + "/absent/report")),
            (scratch.path + "/..", .badName(path: scratch.path + "/..")), ("", .badName(path: "")),
        ]
        for (path, refusal) in refusals {
            #expect(throws: refusal) { try ReportFolder(path: path, digest: fingerprint).check() }
            #expect(throws: refusal) { try write(path) }
        }
        #expect(scratch.names == ["file", "foreign", "link"])
    }

    /// Every call to the system fails once, the first, the second and so on, until a run gets through: the old report
    /// stands untouched, or there is none, and nothing is left beside it.
    @Test(arguments: [true, false]) func isWholeOrAbsentWhereverItFails(overAnOldOne: Bool) throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/report"
        if overAnOldOne { try write(folder) }
        let before = try contentsIfAny(folder)
        var second = SampleReport.report()
        second.title = "The second"
        var failures = 0
        for k in 1...500 {
            let counter = Counter()
            var target = ReportFolder(path: folder, digest: fingerprint)
            target.writer.fault = { _, _ in counter.next() == k ? 28 : nil }
            do {
                try target.write(second, rule: Disclosure(threshold: 10), effectsCountPupils: true)
                break
            } catch {
                failures += 1
                #expect(error.code == "E506")
                // The last call syncs the parent after the new folder has its name, and its failure changes nothing.
                #expect(try contentsIfAny(folder) == before, "call \(k)")
                #expect(scratch.names == (overAnOldOne ? ["report"] : []), "call \(k)")
            }
        }
        #expect(failures > 60)
        #expect(String(decoding: try contents(folder)["report.html"] ?? Data(), as: UTF8.self).contains("The second"))
    }

    private func contentsIfAny(_ path: String) throws -> [String: Data]? {
        FileManager.default.fileExists(atPath: path) ? try contents(path) : nil
    }

    /// Where folders cannot change places in one step, the old one is set aside and comes back on failure.
    @Test func setsTheOldReportAsideWhereItCannotBeExchanged() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/report"
        try write(folder)
        let before = try contents(folder)
        var target = ReportFolder(path: folder, digest: fingerprint)
        let renames = Counter()
        target.writer.fault = { call, _ in
            if call == "exchange" { return 22 }
            return call == "rename" && renames.next() == 2 ? 28 : nil
        }
        #expect(throws: ReportingError.self) {
            try target.write(SampleReport.report(), rule: Disclosure(threshold: 10), effectsCountPupils: true)
        }
        #expect(try contents(folder) == before)
        #expect(scratch.names == ["report"])
        target.writer.fault = { call, _ in call == "exchange" ? 22 : nil }
        try target.write(SampleReport.report(), rule: Disclosure(threshold: 10), effectsCountPupils: true)
        #expect(scratch.names == ["report"])
    }

    @Test func removesWhatAKilledRunLeft() throws {
        let scratch = try Scratch()
        for left in [".report.123.tmp/tables", ".report.99.old.tmp"] {
            try FileManager.default.createDirectory(
                atPath: scratch.path + "/" + left, withIntermediateDirectories: true)
        }
        try FileManager.default.createDirectory(
            atPath: scratch.path + "/.report.mine.tmp", withIntermediateDirectories: true)
        try write(scratch.path + "/report")
        #expect(scratch.names == [".report.mine.tmp", "report"])
    }

    @Test func twoRunsNeverMix() throws {
        let scratch = try Scratch()
        let folder = scratch.path + "/report"
        let lock = try FolderLock(beside: folder, path: scratch.path + "/.report.lock")
        #expect(throws: ReportingError.inUse(path: folder)) { try write(folder) }
        withExtendedLifetime(lock) {}
    }
}

/// Counts calls; one writer at a time uses it.
final class Counter {
    private var count = 0
    func next() -> Int {
        count += 1
        return count
    }
}
