import Tables

@testable import Cells

/// Hand-made rows, and the reader's part in turning them into batches.
struct TestRows {
    /// Key texts, row by row.
    var keys: [[String]] = []
    /// Mantissas with their decimals, row by row: outcomes, covariates, then the weight; `nil` is missing.
    var numbers: [[Decimal?]] = []
    var missing: [[UInt8]] = []
    var pupils: [String] = []
    var kept: [Bool] = []
    var count: Int { keys.count }

    struct Decimal: Equatable {
        var mantissa: Int64
        var decimals = 0
        /// What double mode reads instead.
        var override: Double?

        func mantissa(at scale: Int) -> Int64 {
            (0..<scale - decimals).reduce(mantissa) { value, _ in value * 10 }
        }

        var double: Double { override ?? Double(mantissa) / Double(powerOfTen(decimals)) }
    }

    mutating func append(
        _ keys: [String], _ numbers: [Decimal?], missing: UInt8 = 1, pupil: String = "", kept: Bool = true
    ) {
        self.keys.append(keys)
        self.numbers.append(numbers)
        self.missing.append(numbers.map { $0 == nil ? missing : 0 })
        pupils.append(pupil)
        self.kept.append(kept)
    }

    /// Sends the rows to an accumulator in batches.
    ///
    /// - Parameters:
    ///   - lane: the lane of each batch by its number.
    ///   - order: the order in which rows stand in the file.
    func feed(
        _ plan: CellPlan, lanes: Int = 1, batch size: Int = 1000, lane: (Int) -> Int = { _ in 0 }, order: [Int]? = nil,
        file: Int = 0
    ) -> CellAccumulator {
        let accumulator = CellAccumulator(plan)
        accumulator.begin(lanes: lanes)
        var readers = (0..<lanes).map { _ in TestLane(plan) }
        let rows = order ?? Array(0..<count)
        for (number, start) in stride(from: 0, to: rows.count, by: size).enumerated() {
            let part = Array(rows[start..<min(start + size, rows.count)])
            let lines = part.indices.map { Int64(start + $0 + 2) }
            readers[lane(number)].send(self, part, lines, lane: lane(number), file: file, to: accumulator)
        }
        return accumulator
    }

    /// The table of all rows in one lane.
    func table(_ plan: CellPlan) throws -> CellTable {
        try feed(plan).finish(files: ["rows.csv"])
    }
}

/// One lane of a reader: dictionaries and scales that only grow.
private struct TestLane {
    private let plan: CellPlan
    private let dictionaries: [KeyDictionary]
    private let pupils = KeyDictionary()
    private var decimals: [Int]

    init(_ plan: CellPlan) {
        self.plan = plan
        dictionaries = plan.keys.map { _ in KeyDictionary() }
        decimals = Array(repeating: 0, count: plan.valueColumns.count + (plan.weight == nil ? 0 : 1))
    }

    mutating func send(
        _ rows: TestRows, _ part: [Int], _ lines: [Int64], lane: Int, file: Int, to accumulator: CellAccumulator
    ) {
        var held: [() -> Void] = []
        func hold<T>(_ values: [T]) -> UnsafePointer<T> {
            let room = UnsafeMutablePointer<T>.allocate(capacity: max(values.count, 1))
            room.initialize(from: values, count: values.count)
            held.append { room.deallocate() }
            return UnsafePointer(room)
        }
        var columns = dictionaries.indices.map { key in
            let dictionary = dictionaries[key]
            return Batch.Column.key(.init(hold(part.map { dictionary.code(of: rows.keys[$0][key]) }), dictionary))
        }
        for number in decimals.indices {
            let values = part.map { rows.numbers[$0][number] }
            decimals[number] = values.reduce(decimals[number]) { max($0, $1?.decimals ?? 0) }
            let scale = decimals[number]
            columns.append(
                .number(
                    .init(
                        // A missing value's mantissa is not to be used; 77 shows where it is.
                        mantissas: hold(values.map { $0?.mantissa(at: scale) ?? 77 }), decimals: scale,
                        doubles: hold(values.map { $0?.double ?? 77 }),
                        missing: hold(part.map { rows.missing[$0][number] }))))
        }
        if plan.hasPupil {
            columns.append(.key(.init(hold(part.map { pupils.code(of: rows.pupils[$0]) }), pupils)))
        }
        accumulator.consume(
            Batch(
                rowCount: part.count, lane: lane, kept: hold(part.map { rows.kept[$0] ? 1 : 0 }), columns: columns,
                file: file, lines: hold(lines)))
        for release in held { release() }
    }
}

/// A small generator with a seed (Steele, Lea & Flood 2014).
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension TestRows {
    /// Pupils of some schools over some years, two outcomes, one covariate and a weight; some values missing, some
    /// keys empty, some rows filtered out.
    static func random(_ count: Int, seed: UInt64, decimals: ClosedRange<Int> = 0...2) -> TestRows {
        var random = SplitMix64(seed: seed)
        var rows = TestRows()
        func value(_ range: ClosedRange<Int64>) -> Decimal? {
            if Int.random(in: 0..<20, using: &random) == 0 { return nil }
            return Decimal(
                mantissa: .random(in: range, using: &random), decimals: .random(in: decimals, using: &random))
        }
        for _ in 0..<count {
            let school = Int.random(in: 0..<30, using: &random)
            let keys = [
                school == 29 ? "" : "10\(school)", "20\(Int.random(in: 15...18, using: &random))",
                ["Y", "N", ""].randomElement(using: &random) ?? "", ["é", "b", "z"][school % 3],
            ]
            let numbers = [value(-900...900), value(0...90), value(-120...120)]
            let weight = Decimal(mantissa: .random(in: 0...40, using: &random), decimals: 1)
            rows.append(
                keys, numbers + [weight], missing: .random(in: 1...3, using: &random),
                kept: Int.random(in: 0..<10, using: &random) > 0)
        }
        return rows
    }

    static var randomPlan: CellPlan {
        var plan = CellPlan(keys: ["urn", "year", "fsm", "trust"], outcomes: ["attainment8", "grade"])
        plan.required = [(0, "no unit"), (1, "no period")]
        plan.covariates = ["ks2"]
        plan.weight = "w"
        return plan
    }
}
