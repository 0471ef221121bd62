import Foundation
import Tables
import Testing

@testable import Cells

@Suite struct CellSheetTests {
    static func sideCar(_ table: CellTable, mode: CellSideCar.Mode) -> CellSideCar {
        let block = table.blocks[0]
        let rows = block.moments.n.reduce(0, +)
        var scales = block.variables.map { _ in 1 }
        var shifts = block.variables.map { _ in 0.0 }
        var weightScale = 1
        switch block.sums {
        case .exact(let exact):
            scales = exact.decimals.map { Int(powerOfTen($0)) }
            weightScale = Int(powerOfTen(exact.weightDecimals))
        case .double(let centred): shifts = centred.shifts
        }
        return CellSideCar(
            mode: mode, keys: table.keys.map(\.name), roles: [.init("unit", key: "urn")],
            z: block.variables.indices.map { .init(name: block.variables[$0], shift: shifts[$0], scale: scales[$0]) },
            weight: .init(name: "w", scale: weightScale), filter: "", dialect: "counterpart", engineVersion: "1",
            sqlSHA256: "", rowsRead: 3000, rowsUsed: Int(rows),
            rowsDropped: block.dropped.map { .init(reason: $0.reason, rows: $0.rows) },
            cells: block.moments.n.filter { $0 > 0 }.count, cellsSHA256: "")
    }

    private func text(_ table: CellTable) -> String {
        String(decoding: CellSheet.text(table, block: 0, minimum: 0), as: UTF8.self)
    }

    @Test func theFormIsAsPublished() throws {
        var rows = TestRows()
        rows.append(["b,1", "2018"], [.init(mantissa: 15, decimals: 1), .init(mantissa: 2)])
        rows.append(["", "2018"], [.init(mantissa: -3), .init(mantissa: 5)])
        rows.append(["say \"a\"", "2018"], [.init(mantissa: 3), nil])
        rows.append(["", "2018"], [.init(mantissa: 1), .init(mantissa: 1)])
        var plan = CellPlan(keys: ["urn", "year"], outcomes: ["y"])
        plan.covariates = ["x"]
        #expect(
            text(try rows.table(plan)) == """
                urn,year,n,w,ww,s_0,s_1,q_0_0,q_0_1,q_1_1
                ,2018,2,2,2,-20,6,1000,-140,26
                "b,1",2018,1,1,1,15,2,225,30,4

                """)
    }

    @Test(arguments: [TestRows.random(3000, seed: 31), TestRows.random(500, seed: 32, decimals: 0...0)])
    func exactTablesReadBackTheSame(_ rows: TestRows) throws {
        var table = try rows.table(TestRows.randomPlan)
        table.blocks.removeLast()
        let sheet = CellSheet.text(table, block: 0, minimum: 0)
        let read = try CellSheet.table(sheet, Self.sideCar(table, mode: .fixed), path: "cells.csv")
        #expect(CellSheet.text(read, block: 0, minimum: 0) == sheet)
        // Cells without rows in the block are not in the file.
        let filled = table.blocks[0].moments.n.indices.filter { table.blocks[0].moments.n[$0] > 0 }
        let moments = table.blocks[0].moments
        #expect(read.blocks[0].moments.n == filled.map { moments.n[$0] })
        #expect(read.blocks[0].moments.within == filled.flatMap { moments.within[$0 * 3..<$0 * 3 + 3] })
        #expect(read.blocks[0].dropped == table.blocks[0].dropped)
    }

    @Test func sheetsOfShuffledRowsAreTheSameBytes() throws {
        let rows = TestRows.random(2000, seed: 33)
        let sheet = CellSheet.text(try rows.table(TestRows.randomPlan), block: 1, minimum: 0)
        var random = SplitMix64(seed: 34)
        for lanes in 1...3 {
            let order = (0..<rows.count).shuffled(using: &random)
            let table = try rows.feed(
                TestRows.randomPlan, lanes: lanes, batch: 90, lane: { $0 % lanes }, order: order
            ).finish(files: [""])
            #expect(CellSheet.text(table, block: 1, minimum: 0) == sheet)
        }
    }

    @Test func doublesReadBackToTheirLastDigits() throws {
        var plan = TestRows.randomPlan
        plan.arithmetic = .double
        plan.outcomes.removeLast()
        plan.covariates = ["grade", "ks2"]
        let table = try TestRows.random(3000, seed: 35).table(plan)
        let sheet = CellSheet.text(table, block: 0, minimum: 0)
        let read = try CellSheet.table(sheet, Self.sideCar(table, mode: .double), path: "cells.csv").blocks[0].moments
        let moments = table.blocks[0].moments
        let filled = moments.n.indices.filter { moments.n[$0] > 0 }
        #expect(read.n == filled.map { moments.n[$0] })
        // Sums of squares about the shift and back: values and shift are of the order of 100, sums of 10 to 100 squares.
        for (place, cell) in filled.enumerated() {
            for i in 0..<3 { #expect(abs(read.mean[place * 3 + i] - moments.mean[cell * 3 + i]) < 1e-11) }
            for pair in 0..<6 { #expect(abs(read.within[place * 6 + pair] - moments.within[cell * 6 + pair]) < 1e-6) }
        }
    }

    @Test func brokenTablesAreRefusedWithTheLine() throws {
        let good = "urn,n,w,ww,s_0,q_0_0\n1,2,2,2,30,500\n2,1,1,1,5,25\n"
        let sideCar = CellSideCar(
            mode: .fixed, keys: ["urn"], roles: [], z: [.init(name: "y", shift: 0, scale: 10)], weight: nil, filter: "",
            dialect: "postgres", engineVersion: "15", sqlSHA256: "", rowsRead: 3, rowsUsed: 3, rowsDropped: [],
            cells: 2,
            cellsSHA256: "")
        func refusal(_ text: String, _ change: (inout CellSideCar) -> Void = { _ in }) -> String {
            var sideCar = sideCar
            change(&sideCar)
            do {
                _ = try CellSheet.table(Array(text.utf8), sideCar, path: "cells.csv")
                return "read"
            } catch { return error.description.components(separatedBy: "\n")[0] }
        }
        #expect(refusal(good) == "read")
        #expect(refusal(good.replacing("\n", with: "\r\n")) == "read")
        #expect(refusal(good.replacing("1,2,2", with: "\"1\",2,2")) == "read")
        #expect(
            refusal("urn,n,w,ww,s_0,q_0_0,inexact\n1,2,2,2,30,500,0\n2,1,1,1,5,25,1\n")
                == "cells.csv:3: error: rows whose values are no multiples of the scale are among the sums (E141)")
        #expect(refusal(good.replacing("q_0_0", with: "q")).hasPrefix("cells.csv:1: error: the columns are not urn, n"))
        #expect(
            refusal(good.replacing(",25", with: "")).hasPrefix("cells.csv:3: error: 5 fields where the header has 6"))
        #expect(refusal(good.replacing("30", with: "30.5")).hasPrefix("cells.csv:2: error: the sums are not integers"))
        let huge = String(repeating: "9", count: 38)
        #expect(refusal(good.replacing("500", with: huge)).hasPrefix("cells.csv:2: error: the sums are not integers"))
        #expect(refusal(good.replacing("1,2,2", with: "1,-2,2")).hasPrefix("cells.csv:2:n: error: n is not a number"))
        #expect(
            refusal(good.replacing("1,2,2", with: "1,\"2,2")).hasPrefix("cells.csv: error: the table is empty, or not"))
        #expect(CellSheet.rows(Array("a,".utf8) + [0xC3]) == nil)
        #expect(refusal("").hasPrefix("cells.csv: error: the table is empty"))
        #expect(
            refusal(good) { $0.rowsUsed = 4 }
                == "cells.csv: error: the cells hold 3 rows, and the side-car says 4 (E143)")
        #expect(refusal(good) { $0.z[0].shift = 1 }.contains("a shift other than 0"))
        #expect(refusal(good) { $0.z[0].scale = 20 }.contains("the scale 20 is not a power of ten"))
        #expect(refusal(good) { $0.cells = 5 }.contains("2 cells where the side-car says 5"))
    }

    /// Sums that a hostile file makes too large are refused, never trapped on.
    @Test func sumsBeyond128BitsAreRefused() throws {
        func table(scale: Int) throws -> CellTable {
            let sum = String((Int128(1) << 99))
            let text = "urn,n,w,ww,s_0,q_0_0\n1,2,2,2,30,\(sum)\n"
            let sideCar = CellSideCar(
                mode: .fixed, keys: ["urn"], roles: [], z: [.init(name: "y", shift: 0, scale: scale)], weight: nil,
                filter: "", dialect: "postgres", engineVersion: "15", sqlSHA256: "", rowsRead: 2, rowsUsed: 2,
                rowsDropped: [], cells: 1, cellsSHA256: "")
            return try CellSheet.table(Array(text.utf8), sideCar, path: "cells.csv")
        }
        #expect(throws: CellsError.sumsTooLarge) { try table(scale: 1).merged(with: table(scale: 1_000_000)) }
        #expect(try table(scale: 10).merged(with: table(scale: 10)).rowCounts == [4])
        #expect(try table(scale: 10).blocks[0].moments.within[0].isFinite)
    }
}
