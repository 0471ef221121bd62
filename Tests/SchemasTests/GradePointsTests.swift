import Foundation
import Tables
import Testing

@testable import Schemas

struct GradePointsTests {
    private func holds(_ table: String, _ grade: String, _ points: String) throws -> Bool {
        try #require(GradePoints(table)).points[grade] == Decimal6(parsing: points)
    }

    @Test func everyTableIsWhole() throws {
        #expect(GradePoints.names.count == Set(GradePoints.names).count && GradePoints.names.count > 10)
        for name in GradePoints.names {
            let table = try #require(GradePoints(name))
            #expect(!table.points.isEmpty && table.sources.allSatisfy { !$0.isEmpty } && table.first > 2000)
        }
        let rows = EmbeddedTable.rows(PackageResources.points_csv, fields: 6)
        // No grade stands twice in its table, and every number was read.
        #expect(GradePoints.names.reduce(0) { $0 + (GradePoints($1)?.points.count ?? 0) } == rows.count)
        #expect(GradePoints("no such table") == nil)
    }

    /// As the Department for Education and universities print them.
    @Test func pointsAsPublished() throws {
        #expect(try holds("gcse", "9", "9") && holds("gcse", "U", "0") && holds("gcse", "7-6", "6.5"))
        #expect(try holds("gcse-legacy-2017", "A*", "8.5") && holds("gcse-legacy-2017", "F", "1.5"))
        #expect(try holds("gcse-legacy-2016", "A*", "8") && holds("gcse-legacy-58", "C", "40"))
        #expect(try holds("a-level", "A*", "60") && holds("as-level", "A", "25"))
        #expect(try holds("ucas-a-level", "A*", "56") && holds("ucas-as-level", "A", "20"))
        #expect(try holds("ucas-extended-diploma", "D*D*D*", "168") && holds("ucas-t-level", "M", "120"))
    }

    /// Better grades have more points: the tables list each grade once, from the best.
    @Test func tablesDescend() {
        let rows = EmbeddedTable.rows(PackageResources.points_csv, fields: 6)
        for name in GradePoints.names where name.hasPrefix("ucas") || name.hasSuffix("level") {
            let values = rows.filter { $0[0] == name }.compactMap { Double($0[2]) }
            #expect(values == values.sorted(by: >), "\(name)")
        }
    }

    @Test func placesOfAttainment8() {
        #expect(Attainment8Slots.all.map(\.element) == ["english", "maths", "ebacc", "open"])
        #expect(Attainment8Slots.all.reduce(0) { $0 + $1.weight * Double($1.slots) } == 10)
    }
}
