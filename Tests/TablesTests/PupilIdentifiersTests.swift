import Testing

@testable import Tables

/// Identifiers as rows are read: checked, left out where a pupil opted out, and replaced by pseudonyms.
@Suite struct PupilIdentifiersTests {
    /// The first two are right by the standard's arithmetic, the third has another first letter.
    private let text = "upn,name,score\nB801200005001,Ada,1\nP207000016049,Bo,2\nA801200005001,Cy,3\n,Di,4\n"

    private func request(_ text: String, _ pupils: PupilIdentifiers, threads: Int = 1) throws -> ReadRequest {
        let folder = try TemporaryFolder()
        var request = ReadRequest(
            files: [InputFile(try folder.file(text))],
            columns: [ColumnRequest("upn", role: .key), ColumnRequest("score", role: .number)])
        request.pupils = pupils
        request.threads = threads
        // The file goes with the folder.
        kept.folders.append(folder)
        return request
    }

    private final class Kept { var folders: [TemporaryFolder] = [] }
    private let kept = Kept()

    @Test func checkLettersAreJudged() throws {
        let (rows, report) = try collect(request(text, PupilIdentifiers(column: "upn")))
        #expect(rows.values.count == 4)
        #expect(report.pupils.named == 3)
        #expect(report.pupils.kind == IdentifierCheck(kind: .upn, matching: 3, failing: 1))
        let (_, other) = try collect(
            request("upn,score\n9276308686,1\n9276308687,2\n", PupilIdentifiers(column: "upn")))
        #expect(other.pupils.kind == IdentifierCheck(kind: .uln, matching: 2, failing: 1))
        let (_, none) = try collect(request("upn,score\nX1,1\n", PupilIdentifiers(column: "upn")))
        #expect(none.pupils.kind == nil)
    }

    /// Blanks and small letters in the list do not bring a pupil back.
    @Test func pupilsWhoOptedOutAreLeftOutAndCounted() throws {
        let list = IdentifierList([" b801200005001 ", "P207000016049", "P207000016049", "", "Q1"])
        #expect(list.count == 3)
        let (rows, report) = try collect(request(text, PupilIdentifiers(column: "upn", optedOut: list)))
        #expect(rows.values.map { $0[0] } == ["A801200005001", ""])
        #expect(report.rowsOptedOut == 2 && report.rowsFiltered == 0 && report.rowsRead == 4)
    }

    /// The row of a pupil who opted out may hold what would stop the run.
    @Test func theirRowsAreNotDecoded() throws {
        let broken = text.replacing("Bo,2", with: "Bo,two")
        #expect(throws: TableError.self) { try collect(request(broken, PupilIdentifiers(column: "upn"))) }
        let list = IdentifierList(["P207000016049"])
        let (rows, _) = try collect(request(broken, PupilIdentifiers(column: "upn", optedOut: list)))
        #expect(rows.values.count == 3)
    }

    /// With a key only pseudonyms are seen, those of `convert --pseudonymise`; a pseudonym in the file stays.
    @Test func pseudonymsAreThoseOfConvert() throws {
        // printf A1 | openssl dgst -sha256 -hmac key
        let digest = "17039aa51e04510f22081ee0622de921daeb7dcadb7119cfec6d7fcf9d7e62bb"
        let pupils = PupilIdentifiers(column: "upn", key: Array("key".utf8))
        let (rows, _) = try collect(request("upn,score\nA1,1\n\(digest),2\n\"A1\",3\n,4\n", pupils))
        #expect(rows.values.map { $0[0] } == [digest, digest, digest, ""])
        // A list may hold identifiers or pseudonyms, whatever the file holds.
        for listed in ["A1", digest] {
            var opted = pupils
            opted.optedOut = IdentifierList([listed])
            let (rows, report) = try collect(request("upn,score\nA1,1\nB2,3\n", opted))
            #expect(rows.values.count == 1 && report.rowsOptedOut == 1, "\(listed)")
        }
    }

    @Test(arguments: [1, 3]) func anyNumberOfThreadsFindsTheSame(_ threads: Int) throws {
        var long = "upn,score\n"
        for row in 0..<20_000 { long += row % 7 == 0 ? "A801200005001,1\n" : "B801200005001,2\n" }
        let list = IdentifierList(["A801200005001"])
        let (rows, report) = try collect(
            request(long, PupilIdentifiers(column: "upn", optedOut: list), threads: threads))
        #expect(rows.values.count == 17_142 && report.rowsOptedOut == 2_858)
        #expect(report.pupils.kind == IdentifierCheck(kind: .upn, matching: 20_000, failing: 2_858))
    }

    @Test func listsAreReadWithAndWithoutAHeading() throws {
        let folder = try TemporaryFolder()
        #expect(try IdentifierList.read(folder.file("upn,why\nX1,moved\nX2,\n"), column: "upn").count == 2)
        #expect(try IdentifierList.read(folder.file("anything\nX1\n"), column: "upn").count == 1)
        #expect(try IdentifierList.read(folder.file("B801200005001\nP207000016049\n"), column: "upn").count == 2)
        #expect(throws: TableError.self) { try IdentifierList.read(folder.file("upn\n"), column: "upn") }
        #expect(throws: TableError.self) { try IdentifierList.read(folder.file("a,b\nX1,2\n"), column: "upn") }
    }

    /// Columns that nobody asked for are never decoded: whatever stands in them stops nothing and reaches nobody.
    @Test func columnsThatAreNotNeededAreNotDecoded() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("score,name,weight\n1,Ada,heavy\n2,Bo,=1+1\n")
        let request = ReadRequest(files: [InputFile(path)], columns: [ColumnRequest("score", role: .number)])
        let seen = ColumnCounter()
        _ = try RowReader(request).read(into: seen)
        #expect(seen.most == 1)
        var asked = request
        asked.columns.append(ColumnRequest("weight", role: .number))
        #expect(throws: TableError.self) { try RowReader(asked).read(into: ColumnCounter()) }
    }
}

/// How many columns a consumer is handed.
private final class ColumnCounter: BatchConsumer, @unchecked Sendable {
    // Unchecked: one thread reads.
    private(set) var most = 0
    func begin(lanes: Int) {}
    func consume(_ batch: borrowing Batch) { most = max(most, batch.columns.count) }
}
