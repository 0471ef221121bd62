import Tables

/// The lists of `compare` as JSON and tables.
enum CompareRows {
    static func json(_ before: BalanceRow, _ after: BalanceRow) -> JSONValue {
        var object = JSONObject()
        object.put("variable", .text(before.variable))
        if !before.unit.isEmpty { object.put("unitOfMeasure", .text(before.unit)) }
        object.put("before", figures(before))
        object.put("after", figures(after))
        return object.value
    }

    private static func figures(_ row: BalanceRow) -> JSONValue {
        var object = JSONObject()
        if row.isSuppressed {
            object.put("suppressed", true)
            return object.value
        }
        object.put("treatedMean", ifAny: row.treatedMean)
        object.put("comparisonMean", ifAny: row.comparisonMean)
        object.put("standardisedDifference", ifAny: row.standardisedDifference)
        object.put("varianceRatio", ifAny: row.varianceRatio)
        object.put("nTreated", ifAny: row.nTreated)
        object.put("nComparison", ifAny: row.nComparison)
        return object.value
    }

    private static let keys: [(name: String, value: @Sendable (BalanceRow) -> Double?)] = [
        ("treatedMean", { $0.treatedMean }), ("comparisonMean", { $0.comparisonMean }),
        ("standardisedDifference", { $0.standardisedDifference }), ("varianceRatio", { $0.varianceRatio }),
        ("nTreated", { $0.nTreated }), ("nComparison", { $0.nComparison }),
    ]

    /// One row a characteristic, the keys of the JSON with `Before` and `After` behind them.
    static func table(_ before: [BalanceRow], _ after: [BalanceRow]) -> ResultTable {
        var columns = ColumnSet(by: [])
        columns.text("variable", before.map(\.variable))
        columns.text("unitOfMeasure", before.map { $0.unit.isEmpty ? nil : $0.unit })
        for (rows, ending) in [(before, "Before"), (after, "After")] {
            for key in keys {
                columns.figure(
                    key.name + ending, rows.map(key.value), rows.map(\.isSuppressed), always: !key.name.hasPrefix("n"))
            }
        }
        return columns.table
    }

    /// The partners' mean after is shown where some have no counterpart, so that it changed.
    static func readable(_ before: [BalanceRow], _ after: [BalanceRow], minus: Numeral.Minus) -> ResultTable {
        let tables = ReadableTables(level: 0.95, minus: minus)
        let (first, last) = (tables.balance(before), tables.balance(after))
        let hasChanged = zip(before, after).contains { $0.treatedMean != $1.treatedMean }
        var columns = ColumnSet(by: [])
        func add(_ name: String, _ table: ResultTable, _ column: String) {
            guard let place = table.columns.firstIndex(where: { $0.name == column }) else { return }
            columns.add(name, table.rows.map { $0[place] }, decimals: table.columns[place].decimals, always: true)
        }
        add("characteristic", first, "characteristic")
        add("partners", first, "partners")
        if hasChanged { add("with a counterpart", last, "partners") }
        for (name, column) in [
            ("comparison", "comparison"), ("difference (SD)", "standardised difference"),
            ("variance ratio", "variance ratio"),
        ] {
            add("\(name) before", first, column)
            add("\(name) after", last, column)
        }
        return columns.table
    }

    static func matches(_ rows: ArraySlice<CompareDocument.Match>) -> ResultTable {
        var columns = ColumnSet(by: [])
        columns.text("partner", rows.map(\.unit))
        columns.text("counterpart", rows.map(\.comparison))
        columns.figure(
            "distance", rows.map(\.distance), rows.map { $0.distance == nil }, always: true, decimals: 3)
        columns.figure("weight", rows.map(\.weight), rows.map { _ in false }, always: true, decimals: 3)
        return columns.table
    }

    static func weights(_ rows: ArraySlice<CompareDocument.Weight>) -> ResultTable {
        var columns = ColumnSet(by: [])
        columns.text("comparison", rows.map(\.unit))
        columns.figure("weight", rows.map(\.weight), rows.map { $0.weight == nil }, always: true, decimals: 3)
        return columns.table
    }

    static func alone(_ rows: ArraySlice<CompareDocument.Alone>) -> ResultTable {
        var columns = ColumnSet(by: [])
        columns.text("partner", rows.map(\.unit))
        columns.text("why", rows.map(\.reason))
        return columns.table
    }

    static func rules(_ rows: [CompareDocument.Rule]) -> ResultTable {
        var columns = ColumnSet(by: [])
        columns.text("rule", rows.map(\.text))
        columns.add("left out", rows.map { .integer($0.leftOut) }, always: true)
        return columns.table
    }
}
