import Foundation
import Testing

/// The rules by which the department's screener takes or leaves a pair of files, written down again from the standard.
private struct Screener {
    let name: String
    let data: [[String]]
    let meta: [[String]]

    init(_ folder: WorkFolder, _ name: String) throws {
        self.name = name
        data = try Self.rows(folder.text(name + ".csv"))
        meta = try Self.rows(folder.text(name + ".meta.csv"))
    }

    private static func rows(_ text: String) -> [[String]] {
        text.split(separator: "\r\n").map { line in
            var fields = [""]
            var isQuoted = false
            for letter in line {
                switch letter {
                case "\"": isQuoted.toggle()
                case "," where !isQuoted: fields.append("")
                default: fields[fields.count - 1].append(letter)
                }
            }
            return fields
        }
    }

    private var header: [String] { data.first ?? [] }
    private func column(_ name: String) -> [String] {
        header.firstIndex(of: name).map { place in data.dropFirst().map { $0[place] } } ?? []
    }
    private func described(_ name: String) -> [String] {
        meta[0].firstIndex(of: name).map { place in meta.dropFirst().map { $0[place] } } ?? []
    }
    func names(_ type: String) -> [String] {
        zip(described("col_name"), described("col_type")).filter { $0.1 == type }.map(\.0)
    }

    private static let geography: [(level: String, columns: [String])] = [
        ("National", ["country_code", "country_name"]), ("Regional", ["region_code", "region_name"]),
        ("Local authority", ["old_la_code", "new_la_code", "la_name"]),
        ("School", ["school_name", "school_urn", "school_laestab"]),
    ]
    private static let mandatory = [
        "time_period", "time_identifier", "geographic_level", "country_code", "country_name",
    ]
    private static let identifiers: [String: Int] = [
        "Academic year": 6, "Calendar year": 4, "Autumn term": 6, "Spring term": 6, "Summer term": 6,
    ]

    /// Every rule that the pair breaks.
    var failures: [String] {
        var failures: [String] = []
        func must(_ isMet: Bool, _ rule: String) { if !isMet { failures.append(rule) } }
        must(!name.contains(" "), "no spaces in file names")
        must(data.count > 1 && data.allSatisfy { $0.count == header.count }, "every row has every column")
        must(Set(header).count == header.count, "no column twice")
        for column in header {
            must(column.wholeMatch(of: /[a-z][a-z0-9_]*/) != nil, "snake case: \(column)")
        }
        for column in Self.mandatory { must(header.contains(column), "mandatory \(column)") }
        must(
            meta[0] == [
                "col_name", "col_type", "label", "indicator_grouping", "indicator_unit", "indicator_dp", "filter_hint",
                "filter_grouping_column",
            ], "columns of the meta file")
        let (filters, indicators) = (names("Filter"), names("Indicator"))
        must(
            filters.count + indicators.count == meta.count - 1, "every row of the meta file is a filter or an indicator"
        )
        must(!indicators.isEmpty, "an indicator at least")
        let known = Self.mandatory + Self.geography.flatMap(\.columns)
        must(Set(header).subtracting(known) == Set(filters + indicators), "data and meta name the same columns")
        must(Set(described("label")).count == meta.count - 1 && !described("label").contains(""), "labels of their own")
        for (kind, unit, decimals) in zip3(
            described("col_type"), described("indicator_unit"), described("indicator_dp"))
        {
            must(["", "£", "£m", "%", "pp", "numberstring"].contains(unit), "unit \(unit)")
            must(kind == "Filter" ? unit.isEmpty && decimals.isEmpty : Int(decimals) ?? -1 >= 0, "decimals \(decimals)")
        }
        // Time.
        must(Set(column("time_identifier")).count == 1, "one family of periods")
        for (period, identifier) in zip(column("time_period"), column("time_identifier")) {
            must(Self.identifiers[identifier] == period.count && Int(period) != nil, "\(period) is no \(identifier)")
            if period.count == 6, let first = Int(period.prefix(4)), let last = Int(period.suffix(2)) {
                must((first + 1) % 100 == last, "\(period) is of consecutive years")
            }
        }
        // Geography.
        for level in Set(column("geographic_level")) {
            let expected = Self.geography.first { $0.level == level }?.columns
            must(expected != nil, "level \(level)")
            for name in expected ?? [] {
                must(header.contains(name) && !column(name).contains(""), "\(name) of \(level)")
            }
        }
        must(Set(column("country_code")) == ["E92000001"] && Set(column("country_name")) == ["England"], "country")
        for name in known where header.contains(name) {
            must(Set(column(name)).isDisjoint(with: ["Total", "total", "All", "all"]), "no total in \(name)")
        }
        // Filters and indicators.
        for filter in filters {
            let values = column(filter)
            must(values.contains("Total"), "a Total in \(filter)")
            must(Set(values).count > 1, "more than one value in \(filter)")
            must(
                !values.contains("") && values.allSatisfy { $0.trimmingCharacters(in: .whitespaces) == $0 },
                "blanks in \(filter)")
        }
        for indicator in indicators {
            for value in column(indicator) {
                let isFine = Double(value) != nil || ["c", "z", "x", "low", "k", "u"].contains(value)
                must(isFine, "\(indicator): \(value)")
            }
        }
        let units = data.dropFirst().map { row in
            zip(header, row).filter { !indicators.contains($0.0) }.map(\.1)
        }
        must(Set(units).count == units.count, "no row twice")
        let everything = Set(data.joined()).union(meta.joined())
        must(
            everything.isDisjoint(with: ["NA", "na", "Null", "null", "NULL", "N/A", "n/a", ".", "..", "-", "~", ":"]),
            "obsolete symbols")
        return failures
    }

    private func zip3(_ a: [String], _ b: [String], _ c: [String]) -> [(String, String, String)] {
        zip(a, zip(b, c)).map { ($0, $1.0, $1.1) }
    }
}

@Suite struct EESTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
    }

    private let gaps = [
        "gaps", "pupils.csv", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--format", "ees",
    ]

    @Test(arguments: [
        ["--group", "fsm=Y", "--by", "academic_year"],
        ["--group", "sex", "--by", "academic_year", "--disclosure", "ons-10-5", "--standardise"],
        [
            "--group", "fsm", "--unknown", "U", "--by", "academic_year", "--outcome", "ks2_score", "--disclosure",
            "rounded-10",
        ],
        ["--group", "sex", "--by", "academic_year", "--outcome", "passed=Y", "--disclosure", "dfe-tables", "--change"],
        ["--group", "sex", "--by", "academic_year", "--prior", "ks2_score"],
    ]) func theScreenerTakesThePair(_ options: [String]) throws {
        let ended = try folder.run(gaps + options + ["-o", "gap_file.csv"])
        #expect(ended.status == 0, "\(ended.err)")
        #expect(ended.out.isEmpty && ended.err.contains("ees-national"))
        #expect(try Screener(folder, "gap_file").failures == [])
    }

    /// The figures are those of the JSON; the total is of everybody known.
    @Test func thePairTellsWhatTheOtherFormatsTell() throws {
        #expect(try folder.run(gaps + ["--group", "sex", "--by", "academic_year", "-o", "g.csv"]).status == 0)
        let json = try folder.run(
            gaps.dropLast(2) + ["--group", "sex", "--by", "academic_year", "--format", "json"]
        ).json()
        let rows = try #require(json["gaps"] as? [[String: Any]])
        let lines = try folder.text("g.csv").split(separator: "\r\n").map { $0.split(separator: ",").map(String.init) }
        let places = Dictionary(uniqueKeysWithValues: lines[0].enumerated().map { ($1, $0) })
        for row in rows {
            let time = try #require((row["by"] as? [String: String])?["academic_year"])
            let group = try #require(row["group"] as? String)
            let line = try #require(lines.first { $0[0] == time && $0[5] == group })
            for (column, key) in [("pupil_count", "n"), ("average", "mean"), ("gap", "gap"), ("gap_lower_ci", "lower")]
            {
                let place = try #require(places[column])
                let told = try #require(Double(line[place]))
                let known = try #require(row[key] as? Double)
                #expect(abs(told - known) < 1e-9, "\(column)")
            }
            let total = try #require(lines.first { $0[0] == time && $0[5] == "Total" })
            let (n, peers) = (try #require(row["n"] as? Double), try #require(row["nPeers"] as? Double))
            let (count, gap) = (try #require(places["pupil_count"]), try #require(places["gap"]))
            #expect(Double(total[count]) == n + peers)
            #expect(total[gap] == "z")
        }
    }

    /// Of schools: every place has its codes and its name, and small groups are `c`.
    @Test func schoolsAreRowsOfTheirOwnLevel() throws {
        var lines = ["school_urn,school_laestab,school_name,year,fsm,y"]
        for school in 0..<4 {
            for pupil in 0..<40 {
                let fsm = pupil < (school == 0 ? 4 : 15) ? "Y" : "N"
                lines.append("10000\(school),936200\(school),School \(school),201819,\(fsm),\(40 + pupil % 7)")
            }
        }
        try folder.write(lines.joined(separator: "\n") + "\n", "named.csv")
        let arguments = [
            "gaps", "named.csv", "--outcome", "y", "--group", "fsm=Y", "--unit", "school_urn", "--time", "year", "--by",
            "year,school_urn,school_laestab,school_name", "--format", "ees", "-o", "schools.csv",
        ]
        let ended = try folder.run(arguments)
        #expect(ended.status == 0 && !ended.err.contains("ees-national"), "\(ended.err)")
        #expect(try Screener(folder, "schools").failures == [])
        let text = try folder.text("schools.csv")
        #expect(text.contains("School") && text.contains(",c,"))
    }

    @Test(arguments: [
        (["--group", "fsm=Y"], "add academic_year to --by", "E016"),
        (["--group", "fsm=Y", "--by", "academic_year,sex"], "sex in --by would be a filter", "E016"),
        (["--group", "fsm=Y", "--by", "academic_year,urn"], "school_laestab", "E016"),
        (["--group", "fsm=Y", "--group", "sex", "--by", "academic_year"], "one column", "E016"),
        (["--group", "fsm=Y", "--by", "academic_year", "--round", "1"], "--round", "E014"),
    ]) func whatIsNoSuchFileIsRefused(_ options: [String], _ words: String, _ code: String) throws {
        let ended = try folder.run(gaps + options + ["-o", "no.csv"])
        #expect(ended.status == 2 && ended.err.contains(words) && ended.err.contains(code), "\(ended.err)")
        #expect(!folder.has("no.csv") && !folder.has("no.meta.csv"))
    }

    @Test func theNamesOfTheFilesAreChecked() throws {
        let options = ["--group", "fsm=Y", "--by", "academic_year"]
        for name in ["no.txt", "two words.csv", ".csv"] {
            #expect(try folder.run(gaps + options + ["-o", name]).status == 2, "\(name)")
        }
        #expect(try folder.run(gaps + options).err.contains("--output is missing"))
        let other = try folder.run(["describe", "pupils.csv", "--format", "ees"])
        #expect(other.status == 2 && other.err.contains("text, json"))
    }

    /// Both files or neither: where the second cannot be written the first is not there.
    @Test func aPairIsWholeOrAbsent() throws {
        try FileManager.default.createDirectory(
            atPath: folder.path + "/half.meta.csv", withIntermediateDirectories: false)
        let ended = try folder.run(gaps + ["--group", "fsm=Y", "--by", "academic_year", "-o", "half.csv"])
        #expect(ended.status == 5)
        #expect(!folder.has("half.csv"))
    }
}
