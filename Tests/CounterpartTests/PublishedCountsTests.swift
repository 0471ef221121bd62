import Foundation
import Testing

@testable import Counterpart

@Suite struct PublishedCountsTests {
    private func request(_ path: String, outcome: String = "passed", by: [String] = [], totals: [String] = [])
        -> GapsRequest
    {
        var data = DataRequest()
        data.files = [InputFile(path)]
        data.outcomes = [OutcomeRequest(outcome)]
        var request = GapsRequest(data: data)
        request.groups = [GroupText("fsm=Y")]
        request.shareOf = "pupils"
        request.by = by
        request.totals = totals
        request.disclosure.threshold = 0
        return request
    }

    private static let counts = """
        la,year,fsm,pupils,passed
        a,2019,Y,40,11
        a,2019,N,60,30
        a,2020,Y,35,14
        a,2020,N,70,41
        b,2019,Y,25,9
        b,2019,N,90,63
        b,2020,Y,33,12
        b,2020,N,87,50

        """

    /// Each count written out as pupils: the same figures to the last digits, clustered and not, with index and parts.
    @Test(arguments: [[], ["la"]]) func countsAreAsGoodAsPupils(_ unit: [String]) throws {
        var pupils = "la,year,fsm,passed\n"
        for line in Self.counts.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: ",").map(String.init)
            let (all, passed) = (try #require(Int(fields[3])), try #require(Int(fields[4])))
            for pupil in 0..<all { pupils += "\(fields[0]),\(fields[1]),\(fields[2]),\(pupil < passed ? "Y" : "N")\n" }
        }
        let folder = try WorkFolder()
        var counted = request(try folder.write(Self.counts, "counts.csv"), by: ["year"])
        counted.data.unit = unit
        (counted.index, counted.within) = (true, !unit.isEmpty)
        var single = counted
        single.data.files = [InputFile(try folder.write(pupils, "pupils.csv"))]
        single.data.outcomes = [OutcomeRequest("passed=Y")]
        (single.shareOf, single.rows) = (nil, .pupils)
        let (a, b) = (try GapsRun.answer(counted).document, try GapsRun.answer(single).document)
        #expect(a.gaps.count == 2 && a.frame.sample.rowsUsed == 8 && b.frame.sample.rowsUsed == 440)
        for (one, other) in zip(a.gaps, b.gaps) {
            #expect(one.n == other.n && one.nPeers == other.nPeers)
            let figures: [(GapRow) -> Double?] = [
                { $0.gap }, { $0.standardError }, { $0.degreesOfFreedom }, { $0.pValue }, { $0.index?.estimate },
                { $0.index?.standardError }, { $0.within?.estimate }, { $0.between?.standardError },
            ]
            for figure in figures {
                guard let expected = figure(other) else {
                    #expect(figure(one) == nil)
                    continue
                }
                #expect(abs(try #require(figure(one)) - expected) <= 1e-12 * max(1, abs(expected)))
            }
        }
    }

    @Test func totalsCountEachPupilOnce() throws {
        // fsm × sex with all totals: 4 + 2 + 2 + 1 rows a year.
        var text = "year,sex,fsm,pupils,passed\n"
        var plain = "year,fsm,pupils,passed\n"
        for year in [2019, 2020] {
            var cells: [String: (Int, Int)] = [:]
            for (place, sex) in ["F", "M"].enumerated() {
                for (other, fsm) in ["Y", "N"].enumerated() {
                    let count = (20 + 13 * place + 31 * other + year % 7, 9 + 4 * place + 17 * other)
                    for key in ["\(sex),\(fsm)", "\(sex),ALL", "ALL,\(fsm)", "ALL,ALL"] {
                        let sum = cells[key] ?? (0, 0)
                        cells[key] = (sum.0 + count.0, sum.1 + count.1)
                    }
                }
            }
            for key in cells.keys.sorted() { text += "\(year),\(key),\(cells[key]?.0 ?? 0),\(cells[key]?.1 ?? 0)\n" }
            for fsm in ["Y", "N"] {
                plain += "\(year),\(fsm),\(cells["ALL," + fsm]?.0 ?? 0),\(cells["ALL," + fsm]?.1 ?? 0)\n"
            }
        }
        let folder = try WorkFolder()
        let whole = try folder.write(text, "whole.csv")
        let expected = try GapsRun.answer(request(try folder.write(plain, "plain.csv"), by: ["year"])).document
        let found = try GapsRun.answer(request(whole, by: ["year"], totals: ["ALL"])).document
        #expect(found.gaps == expected.gaps)
        #expect(
            found.frame.sample.dropped.contains { $0.reason == "totals of other rows, or their parts" && $0.rows == 14 }
        )
        #expect(found.remarks.contains { $0.contains("left out of fsm (ALL); of sex (ALL)") })
        // By sex its totals go, and the parts add up to the same pupils.
        let parts = try GapsRun.answer(request(whole, by: ["year", "sex"], totals: ["ALL"])).document
        #expect(parts.gaps.map(\.by.last?.value) == ["F", "M", "F", "M"])
        #expect(parts.gaps.reduce(0) { $0 + $1.n } == expected.gaps.reduce(0) { $0 + $1.n })
        #expect(throws: TotalsError.besideParts(column: "fsm", value: "ALL")) {
            try GapsRun.answer(request(whole, by: ["year"]))
        }
        #expect(throws: TotalsError.nowhere(["Everyone"])) { try GapsRun.answer(request(whole, totals: ["Everyone"])) }
    }

    /// A total by any name is told by its counts.
    @Test func aSumOfTheOthersIsATotal() throws {
        var text = "la,fsm,pupils,passed\n"
        for la in ["a", "b", "c"] {
            text += "\(la),Y,30,10\n\(la),N,60,40\n\(la),State-funded,90,50\n"
        }
        let folder = try WorkFolder()
        let path = try folder.write(text, "counts.csv")
        #expect(throws: TotalsError.sumOfOthers(column: "fsm", value: "State-funded")) {
            try GapsRun.answer(request(path, by: ["la"]))
        }
        // Nearly as many girls as boys and the few others are no total.
        let near = "sex,fsm,pupils,passed\nF,Y,101,50\nM,Y,98,48\nX,Y,2,1\nF,N,203,99\nM,N,200,98\nX,N,2,1\n"
        #expect(try GapsRun.answer(request(folder.write(near, "near.csv"), by: ["sex"])).document.gaps.count == 3)
        let rows = try GapsRun.answer(request(path, by: ["la"], totals: ["State-funded"])).document.gaps
        #expect(rows.map(\.nPeers) == [60, 60, 60])
    }

    @Test func cohortsThatAreNotInAreLeftOut() throws {
        let future = Self.counts + "a,2021,Y,40,0\na,2021,N,66,0\nb,2021,Y,20,0\nb,2021,N,90,0\n"
        let folder = try WorkFolder()
        let expected = try GapsRun.answer(request(try folder.write(Self.counts, "a.csv"), by: ["year"])).document
        let found = try GapsRun.answer(request(try folder.write(future, "b.csv"), by: ["year"])).document
        #expect(found.gaps == expected.gaps)
        #expect(found.frame.warnings.contains { $0.code == "zero-filled" && $0.message.contains("2021") })
        #expect(found.frame.sample.dropped.contains { $0.reason.contains("no results yet") && $0.rows == 4 })
        // An authority's number is no year, and nobody may well have passed there.
        let authorities = "la,fsm,pupils,passed\n301,Y,20,0\n301,N,30,0\n302,Y,20,5\n302,N,30,9\n"
        let rows = try GapsRun.answer(request(try folder.write(authorities, "c.csv"), by: ["la"])).document
        #expect(rows.gaps.map(\.gap) == [0, 5] && !rows.frame.warnings.contains { $0.code == "zero-filled" })
    }

    @Test(arguments: [
        ("30,40", CountedSharesError.moreThanAll(outcome: "passed", column: "pupils")),
        ("30,7.5", .notCounts(outcome: "passed", column: "pupils")),
        ("30,-2", .notCounts(outcome: "passed", column: "pupils")),
    ]) func whatIsNoCountIsRefused(_ fields: String, _ refusal: CountedSharesError) throws {
        let folder = try WorkFolder()
        let path = try folder.write("fsm,pupils,passed\nN,50,20\nY,\(fields)\n", "counts.csv")
        #expect(throws: refusal) { try GapsRun.answer(request(path)) }
    }

    /// One row a subject, grades by their points: the ranks of the one subject's points.
    @Test func theIndexOfLongFiles() throws {
        var long = "subject,grade,fsm\n"
        var wide = "points,fsm\n"
        let points: [String: Decimal6] = [
            "A": .init(mantissa: 5, decimals: 0), "B": .init(mantissa: 4, decimals: 0),
            "C": .init(mantissa: 4, decimals: 0), "D": .init(mantissa: 1, decimals: 0),
        ]
        for pupil in 0..<60 {
            let grade = ["A", "B", "C", "D"][(pupil * 7 + pupil / 9) % 4]
            let fsm = pupil % 3 == 0 ? "Y" : "N"
            long += "Maths,\(grade),\(fsm)\nArt,\(pupil % 2 == 0 ? "A" : "D"),\(fsm)\n"
            wide += "\(points[grade]?.mantissa ?? 0),\(fsm)\n"
        }
        let folder = try WorkFolder()
        var one = DataRequest()
        one.files = [InputFile(try folder.write(long, "long.csv"))]
        (one.subject, one.result, one.outcomes) = ("subject", "grade", [OutcomeRequest("Maths")])
        one.points = try PointsTable.read(try folder.write("grade,points\nA,5\nB,4\nC,4\nD,1\n", "points.csv"))
        var other = DataRequest()
        other.files = [InputFile(try folder.write(wide, "wide.csv"))]
        other.outcomes = [OutcomeRequest("points")]
        let found = try [one, other].map { data in
            var request = GapsRequest(data: data)
            (request.groups, request.index) = ([GroupText("fsm=Y")], true)
            return try #require(try GapsRun.answer(request).document.gaps.first?.index)
        }
        #expect(found[0] == found[1] && found[0].standardError != nil)
    }

    @Test func groupsOfSeveralColumnsAreReadAtTheirCommas() {
        #expect(GroupText("fsm=Y,sex=F").parts.map(\.text) == ["fsm=Y", "sex=F"])
        #expect(GroupText("fsm,sex").columns == ["fsm", "sex"] && GroupText("fsm,sex").value == nil)
        let one = GroupText("ethnicity=White, Irish")
        #expect(one.parts.isEmpty && one.value == "White, Irish")
        #expect(GroupText("ethnicity=White, Irish,sex=F").parts.map(\.value) == ["White, Irish", "F"])
    }

    @Test func nationalMeansByPeriodAndGroup() throws {
        let table = "year,group,score\n2019,,50\n2020,,52\n2020,fsm=N,10\n"
        let peers = try WorkFolder.reading(table) { try NationalTable.read($0, outcomes: ["score"], time: "year") }
        #expect(
            peers.means == [
                .init(outcome: "score", period: 2019): 50, .init(outcome: "score", period: 2020): 52,
                .init(outcome: "score", group: "fsm=N", period: 2020): 10,
            ])
        for wrong in ["year,score\n2019,high\n", "year,score\n2019,1\n2019,2\n"] {
            #expect(throws: NationalTableError.self) {
                try WorkFolder.reading(wrong) { try NationalTable.read($0, outcomes: ["score"], time: "year") }
            }
        }
    }
}

@Suite(.enabled(if: PublishedData.isPresent, "skipped: no reference data")) struct PublishedLevel3Tests {
    /// Every authority and cohort by SQL; script: Golden/level3_by_19.py. Sums of 2,698 rows in another order.
    @Test func theGapAtLevel3ByAuthorityAndCohort() throws {
        let real = try #require(PublishedData.folder)
        var data = DataRequest()
        data.files = [InputFile(real.appending(path: "level3-by-19-la-2005-2022.csv").path())]
        data.outcomes = [OutcomeRequest("l3_by19")]
        var request = GapsRequest(data: data)
        request.groups = [GroupText("fsm=Eligible for FSM")]
        request.shareOf = "number_in_ss_cohort"
        request.by = ["la_code_3", "cohort_19_in"]
        request.totals = ["ALL"]
        request.disclosure.threshold = 0
        let document = try GapsRun.answer(request).document
        let rows = document.gaps
        #expect(rows.count == 2698 && rows.reduce(0) { $0 + $1.n } == 1_400_061)
        #expect(rows.reduce(0) { $0 + $1.nPeers } == 8_830_004)
        #expect(abs(rows.reduce(0) { $0 + ($1.gap ?? 0) } - 69_434.14873094685) < 1e-7)
        #expect(abs(rows.reduce(0) { $0 + ($1.standardError ?? 0) } - 6_988.630019606594) < 1e-7)
        let checked: [(la: String, cohort: String, gap: Double, error: Double)] = [
            ("301", "2005", 13.016496087584876, 2.352500568974742),
            ("301", "2022", 17.40730666575999, 2.6745850039901056),
            ("888", "2022", 28.018766828242, 1.3014888411653995),
            ("936", "2005", 35.878102293910295, 1.7548667612509457),
        ]
        for (la, cohort, gap, error) in checked {
            let row = try #require(rows.first { $0.by.map(\.value) == [la, cohort] })
            #expect(abs((row.gap ?? 0) - gap) < 1e-10 && abs((row.standardError ?? 0) - error) < 1e-10)
        }
        #expect(
            document.frame.warnings.contains { $0.code == "zero-filled" && $0.message.contains("2023, 2024, 2025") })
        request.disclosure.threshold = 10
        let shown = try GapsRun.answer(request).document.gaps.filter { !$0.isSuppressed }
        #expect(shown.count == 2668)
        request.totals = []
        #expect(throws: TotalsError.besideParts(column: "la_code_3", value: "ALL")) { try GapsRun.answer(request) }
    }
}
