import Testing

@testable import Tables

/// What exports of school systems put round a table: titles above the header, texts wrapped as formulas.
@Suite struct ExportedFormTests {
    private func request(_ text: String, _ columns: [ColumnRequest], in folder: TemporaryFolder) throws -> ReadRequest {
        ReadRequest(files: [InputFile(try folder.file(text))], columns: columns)
    }

    @Test(arguments: [
        ("Autumn marks,,\nUPN,URN,Mark\n1,2,3\n", 1), (",Maths,Maths\nTerm,1,1\nUPN,URN,Mark\n1,2,3\n", 2),
        ("Autumn,,\n\"UPN\",\" URN \",Mark\n1,2,3\n", 1),
    ]) func aHeaderBelowTitlesIsPointedOut(text: String, skip: Int) throws {
        let folder = try TemporaryFolder()
        var request = try request(text, [ColumnRequest("URN", role: .key)], in: folder)
        let said = refusal(request)
        #expect(said.hasPrefix("a.csv:\(skip + 1): error: there is no column `URN` in the header, but line"))
        #expect(said.contains("--skip-first \(skip)") && said.contains("(E111)"))
        request.form.skipFirst = skip
        #expect(try collect(request).rows.values == [["2"]])
    }

    @Test func aColumnThatIsNowhereIsAbsent() throws {
        let folder = try TemporaryFolder()
        let request = try request("UPN,URN\n1,2\n", [ColumnRequest("Mark", role: .number)], in: folder)
        #expect(refusal(request).hasPrefix("a.csv: error: there is no column `Mark` (E111)"))
    }

    @Test func wrappedTextsAreUnwrappedWhereThatIsAskedFor() throws {
        let folder = try TemporaryFolder()
        let text = "upn,urn,mark\n=\"A123\",=\"007\",=\"45.5\"\n\"=\"\"A124\"\"\",8,46\n=\"\",=\"a,50\n"
        var request = try request(
            text,
            [
                ColumnRequest("upn", role: .key), ColumnRequest("urn", role: .key),
                ColumnRequest("mark", role: .number),
            ], in: folder)
        #expect(refusal(request).contains("--unwrap-formulas"))
        request.form.unwrapsFormulas = true
        #expect(
            try collect(request).rows.values == [
                ["A123", "007", "45500000"], ["A124", "8", "46000000"], ["", "=\"a", "50000000"],
            ])
        request.filters = [RowFilter(column: "urn", test: .equals("007"), text: "urn=007")]
        #expect(try collect(request).rows.values == [["A123", "007", "45500000"]])
        let table = try RawTable.read(files: request.files, form: request.form)
        #expect(table.rows.map { $0[0] } == ["A123", "A124", ""])
        #expect(try RawTable.read(files: request.files).rows[0][0] == "=\"A123\"")
    }
}
