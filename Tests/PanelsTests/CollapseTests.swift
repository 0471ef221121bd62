import Cells
import Testing

@testable import Panels

/// A collapsed design against its definition: the weighted mean of every unit and period's rows, row by row.
struct CollapseTests {
    private struct Pupil {
        var school: Int
        var year: Int
        var isGroup: Bool
        var sex: String
        var y: Double
        var x: Double
        var weight: Double
        var keys: [String] {
            ["s\(school)", "\(year)", school < 2 ? "2017" : "", "trust \(school % 2)", isGroup ? "Y" : "N", sex]
        }
    }

    private static let pupils: [Pupil] = (0..<160).map { i in
        let (school, year) = (i % 5, 2015 + (i / 5) % 4)
        return Pupil(
            school: school, year: year, isGroup: (i * 7) % 3 == 0, sex: ["F", "M", "X"][(i * 11 + school) % 3],
            y: Double((i * 37) % 101) / 4 + Double(school), x: Double((i * 53) % 89) / 8, weight: Double(1 + i % 3))
    }

    private static func design(
        gap: Bool = false, factors: [String] = [], weighted: Bool = false, estimand: EstimandKind? = nil
    ) throws -> Design {
        var table = RowTable(["urn", "year", "start", "trust", "fsm", "sex"], variables: ["y", "x"])
        for pupil in pupils { table.add(pupil.keys, pupil.y, pupil.x, weight: weighted ? pupil.weight : 1) }
        var request = DesignRequest(unit: "urn", time: "year", treatment: .startColumn("start"))
        request.clusters = ["trust"]
        request.factors = factors
        request.estimand = estimand
        if gap { request.gap = GroupContrast(column: "fsm", value: "Y") }
        return try DesignBuilder.build(table.cells(), request).design
    }

    private func members(_ design: Design, _ c: Int) -> [Pupil] {
        Self.pupils.filter { pupil in
            "s\(pupil.school)" == design.units[design.unit[c]]
                && "\(pupil.year)" == design.periods[design.period[c]].label
                && (design.isGroup == nil || pupil.isGroup == design.isGroup?[c])
        }
    }

    @Test(arguments: [true, false], [true, false]) func rowsAreWeightedMeans(gap: Bool, weighted: Bool) throws {
        let whole = try Self.design(gap: gap, factors: ["sex"], weighted: weighted)
        let design = whole.collapsed()
        #expect(whole.cellCount > design.cellCount && design.cellCount == (gap ? 40 : 20))
        // The first level is the reference; the others are shares beside the covariate.
        #expect(design.covariates == ["x", "sex=M", "sex=X"] && design.factors.isEmpty)
        #expect(!design.rowsArePupils && design.isCollapsed && design.observationCount == Double(design.cellCount))
        var seen = 0.0
        for c in 0..<design.cellCount {
            let pupils = members(design, c)
            let weight = pupils.map { weighted ? $0.weight : 1 }
            let total = weight.reduce(0, +)
            func mean(_ value: (Pupil) -> Double) -> Double {
                zip(pupils, weight).reduce(0) { $0 + $1.1 * value($1.0) } / total
            }
            let expected = [
                mean(\.y), mean(\.x), mean { $0.sex == "M" ? 1 : 0 }, mean { $0.sex == "X" ? 1 : 0 },
            ]
            for (j, value) in expected.enumerated() { #expect(abs(design.moments.mean[c * 4 + j] - value) < 1e-12) }
            #expect(design.moments.weight[c] == total && design.moments.n[c] == 1)
            #expect(design.moments.squaredWeight[c] == total * total)
            #expect(design.pupils?[c] == Double(pupils.count) && design.rowsBehind[c] == Double(pupils.count))
            let school = pupils[0].school
            #expect(design.start[design.unit[c]] == (school < 2 ? 2017 : nil))
            #expect(design.isTreated[c] == (school < 2 && pupils[0].year >= 2017))
            #expect(design.clusters[0].levels[design.clusters[0].codes[c]] == "trust \(school % 2)")
            seen += design.rowsBehind[c]
        }
        #expect(seen == Double(Self.pupils.count))
        #expect(design.moments.within.count == design.cellCount * 10 && design.moments.within.allSatisfy { $0 == 0 })
    }

    /// Each school and period counts the same, however many pupils it has.
    @Test func schoolsCountTheSame() throws {
        let design = try Self.design(factors: ["sex"], estimand: .schools).collapsed()
        #expect(design.moments.weight.allSatisfy { abs($0 - 1) < 1e-12 })
    }

    /// Two rows of a unit and period whose fixed effects or clusters differ stay apart.
    @Test func absorbedLevelsStayApart() throws {
        var whole = try Self.design(factors: ["sex"])
        whole.absorbed = whole.factors
        whole.factors = []
        let design = whole.collapsed()
        #expect(design.cellCount == whole.cellCount)
        #expect(design.absorbed[0].codes == whole.absorbed[0].codes)
    }

    @Test func collapsingTwiceChangesNothing() throws {
        let once = try Self.design(gap: true, factors: ["sex"]).collapsed()
        let twice = once.collapsed()
        #expect(once.moments.mean == twice.moments.mean && once.moments.weight == twice.moments.weight)
        #expect(once.rowsBehind == twice.rowsBehind)
    }
}
