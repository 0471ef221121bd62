import Testing

@testable import Tables

/// Compressed inputs give what the plain ones give, or refuse.
@Suite struct PackTests {
    static let text: [UInt8] = {
        var random = SplitMix64(seed: 4)
        return Array("k,l,m\n".utf8)
            + (0..<40_000).flatMap { i in
                Array("\(i),\"v,\(random.next() % 1000)\",\(random.next())\n".utf8)
            }
    }()

    /// The rows that fit into so many bytes.
    static func start(_ bytes: Int) -> [UInt8] {
        let head = text.prefix(bytes)
        return Array(head.prefix((head.lastIndex(of: UInt8(ascii: "\n")) ?? 0) + 1))
    }

    static func split(_ bytes: [UInt8], _ parts: Int, _ pack: ([UInt8]) -> [UInt8]) -> [UInt8] {
        let step = (bytes.count + parts - 1) / parts
        return stride(from: 0, to: bytes.count, by: step).flatMap {
            pack(Array(bytes[$0..<min($0 + step, bytes.count)]))
        }
    }

    /// Every way in which a text can be packed.
    static let packs: [(name: String, bytes: [UInt8])] = [
        ("gzip", Packing.gzip(text)),
        ("gzip, members", split(text, 7) { Packing.gzip($0) }),
        ("gzip, many members", split(start(60_000), 900) { Packing.gzip($0) }),
        ("BGZF", Packing.blocks(text, of: 60_000)),
        ("BGZF, small blocks", Packing.blocks(start(100_000), of: 100)),
        (
            "BGZF, then a plain member",
            Packing.blocks(Array(text.prefix(500_000)), of: 60_000) + Packing.gzip(Array(text.dropFirst(500_000)))
        ),
        ("zstd", Packing.zstd(text)),
        ("zstd, no checksum", Packing.zstd(text, checksum: false)),
        ("zstd, frames", Packing.skipped([1, 2, 3]) + split(text, 5) { Packing.zstd($0) + Packing.skipped([]) }),
    ]

    static func request(_ path: String, threads: Int = 2) -> ReadRequest {
        var request = ReadRequest(
            files: [InputFile(path)],
            columns: [
                ColumnRequest("k", role: .number), ColumnRequest("l", role: .key), ColumnRequest("m", role: .key),
            ])
        request.threads = threads
        request.wantsDigests = true
        return request
    }

    @Test(arguments: packs.indices, [1, 2, 5]) func packsGiveTheSameRows(_ index: Int, threads: Int) throws {
        let folder = try TemporaryFolder()
        let pack = Self.packs[index]
        let path = try folder.file(pack.bytes, named: "a.csv")
        let (rows, report) = try collect(Self.request(path, threads: threads))
        let size = pack.name.contains("many") ? 60_000 : pack.name.contains("small") ? 100_000 : Self.text.count
        let plain = try collect(Self.request(try folder.file(Self.start(size), named: "b.csv"), threads: threads))
        #expect(rows.inOrder == plain.rows.inOrder)
        #expect(rows.inOrder.count == report.rowsRead)
        // The digest and the size are those of the file as it is stored.
        #expect(report.files[0].sha256 == SHA256Digest.hex(of: pack.bytes))
        #expect(report.files[0].bytes == pack.bytes.count)
        #expect(report.warnings.isEmpty)
    }

    @Test func waveSizesDoNotMatter() throws {
        let folder = try TemporaryFolder()
        let text = Self.start(30_000)
        let want = try collect(Self.request(try folder.file(text, named: "b.csv"))).rows.inOrder
        for pack in [Packing.gzip(text), Packing.blocks(text, of: 777), Packing.zstd(text)] {
            let path = try folder.file(pack)
            for wave in [64, 1000, 4096, 100_000] {
                var sizes = ReadingSizes()
                (sizes.wave, sizes.piece, sizes.sample) = (wave, wave / 4, 64)
                #expect(try collect(Self.request(path), sizes: sizes).rows.inOrder == want)
            }
        }
    }

    /// Cut at every place and changed in every byte of a small pack: the rows are those of the text, or there are none.
    @Test(arguments: ["gzip", "BGZF", "zstd", "zstd, frames"]) func damageIsRefused(_ form: String) throws {
        let folder = try TemporaryFolder()
        let text = Array("k,l,m\n1,a,b\n2,c,d\n".utf8)
        let pack =
            switch form {
            case "gzip": Packing.gzip(Array(text.prefix(9))) + Packing.gzip(Array(text.dropFirst(9)))
            case "BGZF": Packing.blocks(text, of: 9)
            case "zstd": Packing.zstd(text)
            default: Packing.zstd(Array(text.prefix(9))) + Packing.zstd(Array(text.dropFirst(9)))
            }
        let want = [["1000000", "a", "b"], ["2000000", "c", "d"]]
        #expect(try collect(Self.request(try folder.file(pack))).rows.values == want)
        var refused = 0
        for length in 1..<pack.count {
            let rows = CollectedRows(Self.request(folder.path))
            do {
                let request = Self.request(try folder.file(Array(pack.prefix(length))))
                _ = try RowReader(request).read(into: rows)
                // Cut between two members, it is a whole pack of fewer rows: nothing in the format can tell.
                #expect(rows.values.allSatisfy { want.contains($0) })
            } catch let error as TableError {
                refused += 1
                #expect(rows.values.isEmpty)
                let codes = ["E118", "E102", "E109", "E103", "E107", "E110", "E111"]
                #expect(codes.contains(error.code), "\(error.description)")
                if length >= 12, form != "zstd, frames", form != "BGZF", form != "gzip" {
                    #expect(error.code == "E118")
                }
            }
        }
        #expect(refused > pack.count / 2)
        for place in 4..<pack.count {
            var bytes = pack
            bytes[place] ^= 0x10
            let rows = CollectedRows(Self.request(folder.path))
            do {
                let report = try RowReader(Self.request(try folder.file(bytes))).read(into: rows)
                // Names and times in a header mean nothing; a damaged mark of a later member looks like junk, and is said.
                #expect(rows.values == want || !report.warnings.isEmpty, "byte \(place)")
            } catch is TableError {
                #expect(rows.values.isEmpty, "byte \(place)")
            }
        }
    }

    @Test func whatIsWrongIsSaid() throws {
        let folder = try TemporaryFolder()
        let pack = Packing.gzip(Self.text)
        #expect(
            refusal(Self.request(try folder.file(Array(pack.prefix(pack.count - 4)))))
                == "a.csv: error: the gzip data is cut off (E118)\n  hint: fetch or make the file again; the copy is not whole"
        )
        var bytes = pack
        bytes[pack.count - 6] ^= 1
        #expect(
            refusal(Self.request(try folder.file(bytes))).hasPrefix("a.csv: error: the gzip data is damaged (E118)"))
        let packed = Packing.zstd(Self.text)
        #expect(
            refusal(Self.request(try folder.file(Array(packed.prefix(packed.count - 1)))))
                .hasPrefix("a.csv: error: the zstd data is cut off (E118)"))
        #expect(
            refusal(Self.request(try folder.file(Packing.gzip(packed))))
                .hasPrefix("a.csv: error: this is a zstd file inside another, not a CSV file (E102)"))
        #expect(refusal(Self.request(try folder.file(Packing.gzip([])))).contains("E109"))
    }

    @Test(arguments: [0, 1])
    func junkAfterTheEndIsWarnedOf(_ form: Int) throws {
        let folder = try TemporaryFolder()
        let text = Array("k,l,m\n1,a,b\n".utf8)
        let pack = form == 0 ? Packing.gzip(text) : Packing.zstd(text)
        for junk in [[0, 0, 0, 0, 0], Array("junk\n1,2".utf8), [0x1F]] as [[UInt8]] {
            let (rows, report) = try collect(Self.request(try folder.file(pack + junk)))
            #expect(rows.values.count == 1)
            #expect(report.warnings.map(\.code) == ["junk-after-end"])
            #expect(report.warnings[0].message.contains("\(junk.count) bytes"))
        }
        // Another member that breaks off is no junk.
        #expect(refusal(Self.request(try folder.file(pack + pack.prefix(8)))).contains("is cut off (E118)"))
    }

    @Test func theUnpackedSizeIsLimited() throws {
        let folder = try TemporaryFolder()
        let text = Array("k,l,m\n".utf8) + [UInt8](repeating: UInt8(ascii: "\n"), count: 3_000_000)
        for pack in [Packing.gzip(text), Packing.blocks(text, of: 60_000), Packing.zstd(text)] {
            var request = Self.request(try folder.file(pack))
            request.form.limits.unpacked = 1_000_000
            #expect(
                refusal(request)
                    == "a.csv: error: the unpacked text is over the limit of 1.0 MB (E108)\n  hint: check for a quote that is "
                    + "never closed; if the file is right, raise the limit with --max-unpacked")
        }
    }

    /// The other readers: whole rows, headers, conversion, description; other encodings and lines cut off at the end.
    @Test func everyReaderUnpacks() throws {
        let folder = try TemporaryFolder()
        let text = "k,l\n1,é\n2,b\nTotal,3\n"
        let units = Array(text.utf16).flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
        for bytes in [Array(text.utf8), [0xFF, 0xFE] + units] {
            for pack in [Packing.gzip(bytes), Packing.zstd(bytes)] {
                let file = InputFile(try folder.file(pack))
                var form = FileForm()
                form.skipLast = 1
                #expect(try RawTable.read(files: [file], form: form).rows == [["1", "é"], ["2", "b"]])
                #expect(try headers(of: file, form: form) == ["k", "l"])
                var conversion = Conversion(files: [file, file])
                conversion.form = form
                #expect(try ConversionTests.convert(conversion).text == "k,l\r\n1,é\r\n2,b\r\n1,é\r\n2,b\r\n")
                var describe = Describe(files: [file])
                describe.form = form
                #expect(try describe.run().rows == 2)
            }
        }
    }
}
