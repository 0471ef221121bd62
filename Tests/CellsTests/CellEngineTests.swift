import Foundation
import Tables
import Testing

@testable import Cells

@Suite struct CellEngineTests {
    /// A cell table has one SHA-256 wherever it was made: DuckDB 2.0.0 over the same rows, Golden/engine_cells.py.
    @Test func theSameBytesAsASQLEngine() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "engine-\(UUID().uuidString).csv").path
        try Self.rows().write(toFile: path, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        var request = CellRequest(
            read: ReadRequest(files: [InputFile(path)], columns: []),
            keys: ["urn", "year", "fsm"].map { ColumnRequest($0, role: .key) },
            outcomes: [ColumnRequest("score", role: .number)])
        request.covariates = [ColumnRequest("ks2", role: .number)]
        request.weight = ColumnRequest("w", role: .number)
        let table = try CellReader.read(request).table
        let sheet = CellSheet.text(table, block: 0, minimum: 0)
        #expect(sheet.count { $0 == UInt8(ascii: "\n") } - 1 == 600)
        #expect(SHA256Digest.hex(of: sheet) == "fdee8840857c4dd20ae8e7e71b2315afb87acf11f0211814c875c8f5f3a812b3")
    }

    /// The rows of the script, drawn in the same way.
    private static func rows() -> String {
        var state: UInt64 = 1
        func draw(_ n: UInt64) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % n)
        }
        var text = "urn,year,fsm,score,ks2,w\n"
        for _ in 0..<5000 {
            let (school, year, fsm) = (draw(40), draw(5), draw(3))
            let (score, ks2, weight) = (draw(900), draw(80), draw(300))
            text += "\(1000 + school),\(2014 + year),\(["N", "Y", ""][fsm]),"
            text += score % 50 == 0 ? "" : "\(score / 10).\(score % 10)"
            text += ",\(80 + ks2 / 2).\(5 * (ks2 % 2)),\(weight / 100).\(weight / 10 % 10)\(weight % 10)\n"
        }
        return text
    }
}
