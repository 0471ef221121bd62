import Cells
import Counterpart
import Foundation
import Inference
import Panels
import Tables
import Testing

/// Files whose rows are one subject each give the answers of the file with a column for each subject, to the last bit.
@Suite struct LongFileTests {
    private struct Pupil {
        var id: Int
        var school: Int
        var year: Int
        var maths, english, he: String
        var start: String { school < 4 ? "2018/19" : "" }
        var group: String { id % 3 == 0 ? "Y" : "N" }
        /// What stands before the results.
        var head: String { "S\(school),\(year)/\(year % 100 + 1),P\(year)-\(id),\(group),\(start)," }
    }

    private static let pupils: [Pupil] = {
        var state: UInt64 = 11
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        return (2015...2018).flatMap { year in
            (0..<160).map { id in
                let school = id / 16
                return Pupil(
                    id: id, school: school, year: year,
                    maths: next(12) == 0 ? "" : "\(40 + school + next(40)).\(next(10))",
                    english: next(15) == 0 ? "SUPP" : "\(30 + next(50)).\(10 + next(90))", he: next(3) == 0 ? "Y" : "N")
            }
        }
    }()

    private static let head = "school,year,pupil,fsm,start,"
    private static var wide: String {
        head + "Maths,English,HE\n" + pupils.map { "\($0.head)\($0.maths),\($0.english),\($0.he)\n" }.joined()
    }

    private static func rows(_ pupil: Pupil) -> [String] {
        [("Maths", pupil.maths), ("English", pupil.english), ("HE", pupil.he), ("Art", "B+")].map {
            "\(pupil.head)\($0),\($1)\n"
        }
    }

    private static var long: String { head + "subject,result\n" + pupils.flatMap(rows).joined() }

    /// Subject after subject, each in another order, without the rows that hold nothing.
    private static var bySubject: String {
        head + "subject,result\n"
            + (0..<4).flatMap { at in
                pupils.map { rows($0)[at] }.filter { !$0.hasSuffix(",\n") }.sorted { $0.hashOfText < $1.hashOfText }
            }.joined()
    }

    private static func data(_ path: String, isLong: Bool) -> DataRequest {
        var data = DataRequest()
        data.files = [InputFile(path)]
        data.outcomes = [OutcomeRequest("Maths"), OutcomeRequest("English"), OutcomeRequest("HE=Y")]
        (data.unit, data.time, data.pupil) = (["school"], ["year"], "pupil")
        if isLong { (data.subject, data.result) = ("subject", "result") }
        return data
    }

    private static func answer(_ text: String, isLong: Bool) throws -> DidRun.Answer {
        try WorkFolder.reading(text) { path in
            var request = DidRequest(data: data(path, isLong: isLong), treatment: .startColumn("start"))
            request.design.gap = GroupContrast(column: "fsm", value: "Y")
            request.analysis.permutations = 0
            return try DidRun.answer(request)
        }
    }

    @Test func theAnswerIsThatOfTheWideFile() throws {
        let wide = try Self.answer(Self.wide, isLong: false)
        for text in [Self.long, Self.bySubject] {
            let long = try Self.answer(text, isLong: true)
            #expect(long.document.effects == wide.document.effects)
            #expect(long.document.counterfactual == wide.document.counterfactual)
            #expect(long.document.frame.warnings == wide.document.frame.warnings)
            let (sample, known) = (long.document.frame.sample, wide.document.frame.sample)
            #expect(sample.rowsUsed == known.rowsUsed)
            #expect(sample.dropped.contains { $0.reason == "another subject" })
            #expect(sample.rowsRead - sample.dropped.reduce(0) { $0 + $1.rows } == sample.rowsUsed)
        }
    }

    @Test func gapsAreThoseOfTheWideFile() throws {
        func gaps(_ text: String, isLong: Bool) throws -> GapsRun.Answer {
            try WorkFolder.reading(text) { path in
                var request = GapsRequest(data: Self.data(path, isLong: isLong))
                request.groups = [GroupText("fsm=Y")]
                return try GapsRun.answer(request)
            }
        }
        #expect(
            try gaps(Self.long, isLong: true).document.gaps == gaps(Self.wide, isLong: false).document.gaps)
    }

    /// Of a subject that was asked for; one that nobody looks at may stand twice.
    @Test func aPupilTwiceInASubjectStops() throws {
        let first = try #require(Self.pupils.first)
        let error = #expect(throws: CellsError.self) {
            try Self.answer(Self.long + Self.rows(first)[1], isLong: true)
        }
        guard case .repeatedPupil(let period, let one, let other) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(period == "2015/16" && one.line == 3 && other.line == Self.pupils.count * 4 + 2)
        _ = try Self.answer(Self.long + Self.rows(first)[3], isLong: true)
        let asWide = #expect(throws: (any Error).self) {
            try WorkFolder.reading(Self.long.replacing(",result", with: ",Maths")) { path in
                var data = Self.data(path, isLong: false)
                data.outcomes = [OutcomeRequest("Maths")]
                return try DidRun.answer(DidRequest(data: data, treatment: .startColumn("start")))
            }
        }
        #expect(asWide != nil)
    }

    @Test func aSubjectThatNeverOccursIsRefusedWithTheNearest() throws {
        let error = #expect(throws: NeverOccurring.self) {
            try WorkFolder.reading(Self.long) { path in
                var data = Self.data(path, isLong: true)
                data.outcomes = [OutcomeRequest("maths")]
                return try DidRun.answer(DidRequest(data: data, treatment: .startColumn("start")))
            }
        }
        #expect(error?.message == "`maths` never occurs in subject" && error?.hint == "did you mean `Maths`?")
    }

    /// Rows that are schools: each subject has its own pupils behind a row, and a school twice is twice in one subject.
    @Test func schoolsHaveOneRowASubject() throws {
        var text = "school,year,start,subject,mean,pupils\n"
        for school in 0..<8 {
            for year in 2015...2018 {
                let head = "S\(school),\(year),\(school < 3 ? "2017" : "")"
                text += "\(head),Maths,\(50 + school + (year * 7 + school * 5) % 9),\(school == 2 ? 3 : 40)\n"
                text += "\(head),English,\(40 + (year * 5 + school * 3) % 11),45\n"
            }
        }
        func answer(_ text: String, rows: RowKind? = nil) throws -> DidRun.Answer {
            try WorkFolder.reading(text) { path in
                var data = Self.data(path, isLong: true)
                data.outcomes = [OutcomeRequest("Maths"), OutcomeRequest("English")]
                (data.result, data.pupil, data.count) = ("mean", nil, "pupils")
                var request = DidRequest(data: data, treatment: .startColumn("start"))
                request.analysis.permutations = 0
                request.design.rows = rows
                return try DidRun.answer(request)
            }
        }
        let document = try answer(text).document
        #expect(!document.wording.nouns.rows.contains("pupils"))
        // A school of three pupils in maths only.
        let rows = document.counterfactual.filter { $0.unit == "S2" }
        #expect(Set(rows.filter { $0.outcome == "Maths" }.map(\.n)) == [3])
        #expect(Set(rows.filter { $0.outcome == "English" }.map(\.n)) == [45])
        let twice = text + "S1,2016,2017,English,3,3\n"
        // What a row is holds for all subjects, as it does in a file with a column for each.
        #expect(try answer(twice).document.wording.nouns.rows == "pupils")
        let error = #expect(throws: CellsError.self) { try answer(twice, rows: .units) }
        guard case .repeatedUnit(_, _, let first, let second) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(first.line == 13 && second.line == 66)
    }

    /// A subject's own grades stand for themselves; others take those without a subject.
    @Test func pointsGoBySubject() throws {
        let points = try WorkFolder.reading("grade,points,subject\nA,5,Maths\nA,8,\nB,4,\n") {
            try PointsTable.read($0)
        }
        let text = "school,subject,grade,fsm\n1,Maths,A,Y\n1,Maths,A,N\n1,Art,A,Y\n1,Art,B,N\n"
        func gaps(_ points: PointsTable, _ outcomes: [String]) throws -> [Double?] {
            try WorkFolder.reading(text) { path in
                var data = DataRequest()
                data.files = [InputFile(path)]
                data.outcomes = outcomes.map { OutcomeRequest($0) }
                (data.subject, data.result, data.points) = ("subject", "grade", points)
                var request = GapsRequest(data: data)
                (request.groups, request.disclosure.threshold) = ([GroupText("fsm=Y")], 0)
                return try GapsRun.answer(request).document.gaps.map(\.mean)
            }
        }
        #expect(try gaps(points, ["Maths", "Art"]) == [5, 8])
        let mathsAlone = try WorkFolder.reading("grade,points,subject\nA,5,Maths\n") { try PointsTable.read($0) }
        let error = #expect(throws: PointsError.self) { try gaps(mathsAlone, ["Art"]) }
        #expect(error?.message == "there are no points for the grades of Art, only of Maths" && error?.code == "E205")
    }

    @Test func wrappedIdentifiersAreRefused() throws {
        let error = #expect(throws: WrappedKeys.self) {
            try WorkFolder.reading("school,m,fsm\n=\"1\",2,Y\n=\"1\",3,N\n") { path in
                var data = DataRequest()
                data.files = [InputFile(path)]
                (data.outcomes, data.unit) = ([OutcomeRequest("m")], ["school"])
                var request = GapsRequest(data: data)
                request.groups = [GroupText("fsm=Y")]
                return try GapsRun.answer(request)
            }
        }
        #expect(error?.code == "E208" && error?.hint?.contains("--unwrap-formulas") == true)
    }

    @Test func aPlanNamesBothColumnsOrNeither() throws {
        func read(_ columns: String) throws -> EvaluationPlan {
            try WorkFolder.reading("data:\n  files: x.csv\n  columns: {unit: u, time: t, outcome: Maths\(columns)}\n") {
                try PlanReader.read($0).plan
            }
        }
        let plan = try read(", subject: s, result: r")
        #expect(plan.data.subject == "s" && plan.data.result == "r")
        for half in [", subject: s", ", result: r"] {
            let error = #expect(throws: PlanError.self) { try read(half) }
            #expect(error?.code == "E123")
        }
    }
}

extension String {
    /// A fixed shuffle: the same in every run, unlike `hashValue`.
    fileprivate var hashOfText: UInt64 {
        utf8.reduce(14_695_981_039_346_656_037) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
    }
}
