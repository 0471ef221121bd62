import Foundation
import Testing

/// A code in a message must lead to one page entry: each belongs to one fault of one room, and the manual has them all.
struct ErrorCodeTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// A code where it is given to a fault, and the room whose sources give it.
    private struct Entry {
        var code: String
        var room: String
        var file: String
    }

    private static func entries() throws -> [Entry] {
        let sources = root.appending(path: "Sources")
        let files = FileManager.default.enumerator(atPath: sources.path)?.compactMap { $0 as? String }.sorted() ?? []
        var entries: [Entry] = []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            // A comparison such as `code == "E001"` gives no fault its code.
            for match in text.matches(of: /(==\s*)?"(E\d{3})"/) where match.1 == nil {
                let room = file.split(separator: "/").first.map(String.init) ?? ""
                entries.append(Entry(code: String(match.2), room: room, file: file))
            }
        }
        return entries
    }

    /// The headings `### E101` of the manual.
    private static func manual() throws -> [String] {
        let text = try String(
            contentsOf: root.appending(path: "Sources/Counterpart/Counterpart.docc/Errors.md"), encoding: .utf8)
        return text.matches(of: /(?m)^### (E\d{3})\b/).map { String($0.1) }
    }

    @Test func aCodeBelongsToOneFault() throws {
        let entries = try Self.entries()
        #expect(entries.count > 80)
        var homes: [String: String] = [:]
        for entry in entries {
            #expect(homes[entry.code] == nil, "\(entry.code) in \(homes[entry.code] ?? "") and \(entry.file)")
            homes[entry.code] = entry.file
        }
    }

    @Test func theManualHasEveryCodeOnceAndNoOther() throws {
        let manual = try Self.manual()
        #expect(manual == manual.sorted())
        #expect(Set(manual).count == manual.count)
        #expect(Set(manual) == Set(try Self.entries().map(\.code)))
    }

    /// The first digit says what kind of fault it is, so that a room cannot take another's numbers.
    @Test func theFirstDigitFollowsTheKindOfFault() throws {
        let digits: [String: Set<Character>] = [
            "Tables": ["1", "2", "5"], "Schemas": ["1"], "Cells": ["1", "2", "3"], "Queries": ["1", "2", "3"],
            "Engines": ["0", "1", "5"], "Panels": ["3"], "Comparison": ["3"],
            "Attainment": ["3"], "Regression": ["4"], "Estimation": ["3", "4"], "Inference": ["4"], "Reporting": ["5"],
            "Counterpart": ["0", "1", "2", "3"], "CounterpartCommand": ["0"],
        ]
        for entry in try Self.entries() {
            let digit = entry.code.dropFirst().first ?? " "
            #expect(digits[entry.room]?.contains(digit) == true, "\(entry.code) in \(entry.file)")
        }
    }
}
