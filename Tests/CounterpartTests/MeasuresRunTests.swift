import Schemas
import Tables
import Testing

@testable import Counterpart

struct MeasuresRunTests {
    private static let rows = """
        upn,year,lang,lit,ma,sci,hist,rs,rd,mt,missed,possible
        A1,201819,7,6,8,7-6,5,9,104,107,38,380
        A2,201415,5,,6,4-4,,U,,99,38,380
        "A, 3",201415,,,,,,,100,101,,0

        """

    private func answer(_ change: (inout MeasuresRequest) -> Void) throws -> MeasuresRun.Answer {
        let folder = try WorkFolder()
        var data = DataRequest()
        data.files = [InputFile(try folder.write(Self.rows, "rows.csv"))]
        var request = MeasuresRequest(data: data)
        change(&request)
        return try withExtendedLifetime(folder) { try MeasuresRun.answer(request) }
    }

    private func columns(_ answer: MeasuresRun.Answer, _ names: String...) throws -> [[String]] {
        try WorkFolder.reading(answer.text) { path in
            let table = try RawTable.read(files: [InputFile(path)])
            return try names.map { name in
                let index = try table.index(of: name)
                return table.rows.map { $0[index] }
            }
        }
    }

    /// A double award named twice fills two places.
    @Test func attainment8FromGrades() throws {
        let answer = try answer { request in
            request.data.points = try? PointsTable.named("gcse")
            request.grades.english = ["lang", "lit"]
            request.grades.maths = ["ma"]
            request.grades.ebacc = ["sci", "sci", "hist"]
            request.grades.open = ["rs"]
        }
        #expect(
            try columns(answer, "upn", "attainment8", "attainment8_ebacc", "attainment8_open") == [
                ["A1", "A2", "A, 3"], ["63", "25", ""], ["18", "8", ""], ["15", "0", ""],
            ])
        #expect(answer.sentences.first == "attainment8: 2 of 3 rows")
        #expect(answer.text.hasPrefix("upn,year,lang,lit,ma,sci,hist,rs,rd,mt,missed,possible,attainment8,"))
    }

    /// Ten percent was not persistent before 2015/16, and is since.
    @Test func absenceByTheDefinitionOfTheYear() throws {
        let answer = try answer { request in
            request.sessions = ("missed", "possible")
            request.data.time = ["year"]
        }
        #expect(
            try columns(answer, "absence", "persistent_absence", "severe_absence") == [
                ["10", "10", ""], ["Y", "N", ""], ["N", "", ""],
            ])
    }

    @Test func averageOfBothTests() throws {
        let answer = try answer { $0.keyStage2 = ("rd", "mt") }
        #expect(try columns(answer, "ks2_average") == [["105.5", "", "100.5"]])
    }

    @Test func faults() throws {
        #expect(throws: SchemaError.self) {
            try answer { request in
                request.sessions = ("missed", "possible")
                request.data.time = ["upn"]
            }
        }
        #expect(throws: RequestError.self) {
            try answer { request in
                request.grades.maths = ["missed"]
                request.sessions = ("missed", "possible")
            }
        }
    }
}
