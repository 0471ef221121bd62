import Foundation
import Testing

@testable import Tables

@Suite struct LenientTests {
    @Test func rowsThatCannotBeReadArePutAside() throws {
        let folder = try TemporaryFolder()
        let text =
            Array("id,v,w\n1,2,3\n2,3\n3,withheld,\"a, \"\"b\"\"\"\n4,\"x\"y,0\n5,6,7\nc".utf8) + [0xE9]
            + Array(",1,2\n".utf8)
        var request = ReadRequest(
            files: [InputFile(try folder.file(text))],
            columns: [ColumnRequest("id", role: .key), ColumnRequest("v", role: .number)])
        request.isLenient = true
        request.rejects = folder.path + "/rejects.csv"
        let (rows, report) = try collect(request)
        #expect(rows.values == [["1", "2000000"], ["5", "6000000"]])
        #expect(report.rowsRead == 6)
        #expect(report.rowsRejected == 4)
        #expect(report.warnings.map(\.code) == ["rejected-rows"])
        let path = request.files[0].path
        let want = [
            "file,line,column,byte offset,kind,raw text",
            #"\#(path),3,w (column 3),13,width,"2,3""#,
            #"\#(path),4,v (column 2),17,not-a-number,"3,withheld,""a, """"b""""""""#,
            #"\#(path),5,v (column 2),39,text-after-quote,"4,""x""y,0""#,
            #"\#(path),7,id (column 1),54,encoding,"c\xE9,1,2""#, "",
        ]
        #expect(
            try folder.text("rejects.csv").split(separator: "\n", omittingEmptySubsequences: false)
                == want.map { $0[...] })
        let mode = try FileManager.default.attributesOfItem(atPath: request.rejects ?? "")[.posixPermissions] as? Int
        #expect(mode == 0o600)
        request.isLenient = false
        #expect(refusal(request).hasSuffix("hint: add --lenient"))
        request.isLenient = true
        request.rejects = nil
        #expect(try collect(request).report.rowsRejected == 4)
    }

    /// A row put aside leaves no trace: neither its keys nor its decimals.
    @Test func rejectsLeaveNoTrace() throws {
        let folder = try TemporaryFolder()
        var request = ReadRequest(
            files: [InputFile(try folder.file("id,v,w\n1,2,3\n2,0.00000001,bad\n"))],
            columns: ["v", "w"].map { ColumnRequest($0, role: .number) })
        request.isLenient = true
        #expect(try collect(request).rows.values == [["2000000", "3000000"]])
    }
}
