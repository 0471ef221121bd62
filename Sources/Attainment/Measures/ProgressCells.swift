import Cells
import Inference
import Panels
import Tables

/// The cells of one outcome with what progress scores need of their keys.
struct ProgressCells {
    let outcome: String
    let prior: String
    let n: [Double]
    let mean: [Double]
    /// Σ (y − ȳ)² of the results.
    let within: [Double]
    /// Cells with rows, a unit, a period and a prior result, in order.
    let used: [Int]
    /// The values of the prior column; nil where it is empty.
    let priors: [Double?]
    let priorTexts: [String]
    let priorCode: [Int]
    /// Cells whose pupils are the yardstick.
    let isNorm: [Bool]
    /// Per cell: the index of its period.
    let period: [Int]
    /// Labels of the periods; one nil where none was named.
    let periods: [String?]
    let dropped: [DroppedRows]
    private let unit: CellKey?
    private let by: [CellKey]
    private let subject: CellKey?

    init(_ table: CellTable, _ request: ValueAddedRequest) throws {
        let block = table.blocks[request.block]
        let moments = block.moments
        let q = moments.variableCount
        outcome = block.variables[0]
        prior = request.prior
        n = moments.n
        mean = moments.n.indices.map { moments.mean[$0 * q] }
        within = moments.n.indices.map { moments.within[$0 * (q * (q + 1) / 2)] }
        let priorKey = try table.key(request.prior)
        priorTexts = priorKey.values
        priorCode = priorKey.codes.map(Int.init)
        priors = try priorKey.values.map { text in
            if text.isEmpty { return nil }
            guard let value = Double(text), value.isFinite else {
                throw AttainmentError.priorNotANumber(column: request.prior)
            }
            return value
        }
        var isUsed = moments.n.map { $0 > 0 }
        var dropped: [DroppedRows] = []
        func keep(_ name: String, _ holds: (Int) -> Bool) {
            var lost = 0.0
            for cell in isUsed.indices where isUsed[cell] && !holds(cell) {
                isUsed[cell] = false
                lost += moments.n[cell]
            }
            if lost > 0 { dropped.append(DroppedRows("no \(name)", Int(lost))) }
        }
        unit = try request.unit.map { try table.key($0) }
        if let unit { keep(unit.name) { !unit.values[Int(unit.codes[$0])].isEmpty } }
        let time = try request.time.map { try table.key($0) }
        if let time { keep(time.name) { !time.values[Int(time.codes[$0])].isEmpty } }
        let (values, codes) = (priors, priorCode)
        keep(request.prior) { values[codes[$0]] != nil }
        self.dropped = dropped
        if let time {
            var occurs = [Bool](repeating: false, count: time.values.count)
            for cell in isUsed.indices where isUsed[cell] { occurs[Int(time.codes[cell])] = true }
            guard occurs.contains(true) else { throw AttainmentError.noKnownPrior(column: request.prior) }
            let texts = try PeriodTexts(time.values, occurs: occurs)
            period = time.codes.map { texts.indices[Int($0)] ?? 0 }
            periods = texts.timeline.periods.map(\.label)
        } else {
            period = isUsed.map { _ in 0 }
            periods = [nil]
        }
        by = try request.by.map { try table.key($0) }
        subject = try request.subject.map { try table.key($0) }
        used = isUsed.indices.filter { isUsed[$0] }
        isNorm = try Self.norm(table, request.norm)
    }

    /// A comparison of numbers leaves out what is none, as `--where` does.
    private static func norm(_ table: CellTable, _ filters: [RowFilter]) throws -> [Bool] {
        var isNorm = [Bool](repeating: true, count: table.cellCount)
        for filter in filters {
            let key = try table.key(filter.column)
            let holds = key.values.map { filter.test.holds($0) }
            for cell in isNorm.indices where !holds[Int(key.codes[cell])] { isNorm[cell] = false }
        }
        return isNorm
    }

    func priorValue(_ cell: Int) -> Double { priors[priorCode[cell]] ?? 0 }

    /// The codes that tell the rows of the result apart: unit, then `by`.
    func rowKey(_ cell: Int) -> [Int] { (unit.map { [Int($0.codes[cell])] } ?? []) + by.map { Int($0.codes[cell]) } }

    /// The subject of a cell; nil where none was named.
    func subjectText(_ cell: Int) -> String? { subject.map { $0.values[Int($0.codes[cell])] } }

    func unitText(_ key: [Int]) -> String? { unit.map { $0.values[key[0]] } }

    func byValues(_ key: [Int]) -> [ByValue] {
        zip(by, key.dropFirst(unit == nil ? 0 : 1)).map { ByValue($0.name, $0.values[$1]) }
    }

    /// The index of the unit of a cell, for the spread between units; nil without units.
    func unitCode(_ cell: Int) -> Int? { unit.map { Int($0.codes[cell]) } }
}

extension RowFilter.Test {
    /// Whether a key's text meets the condition.
    func holds(_ text: String) -> Bool {
        switch self {
        case .equals(let other): text == other
        case .differs(let other): text != other
        case .isOne(let others): others.contains(text)
        case .less(let bound): Double(text).map { $0 < bound } ?? false
        case .lessOrEqual(let bound): Double(text).map { $0 <= bound } ?? false
        case .greater(let bound): Double(text).map { $0 > bound } ?? false
        case .greaterOrEqual(let bound): Double(text).map { $0 >= bound } ?? false
        }
    }
}
