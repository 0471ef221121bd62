import Foundation
import Testing

@testable import Tables

/// Hard tables through `convert --format json`: each comes out text by text, or is refused at its line and column.
@Suite struct HardTablesTests {
    struct Table: Sendable {
        var name: String
        var columns: [String]
        var rows: [[String]]
    }

    static let tables: [Table] = [
        Table(name: "plain", columns: ["id", "n"], rows: [["1", "2"], ["3", "4"]]),
        Table(name: "header only", columns: ["id", "n"], rows: []),
        Table(
            name: "quotes", columns: ["a \"b\"", "c"],
            rows: [["\"", "\"\""], ["say \"hi\"", "it's 5\" long"], ["\"x", "x\""]]),
        Table(
            name: "line ends inside", columns: ["two\nlines", "b"],
            rows: [["x\ny", "\n"], ["\r\n", "a\r\nb\n\nc"], ["\r", "\n\r"]]),
        Table(
            name: "separators inside", columns: ["a,b", "c;d"], rows: [[",;|\t", "1,5"], ["a;b", "|"], ["\t", ","]]),
        Table(name: "empties", columns: ["a", "b", "c"], rows: [["", "", ""], ["x", "", ""], ["", "", "z"]]),
        Table(
            name: "blanks are data", columns: ["a", "b"],
            rows: [[" x ", "  "], ["\u{A0}", "\u{2003}"], ["x  ", " "]]),
        Table(
            name: "not retyped", columns: ["id", "v"],
            rows: [
                ["007", "1E5"], ["12345678901234567890", "NA"], ["TRUE", "null"], ["2018-01-02", "1.10"],
                ["0x1F", "-0"],
            ]),
        Table(
            name: "letters", columns: ["naïve", "Größe"],
            rows: [["é", "ß"], ["Zoë £5", "ÿ"], ["ñandú", "½"]]),
        Table(
            name: "no line ends", columns: ["a", "b"],
            rows: [["x\u{85}y", "\u{0B}"], ["\u{0C}", "\u{1C}"], ["\u{1}", "\u{7F}"]]),
        Table(name: "zero bytes", columns: ["a", "b"], rows: [["x\u{0}y", "\u{0}"], ["1", "2"]]),
        Table(name: "formulas", columns: ["a", "b"], rows: [["=1+1", "@x"], ["+5", "-5"], ["'quoted", "#"]]),
        Table(name: "same names", columns: ["a", "a", " a", ""], rows: [["1", "2", "3", "4"]]),
        Table(
            name: "long field", columns: ["a", "b"],
            rows: [[String(repeating: "long ", count: 20_000), "x"], ["y", "z"]]),
        Table(
            name: "many columns", columns: (0..<300).map { "c\($0)" },
            rows: (0..<5).map { r in (0..<300).map { "\(r)/\($0)" } }),
        Table(
            name: "many rows", columns: ["k", "text"],
            rows: (0..<3000).map { ["\($0)", $0 % 7 == 0 ? "a \"b\", c" : $0 % 11 == 0 ? "l\nm" : "t\($0)"] }),
    ]

    enum Encoding: CaseIterable, Sendable { case utf8, marked, utf16Little, utf16Big, latin1, gzip, zstd }

    /// A writer of its own: quotes where they are needed, or everywhere.
    static func write(_ table: Table, _ separator: String, _ end: String, quotesAll: Bool, closed: Bool) -> String {
        func field(_ text: String) -> String {
            let needs =
                quotesAll || text.unicodeScalars.contains { "\"\r\n".unicodeScalars.contains($0) }
                || text.contains(separator)
                || text.unicodeScalars.contains { $0 == "\n" || $0 == "\r" }
            return needs ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
        }
        let lines = ([table.columns] + table.rows).map { $0.map(field).joined(separator: separator) }
        return lines.joined(separator: end) + (closed ? end : "")
    }

    static func encode(_ text: String, _ encoding: Encoding) -> [UInt8]? {
        switch encoding {
        case .utf8: return Array(text.utf8)
        case .marked: return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
        case .utf16Little: return [0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
        case .utf16Big: return [0xFE, 0xFF] + text.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
        case .latin1:
            guard text.unicodeScalars.allSatisfy({ $0.value < 256 }) else { return nil }
            return text.unicodeScalars.map { UInt8($0.value) }
        case .gzip: return Packing.gzip(Array(text.utf8))
        case .zstd: return Packing.zstd(Array(text.utf8))
        }
    }

    struct Answer: Equatable {
        var columns: [String]
        var rows: [[String]]
    }

    static func convert(_ bytes: [UInt8], _ change: (inout Conversion) -> Void = { _ in }) throws -> Answer {
        let folder = try TemporaryFolder()
        var conversion = Conversion(files: [InputFile(try folder.file(bytes))])
        conversion.format = .json
        conversion.threads = 2
        change(&conversion)
        var out: [UInt8] = []
        _ = try conversion.run { out += $0 }
        let object = try #require(try JSONSerialization.jsonObject(with: Data(out)) as? [String: Any])
        return Answer(
            columns: try #require(object["columns"] as? [String]), rows: try #require(object["rows"] as? [[String]]))
    }

    /// Sixteen tables, three line ends, four separators, seven encodings: 1,344 files.
    @Test(arguments: tables.indices, Encoding.allCases) func everyTextComesOutAsItWas(_ number: Int, encoding: Encoding)
        throws
    {
        let table = Self.tables[number]
        var turn = 0
        for end in ["\n", "\r\n", "\r"] {
            for separator in [",", ";", "\t", "|"] {
                turn += 1
                // A lone line feed outside quotes is no data where lines end with CR; the writer puts quotes round both.
                let text = Self.write(table, separator, end, quotesAll: turn % 2 == 0, closed: turn % 3 > 0)
                guard let bytes = Self.encode(text, encoding) else { continue }
                let answer = try Self.convert(bytes) {
                    // Whether a separator can be found is tested elsewhere; some of these texts hold all of them.
                    $0.form.delimiter = separator.utf8.first
                    if encoding == .latin1 { $0.form.encoding = "latin1" }
                    if turn % 4 == 0 { ($0.sizes.piece, $0.sizes.wave, $0.sizes.sample) = (64, 256, 64) }
                }
                #expect(
                    answer == Answer(columns: table.columns, rows: table.rows), "\(table.name) \(end.utf8) \(separator)"
                )
            }
        }
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        var name: String
        var bytes: [UInt8]
        /// Code, line and column of the refusal, such as `E110:3` or `E203:2:n (column 2)`.
        var want: String
        var numbers: [String] = []

        init(_ name: String, _ text: String, _ want: String, numbers: [String] = []) {
            self.init(name, Array(text.utf8), want, numbers: numbers)
        }

        init(_ name: String, _ bytes: [UInt8], _ want: String, numbers: [String] = []) {
            (self.name, self.bytes, self.want, self.numbers) = (name, bytes, want, numbers)
        }

        var testDescription: String { name }
    }

    /// Every fault at the second, at a middle and at the last row of a table, before which a field of two lines stands or not.
    static let wrong: [Wrong] = {
        var cases: [Wrong] = [
            Wrong("empty", "", "E109"), Wrong("blank lines", "\n \n\t\n", "E109"),
            Wrong("mark alone", [0xEF, 0xBB, 0xBF], "E109"),
            Wrong("header open", "a,\"b\n1,2\n", "E104:1:column 2"),
            Wrong("header after a quote", "\"a\"b,c\n1,2\n", "E105:1:ab (column 1)"),
            Wrong("header with a stray CR", "a,\"b\"\r,c\r\n1,2,3\r\n", "E106:3:a (column 1)"),
            Wrong("workbook", [0x50, 0x4B, 3, 4, 20], "E102"),
            Wrong("page", "<html><body>", "E102"), Wrong("JSON", "{\"a\": 1}", "E102"),
            Wrong("PDF", "%PDF-1.4", "E102"),
            Wrong("separator line", "sep=;\na;b\n1;2\n", "E112:1"),
            Wrong("separator line, blank first", "\nSEP=,\r\na,b\r\n", "E112:2"),
            Wrong("SQLite", "SQLite format 3\0\u{10}", "E102"), Wrong("Parquet", "PAR1\u{15}\u{4}", "E102"),
            Wrong("UTF-32", [0xFF, 0xFE, 0, 0, 0x61, 0, 0, 0, 10, 0, 0, 0], "E102"),
            Wrong("UTF-32 without mark", [0, 0, 0, 0x61, 0, 0, 0, 0x2C, 0, 0, 0, 0x62], "E102"),
            Wrong(
                "UTF-16 without mark or Latin letters",
                [4, 0x30, 0, 0x2C, 4, 0x31, 0, 10, 4, 0x32, 0, 0x2C, 4, 0x33, 0, 10], "E102"),
            Wrong("zeros", [UInt8](repeating: 0, count: 99), "E102"),
            Wrong("gzip cut", Array(Packing.gzip(Array("a,b\n1,2\n".utf8)).dropLast(3)), "E118"),
            Wrong("bad header letter", [0x61, 0xE9, 0x2C, 0x62, 10, 0x31, 0x2C, 0x32, 10], "E107:1:column 1"),
            Wrong("two separators", "a;b,c\n1;2,3\n4;5,6\n", "E103"),
            Wrong("half a letter", [0xFF, 0xFE, 0x61, 0, 0x2C, 0, 0x62, 0, 10, 0, 0x31], "E107:2"),
        ]
        for (rows, at) in [(3, 1), (50, 25), (50, 49), (3000, 2000)] {
            for before in [false, true] {
                var lines = (0..<rows).map { "\($0),v\($0),1.5" }
                if before { lines[0] = "0,\"v\n0\",1.5" }
                let line = at + 2 + (before ? 1 : 0)
                func add(_ name: String, _ row: String, _ want: String, numbers: [String] = []) {
                    var lines = lines
                    lines[at] = row
                    cases.append(
                        Wrong(
                            "\(name), row \(at) of \(rows)\(before ? ", two lines before" : "")",
                            "id,v,n\n" + lines.joined(separator: "\n") + "\n", want, numbers: numbers))
                }
                add("short", "1,2", "E110:\(line):n (column 3)")
                add("long", "1,2,3,4", "E110:\(line):column 4")
                add("note", "Source: the office", "E110:\(line):v (column 2)")
                add("after a quote", "1,\"a\"b,2", "E105:\(line):v (column 2)")
                add("space after a quote", "1,\"a\" ,2", "E105:\(line):v (column 2)")
                add("stray CR", "1,a\rb,2", "E106:\(line):v (column 2)")
                add("open quote", "1,\"a,2", "E104:\(line):v (column 2)")
                for (text, name) in [
                    ("withheld", "word"), ("inf", "inf"), ("nan", "nan"), ("null", "null"), ("0x1F", "hex"),
                    ("£5", "pounds"), ("(3)", "brackets"),
                    ("67%", "percent"), ("\"1,234\"", "thousands"), ("−3", "true minus"), ("1.2.3", "two points"),
                    ("1e400", "overflow"), ("--1", "two signs"),
                    ("1e", "no exponent"), (".e5", "no digits"), ("1 2", "two numbers"),
                ] {
                    add(name, "1,v,\(text)", "E203:\(line):n (column 3)", numbers: ["n"])
                }
                var bytes = Array("id,v,n\n".utf8)
                for (i, text) in lines.enumerated() {
                    bytes += i == at ? [0x31, 0x2C, 0xC3, 0x28, 0x2C, 0x32, 10] : Array((text + "\n").utf8)
                }
                cases.append(Wrong("bad letter, row \(at) of \(rows)", bytes, "E107:\(line):v (column 2)"))
            }
        }
        return cases
    }()

    @Test(arguments: wrong) func everyRefusalNamesItsPlace(_ wrong: Wrong) throws {
        for (piece, threads) in [(1 << 18, 2), (64, 3)] {
            do {
                let answer = try Self.convert(wrong.bytes) {
                    $0.numbers = wrong.numbers
                    $0.threads = threads
                    ($0.sizes.piece, $0.sizes.wave) = (piece, 8 * piece)
                }
                Issue.record("taken: \(answer.columns) \(answer.rows.first ?? [])")
            } catch let error as TableError {
                let found = [error.code, error.place?.line.map(String.init), error.place?.column].compactMap { $0 }
                    .joined(separator: ":")
                #expect(found == wrong.want, "\(error.description)")
            }
        }
    }

    /// Heads of files that look like something else, and are tables.
    @Test func oddHeadsAreRead() throws {
        func expect(_ bytes: [UInt8], _ columns: [String], _ rows: [[String]], encoding: String? = nil) throws {
            let answer = try Self.convert(bytes) { $0.form.encoding = encoding }
            #expect(answer == Answer(columns: columns, rows: rows))
        }
        try expect(Array("a;b".utf8), ["a", "b"], [])
        try expect(Array("a|b\n1|2".utf8), ["a", "b"], [["1", "2"]])
        try expect(Array("PAR1,BZh1\n1,2\n".utf8), ["PAR1", "BZh1"], [["1", "2"]])
        try expect(Array("BZh1,PAR1\n1,2\n".utf8), ["BZh1", "PAR1"], [["1", "2"]])
        try expect([0xEF, 0xBB, 0xBF, 0xEF, 0xBB, 0xBF] + Array("a,b\n1,2\n".utf8), ["a", "b"], [["1", "2"]])
        let wide = "é,b\n1,л\n".utf16
        try expect(
            wide.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }, ["é", "b"], [["1", "л"]], encoding: "utf-16le")
        try expect(
            wide.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }, ["é", "b"], [["1", "л"]], encoding: "utf-16be")
    }

    @Test func headersThatDeceiveAreTold() throws {
        let folder = try TemporaryFolder()
        func codes(_ text: String) throws -> [String] {
            try RawTable.read(files: [InputFile(try folder.file(text))]).warnings.map(\.code)
        }
        #expect(try codes("\u{FEFF}\u{FEFF}a,b\n1,2\n") == ["repeated-mark"])
        #expect(try codes("\u{FEFF}a,\u{200B}b\n1,2\n") == ["unseen-letters"])
        #expect(try codes("a\u{A0},b\n1,2\n") == ["unseen-letters"])
        #expect(try codes("\u{FEFF}a,né e\n1,2\n") == [])
    }

    /// Numbers in odd forms, each read to the nearest double or kept as its missing code.
    @Test func oddNumbersAreReadExactly() throws {
        let texts = [
            "1", "-1", "+1", "1.", ".5", "-.5", "1e3", "1E-3", "0.1", "007", "1.7976931348623157e308", "5e-324", " 2 ",
            "\t3", "-0",
            "123456789012345678901234567890", "0.1234567890123456789", "1e-400",
        ]
        let text = "id,n\n" + texts.enumerated().map { "\($0),\($1)\n" }.joined() + "98,SUPP\n99,\n"
        let folder = try TemporaryFolder()
        var conversion = Conversion(files: [InputFile(try folder.file(text))])
        conversion.format = .json
        conversion.numbers = ["n"]
        let out = try ConversionTests.convert(conversion).text
        let object = try #require(try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any])
        let rows = try #require(object["rows"] as? [[Any]])
        // The numbers are taken from the text: the JSON reader of the test is not exact to the last bit.
        let lines = out.split(separator: "\n").filter { $0.hasPrefix("[\"") }
        for (line, text) in zip(lines, texts) {
            let number = line.split(separator: ",")[1].dropLast()
            #expect(strtod(String(number), nil) == strtod(text.trimmingCharacters(in: .whitespaces), nil), "\(text)")
        }
        #expect((rows[texts.count][1] as? [String: String]) == ["missing": "SUPP"])
        #expect((rows[texts.count + 1][1] as? [String: String]) == ["missing": "empty"])
    }
}
