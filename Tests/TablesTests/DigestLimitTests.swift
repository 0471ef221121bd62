import Testing

@testable import Tables

@Suite struct DigestLimitTests {
    /// A plain file above the limit has no digest; the rows are the same.
    @Test func largeFilesHaveNone() throws {
        let folder = try TemporaryFolder()
        let text = "a,b\n" + (0..<200).map { "\($0),x\n" }.joined()
        var request = ReadRequest(
            files: [InputFile(try folder.file(text))], columns: [ColumnRequest("a", role: .key)])
        request.wantsDigests = true
        for (limit, isThere) in [(text.utf8.count, true), (text.utf8.count - 1, false)] {
            request.digestLimit = limit
            let report = try collect(request, sizes: ReadingSizes()).report
            #expect(report.files[0].sha256 == (isThere ? SHA256Digest.hex(of: Array(text.utf8)) : ""))
            #expect(report.rowsRead == 200)
        }
    }
}
