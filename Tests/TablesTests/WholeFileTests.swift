import Foundation
import Testing

@testable import Tables

@Suite struct WholeFileTests {
    @Test func nothingIsSeenBeforeTheCommit() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/out.csv"
        _ = try folder.file("old", named: "out.csv")
        do {
            let file = try WholeFile(path)
            try file.write(String(repeating: "new", count: 200_000))
            #expect(try folder.text("out.csv") == "old")
            #expect(try folder.names.count == 2)
            let temporary = try #require(try folder.names.first { $0.hasPrefix(".out.csv.") })
            let mode = try FileManager.default.attributesOfItem(atPath: folder.path + "/" + temporary)[
                .posixPermissions]
            #expect(mode as? Int == 0o600)
        }
        #expect(try folder.names == ["out.csv"])
        #expect(try folder.text("out.csv") == "old")
        try WholeFile.write("new", to: path)
        #expect(try folder.text("out.csv") == "new")
        #expect(try folder.names == ["out.csv"])
    }

    @Test func whatCannotBeWrittenSaysSo() throws {
        let folder = try TemporaryFolder()
        #expect(
            throws: OutputError.cannotWrite(
                path: folder.path + "/no/x", reason: "no such file or directory", written: 0)
        ) {
            try WholeFile(folder.path + "/no/x")
        }
        #expect(throws: OutputError.cannotWrite(path: folder.path, reason: "it is a folder", written: 0)) {
            try WholeFile(folder.path)
        }
        let error = OutputError.cannotWrite(
            path: "out/report.html", reason: "no space left on device", written: 4_000_000)
        #expect(
            error.description == "error: cannot write out/report.html: no space left on device after 4.0 MB; "
                + "nothing was changed (E501)\n  hint: check that the folder exists, may be written to and has room")
        #expect(error.status == .system)
    }

    @Test func leftoversOfDeadRunsAreRemoved() throws {
        let folder = try TemporaryFolder()
        // No process has the largest number that a pid can have here.
        _ = try folder.file("", named: ".out.csv.2147483600.tmp")
        _ = try folder.file("", named: ".out.csv.\(getppid()).tmp")
        _ = try folder.file("", named: ".other.csv.2147483600.tmp")
        try WholeFile.write("x", to: folder.path + "/out.csv")
        #expect(try folder.names == [".other.csv.2147483600.tmp", ".out.csv.\(getppid()).tmp", "out.csv"])
    }

    /// `/dev/full` answers every write as a full disk does: the old file stays and nothing is left beside it.
    @Test func aFullDiskChangesNothing() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("old", named: "out.csv")
        let file = try WholeFile(path)
        let full = open("/dev/full", O_WRONLY)
        defer { close(full) }
        file.replaceDescriptor(by: full)
        #expect(throws: OutputError.cannotWrite(path: path, reason: "no space left on device", written: 0)) {
            try file.write([UInt8](repeating: 1, count: 1 << 20))
        }
        file.abandon()
        #expect(try folder.names == ["out.csv"])
        #expect(try folder.text("out.csv") == "old")
    }

    @Test func digestsAreThoseOfTheStandard() throws {
        // FIPS 180-4, one block.
        let want = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(SHA256Digest.hex(of: Array("abc".utf8)) == want)
        let folder = try TemporaryFolder()
        #expect(try SHA256Digest.hex(ofFileAt: try folder.file("abc")) == want)
        // RFC 4231, test case 2.
        #expect(
            KeyedDigest.hex(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    /// The digest of a reading is that of the file, whatever the waves, the mark, the encoding and what is cut off.
    @Test func readingReportsTheDigestOfTheFile() throws {
        let folder = try TemporaryFolder()
        let text = "a,b\n" + (0..<500).map { "\($0),x\n" }.joined() + "note\n"
        let units = Array(text.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        for bytes in [Array(text.utf8), [0xEF, 0xBB, 0xBF] + Array(text.utf8), [0xFF, 0xFE] + units] {
            let path = try folder.file(bytes)
            var request = ReadRequest(files: [InputFile(path)], columns: [ColumnRequest("a", role: .key)])
            request.wantsDigests = true
            request.form.skipLast = 1
            for wave in [64, 1000, 1 << 20] {
                var sizes = ReadingSizes()
                (sizes.wave, sizes.piece, sizes.sample) = (wave, wave / 4, 32)
                for threads in 1...4 {
                    request.threads = threads
                    #expect(try collect(request, sizes: sizes).report.files[0].sha256 == SHA256Digest.hex(of: bytes))
                }
            }
        }
    }
}
