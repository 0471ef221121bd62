import Cells
import Panels

/// The cells of one outcome with what `gaps` needs of their keys.
struct GapCells {
    let table: CellTable
    /// With frequency weights those of the rows that they stand for.
    let moments: CellMoments
    /// Rows of the input a cell.
    let rows: [Double]
    /// Pupils behind each cell; nil where rows are units and nobody said how many pupils they hold.
    let pupils: [Double]?
    /// Per cell: the index of its combination of `by` values; nil where it cannot join any.
    let combination: [Int?]
    /// The values of each combination, in byte order, periods by calendar.
    let combinations: [[ByKey]]
    /// Per cell: the code of its unit; 0 without units.
    let unit: [Int]
    /// Per cell: the index of its period; 0 without periods.
    let period: [Int]
    let dropped: [DroppedRows]
    let respelled: [[String]]
    /// The periods; nil without a time column.
    let timeline: Timeline?

    /// A value and its place in the order of the column.
    struct ByKey {
        var rank: Int
        var value: String
    }

    init(_ table: CellTable, _ request: GapRequest) throws {
        let outcome = table.blocks[request.block].moments
        let moments = request.weightKind == .frequency ? outcome.repeated : outcome
        let rows = request.rowBlock.map { table.blocks[$0].counts } ?? outcome.n
        let isUsed = moments.weight.indices.map { moments.n[$0] > 0 && moments.weight[$0] > 0 }
        self.table = table
        self.moments = moments
        self.rows = rows
        pupils = Self.pupils(table, request, moments)

        var isKnown = isUsed
        var dropped: [DroppedRows] = []
        func keep(_ name: String, _ holds: (Int) -> Bool) {
            var lost = 0.0
            for cell in isKnown.indices where isKnown[cell] && !holds(cell) {
                isKnown[cell] = false
                lost += rows[cell]
            }
            if lost > 0 { dropped.append(DroppedRows("no \(name)", Int(lost))) }
        }
        unit =
            try request.unit.map { name in
                let key = try table.key(name)
                keep(name) { !key.values[Int(key.codes[$0])].isEmpty }
                return key.codes.map(Int.init)
            } ?? isUsed.map { _ in 0 }

        var texts: PeriodTexts?
        period =
            try request.time.map { name in
                let key = try table.key(name)
                keep(name) { !key.values[Int(key.codes[$0])].isEmpty }
                var occurs = [Bool](repeating: false, count: key.values.count)
                for cell in isKnown.indices where isKnown[cell] { occurs[Int(key.codes[cell])] = true }
                let read = try PeriodTexts(key.values, occurs: occurs)
                texts = read
                return key.codes.map { read.indices[Int($0)] ?? 0 }
            } ?? isUsed.map { _ in 0 }
        respelled = texts?.respelled ?? []
        timeline = texts?.timeline
        self.dropped = dropped

        let period = self.period
        let columns: [GroupColumn] = try request.rowColumns.map { name in
            if name == request.time, let periods = texts?.timeline.periods {
                return GroupColumn(ranks: period, values: periods.map(\.label))
            }
            let key = try table.key(name)
            return GroupColumn(ranks: key.codes.map(Int.init), values: key.values)
        }
        (combination, combinations) = Self.combine(columns, isKnown)
    }

    /// A column that tells rows apart: for each cell the place of its value in the order of the column.
    private struct GroupColumn {
        var ranks: [Int]
        var values: [String]
    }

    /// Numbers the combinations that occur, in the order of their values, by numbers alone.
    private static func combine(_ columns: [GroupColumn], _ isKnown: [Bool]) -> ([Int?], [[ByKey]]) {
        // Ranks of the columns so far, dense, so that no product of two leaves 64 bits.
        var ranks = [Int](repeating: 0, count: isKnown.count)
        var count = 1
        for column in columns {
            let size = column.values.count
            for cell in ranks.indices { ranks[cell] = ranks[cell] * size + column.ranks[cell] }
            (ranks, count) = dense(ranks, isKnown)
        }
        var first = [Int?](repeating: nil, count: count)
        for cell in ranks.indices where isKnown[cell] && first[ranks[cell]] == nil { first[ranks[cell]] = cell }
        let keys = first.compactMap { cell in
            cell.map { cell in columns.map { ByKey(rank: $0.ranks[cell], value: $0.values[$0.ranks[cell]]) } }
        }
        return (ranks.indices.map { isKnown[$0] ? ranks[$0] : nil }, keys)
    }

    /// Numbers replaced by their places among the distinct numbers of the known cells; 0 for the others.
    private static func dense(_ numbers: [Int], _ isKnown: [Bool]) -> (ranks: [Int], count: Int) {
        let known = numbers.indices.filter { isKnown[$0] }
        let isInOrder = zip(known, known.dropFirst()).allSatisfy { numbers[$0] <= numbers[$1] }
        let order = isInOrder ? known : known.sorted { numbers[$0] < numbers[$1] }
        var ranks = [Int](repeating: 0, count: numbers.count)
        var count = 0
        for (position, cell) in order.enumerated() {
            if position == 0 || numbers[cell] != numbers[order[position - 1]] { count += 1 }
            ranks[cell] = count - 1
        }
        return (ranks, count)
    }

    private static func pupils(_ table: CellTable, _ request: GapRequest, _ moments: CellMoments) -> [Double]? {
        guard request.rowKind == .units else { return moments.n }
        return request.countBlock.map { block in
            let counts = table.blocks[block].moments
            // A count belongs to a row with a result; where that is missing, its pupils are not behind the mean.
            return moments.n.indices.map { cell in
                moments.n[cell] > 0 ? counts.n[cell] * counts.mean[cell * counts.variableCount] : 0
            }
        }
    }
}

extension GapCells {
    /// For each combination: the cells that belong to it.
    var members: [[Int]] {
        var members = [[Int]](repeating: [], count: combinations.count)
        for cell in combination.indices {
            if let combination = combination[cell] { members[combination].append(cell) }
        }
        return members
    }
}

extension GapRequest {
    /// The columns whose values tell rows apart: `by`, and the period where its changes or trend are asked for.
    var rowColumns: [String] {
        guard change || trend, let time, !by.contains(time) else { return by }
        return by + [time]
    }

    /// All columns that the gaps depend on, each once; prior attainment is apart.
    var keyColumns: [String] {
        var columns: [String] = []
        let grouped = groups.flatMap { [$0.crossing?.key].compactMap { $0 } + $0.columns }
        for column in rowColumns + [unit, time].compactMap({ $0 }) + grouped where !columns.contains(column) {
            columns.append(column)
        }
        return columns
    }
}
