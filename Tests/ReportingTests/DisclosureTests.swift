import Attainment
import Inference
import Testing

@testable import Reporting

/// An attacker who knows every weight, every published figure and linear algebra.
struct Attacker {
    /// Published equations: coefficients over the unknown cells.
    private var rows: [[Double]] = []
    let unknowns: Int

    init(unknowns: Int) { self.unknowns = unknowns }

    mutating func learns(_ coefficients: [Double]) { rows.append(coefficients) }

    /// Whether the value of `target` follows from what was published: its row lies in the span of the others.
    func finds(_ target: [Double]) -> Bool { rank(rows + [target]) == rank(rows) }

    private func rank(_ rows: [[Double]]) -> Int {
        var matrix = rows
        var rank = 0
        for column in 0..<unknowns {
            guard let pivot = (rank..<matrix.count).max(by: { abs(matrix[$0][column]) < abs(matrix[$1][column]) }),
                abs(matrix[pivot][column]) > 1e-9
            else { continue }
            matrix.swapAt(rank, pivot)
            for row in (rank + 1)..<max(rank + 1, matrix.count) {
                let factor = matrix[row][column] / matrix[rank][column]
                for k in column..<unknowns { matrix[row][k] -= factor * matrix[rank][k] }
            }
            rank += 1
        }
        return rank
    }
}

@Suite struct DisclosureTests {
    private func row(_ unit: String?, _ group: String?, _ time: Int, n: Double, weight: Double) -> CounterfactualRow {
        CounterfactualRow(
            outcome: "y", unit: unit, group: group, time: "t\(time)", observed: 50 + n, counterfactual: 49, lower: 1,
            upper: 2, weight: weight, n: n)
    }

    /// Random ledgers of units by period with their totals: no cell and no total of fewer than ten pupils can be
    /// worked out from the rows shown, the totals shown and the mean over all periods, with pupils or schools as weights.
    @Test(arguments: [true, false]) func theLedgerDoesNotGiveBackASmallCell(pupilsAsWeights: Bool) {
        var dice = Dice(4)
        var (withheld, partsShown) = (0, 0)
        for _ in 0..<1500 {
            let (units, times) = (1 + dice.below(5), 1 + dice.below(4))
            var rows: [CounterfactualRow] = []
            var cells: [(unit: Int, time: Int, weight: Double)] = []
            var sizes: [Double] = []
            for time in 0..<times {
                var (n, weight) = (0.0, 0.0)
                for unit in 0..<units where dice.below(5) > 0 {
                    let size = Double(1 + dice.below(dice.below(2) == 0 ? 14 : 60))
                    let w = pupilsAsWeights ? size : 1
                    rows.append(row("u\(unit)", nil, time, n: size, weight: w))
                    cells.append((unit, time, w))
                    sizes.append(size)
                    (n, weight) = (n + size, weight + w)
                }
                if n > 0 { rows.append(row(nil, "partners", time, n: n, weight: weight)) }
            }
            guard rows.contains(where: { $0.group != nil }) else { continue }
            let before = rows
            let entry = Disclosure(threshold: 10).apply(to: &rows)
            #expect(entry.primary == before.count { $0.n < 10 })
            #expect(entry.primary + entry.complementary == rows.count { $0.isSuppressed })
            withheld += entry.complementary

            var attacker = Attacker(unknowns: cells.count)
            func coefficients(_ row: CounterfactualRow) -> [Double] {
                cells.map { cell in
                    guard row.time == "t\(cell.time)" else { return 0 }
                    return row.unit == nil || row.unit == "u\(cell.unit)" ? cell.weight : 0
                }
            }
            for row in rows where !row.isSuppressed { attacker.learns(coefficients(row)) }
            let total = before.filter { $0.group != nil }.reduce(0) { $0 + $1.n }
            if total >= 10 { attacker.learns(cells.map(\.weight)) }
            // The parts of the headline, each school starting with its first row.
            let first = Dictionary(cells.map { ($0.unit, $0.time) }, uniquingKeysWith: min)
            var parts: [Effect] = []
            var members: [[Double]] = []
            func publish(_ kind: Effect.Kind, _ isIn: (Int, Int) -> Bool) {
                var effect = Effect(outcome: "y", kind: kind, estimate: 1)
                effect.eventTime = kind == .event ? parts.count : nil
                effect.n = zip(cells, sizes).reduce(0) { isIn($1.0.unit, $1.0.time) ? $0 + $1.1 : $0 }
                guard effect.n ?? 0 > 0 else { return }
                parts.append(effect)
                members.append(cells.map { isIn($0.unit, $0.time) ? $0.weight : 0 })
            }
            for k in 0..<times {
                publish(.calendar) { $1 == k }
                publish(.cohort) { unit, _ in first[unit] == k }
                publish(.event) { unit, time in time - (first[unit] ?? 0) == k }
            }
            let path = (0..<times).map {
                PathPoint(arm: .partners, time: "t\($0)", ordinal: $0, observed: nil, counterfactual: nil, n: 100)
            }
            _ = Disclosure(threshold: 10).apply(to: &parts, beside: rows, path: path, countsPupils: true)
            for (part, sum) in zip(parts, members) where !part.isSuppressed { attacker.learns(sum) }
            partsShown += parts.count { !$0.isSuppressed }
            for (row, old) in zip(rows, before) where old.n < 10 {
                #expect(row.isSuppressed)
                #expect(!attacker.finds(coefficients(row)), "\(before.map { ($0.unit ?? "Σ", $0.time, $0.n) })")
            }
        }
        #expect(withheld > 500 && partsShown > 500)
    }

    /// A triple difference: group and peers by period, with the mean of each over all periods published.
    @Test func groupAndPeersProtectEachOther() {
        var dice = Dice(5)
        for _ in 0..<500 {
            let times = 1 + dice.below(4)
            var rows: [CounterfactualRow] = []
            for time in 0..<times {
                for group in ["group", "peers"] {
                    let n = Double(1 + dice.below(40))
                    rows.append(row(nil, group, time, n: n, weight: n))
                }
            }
            let before = rows
            _ = Disclosure(threshold: 10).apply(to: &rows)
            var attacker = Attacker(unknowns: rows.count)
            func only(_ keep: (Int) -> Bool) -> [Double] { rows.indices.map { keep($0) ? before[$0].n : 0 } }
            for index in rows.indices where !rows[index].isSuppressed { attacker.learns(only { $0 == index }) }
            // The effects on the two sides are published together or not at all.
            let sums = ["group", "peers"].map { side in before.filter { $0.group == side }.reduce(0) { $0 + $1.n } }
            if sums.allSatisfy({ $0 >= 10 }) {
                for group in ["group", "peers"] { attacker.learns(only { before[$0].group == group }) }
            }
            // The means of both together, period by period, may stand in a table of all pupils.
            for time in 0..<times {
                let both = before.filter { $0.time == "t\(time)" }
                if both.reduce(0, { $0 + $1.n }) >= 10 { attacker.learns(only { before[$0].time == "t\(time)" }) }
            }
            for index in rows.indices where before[index].n < 10 {
                #expect(!attacker.finds(only { $0 == index }), "\(before.map { ($0.group ?? "", $0.time, $0.n) })")
            }
        }
    }

    /// The ledger of all pupils and the ledger of a group and its peers, published side by side.
    @Test func twoLedgersOfTheSamePupilsDoNotGiveBackASmallCell() {
        var dice = Dice(7)
        for _ in 0..<1500 {
            let times = 1 + dice.below(5)
            var (whole, sides): ([CounterfactualRow], [CounterfactualRow]) = ([], [])
            for time in 0..<times {
                let n = [0, 1].map { _ in Double(1 + dice.below(dice.below(2) == 0 ? 9 : 40)) }
                whole.append(row(nil, "partners", time, n: n[0] + n[1], weight: n[0] + n[1]))
                sides.append(row(nil, "group", time, n: n[0], weight: n[0]))
                sides.append(row(nil, "peers", time, n: n[1], weight: n[1]))
            }
            _ = Disclosure(threshold: 10).apply(to: &whole)
            _ = Disclosure(threshold: 10).apply(to: &sides, within: whole)
            var attacker = Attacker(unknowns: sides.count)
            func only(_ keep: (Int) -> Bool) -> [Double] { sides.indices.map { keep($0) ? sides[$0].weight : 0 } }
            for index in sides.indices where !sides[index].isSuppressed { attacker.learns(only { $0 == index }) }
            for row in whole where !row.isSuppressed { attacker.learns(only { sides[$0].time == row.time }) }
            let sums = ["group", "peers"].map { side in sides.filter { $0.group == side }.reduce(0) { $0 + $1.n } }
            if sums[0] + sums[1] >= 10 { attacker.learns(only { _ in true }) }
            if sums.allSatisfy({ $0 >= 10 }) { attacker.learns(only { sides[$0].group == "group" }) }
            for index in sides.indices where sides[index].n < 10 { #expect(!attacker.finds(only { $0 == index })) }
            for row in whole where row.n < 10 { #expect(!attacker.finds(only { sides[$0].time == row.time })) }
        }
    }

    @Test func thePathsOfBothSidesProtectEachOther() {
        var points = ["group", "peers"].map {
            PathPoint(
                arm: .comparison, group: $0, time: "t0", ordinal: 0, observed: 40, counterfactual: nil,
                n: $0 == "group" ? 6 : 90)
        }
        _ = Disclosure(threshold: 10).apply(to: &points, beside: [])
        #expect(points.map(\.isSuppressed) == [true, true])
    }

    @Test func aSecondPassChangesNothing() {
        var dice = Dice(6)
        var rows = (0..<40).map { k in row("u\(k % 8)", nil, k / 8, n: Double(3 + dice.below(30)), weight: 1) }
        _ = Disclosure(threshold: 10).apply(to: &rows)
        let once = rows
        _ = Disclosure(threshold: 10).apply(to: &rows)
        #expect(rows == once)
    }

    @Test func zeroTurnsItOff() {
        var rows = [row("a", nil, 0, n: 1, weight: 1)]
        #expect(Disclosure(threshold: 0).apply(to: &rows).primary == 0)
        #expect(rows[0].observed == 51)
    }

    private func gap(_ value: String, _ time: String, n: Double, peers: Double) -> GapRow {
        var row = GapRow(outcome: "y", group: value, by: [ByValue("year", time)], n: n, nPeers: peers)
        (row.mean, row.meanPeers, row.gap, row.hedgesG, row.progressGap) = (40, 45, 5, 0.3, 4)
        return row
    }

    @Test func aGapAndItsSidesAreShownTogetherOrNotAtAll() {
        var effects = SampleReport.outcome().gapEffects[0].effects
        effects[1].n = 7
        var other = SampleReport.effect(.overall, 1, 0.5)
        other.by = [ByValue("region", "north")]
        effects.append(other)
        let entry = Disclosure(threshold: 10).apply(to: &effects, countsPupils: true)
        #expect(effects.map(\.isSuppressed) == [true, true, true, false])
        #expect(effects[0].estimate == nil && effects[2].lower == nil)
        #expect(entry.primary == 1 && entry.complementary == 2)
    }

    @Test func thePartsOfAHeadlineAreShownTogetherOrNotAtAll() {
        var effects = [Effect.Kind.overall, .event, .event, .cohort, .calendar].map { SampleReport.effect($0, 1, 0.3) }
        (effects[1].eventTime, effects[2].eventTime) = (-2, 0)
        effects[4].n = 8
        let fresh = effects
        _ = Disclosure(threshold: 10).apply(to: &effects, countsPupils: true)
        #expect(effects.map(\.isSuppressed) == [false, false, true, true, true])
        // Where `n` counts unit rows it says nothing of pupils, but the ledger does.
        effects = fresh
        _ = Disclosure(threshold: 10).apply(to: &effects, countsPupils: false)
        #expect(effects == fresh)
        var ledger = [row(nil, "partners", 0, n: 8, weight: 1), row(nil, "partners", 1, n: 50, weight: 1)]
        _ = Disclosure(threshold: 10).apply(to: &ledger)
        _ = Disclosure(threshold: 10).apply(to: &effects, beside: ledger, countsPupils: false)
        #expect(effects.map(\.isSuppressed) == [false, false, true, true, true])
    }

    @Test func smallGroupsAndSmallPeersAreWithheld() {
        var rows = [
            gap("fsm=Y", "2016", n: 9, peers: 80), gap("fsm=Y", "2017", n: 80, peers: 9),
            gap("fsm=Y", "2018", n: 10, peers: 10),
        ]
        let entry = Disclosure(threshold: 10).apply(to: &rows)
        #expect(rows.map(\.isSuppressed) == [true, true, false])
        #expect(rows[0].gap == nil && rows[0].mean == nil && rows[0].hedgesG == nil && rows[0].progressGap == nil)
        #expect(entry.primary == 2 && entry.complementary == 0)
    }

    @Test func thePathFollowsTheLedger() {
        var ledger = [
            row(nil, "partners", 0, n: 9, weight: 9), row(nil, "partners", 1, n: 30, weight: 30),
            row(nil, "partners", 2, n: 80, weight: 80),
        ]
        _ = Disclosure(threshold: 10).apply(to: &ledger)
        var path = (0..<3).map {
            PathPoint(
                arm: .partners, time: "t\($0)", ordinal: $0, observed: 50, counterfactual: 49, n: [9, 33, 80][$0])
        }
        path.append(PathPoint(arm: .comparison, time: "t0", ordinal: 0, observed: 48, counterfactual: nil, n: 400))
        _ = Disclosure(threshold: 10).apply(to: &path, beside: ledger)
        #expect(path.map(\.isSuppressed) == [true, true, false, false])
        #expect(path[0].observed == nil)
        // Three pupils more than the ledger's row: the difference would speak of them.
        var alone = [PathPoint(arm: .partners, time: "t2", ordinal: 2, observed: 50, counterfactual: 49, n: 83)]
        _ = Disclosure(threshold: 10).apply(to: &alone, beside: ledger)
        #expect(alone[0].isSuppressed)
    }

    /// No file of the folder shows a withheld figure: means are made recognisable and looked for.
    @Test func noFileShowsAWithheldFigure() throws {
        var report = SampleReport.report()
        report.outcomes[0].gaps[0].rows[3].n = 4
        report.outcomes[0].gaps[0].rows[3].gap = 7.654321
        report.outcomes[0].gaps[0].rows[3].mean = 31.234567
        report.outcomes[0].path[4].n = 6
        report.outcomes[0].path[4].observed = 41.987654
        let scratch = try Scratch()
        try ReportFolder(path: scratch.path + "/r", digest: fingerprint)
            .write(report, rule: Disclosure(threshold: 10), effectsCountPupils: true)
        var checked = 0
        func look(_ folder: String) {
            for name in FolderWriter.entries(folder) {
                let path = folder + "/" + name
                if FolderWriter.kind(of: path) == .folder {
                    look(path)
                    continue
                }
                let text = String(decoding: FolderWriter.bytes(of: path) ?? [], as: UTF8.self)
                for secret in ["7.65", "31.23", "41.98", "41.99"] { #expect(!text.contains(secret), "\(name)") }
                checked += 1
            }
        }
        look(scratch.path + "/r")
        #expect(checked > 15)
        let csv = String(
            decoding: FolderWriter.bytes(of: scratch.path + "/r/tables/outcome-1-gap-1.csv") ?? [], as: UTF8.self)
        #expect(csv.contains(",c,c,c,c,"))
    }
}
