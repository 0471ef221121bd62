import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Reviews at the end of a term, by the program itself: three terms, a history of three that cannot be changed unseen.
@Suite struct ReviewTests {
    private static let plan = """
        title: Marks on the way
        partnership: {partners: partners.csv}
        data:
          files: [marks-*.csv]
          columns: {unit: urn, pupil: upn, time: {fromName: marks-*.csv}, outcome: mark}
        monitoring: {baseline: 201819T1}
        disclosure: {profile: ten-or-more}
        """
    private static let terms = ["201819T1", "201819T2", "201819T3", "201920T1"]

    /// Eight schools, three of them partners, twelve pupils each; partners gain two points a term, the others one.
    private static func marks(_ term: Int) -> String {
        var text = "urn,upn,mark\n"
        for school in 0..<8 {
            for pupil in 0..<12 {
                text += "10000\(school),P\(school)-\(pupil),\(40 + school + pupil % 5 + term * (school < 3 ? 2 : 1))\n"
            }
        }
        return text
    }

    private static func begin(terms count: Int) throws -> WorkFolder {
        let folder = try WorkFolder()
        try folder.write(plan, "plan.yml")
        try folder.write("urn,start\n100000,201819T2\n100001,201819T2\n100002,201920T1\n", "partners.csv")
        for term in 0..<count { try add(term, to: folder) }
        return folder
    }

    private static func add(_ term: Int, to folder: WorkFolder) throws {
        try folder.write(marks(term), "marks-\(terms[term]).csv")
        let ended = try folder.run(["review", "plan.yml"])
        #expect(ended.status == 0, "\(ended.err)")
    }

    private static func lines(_ folder: WorkFolder) throws -> [String] {
        try folder.text("reviews/history.jsonl").split(separator: "\n").map(String.init)
    }

    @Test func threeTermsMakeAHistoryOfThree() throws {
        let folder = try Self.begin(terms: 3)
        #expect(try Self.lines(folder).count == 3)
        let page = try folder.text("reviews/review.html")
        let json = try folder.text("reviews/review.json")
        for text in [page, json] { #expect(text.lowercased().contains("monitoring, not impact")) }
        for word in ["significant", "p-value", "confidence", "interval 9"] {
            #expect(!page.lowercased().contains(word))
        }
        #expect(page.contains("3 partner schools moved by +4.00 points and 5 comparison schools by +2.00"))
        #expect(page.contains("went from +1.00 to +2.00, a change of +1.00 points"))
        let again = try folder.run(["review", "plan.yml"])
        #expect(again.status == 0 && again.out.contains("those of review 3: nothing was added"))
        #expect(try Self.lines(folder).count == 3)
        // Nothing of a pupil.
        for name in folder.names where name.hasPrefix("reviews/") && name.contains(".") {
            #expect(try !folder.text(name).contains("P1-"), "\(name)")
        }
    }

    @Test(arguments: [
        "sed -i '2s/\"difference\":1/\"difference\":5/' reviews/history.jsonl", "sed -i 1d reviews/history.jsonl",
        "sed -i '$d' reviews/history.jsonl", "sed -i '1p' reviews/history.jsonl",
        "sed -i 's/T2/T1/' reviews/history.jsonl",
        "printf x >> reviews/history.jsonl", "rm reviews/history.jsonl", ": > reviews/history.jsonl",
    ]) func aChangedHistoryIsRefused(_ change: String) throws {
        let folder = try Self.begin(terms: 2)
        #expect(try SystemFaultTests.shell(change, in: folder).status == 0)
        try folder.write(Self.marks(2), "marks-201819T3.csv")
        let before = folder.names
        let ended = try folder.run(["review", "plan.yml"])
        #expect(ended.status == 5 && ended.err.contains("(E508)"), "\(ended.err)")
        #expect(folder.names == before)
    }

    /// Killed at any time: the history is the old one or the new one, and the next run goes on from it.
    @Test func killedRunsLeaveTheOldHistoryWhole() throws {
        let folder = try Self.begin(terms: 3)
        try folder.write(Self.marks(3), "marks-201920T1.csv")
        let old = try Self.lines(folder)
        for delay in stride(from: 0, through: 120, by: 8) {
            let (process, streams) = try Program.start(["review", "plan.yml", "-q"], in: folder.path)
            usleep(UInt32(delay) * 1_000)
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
            _ = try streams.ended(process)
            let now = try Self.lines(folder)
            #expect(Array(now.prefix(3)) == old && now.count <= 4)
        }
        #expect(try folder.run(["review", "plan.yml"]).status == 0)
        #expect(try Self.lines(folder).count == 4)
        #expect(SystemFaultTests.temporaries(folder).isEmpty)
    }

    /// One of two is refused or finds the other's review; never is one added twice.
    @Test func twoRunsAtOnceAddOneReview() throws {
        let folder = try Self.begin(terms: 2)
        try folder.write(Self.marks(2), "marks-201819T3.csv")
        for _ in 0..<5 {
            let ended = try SystemFaultTests.shell(
                "$P review plan.yml -q > a & p=$!; $P review plan.yml -q > b; s=$?; wait $p; echo $? $s", in: folder)
            let codes = ended.out.split(whereSeparator: \.isWhitespace)
            #expect(
                codes.count == 2 && codes.allSatisfy { $0 == "0" || $0 == "5" } && codes.contains("0"), "\(ended.err)")
            #expect(try Self.lines(folder).count == 3)
        }
    }

    /// A report and a folder of reviews never take each other's place.
    @Test func reviewsAndReportsStayApart() throws {
        let folder = try WorkFolder()
        try ExportFiles.write(to: folder)
        #expect(try folder.run(["review", "plan.yml", "-o", "a"]).status == 0)
        #expect(try folder.run(["run", "plan.yml", "-o", "b"]).status == 0)
        for arguments in [["run", "plan.yml", "-o", "a"], ["review", "plan.yml", "-o", "b"]] {
            let ended = try folder.run(arguments)
            #expect(ended.status == 5 && ended.err.contains("(E503)"))
        }
    }
}
