import Cells
import Panels

/// Builds designs by hand: one cell a row, or rows of pupils gathered into cells by unit × period (× group).
struct RowDesign {
    var unit: [String]
    var time: [Int]
    var y: [Double]
    /// First treated period of the row's unit; nil for comparison.
    var start: [Int?]
    var covariates: [(name: String, values: [Double])] = []
    var weights: [Double]?
    var isGroup: [Bool]?
    var clusters: [(name: String, values: [String])] = []
    var factors: [(name: String, values: [String])] = []
    var absorbed: [(name: String, values: [String])] = []
    var rowsArePupils = false

    static func factor(_ name: String, _ values: [String]) -> CellFactor {
        let levels = Array(Set(values)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let number = Dictionary(uniqueKeysWithValues: levels.enumerated().map { ($1, $0) })
        return CellFactor(name: name, levels: levels, codes: values.map { number[$0] ?? 0 })
    }

    /// One cell a row.
    func oneCellARow() -> Design { design(rowsOfCells: y.indices.map { [$0] }) }

    /// Cells of the rows that share every key, in order of first appearance.
    func gathered() -> Design {
        var cells: [[Int]] = []
        var number: [String: Int] = [:]
        for r in y.indices {
            var key = "\(unit[r])|\(time[r])|\(isGroup?[r] == true)"
            for column in clusters + factors + absorbed { key += "|\(column.values[r])" }
            if let c = number[key] {
                cells[c].append(r)
            } else {
                number[key] = cells.count
                cells.append([r])
            }
        }
        return design(rowsOfCells: cells)
    }

    private func design(rowsOfCells cells: [[Int]]) -> Design {
        let first = cells.map { $0[0] }
        let units = Self.factor("unit", first.map { unit[$0] })
        let ordinals = Array(Set(time)).sorted()
        let periods = ordinals.map { Period(kind: .year, ordinal: $0, label: String($0)) }
        let period = first.map { r in ordinals.firstIndex(of: time[r]) ?? 0 }
        var startOfUnit = [Int?](repeating: nil, count: units.levels.count)
        for (c, r) in first.enumerated() { startOfUnit[units.codes[c]] = start[r] }
        return Design(
            outcome: "y", covariates: covariates.map(\.name), units: units.levels, unit: units.codes, periods: periods,
            period: period, start: startOfUnit,
            isTreated: first.map { r in start[r].map { time[r] >= $0 } ?? false },
            eventTime: first.map { r in start[r].map { time[r] - $0 } },
            isGroup: isGroup.map { g in first.map { g[$0] } },
            clusters: clusters.isEmpty
                ? [CellFactor(name: "unit", levels: units.levels, codes: units.codes)]
                : clusters.map { column in Self.factor(column.name, first.map { column.values[$0] }) },
            factors: factors.map { column in Self.factor(column.name, first.map { column.values[$0] }) },
            absorbed: absorbed.map { column in Self.factor(column.name, first.map { column.values[$0] }) },
            moments: moments(cells), rowsArePupils: rowsArePupils, observationCount: Double(y.count))
    }

    /// Two passes: means, then centred cross products.
    private func moments(_ cells: [[Int]]) -> CellMoments {
        let variables = [y] + covariates.map(\.values)
        var moments = CellMoments(
            variableCount: variables.count, n: [], weight: [], squaredWeight: [], mean: [], within: [])
        for rows in cells {
            let w = rows.map { weights?[$0] ?? 1 }
            let total = w.reduce(0, +)
            let mean = variables.map { z in zip(rows, w).reduce(0) { $0 + $1.1 * z[$1.0] } / total }
            moments.n.append(Double(rows.count))
            moments.weight.append(total)
            moments.squaredWeight.append(w.reduce(0) { $0 + $1 * $1 })
            moments.mean += mean
            for i in variables.indices {
                for j in i..<variables.count {
                    moments.within.append(
                        zip(rows, w).reduce(0) {
                            $0 + $1.1 * (variables[i][$1.0] - mean[i]) * (variables[j][$1.0] - mean[j])
                        })
                }
            }
        }
        return moments
    }
}

extension RowDesign {
    /// A data set of the reference folder with the named columns.
    init(
        _ file: String, unit: String, time: String, outcome: String, start: (String) -> Int? = { _ in nil },
        startColumn: String? = nil, covariates: [String] = [],
        keep: (Int, [String: [String]]) -> Bool = { _, _ in true }
    ) throws {
        let columns = try ReferenceData.columns("reference/data/\(file)")
        func column(_ name: String) -> [String] { columns[name] ?? [] }
        let rows = column(unit).indices.filter { keep($0, columns) }
        let numbers = { (name: String) in rows.map { Double(column(name)[$0]) ?? .nan } }
        self.init(
            unit: rows.map { column(unit)[$0] }, time: rows.map { Int(column(time)[$0]) ?? 0 }, y: numbers(outcome),
            start: rows.map { r in startColumn.flatMap { start(column($0)[r]) } },
            covariates: covariates.map { ($0, numbers($0)) })
    }
}
