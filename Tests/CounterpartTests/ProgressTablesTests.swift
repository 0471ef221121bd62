import Attainment
import Tables
import Testing

@testable import Counterpart

/// The tables that users bring to `progress`: least scores and knots.
struct ProgressTablesTests {
    @Test func leastScoresByGroup() throws {
        let floors = try WorkFolder.reading("minimum,group\n-3.5,3\n-2.75,1\n") {
            try FloorTable.read($0, bandCount: 4)
        }
        #expect(floors == [-2.75, nil, -3.5, nil])
    }

    @Test(arguments: [
        ("group,least\n1,-2\n", FloorTableError.noColumns(path: "")),
        ("group,minimum\n5,-2\n", .noGroup(path: "", line: 2, bands: 4)),
        ("group,minimum\n1,2\n", .notBelowZero(path: "", line: 2)),
        ("group,minimum\n1,-2\n1,-3\n", .twice(path: "", line: 3)),
    ]) func faultsOfLeastScores(text: String, kind: FloorTableError) throws {
        let error = #expect(throws: FloorTableError.self) {
            try WorkFolder.reading(text) { try FloorTable.read($0, bandCount: 4) }
        }
        #expect(error?.message == kind.message && error?.place?.line == kind.place?.line && error?.code == "E242")
    }

    @Test func knotsInTwoFiles() throws {
        let folder = try WorkFolder()
        let knots = try folder.write(
            "subject_name,qual_id,x_0,x_1,x_2,y_0,y_1,y_2\nBiology,101,2,4,6,10,20,40\nArt,102,1,2,,5,6,\n", "bands.csv"
        )
        let spreads = try folder.write("qual_id,size,sd_suqu\n101,1,1.0679\n103,1,2\n", "variance.csv")
        let table = try withExtendedLifetime(folder) { try KnotTableFile.read([knots, spreads]) }
        let biology = try #require(table["101"])
        #expect(biology == .init(name: "101", x: [2, 4, 6], y: [10, 20, 40], spread: 1.0679, size: 1))
        // Fewer knots than others: the rest of the row is empty.
        #expect(table["102"]?.x == [1, 2] && table["102"]?.spread == nil && table["103"] == nil)
        // One grade of an A level is ten points.
        #expect(table.pointsPerGrade == 10)
    }

    @Test(arguments: [
        ("id,x_0,y_0\n1,2,3\n", KnotTableError.noColumns(path: "")), ("qual_id,x_0,y_0\n1,2,3\n", .noColumns(path: "")),
        ("qual_id,x_0,x_1,y_0,y_1\n1,4,2,3,5\n", .notAscending(path: "", line: 2)),
        ("qual_id,x_0,x_1,y_0,y_1\n1,2,x,3,5\n", .notANumber(path: "", line: 2)),
        ("qual_id,x_0,x_1,y_0,y_1\n1,2,3,3,5\n1,2,3,3,5\n", .twice(path: "", line: 3)),
    ]) func faultsOfKnots(text: String, kind: KnotTableError) throws {
        let error = #expect(throws: KnotTableError.self) {
            try WorkFolder.reading(text) { try KnotTableFile.read([$0]) }
        }
        #expect(error?.message == kind.message && error?.place?.line == kind.place?.line && error?.code == "E243")
    }

    @Test func pointsByName() throws {
        #expect(try PointsTable.named("a-level").grades(of: "any")["A*"] == Decimal6(parsing: "60"))
        let error = #expect(throws: PointsError.self) { try PointsTable.named("alevel") }
        #expect(error?.code == "E149" && error?.status == .usage && error?.hint?.contains("a-level") == true)
        let own = try WorkFolder.reading("grade,points\nA,1\n") { try PointsTable.named($0).grades(of: "any") }
        #expect(own.count == 1)
    }
}
