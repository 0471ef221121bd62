import Cells
import Panels
import Tables

/// Outcomes that count the pupils with a yes among those of a row: figures are then shares in percent, of pupils.
///
/// A row of N pupils with K yes is N pupils of whom K have 100 and the others 0, so that sums of the two columns tell all
/// that rows of pupils would.
enum CountedShares {
    /// Adds a block of pupils for each outcome to the cells, whose covariate holds the pupils of a row.
    ///
    /// - Returns: the index of the first such block; that of outcome b is b further on.
    /// - Throws: `CountedSharesError` where counts are no counts, or a yes is counted oftener than there are pupils.
    static func addBlocks(to cells: inout StudyCells, of data: DataRequest, column: String) throws -> Int {
        let first = cells.table.blocks.count
        for block in data.outcomes.indices {
            let source = cells.table.blocks[block]
            let counts = try counts(source, outcome: data.outcomes[block].name, column: column)
            let moments = ExactMoments(
                decimals: [0], weightDecimals: 0, n: counts.map(\.pupils), w: counts.map { Int128($0.pupils) },
                ww: counts.map { Int128($0.pupils) }, s: counts.map { 100 * Int128($0.yes) },
                q: counts.map { 10_000 * Int128($0.yes) })
            cells.table.blocks.append(
                MomentBlock(
                    variables: [source.variables[0]], sums: .exact(moments), dropped: source.dropped, rows: source.rows)
            )
        }
        return first
    }

    private static func counts(_ block: MomentBlock, outcome: String, column: String) throws -> [(
        yes: Int64, pupils: Int64
    )] {
        guard case .exact(let sums) = block.sums, sums.decimals == [0, 0] else {
            throw CountedSharesError.notCounts(outcome: outcome, column: column)
        }
        return try sums.n.indices.map { cell in
            let (yes, pupils) = (sums.s[2 * cell], sums.s[2 * cell + 1])
            guard yes >= 0, pupils >= 0, pupils <= Int128(Int32.max) * 1000 else {
                throw CountedSharesError.notCounts(outcome: outcome, column: column)
            }
            guard yes <= pupils else { throw CountedSharesError.moreThanAll(outcome: outcome, column: column) }
            return (Int64(yes), Int64(pupils))
        }
    }
}

/// Results that are not in yet, written as 0: every count of a period is 0, and those of other periods are not.
enum ZeroFilledPeriods {
    /// Empties the cells of such periods in one block.
    ///
    /// - Parameter columns: where to look: the first whose values are all periods is taken.
    /// - Returns: what to say; nil where there are none.
    static func empty(block: Int, rowBlock: Int, of cells: inout StudyCells, columns: [String]) -> (
        warning: Warning, dropped: DroppedRows
    )? {
        let table = cells.table
        guard let key = columns.lazy.compactMap({ periodKey($0, table) }).first,
            case .exact(var sums) = cells.table.blocks[block].sums
        else { return nil }
        var total = [Int128](repeating: 0, count: key.values.count)
        var pupils = [Int64](repeating: 0, count: key.values.count)
        for cell in sums.n.indices {
            total[Int(key.codes[cell])] += sums.s[cell]
            pupils[Int(key.codes[cell])] += sums.n[cell]
        }
        let isFilled = total.indices.map { total[$0] == 0 && pupils[$0] > 0 }
        guard isFilled.contains(true), total.contains(where: { $0 > 0 }) else { return nil }
        let rows = cells.table.blocks[rowBlock].counts
        var lost = 0.0
        for cell in sums.n.indices where isFilled[Int(key.codes[cell])] {
            lost += rows[cell]
            (sums.n[cell], sums.w[cell], sums.ww[cell], sums.q[cell]) = (0, 0, 0, 0)
        }
        cells.table.blocks[block].sums = .exact(sums)
        let periods = key.values.indices.filter { isFilled[$0] }.map { key.values[$0] }.joined(separator: ", ")
        let outcome = cells.table.blocks[block].variables[0]
        return (
            Warning(
                "zero-filled",
                "every \(outcome) of \(periods) is 0, which is how files write results that are not in yet; these "
                    + "periods are left out"),
            DroppedRows("\(outcome) is 0 in every row of \(periods): no results yet", Int(lost))
        )
    }

    private static func periodKey(_ name: String, _ table: CellTable) -> CellKey? {
        guard let key = table.keys.first(where: { $0.name == name }), key.values.count > 1 else { return nil }
        return key.values.allSatisfy(isPeriod) ? key : nil
    }

    /// A number of three digits, such as that of an authority, is no year.
    private static func isPeriod(_ text: String) -> Bool {
        guard let period = try? Period(parsing: text) else { return false }
        return period.kind != .year || (1900...2100).contains(period.ordinal)
    }
}

/// Why counts give no share.
public enum CountedSharesError: Refusal, Equatable {
    case notCounts(outcome: String, column: String)
    case moreThanAll(outcome: String, column: String)

    public var status: ExitStatus { .input }
    public var code: String {
        switch self {
        case .notCounts: "E230"
        case .moreThanAll: "E231"
        }
    }
    public var message: String {
        switch self {
        case .notCounts(let outcome, let column): "\(outcome) out of \(column) needs whole numbers from 0 up in both"
        case .moreThanAll(let outcome, let column): "\(outcome) is larger than \(column), of which it should be a part"
        }
    }
    public var hint: String? {
        switch self {
        case .notCounts: "name the columns with numbers of pupils; a column of rates is an outcome without --share-of"
        case .moreThanAll: "check the two columns: --outcome counts the pupils with a yes, --share-of all pupils"
        }
    }
}
