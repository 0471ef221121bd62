import Foundation
import Testing

@testable import Reporting

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// What an XML parser finds: elements, attributes and text in order.
final class Parsed: NSObject, XMLParserDelegate {
    var elements: [String] = []
    var attributes: [(element: String, name: String, value: String)] = []
    var text = ""

    /// - Returns: nil where the text is not well formed.
    static func read(_ text: String) -> Parsed? {
        let parsed = Parsed()
        let parser = XMLParser(data: Data(text.utf8))
        parser.delegate = parsed
        return parser.parse() ? parsed : nil
    }

    func parser(
        _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
        attributes found: [String: String]
    ) {
        elements.append(name)
        for key in found.keys.sorted() { attributes.append((name, key, found[key] ?? "")) }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
}

@Suite struct EscapingTests {
    /// The label as an HTML or SVG reader sees it: letters that XML forbids are replaced.
    static func visible(_ label: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in label.unicodeScalars {
            let isForbidden =
                (scalar.value < 0x20 && ![0x09, 0x0A].contains(scalar.value)) || (0x7F...0x9F).contains(scalar.value)
                || scalar.value >= 0xFFFE && scalar.value <= 0xFFFF
            out.append(isForbidden ? "\u{FFFD}" : scalar)
        }
        return String(out)
    }

    @Test func markupKeepsLabelsText() throws {
        for label in hostileLabels {
            let markup: Markup = "<p title=\"\(label)\">\(label)</p>"
            let parsed = try #require(Parsed.read(markup.text), "\(label.debugDescription)")
            #expect(parsed.elements == ["p"])
            #expect(parsed.text == Self.visible(label))
            #expect(parsed.attributes.map(\.name) == ["title"])
        }
    }

    @Test func terminalShowsControlLetters() {
        for label in hostileLabels {
            #expect(
                Escaping.terminal(label).unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && $0 != "\u{202E}" && $0.value != 0x7F
                })
        }
        #expect(Escaping.terminal("\u{1B}[31m") == "\\u{1b}[31m")
    }

    /// A Markdown table has one line a row and keeps its columns whatever its labels hold.
    @Test func markdownKeepsItsColumns() {
        let table = ResultTable(
            columns: [.init("label"), .init("n")], rows: hostileLabels.map { [.text($0), .integer(3)] })
        let lines = MarkdownTable().write(table).split(separator: "\n")
        #expect(lines.count == hostileLabels.count + 2)
        for line in lines {
            var bars = 0
            var isEscaped = false
            for scalar in line.unicodeScalars {
                if scalar == "|", !isEscaped { bars += 1 }
                isEscaped = scalar == "\\" && !isEscaped
            }
            #expect(bars == 3, "\(line)")
            #expect(!line.contains("<"))
        }
    }

    @Test func textTableHasOneLineARow() {
        let table = ResultTable(
            columns: [.init("label"), .init("n")], rows: hostileLabels.map { [.text($0), .suppressed] })
        let lines = TextTable().write(table).split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count == hostileLabels.count + 2)
        #expect(lines[1].hasSuffix("c"))
    }
}

@Suite struct CSVWriterTests {
    /// The slow reading of RFC 4180, one byte at a time.
    static func read(_ text: String) -> [[String]] {
        var (rows, row, field): ([[String]], [String], [UInt8]) = ([], [], [])
        var (isQuoted, wasQuote) = (false, false)
        for byte in text.utf8 {
            switch byte {
            case 0x22 where !isQuoted && field.isEmpty && !wasQuote: isQuoted = true
            case 0x22 where isQuoted: (isQuoted, wasQuote) = (false, true)
            case 0x22 where wasQuote:
                field.append(0x22)
                (isQuoted, wasQuote) = (true, false)
            case 0x2C where !isQuoted:
                row.append(String(decoding: field, as: UTF8.self))
                (field, wasQuote) = ([], false)
            case 0x0A where !isQuoted:
                row.append(String(decoding: field.dropLast(field.last == 0x0D ? 1 : 0), as: UTF8.self))
                rows.append(row)
                (row, field, wasQuote) = ([], [], false)
            default: field.append(byte)
            }
        }
        return rows
    }

    @Test func labelsReadBackAndNoCellBeginsAFormula() {
        let table = ResultTable(
            columns: [.init("=label"), .init("x")], rows: hostileLabels.map { [.text($0), .number(-1.5)] })
        let rows = Self.read(CSVWriter().write(table))
        #expect(rows[0] == ["'=label", "x"])
        for (row, label) in zip(rows.dropFirst(), hostileLabels) {
            #expect(row.count == 2)
            #expect(row[1] == "-1.5")
            let first = row[0].unicodeScalars.first
            #expect(first.map { !["=", "+", "-", "@", "\t", "\r", "\n"].contains($0) } ?? true)
            let back = Escaping.beginsFormula(label) ? String(row[0].unicodeScalars.dropFirst()) : row[0]
            #expect(Array(back.utf8) == Array(label.utf8))
        }
        #expect(rows.count == hostileLabels.count + 1)
    }

    @Test func rawLeavesLabelsAlone() {
        let table = ResultTable(columns: [.init("a"), .init("b")], rows: hostileLabels.map { [.text($0), .missing] })
        let rows = Self.read(CSVWriter(isRaw: true).write(table)).dropFirst()
        #expect(rows.map { Array($0[0].utf8) } == hostileLabels.map { Array($0.utf8) })
    }

    @Test func figuresAreNeverRoundedAndWithheldOnesAreMarked() {
        let table = ResultTable(
            columns: [.init("a"), .init("b"), .init("c"), .init("d")],
            rows: [[.number(0.1 + 0.2), .integer(-7), .missing, .suppressed]])
        #expect(CSVWriter().write(table) == "a,b,c,d\r\n0.30000000000000004,-7,,\r\n")
        #expect(CSVWriter(suppressedMark: "c").write(table).hasSuffix("-7,,c\r\n"))
    }

    @Test func aLoneEmptyFieldIsNoBlankLine() {
        #expect(CSVWriter().write(ResultTable(columns: [.init("a")], rows: [[.missing]])) == "a\r\n\"\"\r\n")
    }
}
