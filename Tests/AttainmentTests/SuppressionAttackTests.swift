import Panels
import Testing

@testable import Attainment

/// An attacker who knows every total by school and by year tries to work out what a table hides.
@Suite struct SuppressionAttackTests {
    @Test(arguments: 0..<200) func theTotalsGiveNothingBack(_ seed: Int) {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ n: UInt64) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % n)
        }
        let (schools, years) = (3 + draw(6), 2 + draw(5))
        var drafts: [GapDraft] = []
        for school in 0..<schools {
            for year in 0..<years {
                let by = [("school", school), ("year", year)].map { ($0, String($1)) }
                let row = GapRow(
                    outcome: "y", group: "g", by: by.map { .init($0, $1) }, n: Double(1 + draw(60)), nPeers: 200)
                drafts.append(GapDraft(row: row, contrast: 0, combination: drafts.count))
            }
        }
        let contrast = LabelledContrast(contrast: GroupContrast(column: "fsm", value: "Y"), label: "fsm=Y")
        GapSuppression(threshold: 10).mark(&drafts, [contrast])
        let hidden = drafts.indices.filter { drafts[$0].row.isSuppressed }
        // Each line of the table gives the sum of its hidden cells: a cell is known where it is a combination of such sums.
        var sums = (0..<schools).map { school in hidden.map { $0 / years == school ? 1.0 : 0 } }
        sums += (0..<years).map { year in hidden.map { $0 % years == year ? 1.0 : 0 } }
        let rank = rank(sums)
        for (position, cell) in hidden.enumerated() where drafts[cell].row.n < 10 {
            let alone = hidden.indices.map { $0 == position ? 1.0 : 0 }
            #expect(rank < self.rank(sums + [alone]), "row \(cell) with \(drafts[cell].row.n) pupils is given away")
        }
        #expect(drafts.allSatisfy { $0.row.isSuppressed || $0.row.n >= 10 })
    }

    private func rank(_ matrix: [[Double]]) -> Int {
        var rows = matrix
        var rank = 0
        for column in rows.first?.indices ?? 0..<0 {
            guard let pivot = (rank..<rows.count).first(where: { abs(rows[$0][column]) > 1e-9 }) else { continue }
            rows.swapAt(rank, pivot)
            for other in rows.indices where other != rank && abs(rows[other][column]) > 1e-9 {
                let factor = rows[other][column] / rows[rank][column]
                for entry in rows[other].indices { rows[other][entry] -= factor * rows[rank][entry] }
            }
            rank += 1
        }
        return rank
    }
}
