import Attainment
import Tables
import Testing

@testable import Counterpart

/// Prior attainment against the start, and measures against the years at hand.
struct PriorTimingTests {
    private static let rows = """
        school,year,prior_year,prior,result,start
        A,201718,201213,100,50,201617
        A,201819,201617,101,52,201617
        B,201718,201213,99,48,
        B,201819,201617,103,51,0

        """

    private func warnings(_ taken: PriorTiming.Taken, rows: String = rows, outcome: String = "result") throws
        -> [Warning]
    {
        let folder = try WorkFolder()
        var data = DataRequest()
        data.files = [InputFile(try folder.write(rows, "rows.csv"))]
        data.outcomes = [OutcomeRequest(outcome)]
        (data.unit, data.time) = (["school"], ["year"])
        var request = ProgressRequest(data: data, prior: "prior")
        request.method = .regression
        request.timing = PriorTiming(start: "start", taken: taken)
        request.disclosure.threshold = 0
        return try withExtendedLifetime(folder) { try ProgressRun.answer(request).document.frame.warnings }
    }

    @Test func aPriorAfterTheStartIsNoBaseline() throws {
        let found = try warnings(.column("prior_year")).filter { $0.code == "prior-after-start" }
        #expect(found.count == 1 && found[0].message.hasPrefix("50% of the pupils with a start"))
        #expect(try warnings(.before(2)).contains { $0.code == "prior-after-start" })
        #expect(try warnings(.before(5)).allSatisfy { $0.code != "prior-after-start" })
    }

    @Test func timesAreWrittenAlike() throws {
        let rows = Self.rows.replacing("201213", with: "2013").replacing(",201617,10", with: ",2017,10")
        let error = #expect(throws: RequestError.self) { try warnings(.column("prior_year"), rows: rows) }
        #expect(error.map { "\($0)" }?.contains("write both alike") == true)
    }

    /// A measure with figures for a year in which none were published.
    @Test func measuresAreLookedUp() throws {
        let rows = Self.rows.replacing("result", with: "progress8").replacing("201819", with: "202425")
        let found = try warnings(.before(9), rows: rows, outcome: "progress8").filter {
            $0.code == "measure-not-published"
        }
        #expect(
            found.count == 1 && found[0].message.contains("202425") && found[0].message.contains("key stage 2 tests"))
    }
}
