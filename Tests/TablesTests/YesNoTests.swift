import Testing

@testable import Tables

/// A yes/no column counts what it says, and stops where it says something else.
@Suite struct YesNoTests {
    @Test(
        arguments: [
            ("Y", ["Y", "N", ""], []), ("Y", ["Y", "N", "Unknown"], ["Unknown"]), ("Y", ["Y", "N", "yes"], ["yes"]),
            ("Yes", ["Yes", "no", "No"], []), ("N", ["Y", "N", "y"], []), ("1", ["1", "0", "x"], ["x"]),
            // Grades, ethnic groups and points answer no question of yes or no.
            ("A", ["A", "N", "x"], []), ("1", ["0", "1", "2", "x"], []), ("N", ["N", "K", "E"], []),
            // The name of yes is wrong, which another refusal says better.
            ("y", ["Y", "N"], []),
        ] as [(String, [String], [String])]) func whatMeansNeitherIsStrange(
            yes: String, texts: [String], strange: [String]
        )
    {
        #expect(YesNo(equals: yes).strange(among: texts) == strange)
    }

    @Test func severalSpellingsAndUnknownsAreNamed() {
        let values = YesNo(equals: "Y|yes", unknown: ["DK"])
        #expect(values.strange(among: ["Y", "yes", "N", "DK", " "]) == [])
        #expect(values.strange(among: ["Y", "yes", "N", "DK", "maybe"]) == ["maybe"])
    }

    private func request(_ text: String, _ values: YesNo, in folder: TemporaryFolder) throws -> ReadRequest {
        ReadRequest(
            files: [InputFile(try folder.file(text))],
            columns: [ColumnRequest("he", role: .indicator(values))])
    }

    @Test func theFirstOfThemIsNamedWithTheirCounts() throws {
        let folder = try TemporaryFolder()
        let text = "he,x\nY,\nN,\nDK,\nN,\n?,\nDK,\n"
        let said = refusal(try request(text, YesNo(equals: "Y"), in: folder))
        #expect(
            said.hasPrefix("a.csv:4: error: 3 rows of `he` hold neither `Y` nor its opposite: `DK` (2), `?` (1) (E207)")
        )
        #expect(said.contains("--unknown TEXT") && said.contains("'he|TEXT'"))
        let known = try collect(try request(text, YesNo(equals: "Y", unknown: ["DK", "?"]), in: folder)).rows
        #expect(known.values == [["100000000"], ["0"], ["<unknown>"], ["0"], ["<unknown>"], ["<unknown>"]])
    }

    /// A longer text could be a pupil's name in the wrong column.
    @Test func longTextsAreNotShown() throws {
        let folder = try TemporaryFolder()
        let said = refusal(try request("he,x\nY,\nN,\nnot asked yet,\n", YesNo(equals: "Y"), in: folder))
        #expect(!said.contains("not asked") && said.contains("--show-values"))
    }
}
