import Foundation
import Testing

@testable import Tables

/// Every way to refuse a file, made to happen, with its words.
@Suite struct TableErrorTests {
    static func request(_ path: String, number: String? = nil) -> ReadRequest {
        var columns = [ColumnRequest("id", role: .key)]
        if let number { columns.append(ColumnRequest(number, role: .number)) }
        return ReadRequest(files: [InputFile(path)], columns: columns)
    }

    @Test(arguments: [
        (
            "id,score\n1,withheld\n2,3\n3,withheld\n",
            "a.csv:2:score (column 2): error: the value in `score` is not a number; first of 2 (E203)\n"
                + "  hint: if it marks a missing value, add it with --missing"
        ),
        (
            "id,score\n1,\"\u{2212}5\"\n",
            "a.csv:2:score (column 2): error: the value in `score` is not a number (E203)\n"
                + "  hint: it has the true minus sign U+2212; replace it by -"
        ),
        (
            "id,score\n1,1e400\n",
            "a.csv:2:score (column 2): error: the value in `score` is a number too large to hold (E203)\n"
                + "  hint: if it marks a missing value, add it with --missing"
        ),
        (
            "id,score\n1,2,3\n",
            "a.csv:2: error: 3 fields where the header has 2 (E110)\n"
                + "  hint: a field that holds the separator needs quotes round it; lines above the header are left out by "
                + "--skip-first"
        ),
        (
            "id,score\n1,2\nSource: DfE\n",
            "a.csv:3: error: 1 field where the header has 2 (E110)\n"
                + "  hint: looks like a note below the table; use --skip-last"
        ),
        (
            "id,score\n1,2\n2,\"open\n3,4\n",
            "a.csv:3:score (column 2): error: quote opened here is never closed; everything after it (10 bytes) would be "
                + "one field (E104)\n  hint: line 3 probably needs \"\" for a quote inside a field"
        ),
        (
            "id,score\n\"1\"x,2\n",
            "a.csv:2:id (column 1): error: text after a closing quote (E105)\n"
                + "  hint: a quote inside a quoted field is written twice: \"\""
        ),
        (
            "id,score\n1\r2,3\n",
            "a.csv:2:id (column 1): error: a line end of another kind than the file's, outside quotes (E106)\n"
                + "  hint: a field that holds a line break needs quotes round it"
        ),
        (
            "",
            "a.csv: error: the file holds no header line (E109)\n  hint: the first line that is not blank must hold "
                + "the columns' names"
        ),
        (
            " \n\n\t\n",
            "a.csv: error: the file holds no header line (E109)\n  hint: the first line that is not blank "
                + "must hold the columns' names"
        ),
        (
            "id,\"score\n1,2\n",
            "a.csv:1:column 2: error: quote opened here is never closed; everything after it (11 bytes) would be one field "
                + "(E104)\n  hint: line 1 probably needs \"\" for a quote inside a field"
        ),
        (
            "id,Scores\n1,2\n",
            "a.csv: error: there is no column `score` (E111)\n  hint: did you mean `Scores`?"
        ),
        (
            "id,score, score\n1,2,3\n",
            "a.csv:1: error: the columns 2 and 3 are both called `score` (E112)\n"
                + "  hint: give the column a name of its own in the header"
        ),
        (
            "id;a,score;b\n1;2,3;4\n",
            "a.csv: error: `,` and `;` fit equally well as the separator (E103)\n"
                + "  hint: name the separator with --delimiter"
        ),
    ])
    func wordsOfEachRefusal(_ text: String, _ want: String) throws {
        let folder = try TemporaryFolder()
        #expect(refusal(Self.request(try folder.file(text), number: "score")) == want)
    }

    @Test(
        arguments: [
            (Packing.gzip([0x1F, 0x8B, 8, 0]), "a gzip file inside another"),
            (Packing.gzip([0x28, 0xB5, 0x2F, 0xFD]), "a zstd file inside another"),
            (Array("BZh91AY&SY".utf8), "a bzip2 file"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "an xz file"),
            (Array("PAR1\u{15}".utf8), "a Parquet file"),
            ([UInt8](repeating: 65, count: 257) + Array("ustar".utf8), "a tar archive"),
            ([0x50, 0x4B, 3, 4], "a workbook (xlsx, ods) or a zip file"), (Array("%PDF-1.7".utf8), "a PDF document"),
            (Array("\n<!DOCTYPE html><html>".utf8), "an HTML page"), (Array("[{\"id\": 1}]".utf8), "a JSON file"),
            ([0, 0, 0, 0, 0], "a file of zeros"), ([0xD0, 0xCF, 0x11, 0xE0], "an old Excel workbook (xls)"),
            ([0x69, 0, 0x64, 0, 0x2C, 0], "UTF-16 text without its mark"),
        ] as [([UInt8], String)])
    func otherKindsAreNamed(_ bytes: [UInt8], _ kind: String) throws {
        let folder = try TemporaryFolder()
        let words = refusal(Self.request(try folder.file(bytes)))
        #expect(words.hasPrefix("a.csv: error: this is \(kind), not a CSV file (E102)\n  hint: "))
    }

    @Test func invalidTextStopsAtItsLine() throws {
        let folder = try TemporaryFolder()
        let bytes = Array("id,name\n1,ok\n2,caf".utf8) + [0xE9] + Array("\n3,ok\n".utf8)
        let path = try folder.file(bytes)
        #expect(
            refusal(Self.request(path)) == "a.csv:3:name (column 2): error: these bytes are not UTF-8 (E107)\n"
                + "  hint: looks like Windows-1252: pass --encoding windows-1252")
        var request = ReadRequest(files: [InputFile(path)], columns: [ColumnRequest("name", role: .key)])
        request.form.encoding = "windows-1252"
        #expect(try collect(request).rows.values == [["ok"], ["café"], ["ok"]])
        request.form.encoding = "ebcdic"
        #expect(refusal(request).hasPrefix("error: the encoding `ebcdic` is not known (E116)"))
    }

    @Test func onlyRegularFilesAreOpened() throws {
        let folder = try TemporaryFolder()
        #expect(
            refusal(Self.request(folder.path)).contains("cannot be read: it is a folder, not a regular file (E101)"))
        #expect(
            refusal(Self.request(folder.path + "/none.csv"))
                == "none.csv: error: cannot be read: no such file or directory (E101)")
        let pipe = folder.path + "/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        #expect(refusal(Self.request(pipe)) == "pipe: error: cannot be read: it is a pipe, not a regular file (E101)")
        #expect(refusal(Self.request("/dev/null")).contains("it is a device, not a regular file (E101)"))
    }

    @Test func aFileThatChangesIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("id\n" + (0..<10_000).map { "\($0)\n" }.joined())
        for change in [Data(), Data("id\n1\n".utf8), Data(("id\n" + String(repeating: "9\n", count: 100_000)).utf8)] {
            var sizes = ReadingSizes()
            sizes.wave = 4096
            sizes.sample = 512
            let buffer = try WaveBuffer(capacity: sizes.wave)
            let reader = try WaveReader(path: path, form: FileForm(), sizes: sizes, threads: 1, buffer: buffer)
            #expect(try reader.next())
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
            try handle.truncate(atOffset: 0)
            try handle.write(contentsOf: change)
            try handle.close()
            #expect(throws: TableError.changed(path: path)) { while try reader.next() {} }
            _ = try folder.file("id\n" + (0..<10_000).map { "\($0)\n" }.joined())
        }
    }

    @Test func limitsAreNamed() throws {
        let folder = try TemporaryFolder()
        var sizes = ReadingSizes()
        sizes.wave = 256
        sizes.sample = 64
        var limits = ReadingLimits()
        limits.field = 1000
        limits.memory = 40_000
        limits.header = 2000
        limits.columns = 50
        func words(_ text: String) throws -> String {
            do {
                var request = Self.request(try folder.file(text))
                request.form.limits = limits
                _ = try collect(request, sizes: sizes)
                return "read"
            } catch let error as TableError {
                return error.code + " " + error.message + (error.place?.line.map { " line \($0)" } ?? "")
            }
        }
        let long = String(repeating: "x", count: 3000)
        #expect(try words("id,a\n1,2\n2,\(long)\n") == "E108 this field is over the limit of 1.0 kB line 3")
        #expect(try words("id,a\n1,2\n2,\"\(long)\(long)\"\n") == "E108 this field is over the limit of 1.0 kB line 3")
        // A field that is whole before it is seen to be too long.
        #expect(
            try words("id,a\n1,2\n2,\(long.prefix(1005))\n")
                == "E108 this field is over the limit of 1.0 kB line 3")
        #expect(try words("id,\(long)") == "E108 the header is over the limit of 2.0 kB line 1")
        #expect(
            try words((["id"] + (1...50).map { "c\($0)" }).joined(separator: ","))
                == "E108 the number of columns is over the limit of 50 line 1")
    }

    @Test func aColumnOnBothSidesIsRefused() throws {
        let folder = try TemporaryFolder()
        var request = Self.request(try folder.file("id,year\n1,2\n"))
        request.files[0].constants = ["year": "2019"]
        request.columns.append(ColumnRequest("year", role: .key))
        #expect(
            refusal(request).hasPrefix(
                "a.csv: error: the column `year` is in the file and is also set for the whole file (E115)"))
        request.columns[1] = ColumnRequest("year", source: .fileName(pattern: "ks2-*.csv"), role: .key)
        #expect(refusal(request).hasPrefix("a.csv: error: the file's name does not match `ks2-*.csv` (E114)"))
        request.columns[1] = ColumnRequest("year", source: .fileName(pattern: "ks2.csv"), role: .key)
        #expect(refusal(request).hasPrefix("error: the pattern `ks2.csv` needs exactly one * (E117)"))
    }

    @Test func gradesWithoutPointsAreListed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("id,grade\n1,A\n2,Q\n3,SUPP\n4,Q\n5,Z\n")
        var request = ReadRequest(
            files: [InputFile(path)],
            columns: [ColumnRequest("grade", role: .points(["A": Decimal6(mantissa: 5, decimals: 0)]))])
        #expect(
            refusal(request) == "a.csv:3: error: 3 rows of `grade` have a text that is not in the table of points: "
                + "`Q` (2), `Z` (1) (E204)\n  hint: every outcome is looked up in the table of points: add them to it, or to --missing"
        )
        _ = try folder.file("id,grade\n1,Anna Example\n")
        #expect(!refusal(request).contains("Anna"))
        request.missing.codes.append("Anna Example")
        #expect(try collect(request).rows.values == [["<Anna Example>"]])
    }

    /// Places: the first twenty of one kind and the count of all, however many threads and pieces.
    @Test func faultsAreCollected() throws {
        let folder = try TemporaryFolder()
        let text = "id,score\n" + (0..<4000).map { "\($0),\($0 % 7 == 3 ? "bad" : "1.5")\n" }.joined()
        var request = Self.request(try folder.file(text), number: "score")
        var found: [TableError] = []
        for (piece, threads) in [(64, 1), (1000, 3), (1 << 18, 2)] {
            request.threads = threads
            var sizes = ReadingSizes()
            sizes.piece = piece
            sizes.wave = 4096
            do { _ = try collect(request, sizes: sizes) } catch let error as TableError { found.append(error) }
        }
        #expect(found.count == 3 && found.allSatisfy { $0 == found[0] })
        guard case .rows(_, let where_) = found[0] else {
            Issue.record("\(found[0])")
            return
        }
        #expect(where_.count == 571)
        #expect(where_.places.map(\.line) == (0..<20).map { 5 + 7 * $0 })
        #expect(where_.found == "bad")
        #expect(!found[0].description.contains("bad"))
    }
}
