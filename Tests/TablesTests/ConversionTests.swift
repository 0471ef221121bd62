import Foundation
import Testing

@testable import Tables

@Suite struct ConversionTests {
    static func convert(_ conversion: Conversion) throws -> (text: String, report: Conversion.Report) {
        var bytes: [UInt8] = []
        let report = try conversion.run { bytes += $0 }
        return (String(decoding: bytes, as: UTF8.self), report)
    }

    @Test func everyFieldStaysAsItWas() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("\u{FEFF}id;n;t\r\n007;1,50;\"a\"\"b;\nc\"\r\n\r\nNA; x ;=1+1\r\n1E5;;\"\"")
        let (text, report) = try Self.convert(Conversion(files: [InputFile(path)]))
        #expect(text == "id,n,t\r\n007,\"1,50\",\"a\"\"b;\nc\"\r\nNA, x ,=1+1\r\n1E5,,\r\n")
        #expect(report.rows == 3)
        #expect(report.warnings.isEmpty)
    }

    @Test func jsonHoldsColumnsRowsAndWarnings() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a,,s\n1.50,\"x\ty\",\"\u{1}\"\"\\\"\nSUPP,é,\n")
        var conversion = Conversion(files: [InputFile(path)])
        conversion.format = .json
        conversion.numbers = ["a"]
        let (text, _) = try Self.convert(conversion)
        #expect(
            text == "{\"columns\": [\"a\",\"\",\"s\"],\n\"rows\": [\n[1.5,\"x\\ty\",\"\\u0001\\\"\\\\\"],\n"
                + "[{\"missing\": \"SUPP\"},\"é\",\"\"]\n],\n\"warnings\": [\n{\"code\": \"blank-header\", \"line\": 1, "
                + "\"column\": null, \"message\": \"1 column has no name: 2\"}]}\n")
        #expect(try JSONSerialization.jsonObject(with: Data(text.utf8)) is [String: Any])
        // Without rows it is still JSON.
        conversion.files = [InputFile(try folder.file("a,b\n"))]
        let empty = try Self.convert(conversion)
        #expect(try JSONSerialization.jsonObject(with: Data(empty.text.utf8)) is [String: Any])
        #expect(empty.report.warnings.map(\.code) == ["no-rows"])
    }

    @Test func columnsAreDroppedAndPseudonymised() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("upn,name,v\nA1,Ann,1\n,Bob,2\n")
        var conversion = Conversion(files: [InputFile(path)])
        conversion.drop = ["name"]
        conversion.pseudonymise = ["upn"]
        #expect(throws: TableError.self) { try Self.convert(conversion) }
        conversion.key = Array("key".utf8)
        // printf A1 | openssl dgst -sha256 -hmac key
        let digest = "17039aa51e04510f22081ee0622de921daeb7dcadb7119cfec6d7fcf9d7e62bb"
        let (text, _) = try Self.convert(conversion)
        let lines = text.split(separator: "\r\n")
        #expect(lines[0] == "upn,v")
        #expect(lines[1] == "\(digest),1")
        #expect(lines[2] == ",2")
        conversion.drop = ["nam"]
        #expect(throws: TableError.noSuchColumn(name: "nam", path: path, nearest: ["name"])) {
            try Self.convert(conversion)
        }
    }

    @Test func numbersAreCheckedAndWrittenPlainly() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("id,p\n1,67%\n2,\"1,234.50%\"\n3,NE\n")
        var conversion = Conversion(files: [InputFile(path)])
        conversion.numbers = ["p"]
        do {
            _ = try Self.convert(conversion)
            Issue.record("no refusal")
        } catch let error as TableError {
            #expect(
                error.description.hasSuffix(
                    "a.csv:2:p (column 2): error: the value in `p` is not a number; first of 2 (E203)\n  hint: pass --percent to read 67% as 67"
                ))
        }
        conversion.form.percent = true
        conversion.form.thousands = UInt8(ascii: ",")
        #expect(try Self.convert(conversion).text == "id,p\r\n1,67\r\n2,1234.5\r\n3,NE\r\n")
        conversion.form = FileForm()
        conversion.isLenient = true
        conversion.rejects = folder.path + "/rejects.csv"
        let (text, report) = try Self.convert(conversion)
        #expect(text == "id,p\r\n3,NE\r\n")
        #expect(report.rowsRejected == 2)
        #expect(try folder.text("rejects.csv").split(separator: "\n").count == 3)
    }

    @Test func filesAreJoinedByTheNamesOfTheirColumns() throws {
        let folder = try TemporaryFolder()
        let first = InputFile(try folder.file("a,b\n1,2\n", named: "1.csv"), constants: ["year": "2018"])
        let second = InputFile(try folder.file("c,b\n5,6\n", named: "2.csv"), constants: ["year": "2019"])
        let (text, report) = try Self.convert(Conversion(files: [first, second]))
        #expect(text == "a,b,year,c\r\n1,2,2018,\r\n,6,2019,5\r\n")
        #expect(report.warnings.map(\.code) == ["absent-column", "absent-column"])
        let table = try RawTable.read(files: [first, second])
        #expect(table.columns == ["a", "b", "year", "c"])
        #expect(table.rows == [["1", "2", "2018", ""], ["", "6", "2019", "5"]])
        #expect(table.place(row: 1, column: "b").description.hasSuffix("2.csv:2:b"))
    }

    @Test func onlyRowsThatMeetTheConditionsAreWritten() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("id,v\n1,x\n2,5\n3,\n4,7\n")
        var conversion = Conversion(files: [InputFile(path)])
        conversion.numbers = ["v"]
        conversion.missing = MissingCodes(codes: [])
        conversion.filters = [RowFilter(column: "v", test: .greater(1), text: "v>1")]
        let (text, report) = try Self.convert(conversion)
        #expect(text == "id,v\r\n2,5\r\n4,7\r\n")
        #expect(report.rows == 2 && report.rowsFiltered == 2)
        var describe = Describe(files: [InputFile(path)])
        describe.filters = [RowFilter(column: "id", test: .differs("1"), text: "id!=1")]
        #expect(try describe.run().rows == 3)
    }

    @Test func oneEmptyColumnReadsBack() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("a\n\"\"\nx\n")
        let (text, _) = try Self.convert(Conversion(files: [InputFile(path)]))
        #expect(text == "a\r\n\"\"\r\nx\r\n")
    }

    /// Written and read again, every text comes back, for any piece size and any threads.
    @Test func theTableReadsBack() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 99)
        let text = RowReaderTests.randomTable(&random, rows: 500)
        let path = try folder.file(text)
        let want = RowReaderTests.slowRows(text).map(\.values)
        var outputs: [String] = []
        for (piece, threads) in [(1, 1), (37, 2), (256, 4), (1 << 18, 3)] {
            var conversion = Conversion(files: [InputFile(path)])
            conversion.form.delimiter = UInt8(ascii: ",")
            conversion.threads = threads
            conversion.sizes.piece = piece
            conversion.sizes.wave = 4 * piece
            outputs.append(try Self.convert(conversion).text)
        }
        #expect(Set(outputs).count == 1)
        let again = try RawTable.read(files: [InputFile(try folder.file(outputs[0], named: "b.csv"))])
        #expect(again.rows == want)
    }
}
