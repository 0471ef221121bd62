import Foundation
import Testing

@testable import Schemas

/// What changes from year to year stands in tables with years and sources, not in the code of the rooms that use it.
struct YearsInDataTests {
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The lines of code of these rooms, without comments.
    private static func lines() throws -> [(place: String, code: Substring)] {
        var found: [(String, Substring)] = []
        let files = [
            "Sources/Schemas", "Sources/Attainment/Measures", "Sources/Counterpart", "Sources/CounterpartCommand",
            "Sources/Panels",
        ].flatMap { place in
            ((try? FileManager.default.contentsOfDirectory(atPath: root.appending(path: place).path)) ?? []).filter {
                $0.hasSuffix(".swift")
            }.map { "\(place)/\($0)" }
        }
        #expect(files.count > 80)
        for file in files.sorted() {
            let text = try String(contentsOf: root.appending(path: file), encoding: .utf8)
            for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
                let code = line.firstRange(of: "//").map { line[..<$0.lowerBound] } ?? line[...]
                found.append(("\(file):\(index + 1)", code))
            }
        }
        return found
    }

    /// No number with decimals of a table stands in the code: points, expected results and thresholds are looked up.
    @Test func noNumberOfATableStandsInTheCode() throws {
        let tables = [
            PackageResources.progress8_csv, PackageResources.points_csv, PackageResources.progress8_elements_csv,
            PackageResources.absence_thresholds_csv,
        ]
        var numbers: Set<String> = []
        for table in tables {
            for line in String(decoding: table, as: UTF8.self).split(separator: "\n").dropFirst() {
                for field in line.split(separator: ",") where field.contains(".") && Double(field) != nil {
                    numbers.insert(String(field))
                }
            }
        }
        // A half is no figure of a year.
        numbers.subtract(["0.5", "1.5", "2.5"])
        #expect(numbers.count > 150)
        for (place, code) in try Self.lines() where code.contains(".") {
            for match in code.matches(of: /\d+\.\d+/) where numbers.contains(String(match.0)) {
                Issue.record("\(place): \(match.0) stands in a table")
            }
        }
    }

    /// No year stands in the rooms of schemas and measures, and none decides in the others: only examples in words hold years.
    @Test func noYearStandsInTheCode() throws {
        for (place, code) in try Self.lines() where code.contains("19") || code.contains("20") {
            // The ends of what may be a year at all.
            let isBound =
                code.contains("number >= 1990 && number < 2100") || code.contains("2000 + $0")
                || code.contains(/\b1900\b/)
            for match in code.matches(of: /\b(?:19|20)\d\d(?:\d\d)?\b/) where !isBound {
                // Quotes before the year that are not closed: it stands in a text.
                let quotes = code[..<match.range.lowerBound].count { $0 == "\"" }
                let isText = quotes % 2 == 1 || Self.isInLongText(code)
                #expect(isText, "\(place): \(match.0)")
            }
        }
    }

    /// Lines of help texts between triple quotes begin with words.
    private static func isInLongText(_ code: Substring) -> Bool {
        !code.contains("=") && !code.contains("(") && !code.contains(":") || code.contains("counterpart ")
    }
}
