import Testing

@testable import Tables

/// The shapes in which files come: line ends, separators, encodings, headers, notes above and below.
@Suite struct FileFormTests {
    static func rows(_ bytes: [UInt8], _ columns: [String], _ change: (inout ReadRequest) -> Void = { _ in }) throws
        -> (values: [[String]], report: ReadReport)
    {
        let folder = try TemporaryFolder()
        var request = ReadRequest(
            files: [InputFile(try folder.file(bytes))], columns: columns.map { ColumnRequest($0, role: .key) })
        change(&request)
        let (rows, report) = try collect(request)
        return (rows.values, report)
    }

    static func rows(_ text: String, _ columns: [String], _ change: (inout ReadRequest) -> Void = { _ in }) throws
        -> [[String]]
    {
        try rows(Array(text.utf8), columns, change).values
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func lineEndsAreTold(_ end: String) throws {
        let text = "a,b\(end)1,x\(end)\(end)2,\"y\(end)z\"\(end)3,"
        #expect(try Self.rows(text, ["a", "b"]) == [["1", "x"], ["2", "y\(end)z"], ["3", ""]])
        #expect(try Self.rows(text + end, ["b", "a"]).map { $0[1] } == ["1", "2", "3"])
    }

    @Test func lineFeedsMixWithPairs() throws {
        #expect(try Self.rows("a,b\r\n1,x\n2,y\r\n", ["a", "b"]) == [["1", "x"], ["2", "y"]])
        // Other letters that some programs take for line ends are data.
        #expect(try Self.rows("a,b\n1,\u{2028}x\u{85}\u{0B}\u{0C}\n", ["b"]) == [["\u{2028}x\u{85}\u{0B}\u{0C}"]])
    }

    @Test(arguments: [",", ";", "\t", "|"]) func separatorsAreFound(_ separator: String) throws {
        let text = "a,b\n1,\"x\(separator)y;,|\"\n2,z\n".replacing("a,b", with: "a\(separator)b")
            .replacing("1,", with: "1\(separator)").replacing("2,", with: "2\(separator)")
        let (values, report) = try Self.rows(Array(text.utf8), ["a", "b"])
        #expect(values == [["1", "x\(separator)y;,|"], ["2", "z"]])
        #expect(report.files[0].delimiter == Array(separator.utf8)[0])
        #expect(try Self.rows("a^b\n1^2\n", ["b"]) { $0.form.delimiter = UInt8(ascii: "^") } == [["2"]])
    }

    @Test func decimalCommasDoNotMisleadTheDetection() throws {
        #expect(try Self.rows("id;score\n1;2,5\n2;3,5\n", ["score"]) == [["2,5"], ["3,5"]])
    }

    @Test func oneColumnWithASeparatorInEveryLineIsRefused() throws {
        #expect(throws: TableError.self) {
            try Self.rows("a;b\n1;2\n", ["a;b"]) { $0.form.delimiter = UInt8(ascii: ",") }
        }
        #expect(try Self.rows("a\n1;2\n3\n", ["a"]) == [["1;2"], ["3"]])
    }

    @Test func blankLinesOfOneColumnAreWarnedOf() throws {
        let (values, report) = try Self.rows(Array("a\n1\n\n\"\"\n2\n".utf8), ["a"])
        #expect(values == [["1"], [""], ["2"]])
        #expect(report.warnings.map(\.code) == ["blank-lines"])
        #expect(try Self.rows(Array("a,b\n1,2\n\n3,4\n".utf8), ["a"]).report.warnings.isEmpty)
    }

    @Test func encodingsGiveTheSameText() throws {
        let text = "id,name\n1,Zoë £5 – 😀\n2,b\n"
        let want = [["Zoë £5 – 😀"], ["b"]]
        let units = Array(text.utf16)
        let little = units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        let big = units.flatMap { [UInt8(truncatingIfNeeded: $0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        #expect(try Self.rows(text, ["name"]) == want)
        #expect(try Self.rows([0xEF, 0xBB, 0xBF] + Array(text.utf8), ["name"]).values == want)
        #expect(try Self.rows([0xFF, 0xFE] + little, ["name"]).values == want)
        #expect(try Self.rows([0xFE, 0xFF] + big, ["name"]).values == want)
        let bytes = Array("id,name\n1,".utf8) + [0x93, 0xE9, 0x80, 0x94] + Array("\n".utf8)
        #expect(try Self.rows(bytes, ["name"]) { $0.form.encoding = "Windows-1252" }.values == [["“é€”"]])
        #expect(try Self.rows(bytes, ["name"]) { $0.form.encoding = "latin1" }.values == [["\u{93}é\u{80}\u{94}"]])
        // Half a letter at the end, half a pair in the middle.
        for broken in [[0xFF, 0xFE] + little + [0x41], [0xFF, 0xFE] + [0x00, 0xD8] + little] {
            #expect(throws: TableError.self) { try Self.rows(broken, ["name"]) }
        }
    }

    @Test func theFirstLineThatIsNotBlankIsTheHeader() throws {
        #expect(try Self.rows("\n  \n a ,b\n1,2\n", ["a"]) == [["1"]])
        #expect(try Self.rows("\"a,x\",\"b\"\"c\",\"d\ne\"\n1,2,3\n", ["a,x", "b\"c", "d\ne"]) == [["1", "2", "3"]])
        let (_, report) = try Self.rows(Array("a,,b,b\n1,2,3,4\n".utf8), ["a"])
        #expect(report.warnings.map(\.code) == ["blank-header", "duplicate-header"])
        #expect(try Self.rows(Array("a,b".utf8), ["a"]).report.warnings.map(\.code) == ["no-rows"])
    }

    @Test func linesAboveAndBelowAreLeftOutWhenAsked() throws {
        let text = "Table 1: \"results\nas, of July\n\na,b\n1,2\n3,4\nTotal,6\nSource: DfE\n\n"
        let want = [["1", "2"], ["3", "4"]]
        for end in ["\n", "\r\n"] {
            let values = try Self.rows(text.replacing("\n", with: end), ["a", "b"]) {
                $0.form.skipFirst = 2
                $0.form.skipLast = 2
            }
            #expect(values == want)
        }
        // UTF-16 is decoded as a whole, and cut afterwards.
        let units = Array(text.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        let (values, _) = try Self.rows([0xFF, 0xFE] + units, ["a", "b"]) {
            $0.form.skipFirst = 2
            $0.form.skipLast = 2
        }
        #expect(values == want)
    }

    @Test func linesAreCountedAsAnEditorShowsThem() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("note\n\na,b\n1,\"x\n\ny\"\n\n2,z\n")
        var request = ReadRequest(files: [InputFile(path)], columns: [ColumnRequest("a", role: .key)])
        request.form.skipFirst = 1
        #expect(try collect(request).rows.inOrder.map(\.line) == [4, 8])
    }

    @Test func marksThatContradictAreRefused() throws {
        for change: (inout FileForm) -> Void in [
            { $0.delimiter = UInt8(ascii: "\"") }, { $0.thousands = UInt8(ascii: ".") },
            { $0.decimal = UInt8(ascii: "1") },
        ] {
            #expect(throws: TableError.self) { try Self.rows("a,b\n1,2\n", ["a"]) { change(&$0.form) } }
        }
    }

    @Test func theReportNamesTheEncoding() throws {
        #expect(try Self.rows(Array("a,b\n1,2\n".utf8), ["a"]).report.files[0].encoding == "utf-8")
        let latin = try Self.rows(Array("a,b\n1,2\n".utf8), ["a"]) { $0.form.encoding = "cp1252" }
        #expect(latin.report.files[0].encoding == "windows-1252")
    }

    @Test(arguments: ["\n", "\r\n", "\r"]) func shortRowsAreFilledWhenAsked(_ end: String) throws {
        let text = "a,b,c,d\(end)1,2,3,4\(end)5,\"6\"\(end)\(end)7\(end)8,9,10,\(end)x,y"
        #expect(throws: TableError.self) { try Self.rows(text, ["a"]) }
        let (values, report) = try Self.rows(Array(text.utf8), ["d", "c", "b", "a"]) { $0.form.fillShortRows = true }
        let want = [
            ["4", "3", "2", "1"], ["", "", "6", "5"], ["", "", "", "7"], ["", "10", "9", "8"], ["", "", "y", "x"],
        ]
        #expect(values == want)
        #expect(report.warnings.map(\.code) == ["short-rows"])
        #expect(throws: TableError.self) { try Self.rows("a,b\n1,2,3\n", ["a"]) { $0.form.fillShortRows = true } }
    }

    @Test func filesMayDifferInOrderAndInOtherColumns() throws {
        let folder = try TemporaryFolder()
        let first = try folder.file("a,b\n1,2\n", named: "1.csv")
        let second = try folder.file("x;b;a\n9;4;3\n", named: "2.csv")
        let request = ReadRequest(
            files: [InputFile(first), InputFile(second, constants: ["term": "spring"])],
            columns: [ColumnRequest("a", role: .key), ColumnRequest("b", role: .number)])
        let (rows, report) = try collect(request)
        #expect(rows.values == [["1", "2000000"], ["3", "4000000"]])
        #expect(report.files.map(\.rows) == [1, 1])
        #expect(try headers(of: InputFile(second), form: FileForm()) == ["x", "b", "a"])
    }
}
