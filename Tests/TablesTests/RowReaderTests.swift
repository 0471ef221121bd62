import Foundation
import Synchronization
import Testing

@testable import Tables

/// Reading equals the slow definition, whatever the sizes of pieces and waves and however many threads.
@Suite struct RowReaderTests {
    /// All rows by the plain machine alone: the twin of the reader.
    static func slowRows(_ text: [UInt8]) -> [CollectedRows.Row] {
        var machine = PlainMachine(separator: UInt8(ascii: ","), lineEnd: UInt8(ascii: "\n"))
        var rows: [CollectedRows.Row] = []
        var fields: [String] = []
        var field: [UInt8] = []
        var (line, start) = (Int64(1), Int64(1))
        let text = text.last == UInt8(ascii: "\n") ? text : text + [UInt8(ascii: "\n")]
        for (i, byte) in text.enumerated() {
            if byte == UInt8(ascii: "\n") { line += 1 }
            let step = machine.step(byte, next: i + 1 < text.count ? text[i + 1] : nil)
            guard step == .fieldEnd || step == .lineEnd else {
                field.append(byte)
                continue
            }
            if step == .lineEnd, field.last == UInt8(ascii: "\r") { field.removeLast() }
            fields.append(String(decoding: FieldText.unquoted(field), as: UTF8.self))
            field = []
            guard step == .lineEnd else { continue }
            if fields != [""] { rows.append(.init(file: 0, line: start, values: fields)) }
            fields = []
            start = line
        }
        return Array(rows.dropFirst())
    }

    /// A random table of three columns with quotes, line ends in quotes, blank lines, CRLF here and there.
    static func randomTable(_ random: inout SplitMix64, rows: Int) -> [UInt8] {
        let fields = [
            "", "a", "12", "x y", "\"q\"", "\"a,b\"", "\"\"\"\"", "\"line\nend\"", "\"cr\r\nlf\"", "it's 5\" long",
            "naïve",
            "\"\"", "0012345678901234567", "A820000000001",
        ]
        var text = "k,l,m\n"
        for _ in 0..<rows {
            if Int.random(in: 0..<12, using: &random) == 0 { text += Bool.random(using: &random) ? "\n" : "\r\n" }
            text += (0..<3).map { _ in fields.randomElement(using: &random) ?? "" }.joined(separator: ",")
            text += Bool.random(using: &random) ? "\n" : "\r\n"
        }
        if Bool.random(using: &random) { text.removeLast() }
        return Array(text.utf8)
    }

    static func keys(_ path: String) -> ReadRequest {
        var request = ReadRequest(
            files: [InputFile(path)],
            columns: ["k", "l", "m"].map { ColumnRequest($0, role: .key) })
        request.form.delimiter = UInt8(ascii: ",")
        return request
    }

    @Test func everyPieceSizeGivesTheSameRows() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 7)
        for piece in Array(1...70) + [128, 256, 1024, 4096, 1 << 16] {
            let text = Self.randomTable(&random, rows: 40)
            var request = Self.keys(try folder.file(text))
            request.threads = 1 + piece % 4
            var sizes = ReadingSizes()
            sizes.piece = piece
            sizes.wave = max(piece, [1, 7, 64, 500, 1 << 16][piece % 5])
            sizes.sample = 1
            sizes.scanLevel = Int32(piece) % (ReadingSizes().scanLevel + 1)
            let (rows, report) = try collect(request, sizes: sizes)
            let want = Self.slowRows(text)
            #expect(rows.inOrder == want, "piece \(piece), wave \(sizes.wave)")
            #expect(report.rowsRead == want.count)
        }
    }

    @Test(arguments: [1, 2, 3, 4]) func everyThreadCountGivesTheSameRows(_ threads: Int) throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 11)
        let text = Self.randomTable(&random, rows: 3000)
        var request = Self.keys(try folder.file(text))
        request.threads = threads
        var sizes = ReadingSizes()
        sizes.piece = 512
        sizes.wave = 8192
        #expect(try collect(request, sizes: sizes).rows.inOrder == Self.slowRows(text))
    }

    /// What each lane is handed, batch by batch: its order and its pieces do not depend on the threads, so sums of
    /// doubles that follow them do not either.
    @Test func lanesSeeTheSamePiecesForAnyThreads() throws {
        final class Handed: BatchConsumer {
            let batches = Mutex<[[Int64]]>([])
            func begin(lanes: Int) { batches.withLock { $0 = .init(repeating: [], count: lanes) } }
            func consume(_ batch: borrowing Batch) {
                let (lane, first, count) = (batch.lane, batch.lines[0], batch.rowCount)
                batches.withLock { $0[lane] += [first, Int64(count)] }
            }
        }
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 12)
        var request = Self.keys(try folder.file(Self.randomTable(&random, rows: 2000)))
        request.arithmetic = .double
        var sizes = ReadingSizes()
        (sizes.piece, sizes.wave) = (300, 5000)
        var seen: [[[Int64]]] = []
        for threads in 1...4 {
            request.threads = threads
            let handed = Handed()
            _ = try RowReader(request, sizes: sizes).read(into: handed)
            seen.append(handed.batches.withLock { $0 })
        }
        #expect(seen.allSatisfy { $0 == seen[0] })
        #expect(seen[0].allSatisfy { !$0.isEmpty })
    }

    /// Standard input, one byte at a time.
    @Test func aStreamGivesTheSameRows() throws {
        var random = SplitMix64(seed: 21)
        let text = Self.randomTable(&random, rows: 60)
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        let saved = dup(0)
        dup2(ends[0], 0)
        defer {
            dup2(saved, 0)
            close(saved)
            close(ends[0])
        }
        let writing = ends[1]
        Thread.detachNewThread {
            for byte in text { withUnsafePointer(to: byte) { _ = write(writing, $0, 1) } }
            close(writing)
        }
        var request = Self.keys("-")
        request.threads = 2
        request.wantsDigests = true
        var sizes = ReadingSizes()
        (sizes.piece, sizes.wave, sizes.sample) = (50, 200, 20)
        let (rows, report) = try collect(request, sizes: sizes)
        #expect(rows.inOrder == Self.slowRows(text))
        #expect(report.files[0].bytes == text.count)
        #expect(report.files[0].sha256 == SHA256Digest.hex(of: text))
    }

    /// Files that are wrong in every way: the same rows, or the same refusal to the letter, whatever the sizes.
    @Test func everyPieceSizeGivesTheSameRefusal() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 31)
        let alphabets =
            ["ab,\n\"", "abcde,,\n", "a,\n\"\r", "1.5,\n x"].map { Array($0.utf8) } + [Array("aé,\n\"".utf8) + [0xE9]]
        for round in 0..<150 {
            let alphabet = alphabets[round % alphabets.count]
            let length = Int.random(in: 0..<300, using: &random)
            let text =
                Array("k,l,m\na,b,1\n".utf8) + (0..<length).map { _ in alphabet.randomElement(using: &random) ?? 0 }
            var request = Self.keys(try folder.file(text))
            request.columns[2] = ColumnRequest("m", role: .number)
            request.isLenient = round % 3 == 0
            request.form.fillShortRows = round % 2 == 0
            var answers: [String] = []
            for (piece, wave, threads) in [(1, 1, 1), (7, 20, 2), (64, 64, 3), (100, 4096, 4), (1 << 18, 1 << 20, 1)] {
                request.threads = threads
                var sizes = ReadingSizes()
                (sizes.piece, sizes.wave, sizes.sample) = (piece, wave, 16)
                do {
                    let (rows, report) = try collect(request, sizes: sizes)
                    answers.append("\(rows.inOrder) \(report)")
                } catch let error as any Refusal {
                    answers.append("\(error) \(error.found ?? "")")
                } catch {
                    answers.append("\(error)")
                }
            }
            #expect(answers.allSatisfy { $0 == answers[0] }, "\(String(decoding: text, as: UTF8.self)) \(answers)")
        }
    }

    @Test func rolesDecideTypes() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(
            "id,la,estab,score,grade,fsm,prior\n007,850,2004,12.50,A,Y,100.0\n1E5,936,,SUPP,B,N,\nNA,936,1,-3,A,,1e2\n",
            named: "results-2018.csv")
        let points = ["A": Decimal6(mantissa: 55, decimals: 1), "B": Decimal6(mantissa: 4, decimals: 0)]
        let request = ReadRequest(
            files: [InputFile(path, constants: ["term": "autumn"])],
            columns: [
                ColumnRequest("id", role: .key),
                ColumnRequest("school", source: .joined(["la", "estab"]), role: .key),
                ColumnRequest("year", source: .fileName(pattern: "results-*.csv"), role: .key),
                ColumnRequest("term", role: .key), ColumnRequest("prior", role: .numericKey),
                ColumnRequest("score", role: .number), ColumnRequest("grade", role: .points(points)),
                ColumnRequest("fsm", role: .indicator(YesNo(equals: "Y"))),
            ])
        let (rows, report) = try collect(request)
        #expect(
            rows.values == [
                ["007", "850/2004", "2018", "autumn", "100", "12500000", "5500000", "100000000"],
                ["1E5", "", "2018", "autumn", "", "<SUPP>", "4000000", "0"],
                ["NA", "936/1", "2018", "autumn", "100", "-3000000", "5500000", "<empty>"],
            ])
        #expect(
            report.missing == [
                MissingCount(column: "prior", code: "empty", count: 1),
                MissingCount(column: "score", code: "SUPP", count: 1),
                MissingCount(column: "fsm", code: "empty", count: 1),
            ])
    }
}
