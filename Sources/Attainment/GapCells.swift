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

    /// A value and its place in the order of the column.
    struct ByKey: Hashable, Comparable {
        var rank: Int
        var value: String

        static func < (a: ByKey, b: ByKey) -> Bool { a.rank < b.rank }
    }

    init(_ table: CellTable, _ request: GapRequest) throws {
        let rows = table.blocks[request.block].moments
        let moments = request.weightKind == .frequency ? rows.repeated : rows
        let isUsed = moments.weight.indices.map { moments.n[$0] > 0 && moments.weight[$0] > 0 }
        self.table = table
        self.moments = moments
        self.rows = rows.n
        pupils = Self.pupils(table, request, moments)

        var isKnown = isUsed
        var dropped: [DroppedRows] = []
        func keep(_ name: String, _ holds: (Int) -> Bool) {
            var lost = 0.0
            for cell in isKnown.indices where isKnown[cell] && !holds(cell) {
                isKnown[cell] = false
                lost += rows.n[cell]
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
        self.dropped = dropped

        let period = self.period
        let columns: [(Int) -> ByKey] = try request.rowColumns.map { name in
            if name == request.time, let periods = texts?.timeline.periods {
                return { ByKey(rank: period[$0], value: periods[period[$0]].label) }
            }
            let key = try table.key(name)
            return { ByKey(rank: Int(key.codes[$0]), value: key.values[Int(key.codes[$0])]) }
        }
        let tuples = isKnown.indices.map { cell in isKnown[cell] ? columns.map { $0(cell) } : nil }
        combinations = Set(tuples.compactMap { $0 }).sorted { $0.lexicographicallyPrecedes($1) }
        var index: [[ByKey]: Int] = [:]
        for (position, tuple) in combinations.enumerated() { index[tuple] = position }
        combination = tuples.map { $0.flatMap { index[$0] } }
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

extension GapRequest {
    /// The columns whose values tell rows apart: `by`, and the period where its changes are asked for.
    var rowColumns: [String] {
        guard change, let time, !by.contains(time) else { return by }
        return by + [time]
    }

    /// All columns that the gaps depend on, each once; prior attainment is apart.
    var keyColumns: [String] {
        var columns: [String] = []
        let grouped = groups.map { group in
            switch group {
            case .contrast(let contrast): contrast.column
            case .eachValue(let column, _): column
            }
        }
        for column in rowColumns + [unit, time].compactMap({ $0 }) + grouped where !columns.contains(column) {
            columns.append(column)
        }
        return columns
    }
}
