import Testing

@testable import Counterpart

/// The small files and words beside the results: file patterns, conditions, links, points, partners.
@Suite struct FilePatternTests {
    @Test func starsMatchWithinTheName() throws {
        let folder = try WorkFolder()
        for name in [
            "results-2018.csv", "results-2019.csv", "results-.csv", "results-2018.csv.bak", "other.csv",
            "Results-2017.csv",
        ] {
            try folder.write("a\n", name)
        }
        func found(_ pattern: String) -> [String] {
            FilePattern.files(pattern, in: folder.path).map { String($0.dropFirst(folder.path.count + 1)) }
        }
        #expect(found("results-*.csv") == ["results-.csv", "results-2018.csv", "results-2019.csv"])
        #expect(found("*-2018*") == ["results-2018.csv", "results-2018.csv.bak"])
        #expect(found("*s-*8.csv") == ["results-2018.csv"])
        #expect(found("nothing-*.csv") == [])
        // A name without a star is taken as it is, so that a file that is not there gets the reader's message.
        #expect(found("none.csv") == ["none.csv"])
    }

    @Test func textsBetweenStarsDoNotOverlap() {
        #expect(!FilePattern.matches("aba", ["ab", "ba"]))
        #expect(FilePattern.matches("abba", ["ab", "ba"]))
        #expect(!FilePattern.matches("ab", ["ab", "b"]))
        #expect(FilePattern.matches("anything", ["", ""]))
    }

    @Test func foldersComeFromThePlan() {
        #expect(FilePattern.files("/data/a.csv", in: "/plans") == ["/data/a.csv"])
        #expect(FilePattern.files("data/a.csv", in: "/plans") == ["/plans/data/a.csv"])
        #expect(FilePattern.files("a.csv", in: "") == ["a.csv"])
    }
}

@Suite struct WhereExpressionTests {
    @Test(arguments: [
        ("sex=F", "sex", RowFilter.Test.equals("F")), ("sex!=F", "sex", .differs("F")),
        ("a b=c d", "a b", .equals("c d")),
        ("name=", "name", .equals("")), ("note=a=b", "note", .equals("a=b")),
        ("Years in 2016|2017", "Years", .isOne(of: ["2016", "2017"])),
        ("x in a in b", "x", .isOne(of: ["a in b"])), ("x in a=b|c", "x", .isOne(of: ["a=b", "c"])),
        ("note=born in May", "note", .equals("born in May")),
        ("la<943", "la", .less(943)), ("la<=943", "la", .lessOrEqual(943)), ("la>-1.5", "la", .greater(-1.5)),
        ("la>=2e2", "la", .greaterOrEqual(200)),
    ]) func conditionsAreRead(text: String, column: String, test: RowFilter.Test) throws {
        let filter = try RowFilter(parsing: text)
        #expect(filter.column == column)
        #expect(filter.test == test)
        #expect(filter.text == text)
    }

    @Test(arguments: ["", "sex", "=F", "la<many", "la>", "la>=inf", "<5"]) func othersAreRefused(text: String) {
        let error = #expect(throws: RequestError.self) { try RowFilter(parsing: text) }
        #expect(error?.code == "E013")
        #expect("\(error.map { "\($0)" } ?? "")".contains("column in a|b|c"))
    }
}

@Suite struct PointsTableTests {
    @Test func gradesHavePoints() throws {
        let points = try WorkFolder.reading("grade,points\nA*,8\nA,7.5\nU,0\n") { try PointsTable.read($0) }
        #expect(
            try points.grades(of: "any")
                == ["A*": Decimal6(parsing: "8"), "A": Decimal6(parsing: "7.5"), "U": Decimal6(parsing: "0")])
    }

    @Test(arguments: [
        ("grade,points,subject,note\nA,8,x,\n", PointsError.notTwoColumns(path: "", found: 4), nil as Int?),
        ("grade,points\nA,eight\n", .notANumber(path: "", line: 2), 2),
        ("grade,points\nA,8\nB,7.1234567\n", .notANumber(path: "", line: 3), 3),
        ("grade,points\nA,8\nB,7\nA,6\n", .twice(path: "", line: 4), 4),
        ("grade,points,subject\nA,8,\nA,7,Art\nA,6,Art\n", .twice(path: "", line: 4), 4),
    ]) func faultsHaveTheirLine(text: String, kind: PointsError, line: Int?) throws {
        let error = #expect(throws: PointsError.self) { try WorkFolder.reading(text) { try PointsTable.read($0) } }
        #expect(error?.message == kind.message)
        #expect(error?.place?.line == line && error?.place?.file.hasSuffix("/list.csv") == true)
        #expect(error?.status == .input)
    }
}

@Suite struct PartnerListTests {
    private func read(
        _ text: String, unit: [String] = ["urn"], unitColumn: String? = nil, startColumn: String? = nil,
        startAt: String? = nil
    ) throws -> TreatmentSource {
        try WorkFolder.reading(text) {
            try PartnerList.read($0, unit: unit, unitColumn: unitColumn, startColumn: startColumn, startAt: startAt)
        }
    }

    @Test func unitsAndStarts() throws {
        let source = try read("urn,name,start\n1,\"A, B\",201617\n2,C,\n")
        #expect(source == .partners([PartnerEntry(unit: "1", start: "201617"), PartnerEntry(unit: "2")], startAt: nil))
    }

    @Test func columnsByOtherNames() throws {
        let source = try read("school,joined\n1,201617\n", unitColumn: "school", startColumn: "joined")
        #expect(source == .partners([PartnerEntry(unit: "1", start: "201617")], startAt: nil))
    }

    @Test func oneStartForAll() throws {
        #expect(try read("urn\n1\n", startAt: "2019") == .partners([PartnerEntry(unit: "1")], startAt: "2019"))
        #expect(throws: RequestError.self) { try read("urn\n1\n") }
    }

    @Test func joinedUnits() throws {
        #expect(
            try read("la,estab,start\n850,2000,2017\n", unit: ["la", "estab"])
                == .partners([PartnerEntry(unit: "850/2000", start: "2017")], startAt: nil))
        #expect(
            try read("la/estab,start\n850/2000,2017\n", unit: ["la", "estab"])
                == .partners([PartnerEntry(unit: "850/2000", start: "2017")], startAt: nil))
    }

    @Test func absentColumnsAreNamed() throws {
        let error = #expect(throws: ListError.self) { try read("school,start\n1,2017\n") }
        #expect(error.map { "\($0)" }?.contains("--partners-unit") == true)
        #expect(throws: TableError.self) { try read("urn,start\n1,2017\n", startColumn: "joined") }
    }

    @Test func unitsAlone() throws {
        #expect(
            try WorkFolder.reading("urn,why\n1,closed\n2,new\n") { try UnitList.read($0, unit: ["urn"]) } == ["1", "2"])
    }
}

@Suite struct NearestNamesTests {
    @Test func aThirdOfTheLettersMayDifferAndNeighboursSwap() {
        #expect(NearestNames.of("tittle", among: ["title", "data"]) == ["title"])
        #expect(NearestNames.of("titel", among: ["title", "data"]) == ["title"])
        #expect(NearestNames.of("DATA", among: ["title", "data"]) == ["data"])
        #expect(NearestNames.of("colour", among: ["title", "data"]) == [])
    }
}
