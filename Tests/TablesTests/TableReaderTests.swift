import Testing

@testable import Tables

/// Tables of typed columns: types, reasons, order, and the same table for any threads and sizes.
@Suite struct TableReaderTests {
    static let roles: [ColumnRequest] = [
        ColumnRequest("id", role: .text), ColumnRequest("school", role: .key), ColumnRequest("year", role: .period),
        ColumnRequest("score", role: .number), ColumnRequest("fsm", role: .indicator(YesNo(equals: "Y"))),
        ColumnRequest("prior", role: .numericKey),
    ]

    /// Every cell as text: a value, or its reason in angle brackets; types and widths before them.
    static func words(_ table: Table) -> [String] {
        table.columns.map { column in
            let values = (0..<table.rowCount).map { row in
                column.missingReason(row).map { "<\($0)>" } ?? column.text(row) ?? column.number(row).map { "\($0)" }
                    ?? "?"
            }
            return "\(column.name) \(kind(column)) \(column.validity.missingCount): " + values.joined(separator: "|")
        }
    }

    static func kind(_ column: Column) -> String {
        switch column.values {
        case .integers(let packed): "integers of \(packed.width.rawValue)"
        case .decimals(let packed, let decimals): "decimals \(decimals) of \(packed.width.rawValue)"
        case .doubles: "doubles"
        case .codes(let packed, let labels): "codes \(labels) of \(packed.width.rawValue)"
        case .periods(let packed, let labels): "periods \(labels) of \(packed.width.rawValue)"
        case .flags: "flags"
        case .texts: "texts"
        }
    }

    static func random(_ random: inout SplitMix64, rows: Int) -> String {
        var text = "id,school,year,score,fsm,prior\n"
        for row in 0..<rows {
            if random.next() % 40 == 0 { text += "\n" }
            let ids = [
                "P\(row)", "", "\"a \"\"long\"\" name, number \(row)\"", "abcdefghijklmno",
                "sixteen letters \(row % 10)",
            ]
            let scores = ["1.5", "", "SUPP", "-7", "12.25", "0", "100000", "3.000", "8e3", "4000000000"]
            text += ids[Int(random.next() % 5)] + ",S\(random.next() % 300),201\(random.next() % 9),"
            // Rare values come late, so that columns are widened and rescaled on their way.
            let common = row < rows / 2 ? 3 : 10
            text += scores[Int(random.next() % UInt64(common))] + "," + ["Y", "N", ""][Int(random.next() % 3)]
            text += "," + ["1.50", "1.5", "", "2"][Int(random.next() % 4)] + "\n"
        }
        return text
    }

    @Test func threadsAndSizesDoNotMatter() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 41)
        for (number, rows) in [1, 30, 400].enumerated() {
            let text = Self.random(&random, rows: rows)
            var request = ReadRequest(
                files: [InputFile(try folder.file(text, named: "\(number).csv"))], columns: Self.roles)
            let want = Self.words(try TableReader.read(request).table)
            #expect(want.count == 6)
            for piece in Array(1...70) + [127, 128, 129, 1 << 10, 1 << 14] {
                var sizes = ReadingSizes()
                (sizes.piece, sizes.wave) = (piece, piece * (1 + piece % 5))
                request.threads = 1 + piece % 8
                let found = try TableReader.read(request, sizes: sizes).table
                #expect(Self.words(found) == want, "\(rows) rows, piece \(piece)")
            }
        }
    }

    /// The other consumer of the stream sees the same rows.
    @Test func valuesAreThoseOfTheBatches() throws {
        let folder = try TemporaryFolder()
        var random = SplitMix64(seed: 42)
        var request = ReadRequest(
            files: [InputFile(try folder.file(Self.random(&random, rows: 500)))],
            columns: [Self.roles[1], Self.roles[3]])
        request.filters = [RowFilter(column: "fsm", test: .equals("Y"), text: "fsm=Y")]
        let rows = try collect(request).rows.values
        let table = try TableReader.read(request).table
        #expect(table.rowCount == rows.count && rows.count > 100)
        for (row, values) in rows.enumerated() {
            #expect(table.columns[0].text(row) == values[0])
            let score = table.columns[1]
            let text =
                score.missingReason(row).map { "<\($0)>" } ?? "\(Int((1e6 * (score.number(row) ?? .nan)).rounded()))"
            #expect(text == values[1])
        }
    }

    @Test func typesAreTheNarrowest() throws {
        let folder = try TemporaryFolder()
        func kind(_ values: [String]) throws -> String {
            let text = "id,v\n" + values.enumerated().map { "\($0),\($1)\n" }.joined()
            let request = ReadRequest(
                files: [InputFile(try folder.file(text))], columns: [ColumnRequest("v", role: .number)])
            return Self.kind(try #require(try TableReader.read(request).table.columns.first))
        }
        #expect(try kind(["1", "-128", "127"]) == "integers of 1")
        #expect(try kind(["1", "128"]) == "integers of 2")
        #expect(try kind(["12.7", "-3.20"]) == "decimals 1 of 1")
        #expect(try kind(["12.8"]) == "decimals 1 of 2")
        #expect(try kind(["201819", ""]) == "integers of 4")
        #expect(try kind(["9223372036854775807", "SUPP"]) == "integers of 8")
        #expect(try kind(["0.1234567", "1"]) == "doubles")
        #expect(try kind(["9000000000000000000", "0.5"]) == "doubles")
        #expect(try kind([]) == "integers of 1")
    }

    @Test func codesTakeMoreBytesWhereLabelsAreMany() throws {
        let folder = try TemporaryFolder()
        for (count, width) in [(256, 1), (257, 2), (65_537, 4)] {
            let text = "k\n" + (0..<count).map { "k\($0)\n" }.joined()
            var request = ReadRequest(
                files: [InputFile(try folder.file(text))], columns: [ColumnRequest("k", role: .key)])
            request.threads = 2
            var sizes = ReadingSizes()
            (sizes.piece, sizes.wave) = (1 << 10, 1 << 13)
            let column = try #require(try TableReader.read(request, sizes: sizes).table.columns.first)
            guard case .codes(let packed, let labels) = column.values else {
                Issue.record("no codes")
                return
            }
            #expect(packed.width.rawValue == width && labels.count == count)
            #expect((0..<count).allSatisfy { column.text($0) == "k\($0)" })
        }
    }

    @Test func sumsAreExact() throws {
        let folder = try TemporaryFolder()
        let text = "a,b\n" + (0..<1000).map { "\($0 % 7 == 0 ? "" : "0.1"),\(Int64.max - Int64($0))\n" }.joined()
        let request = ReadRequest(
            files: [InputFile(try folder.file(text))],
            columns: [ColumnRequest("a", role: .number), ColumnRequest("b", role: .number)])
        let table = try TableReader.read(request).table
        #expect(table.column("a")?.sum() == 85.7)
        #expect(table.column("b")?.sum() == Double(Int128(Int64.max) * 1000 - 499_500))
        #expect(table.column("c") == nil)
    }

    @Test func whatIsNoPeriodIsNamed() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("y\n2018\n\n2018/19\nabc\n201819\n")
        let request = ReadRequest(files: [InputFile(path)], columns: [ColumnRequest("y", role: .period)])
        #expect(throws: TableError.notPeriod(column: "y", Place(file: path, line: 5, column: "y"), text: "abc")) {
            try TableReader.read(request)
        }
    }

    /// What exact arithmetic cannot hold is read again as doubles, each with its reason for being absent.
    @Test func doublesKeepTheirReasons() throws {
        let folder = try TemporaryFolder()
        let path = try folder.file("v,f\n1e-9,Y\nSUPP,N\n,\n2,Y\n")
        let request = ReadRequest(
            files: [InputFile(path)],
            columns: [ColumnRequest("v", role: .number), ColumnRequest("f", role: .indicator(YesNo(equals: "Y")))])
        #expect(
            Self.words(try TableReader.read(request).table) == [
                "v doubles 2: 1e-09|<SUPP>|<empty>|2.0", "f flags 1: 1.0|0.0|<empty>|1.0",
            ])
    }
}
