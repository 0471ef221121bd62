import Foundation
import Testing

/// The manual is the specification: what the sources accept and say stands in it.
struct ManualTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    private static func article(_ name: String) throws -> String {
        try text("Sources/Counterpart/Counterpart.docc/\(name).md")
    }

    /// The keys of every `section([…])` of the reader.
    @Test func everyKeyOfThePlanIsExplained() throws {
        let reader = try Self.text("Sources/Counterpart/PlanReader.swift")
        let keys = reader.matches(of: /section\(\[([^\]]*)\]/).flatMap { section in
            section.1.matches(of: /"(\w+)"/).map { String($0.1) }
        }
        let manual = try Self.article("PlanFile")
        #expect(keys.count > 60)
        for key in keys {
            let isExplained =
                manual.contains("`\(key)`") || manual.contains("\(key):") || manual.contains("## \(key)\n")
            #expect(isExplained, "\(key)")
        }
    }

    /// The codes of `Warning("…"`, `warn("…"` and of the reader's warnings.
    @Test func everyWarningIsExplained() throws {
        let sources = Self.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String }.sorted() ?? []
        let manual = try Self.article("Errors")
        var codes: Set<String> = []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            for match in text.matches(of: /[wW]arn(?:ing)?\(\s*(?:code: )?"([a-z]+(?:-[a-z]+)*)",/) {
                codes.insert(String(match.1))
            }
        }
        #expect(codes.count > 25)
        for code in codes.sorted() {
            let isExplained = manual.contains("| `\(code)` |")
            #expect(isExplained, "\(code)")
        }
    }

    /// Articles name each other as `<doc:Name>`; each name is a file.
    @Test func everyArticleThatIsNamedExists() throws {
        let folder = Self.root.appending(path: "Sources/Counterpart/Counterpart.docc")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        for file in files {
            let text = try String(contentsOf: folder.appending(path: file), encoding: .utf8)
            for link in text.matches(of: /<doc:(\w+)>/) {
                #expect(files.contains("\(link.1).md"), "\(link.1) in \(file)")
            }
        }
        let landing = try Self.article("Counterpart")
        for file in files where file != "Counterpart.md" {
            #expect(landing.contains("<doc:\(file.dropLast(3))>"), "\(file) is not on the landing page")
        }
    }
}
