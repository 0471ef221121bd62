import Foundation
import Tables
import Testing

@testable import Cells

@Suite struct CellFileTests {
    /// A folder of its own for each test, removed at its end.
    private func inFolder(_ body: (String) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "cells-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try body(folder.path + "/")
    }

    private var plan: CellPlan {
        var plan = TestRows.randomPlan
        plan.outcomes.removeLast()
        plan.covariates = ["grade", "ks2"]
        return plan
    }

    private var notes: CellFile.Notes {
        var notes = CellFile.Notes()
        notes.roles = [.init("unit", key: "urn"), .init("time", key: "year")]
        notes.filter = "phase=Secondary"
        notes.weight = "w"
        notes.rowsRead = 2000
        notes.engineVersion = "0.1"
        notes.requestDigest = "ab"
        return notes
    }

    private func refusal(_ paths: [String]) -> CellsError? {
        do {
            _ = try CellFile.read(paths)
            return nil
        } catch { return error as? CellsError }
    }

    @Test func writtenTablesReadBack() throws {
        try inFolder { folder in
            let table = try TestRows.random(2000, seed: 41).table(plan)
            #expect(
                try CellFile.write(table, notes, to: folder + "cells.csv") == [
                    folder + "cells.csv", folder + "cells.json",
                ])
            let reading = try CellFile.read([folder + "cells.csv"])
            #expect(
                CellSheet.text(reading.table, block: 0, minimum: 0) == CellSheet.text(table, block: 0, minimum: 0))
            #expect(reading.key(role: "time") == "year")
            #expect(reading.filter == "phase=Secondary")
            #expect(reading.rowsRead == 2000)
            #expect(reading.table.blocks[0].variables == ["attainment8", "grade", "ks2"])
            let sideCar = try #require(reading.sideCars.first)
            #expect(
                sideCar.rowsUsed + sideCar.rowsDropped.reduce(0) { $0 + $1.rows } == table.rowCounts.reduce(0, +)
                    + (table.blocks[0].dropped.first { $0.reason == "no unit" }?.rows ?? 0))
            #expect(CellFile.isCellTable(folder + "cells.csv"))
            #expect(!CellFile.isCellTable(folder + "other.csv"))
            let attributes = try FileManager.default.attributesOfItem(atPath: folder + "cells.csv")
            #expect((attributes[.posixPermissions] as? Int) == 0o600)
        }
    }

    /// The shift travels to the last bit, and with it the digits that an offset would cost.
    @Test func doublesKeepTheirDigitsAtAnOffset() throws {
        try inFolder { folder in
            var rows = TestRows()
            for row in 0..<300 {
                rows.append(["\(row % 2)"], [.init(mantissa: 10_000_000_000 + Int64(row * row % 97), decimals: 1)])
            }
            var plan = CellPlan(keys: ["urn"], outcomes: ["y"])
            plan.arithmetic = .double
            let table = try rows.table(plan)
            try CellFile.write(table, CellFile.Notes(), to: folder + "cells.csv")
            let read = try CellFile.read([folder + "cells.csv"]).table
            guard case .double(let before) = table.blocks[0].sums, case .double(let after) = read.blocks[0].sums else {
                return #expect(Bool(false))
            }
            #expect(after.shifts == before.shifts)
            #expect(read.rowCounts == [150, 150])
            for cell in 0...1 {
                // Sums of 150 squares of size 10 about the shift, and back.
                #expect(abs(after.deviations.within[cell] / before.deviations.within[cell] - 1) < 1e-13)
                #expect(abs(after.deviations.mean[cell] - before.deviations.mean[cell]) < 1e-14)
            }
        }
    }

    /// Parts in any order and of any scale give the whole; nothing is added twice.
    @Test func partsMergeAndNoneTwice() throws {
        try inFolder { folder in
            let rows = TestRows.random(2000, seed: 42)
            var paths: [String] = []
            for part in 0..<3 {
                var some = rows
                some.kept = (0..<rows.count).map { rows.kept[$0] && $0 % 3 == part }
                paths.append(folder + "part\(part).csv")
                try CellFile.write(some.table(plan), notes, to: paths[part])
            }
            let whole = try rows.table(plan)
            for order in [[0, 1, 2], [2, 0, 1]] {
                let merged = try CellFile.read(order.map { paths[$0] })
                #expect(
                    CellSheet.text(merged.table, block: 0, minimum: 0) == CellSheet.text(whole, block: 0, minimum: 0))
                #expect(merged.rowsRead == 6000)
            }
            try FileManager.default.copyItem(atPath: paths[1], toPath: folder + "copy.csv")
            try FileManager.default.copyItem(atPath: folder + "part1.json", toPath: folder + "copy.json")
            #expect(refusal(paths + [folder + "copy.csv"]) == .partTwice(path: folder + "copy.csv", earlier: paths[1]))
        }
    }

    @Test func changedOrLonelyTablesAreRefused() throws {
        try inFolder { folder in
            let path = folder + "cells.csv"
            try CellFile.write(TestRows.random(300, seed: 43).table(plan), notes, to: path)
            let text = try String(contentsOfFile: path, encoding: .utf8)
            try text.replacing("2016", with: "2017").write(toFile: path, atomically: false, encoding: .utf8)
            #expect(refusal([path]) == .wrongDigest(path: path))
            try text.write(toFile: path, atomically: false, encoding: .utf8)
            #expect(refusal([path]) == nil)
            try "{\"schema\": \"counterpart-cells/1\"}".write(
                toFile: folder + "cells.json", atomically: false, encoding: .utf8)
            #expect(refusal([path])?.code == "E141")
            try FileManager.default.removeItem(atPath: folder + "cells.json")
            #expect(refusal([path]) == .noSideCar(path: path, sideCar: folder + "cells.json"))
            #expect(throws: TableError.self) { try CellFile.read([folder + "absent.csv"]) }
            #expect(throws: TableError.self) { try CellFile.read([folder]) }
        }
    }

    @Test func partsMadeOtherwiseDoNotMix() throws {
        try inFolder { folder in
            let rows = TestRows.random(500, seed: 44)
            try CellFile.write(rows.table(plan), notes, to: folder + "a.csv")
            func difference(_ table: CellTable, _ change: (inout CellFile.Notes) -> Void = { _ in }) throws -> String {
                var other = notes
                change(&other)
                try CellFile.write(table, other, to: folder + "b.csv")
                return refusal([folder + "a.csv", folder + "b.csv"])?.message ?? "read"
            }
            let part = try TestRows.random(400, seed: 45).table(plan)
            #expect(try difference(part) == "read")
            #expect(try difference(part) { $0.filter = "x=1" }.contains("filters phase=Secondary and x=1"))
            #expect(try difference(part) { $0.roles.removeLast() }.contains("roles"))
            var double = plan
            double.arithmetic = .double
            #expect(try difference(rows.table(double)).contains("modes fixed and double"))
            #expect(try difference(part.rolledUp(keeping: ["urn", "year"])).contains("keys"))
        }
    }

    @Test func smallCellsAreWithheldAndCounted() throws {
        try inFolder { folder in
            let table = try TestRows.random(2000, seed: 46).table(plan)
            var notes = notes
            notes.minimumCell = 5
            try CellFile.write(table, notes, to: folder + "cells.csv")
            let reading = try CellFile.read([folder + "cells.csv"])
            let n = table.blocks[0].moments.n
            #expect(n.contains { $0 > 0 && $0 < 5 })
            #expect(reading.table.blocks[0].moments.n == n.filter { $0 >= 5 })
            let withheld = reading.table.blocks[0].dropped.first { $0.reason == "in cells of fewer than 5 rows" }
            #expect(withheld?.rows == Int(n.filter { $0 < 5 }.reduce(0, +)))
            #expect(reading.sideCars.first?.minimumCell == 5)
        }
    }

    @Test func severalOutcomesHaveAFileEach() throws {
        try inFolder { folder in
            var plan = plan
            plan.outcomes = ["attainment8", "grade 5+"]
            plan.covariates = ["ks2"]
            let table = try TestRows.random(600, seed: 47).table(plan)
            let paths = try CellFile.write(table, notes, to: folder + "cells.csv")
            #expect(
                paths
                    == ["cells-attainment8.csv", "cells-attainment8.json", "cells-grade-5-.csv", "cells-grade-5-.json"]
                    .map {
                        folder + $0
                    })
            let second = try CellFile.read([paths[2]])
            #expect(second.table.blocks[0].variables == ["grade 5+", "ks2"])
            #expect(CellSheet.text(second.table, block: 0, minimum: 0) == CellSheet.text(table, block: 1, minimum: 0))
            #expect(refusal([paths[0], paths[2]])?.code == "E350")
            plan.outcomes = ["a b", "a-b"]
            let indistinct = try TestRows.random(60, seed: 48).table(plan)
            #expect(throws: CellsError.indistinctNames(first: "a b", second: "a-b", file: folder + "cells-a-b.csv")) {
                try CellFile.write(indistinct, notes, to: folder + "cells.csv")
            }
        }
    }
}
