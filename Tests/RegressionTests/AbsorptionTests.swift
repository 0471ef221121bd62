import LinearAlgebra
import Panels
import Testing

@testable import Regression

/// Effects taken out level by level, factored or iterated, against dummies of every level.
struct AbsorptionTests {
    /// Codes and values from a fixed sequence.
    struct Rows {
        private var state: UInt64

        init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

        mutating func code(_ below: Int) -> Int32 { Int32(next() >> 33) % Int32(below) }
        mutating func value() -> Double { Double(next() >> 11) / Double(1 << 53) - 0.5 }

        private mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }

        mutating func effect(_ name: String, _ levels: Int, _ count: Int) -> EffectCodes {
            EffectCodes(name: name, levelCount: levels, codes: (0..<count).map { _ in code(levels) })
        }

        mutating func values(_ count: Int) -> [Double] { (0..<count).map { _ in value() } }
    }

    /// The definition: residuals from least squares on dummies of all levels, dependent ones set aside by pivoting.
    static func dense(_ column: [Double], _ effects: [EffectCodes], scale: [Double]?) throws -> ([Double], rank: Int) {
        let dummies = effects.flatMap { effect in
            (0..<effect.levelCount).map { level in
                effect.codes.enumerated().map { $1 == level ? scale?[$0] ?? 1 : 0 }
            }
        }
        let x = Matrix(rows: column.count, columns: dummies)
        let factor = try PivotedCholesky(x.crossProduct(), tolerance: 1e-9)
        var left = column
        for _ in 0..<3 { x.takeProduct(with: try factor.solve(x.transposedTimes(left)), from: &left) }
        return (left, factor.rank)
    }

    @Test(arguments: [1, 2, 3, 4], [false, true]) func equalsDummies(effectCount: Int, isWeighted: Bool) throws {
        var rows = Rows(UInt64(effectCount))
        let count = 400
        let effects = [30, 12, 7, 3].prefix(effectCount).map { rows.effect("effect \($0)", $0, count) }
        let scale = isWeighted ? rows.values(count).map { ($0 + 1).squareRoot() } : nil
        let column = rows.values(count)
        let (wanted, rank) = try Self.dense(column, effects, scale: scale)
        for limit in [4_000, 0] {
            var absorption = try Absorption(effects, scale: scale, threads: 2, denseLimit: limit)
            var found = column
            try absorption.apply(&found)
            #expect(zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-12 })
            #expect(absorption.rank == rank)
        }
    }

    /// Sets of levels that no row connects: one level fewer counts for each.
    @Test func connectedSetsCountExactly() throws {
        var rows = Rows(5)
        let count = 300
        // Three blocks of ten and four levels each.
        let block = (0..<count).map { Int32($0 % 3) }
        let effects = [10, 4].map { size in
            EffectCodes(name: "\(size)", levelCount: 3 * size, codes: block.map { $0 * Int32(size) + rows.code(size) })
        }
        for limit in [4_000, 0] {
            #expect(try Absorption(effects, scale: nil, denseLimit: limit).rank == 30 + 12 - 3)
        }
        #expect(EffectRank.count(effects) == 39)
    }

    /// Pupils who stay at their school: the school's effect says nothing more, and counts nothing.
    @Test func nestedEffectsCountNothing() throws {
        var rows = Rows(6)
        let pupil = EffectCodes(name: "pupil", levelCount: 60, codes: (0..<240).map { Int32($0 % 60) })
        let school = EffectCodes(name: "school", levelCount: 6, codes: pupil.codes.map { $0 / 10 })
        let year = rows.effect("year", 5, 240)
        let absorption = try Absorption([school, year, pupil], scale: nil)
        #expect(absorption.redundant == ["school"])
        #expect(absorption.rank == 60 + 5 - 1)
        #expect(EffectRank.count([school, year, pupil], rank: 64, nestedIn: [school]) == 5)
    }

    /// A chain of schools, each linked to the next by one pupil: the hardest case for iterations.
    @Test func iterationsReachTenDigits() throws {
        var rows = Rows(7)
        let schools = 60
        var pupils: [Int32] = []
        var codes: [Int32] = []
        for school in 0..<schools {
            for pupil in 0..<20 {
                for _ in 0..<2 {
                    pupils.append(Int32(20 * school + pupil))
                    codes.append(Int32(school))
                }
            }
            if school > 0 {
                pupils.append(Int32(20 * school))
                codes.append(Int32(school - 1))
            }
        }
        let count = pupils.count
        let effects = [
            EffectCodes(name: "pupil", levelCount: 20 * schools, codes: pupils),
            EffectCodes(name: "school", levelCount: schools, codes: codes), rows.effect("year", 4, count),
        ]
        let x = RowRegressor("x", rows.values(count))
        let y = zip(rows.values(count), x.values).map { $0 + 0.7 * $1 }
        let fits = try [4_000, 0].map { limit in
            var absorption = try Absorption(effects, scale: nil, denseLimit: limit)
            var both = Matrix(rows: count, columns: [x.values, y])
            try absorption.apply(&both)
            let gram = both.crossProduct()
            return (absorption.method, gram[0, 1] / gram[0, 0])
        }
        #expect(abs(fits[0].1 - fits[1].1) < 1e-10 * abs(fits[0].1))
        guard case .iterated(let levels, let iterations, let residual) = fits[1].0 else {
            Issue.record("not iterated")
            return
        }
        #expect(levels == schools + 4 && iterations > 10 && residual < 1e-12)
    }

    /// The same bits on any number of threads.
    @Test(arguments: [4_000, 0]) func threadsChangeNothing(limit: Int) throws {
        var rows = Rows(8)
        let count = 40_000
        let effects = [rows.effect("a", 5_000, count), rows.effect("b", 40, count), rows.effect("c", 9, count)]
        let column = rows.values(count)
        let found = try [1, 2, 5].map { threads in
            var absorption = try Absorption(effects, scale: nil, threads: threads, denseLimit: limit)
            var left = column
            try absorption.apply(&left)
            return left
        }
        #expect(found[0] == found[1] && found[0] == found[2])
    }

    @Test func rowsAreSortedAndRestored() throws {
        var rows = Rows(9)
        for (levels, count) in [(1, 5), (7, 100), (3_000, 5_000), (70_000, 90_000)] {
            let effect = rows.effect("e", levels, count)
            let values = rows.values(count)
            guard let order = RowOrder(effect) else {
                #expect(levels == 1)
                continue
            }
            let byHand = effect.codes.indices.sorted { (effect.codes[$0], $0) < (effect.codes[$1], $1) }
            #expect(order.sorted(values) == byHand.map { values[$0] })
            #expect(order.restored(order.sorted(values)) == values)
        }
    }
}
