import Testing

@testable import Tables

@Suite struct DescribeTests {
    @Test func columnsLookLikeWhatTheyAre() throws {
        let folder = try TemporaryFolder()
        var text = "upn,urn,year,fsm,score,note,none\n"
        for i in 0..<40 {
            let score = i == 3 ? "SUPP" : i == 4 ? "" : "\(i).5"
            text += "\(i == 0 ? "A" : "B")80120000500\(i % 10),\(100_000 + i % 4),\(201_718 + 101 * (i % 2)),"
            text += "\(i % 3 == 0 ? "Y" : "N"),\(score),some words \(i % 9) and \(i % 13),\n"
        }
        var describe = Describe(files: [InputFile(try folder.file(text))])
        describe.unit = ["urn"]
        describe.time = ["year"]
        let found = try describe.run()
        #expect(found.rows == 40)
        #expect(
            found.columns.map(\.looks.word) == [
                "identifier", "identifier", "period", "group", "number", "identifier", "empty",
            ])
        #expect(found.columns[2].looks == .period([ValueCount("201718", 20), ValueCount("201819", 20)]))
        #expect(found.columns[3].looks == .group([ValueCount("N", 26), ValueCount("Y", 14)]))
        #expect(found.columns[4].looks == .number(lowest: 0.5, highest: 39.5, decimals: 1))
        #expect(found.columns[4].missing == [MissingCount(column: "score", code: "SUPP", count: 1)])
        #expect(found.columns[4].empty == 1)
        #expect(found.columns[4].distinct == 38)
        #expect(found.columns[1].looks == .identifier(IdentifierCheck(kind: .urn, matching: 40, failing: 0)))
        let coverage = try #require(found.coverage)
        #expect(coverage.units == 4)
        #expect(coverage.pairs == 4)
        #expect(coverage.repeatedPairs == 4)
        #expect(coverage.mostRowsInPair == 10)
        #expect(coverage.unitsInEveryPeriod == 0)
        #expect(coverage.periods.map(\.rows) == [20, 20])
    }

    @Test func theAnswerDoesNotDependOnPieces() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 1)
        let rows = (0..<600).map { _ in
            "\(random.next() % 50),\(random.next() % 7),\(random.next() % 3 == 0 ? "x" : "1.25"),\(["a", "b", "", "c"][Int(random.next() % 4)])"
        }
        let path = try folder.file("u,t,n,g\n" + rows.joined(separator: "\n"))
        var found: [FileDescription] = []
        for (piece, threads) in [(1, 1), (50, 4), (1 << 18, 2)] {
            var describe = Describe(files: [InputFile(path)])
            (describe.unit, describe.time) = (["u"], ["t"])
            describe.threads = threads
            describe.sizes.piece = piece
            describe.sizes.wave = 8 * piece
            found.append(try describe.run())
        }
        #expect(found[0] == found[1] && found[1] == found[2])
    }

    @Test func identifiersAreChecked() {
        func check(_ text: String) -> (IdentifierCheck.Kind, Bool)? {
            Array(text.utf8).withUnsafeBufferPointer { IdentifierCheck.kind(of: $0).map { ($0.kind, $0.isRight) } }
        }
        #expect(check("B801200005001").map { $0 == (.upn, true) } == true)
        #expect(check("A801200005001").map { $0 == (.upn, false) } == true)
        #expect(check("P207000016049").map { $0 == (.upn, true) } == true)
        #expect(check("9276308686").map { $0 == (.uln, true) } == true)
        #expect(check("9276308687").map { $0 == (.uln, false) } == true)
        #expect(check("936/2004").map { $0 == (.laestab, true) } == true)
        #expect(check("I801200005001") == nil)
        #expect(check("12345") == nil)
    }

    @Test(arguments: [
        ("2018", true), ("201819", true), ("201618", false), ("2018/19", true), ("2018-19", true), ("2018-2019", true),
        ("2018/19 autumn", true), ("201819T1", true), ("2018-09-01", true), ("2018-13-01", false), ("1718", false),
        ("20181", false), ("2018 ", false), ("999920", false),
    ])
    func periodsAreKnownByTheirForm(_ text: String, _ want: Bool) {
        #expect(Array(text.utf8).withUnsafeBufferPointer { PeriodForm.matches($0) } == want)
    }

    @Test func columnsOfManyTextsAreLookedAtAllTheSame() throws {
        let folder = try TemporaryFolder()
        var text = "id,n,few\n"
        for i in 0..<30_000 { text += "P\(i),\(i).25,\(["a", "b", "c"][i % 3])\n" }
        text += "P1,NA,\nP2,x7,a\n"
        let path = try folder.file(text)
        var found: [FileDescription] = []
        for (piece, threads) in [(1 << 18, 1), (1 << 14, 3), (1 << 12, 2)] {
            var describe = Describe(files: [InputFile(path)])
            describe.threads = threads
            (describe.sizes.piece, describe.sizes.wave) = (piece, 16 * piece)
            found.append(try describe.run())
        }
        #expect(found[0] == found[1] && found[1] == found[2])
        let columns = found[0].columns
        #expect(columns.map(\.looks.word) == ["identifier", "number", "group"])
        #expect(columns[0].isDistinctCapped && columns[0].distinct == 20_000)
        #expect(columns[1].looks == .number(lowest: 0.25, highest: 29_999.25, decimals: 2))
        #expect(columns[1].missing == [MissingCount(column: "n", code: "NA", count: 1)])
        #expect(columns[1].notNumbers == 1)
        #expect(columns[2].empty == 1 && !columns[2].isDistinctCapped)
    }

    @Test func wordsAmongNumbersAreTold() throws {
        let folder = try TemporaryFolder()
        let rows = (0..<200).map { "\($0),\($0 % 50 == 7 ? "ABS" : $0 == 9 ? "SUPP" : "\(Double($0) / 2)")\n" }
        let found = try Describe(files: [InputFile(try folder.file("k,score\n" + rows.joined()))]).run()
        let score = found.columns[1]
        #expect(score.looks == .number(lowest: 0, highest: 99.5, decimals: 1))
        #expect(score.notNumbers == 4)
        #expect(score.words == [ValueCount("ABS", 4)])
        #expect(score.bins.reduce(0, +) == 195)
        #expect(score.missing.map(\.count) == [1])
    }

    @Test func coverageNamesWhatIsThereTwiceAndWhatIsNot() throws {
        let folder = try TemporaryFolder()
        var text = "urn,year,n\n"
        for unit in 0..<20 {
            for year in 2015..<2019 where unit != 3 || year != 2017 { text += "\(100_000 + unit),\(year),\(unit)\n" }
        }
        text += "100007,2016,1\n,2016,1\n100001,,1\n"
        var describe = Describe(files: [InputFile(try folder.file(text))])
        (describe.unit, describe.time) = (["urn"], ["year"])
        let coverage = try #require(try describe.run().coverage)
        #expect(coverage.repeats == [Coverage.Repeat(unit: "100007", period: "2016", rows: 2)])
        #expect(
            coverage.patterns == [
                Coverage.Pattern(isThere: [true, true, true, true], units: 19),
                Coverage.Pattern(isThere: [true, true, false, true], units: 1),
            ])
        #expect(coverage.rowsWithout == 2 && coverage.units == 20 && coverage.unitsInEveryPeriod == 19)
    }
}
