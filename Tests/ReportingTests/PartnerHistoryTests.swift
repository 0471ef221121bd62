import Inference
import Testing

@testable import Reporting

/// Partners before their start: what is shown there must not give back what is withheld there or in the ledger.
@Suite struct PartnerHistoryTests {
    private struct World {
        struct Cell {
            var unit: Int
            var time: Int
            var n: Double
            var isAfter: Bool
        }
        var cells: [Cell] = []
        var ledger: [CounterfactualRow] = []
        var before: [CounterfactualRow] = []
        var path: [PathPoint] = []

        init(_ dice: inout Dice) {
            let (units, times) = (1 + dice.below(6), 2 + dice.below(4))
            for unit in 0..<units {
                let start = 1 + dice.below(times - 1)
                for time in 0..<times where dice.below(8) > 0 {
                    let n = Double(1 + dice.below(dice.below(12) == 0 ? 9 : 60))
                    cells.append(Cell(unit: unit, time: time, n: n, isAfter: time >= start))
                    var row = CounterfactualRow(
                        outcome: "y", unit: "u\(unit)", time: "t\(time)", observed: 50, counterfactual: 49,
                        weight: time >= start ? n : 0, n: n)
                    row.eventTime = time - start
                    if time >= start { ledger.append(row) } else { before.append(row) }
                }
            }
            for time in 0..<times {
                let after = cells.filter { $0.time == time && $0.isAfter }.reduce(0) { $0 + $1.n }
                if after > 0 {
                    ledger.append(
                        CounterfactualRow(
                            outcome: "y", group: "partners", time: "t\(time)", observed: 50, counterfactual: 49,
                            weight: after, n: after))
                }
                let all = cells.filter { $0.time == time }.reduce(0) { $0 + $1.n }
                if all > 0 {
                    path.append(
                        PathPoint(
                            arm: .partners, time: "t\(time)", ordinal: time, observed: 50, counterfactual: 49, n: all))
                }
            }
            _ = Disclosure(threshold: 10).apply(to: &ledger)
            _ = Disclosure(threshold: 10).apply(to: &path, beside: ledger)
        }

        func terms(_ isIn: (Cell) -> Bool) -> [Double] { cells.map { isIn($0) ? $0.n : 0 } }

        /// What is known without a row before the start: the ledger, the path, the tables of gaps (they sum up the same
        /// pupils), what a unit's results come to before its start, and the estimates by event time.
        func attacker() -> Attacker {
            var attacker = Attacker(unknowns: cells.count)
            for row in ledger where !row.isSuppressed {
                attacker.learns(
                    terms { $0.isAfter && row.time == "t\($0.time)" && (row.unit == nil || row.unit == "u\($0.unit)") })
            }
            for point in path where !point.isSuppressed || point.n >= 10 {
                attacker.learns(terms { point.time == "t\($0.time)" })
            }
            func learn(_ sets: [[Double]]) {
                for set in sets where set.reduce(0, +) >= 10 { attacker.learns(set) }
            }
            learn((0..<6).map { unit in terms { !$0.isAfter && $0.unit == unit } })
            learn((1..<6).map { back in terms { !$0.isAfter && eventTime($0) == -back } })
            return attacker
        }

        private func eventTime(_ cell: Cell) -> Int? {
            before.first { $0.unit == "u\(cell.unit)" && $0.time == "t\(cell.time)" }?.eventTime
        }

        /// Small cells that follow once these rows are shown, and did not before.
        func given(back rows: [CounterfactualRow]) -> Int {
            let known = attacker()
            var more = known
            for row in rows where !row.isSuppressed {
                more.learns(terms { !$0.isAfter && row.unit == "u\($0.unit)" && row.time == "t\($0.time)" })
            }
            return cells.indices.count { index in
                guard cells[index].n < 10 else { return false }
                let target = cells.indices.map { $0 == index ? 1.0 : 0 }
                return more.finds(target) && !known.finds(target)
            }
        }
    }

    @Test func historiesGiveNothingBack() {
        var dice = Dice(11)
        var (shown, complementary, naive) = (0, 0, 0)
        for _ in 0..<300 {
            let world = World(&dice)
            var rows = world.before
            let entry = Disclosure(threshold: 10).apply(toBefore: &rows, beside: world.ledger)
            #expect(entry.primary == world.before.count { $0.n < 10 })
            #expect(entry.primary + entry.complementary == rows.count { $0.isSuppressed })
            #expect(rows.allSatisfy { !$0.isSuppressed || ($0.observed == nil && $0.counterfactual == nil) })
            #expect(world.given(back: rows) == 0, "\(world.cells)")
            shown += rows.count { !$0.isSuppressed }
            complementary += entry.complementary
            var bare = world.before
            for index in bare.indices where bare[index].n < 10 { bare[index].isSuppressed = true }
            naive += world.given(back: bare)
            let once = rows
            _ = Disclosure(threshold: 10).apply(toBefore: &rows, beside: world.ledger)
            #expect(rows.map(\.isSuppressed) == once.map(\.isSuppressed), "a second pass changes nothing")
        }
        #expect(shown > 300 && complementary > 300, "\(shown), \(complementary)")
        #expect(naive > 50, "there was something to find")
    }

    /// A unit shows all its periods before the start or none, and no unit is withheld alone.
    @Test func aUnitIsWithheldWhole() {
        func row(_ unit: String, _ time: Int, _ n: Double) -> CounterfactualRow {
            var row = CounterfactualRow(
                outcome: "y", unit: unit, time: "t\(time)", observed: 50, counterfactual: 49, weight: 0, n: n)
            row.eventTime = time - 3
            return row
        }
        var rows = (0..<3).flatMap { [row("a", $0, $0 == 1 ? 4 : 40), row("b", $0, 30), row("c", $0, 35)] }
        let entry = Disclosure(threshold: 10).apply(toBefore: &rows, beside: [])
        #expect(entry.primary == 1 && entry.complementary == 5)
        #expect(rows.allSatisfy { $0.isSuppressed == ($0.unit != "c") })
        var open = rows
        #expect(Disclosure(threshold: 0).apply(toBefore: &open, beside: []).primary == 0)
    }
}
