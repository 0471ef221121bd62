import Testing

@testable import Tables

/// A file with the subject in rows is read in one pass as its subjects' files would be, one after the other.
@Suite struct SubjectRowsTests {
    private static let subjects = ["Maths", "English", "Art"]

    /// A seeded file: some subjects side by side, others mixed, scores of several scales, codes and empty fields.
    private static func lines(_ count: Int) -> [String] {
        var state: UInt64 = 7
        func next(_ limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
        return (0..<count).map { row in
            let subject = next(4) == 0 ? "History" : subjects[row % 7 < 3 ? 0 : next(3)]
            let score =
                switch next(9) {
                case 0: ""
                case 1: "SUPP"
                case 2: "\(next(1_000_000))"
                case 3: "-\(next(90)).\(next(10_000))"
                case 4: "\"\(next(90))\""
                default: "\(next(90)).\(next(10))"
                }
            return "P\(row),\(subject),\(subject == "History" ? "seen" : score)"
        }
    }

    private static func request(_ path: String, _ role: ColumnRequest.Role, of subjects: [String]) -> ReadRequest {
        ReadRequest(
            files: [InputFile(path)],
            columns: [ColumnRequest("id", role: .key)]
                + subjects.map {
                    ColumnRequest($0, source: .inRows(of: "subject", equal: $0, column: "score"), role: role)
                })
    }

    /// The slow twin: the rows of one subject as a file of their own.
    @Test(arguments: [Arithmetic.exact, .double], [1, 3]) func eachSubjectIsReadAsItsOwnFile(
        arithmetic: Arithmetic, threads: Int
    ) throws {
        let folder = try TemporaryFolder()
        let lines = Self.lines(3000)
        let path = try folder.file((["id,subject,score"] + lines).joined(separator: "\n"), named: "long.csv")
        for wave in [1 << 12, 1 << 20] {
            var request = Self.request(path, .number, of: Self.subjects)
            (request.arithmetic, request.threads) = (arithmetic, threads)
            var sizes = ReadingSizes()
            (sizes.piece, sizes.wave, sizes.turn) = (wave / 8, wave, wave / 2)
            let (together, report) = try collect(request, sizes: sizes)
            for (at, subject) in Self.subjects.enumerated() {
                let own = lines.filter { $0.contains(",\(subject),") }
                var alone = ReadRequest(
                    files: [InputFile(try folder.file((["id,subject,score"] + own).joined(separator: "\n")))],
                    columns: [ColumnRequest("id", role: .key), ColumnRequest("score", role: .number)])
                alone.arithmetic = arithmetic
                let (apart, found) = try collect(alone)
                let picked = together.values.filter { $0[1 + at] != "<other>" }.map { [$0[0], $0[1 + at]] }
                #expect(picked == apart.values)
                #expect(
                    report.missing.filter { $0.column == subject }.map { $0.count } == found.missing.map { $0.count })
            }
            #expect(together.values.count(where: { $0.dropFirst().allSatisfy { $0 == "<other>" } }) > 500)
        }
    }

    @Test func gradesAndAnswersAreLookedUpInTheirRowsAlone() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file(
            "id,subject,score\n1,Art,A\n2,HE,Y\n3,Art,\n4,HE,N\n5,Maths,12\n6,Art,B\n7,HE,DK\n")
        var request = Self.request(path, .number, of: ["Maths"])
        request.columns += [
            ColumnRequest(
                "Art", source: .inRows(of: "subject", equal: "Art", column: "score"),
                role: .points(["A": Decimal6(mantissa: 5, decimals: 0), "B": Decimal6(mantissa: 45, decimals: 1)])),
            ColumnRequest(
                "HE", source: .inRows(of: "subject", equal: "HE", column: "score"),
                role: .indicator(YesNo(equals: "Y", unknown: ["DK"]))),
        ]
        #expect(
            try collect(request).rows.values == [
                ["1", "<other>", "5000000", "<other>"], ["2", "<other>", "<other>", "100000000"],
                ["3", "<other>", "<empty>", "<other>"], ["4", "<other>", "<other>", "0"],
                ["5", "12000000", "<other>", "<other>"], ["6", "<other>", "4500000", "<other>"],
                ["7", "<other>", "<other>", "<unknown>"],
            ])
        request.columns[2].role = .points(["A": Decimal6(mantissa: 5, decimals: 0)])
        #expect(refusal(request).hasPrefix("a.csv:7: error: 1 rows of `Art`"))
    }

    @Test func aFaultNamesItsColumn() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("id,subject,score\n1,Art,A\n2,Maths,twelve\n")
        #expect(refusal(Self.request(path, .number, of: ["Maths"])).hasPrefix("a.csv:3:score (column 3): error:"))
        #expect(refusal(Self.request(path, .key, of: ["Maths"])).contains("(E117)"))
    }
}
