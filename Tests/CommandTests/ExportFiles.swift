import Counterpart
import Foundation
import Testing

/// The small partnership in all the forms that exports come in.
enum ExportFiles {
    private static let schools = SmallSchools()

    /// The files, written once; nobody writes to them.
    private static let originals = Result {
        let folder = try WorkFolder()
        try writeOriginals(to: folder)
        return folder
    }

    static func write(to folder: WorkFolder) throws {
        let originals = try originals.get()
        for name in originals.names {
            try FileManager.default.linkItem(atPath: originals.path + "/" + name, toPath: folder.path + "/" + name)
        }
    }

    private static func writeOriginals(to folder: WorkFolder) throws {
        try folder.write(schools.csv(), "pupils.csv")
        try folder.write(schools.schoolMeans(), "schools.csv")
        try folder.write(schools.counts(), "counts.csv")
        try folder.write(schools.counts(withTotals: true), "totals.csv")
        try folder.write("attainment8,pupils\n30,100\n45,300\n60,200\n", "ranks.csv")
        try folder.write(
            "academic_year,attainment8\n" + SmallSchools.years.map { "\($0),50.\($0.last ?? "0")\n" }.joined(),
            "national.csv")
        try folder.write(SmallSchools.partners, "partners.csv")
        try folder.write(try profileAnswer(), "answered.csv")
        try writeForms(to: folder)
        try writeLists(to: folder)
        try folder.write(plan, "plan.yml")
        try folder.write(plan.replacing("pupils.csv", with: "codes.csv"), "bad-plan.yml")
        try folder.write(plan.replacing("pupils.csv", with: "partners-alone.csv"), "alone.yml")
    }

    /// What a database would answer to the profile query of `sql` for a table `pupils`: one value with seven decimals.
    private static func profileAnswer() throws -> String {
        var data = DataRequest()
        data.outcomes = [OutcomeRequest("attainment8")]
        data.unit = ["urn"]
        data.time = ["academic_year"]
        let query = try SQLRun(CellsRequest(data: data), dialect: .duckdb, table: "pupils").profile.text
        let digest = try #require(query.firstMatch(of: /'([0-9a-f]{64})' AS query/)).1
        // The figures stand before the subselect, whose names begin with `cp_`.
        let names = query.matches(of: /\sAS ([a-z][a-z0-9_]+)/).map { String($0.1) }.prefix { !$0.hasPrefix("cp_") }
        let known = ["query": String(digest), "rows_read": "900", "used": "880", "z0_too_fine": "1", "z0_sum": "41000"]
        return names.joined(separator: ",") + "\n" + names.map { known[$0] ?? "0" }.joined(separator: ",") + "\n"
    }

    private static func writeForms(to folder: WorkFolder) throws {
        try folder.write(
            Data(
                schools.csv(changing: { $0.trust = $0.trust == "Ash" ? "Bêche" : $0.trust }).unicodeScalars.map {
                    UInt8($0.value)
                }), "latin.csv")
        try folder.write(StoredGzip.pack(Array(schools.csv().utf8)), "packed.csv")
        try folder.write("Exported by the office\nfor the evaluation\n" + schools.csv(), "preamble.csv")
        try folder.write(schools.csv() + "Source: the office\n", "footer.csv")
        try folder.write(
            schools.csv(changing: { if $0.attainment8 != "SUPP" { $0.attainment8 = "\"1,0\($0.attainment8)\"" } }),
            "thousands.csv")
        try folder.write(
            schools.csv(changing: {
                $0.attainment8 = "\"\($0.attainment8.replacing(".", with: ","))\""
                $0.ks2 = "\"\($0.ks2.replacing(".", with: ","))\""
            }), "decimal.csv"
        )
        try folder.write(
            schools.csv(changing: { if $0.attainment8 != "SUPP" { $0.attainment8 += "%" } }), "percent.csv")
        try folder.write(
            schools.csv(changing: { if $0.attainment8 == "SUPP" { $0.attainment8 = "withheld" } }), "codes.csv")
        try folder.write(
            schools.csv(changing: { if $0.attainment8 != "SUPP" { $0.attainment8 = "=\"\($0.attainment8)\"" } }),
            "wrapped.csv")
        try folder.write(long(), "long.csv")
        try folder.write(schools.csv() + "one,field,too,few\n", "broken.csv")
        let last = try #require(schools.pupils.last)
        try folder.write(
            schools.csv() + SmallSchools.line(last).split(separator: ",").dropLast().joined(separator: ",") + "\n",
            "short.csv")
        try folder.write(
            schools.csv().replacing("\n", with: ",1\n").replacing("weight,1", with: "weight,"), "unnamed.csv")
        for name in ["ks2-2018.csv", "ks2-2030.csv", "ks2final.csv"] {
            try folder.write(published(schools.csv()), name)
        }
        let first = schools.pupils[0]
        try folder.write(schools.csv() + SmallSchools.line(first), "twice.csv")
        try folder.write(
            schools.csv(changing: { if $0.urn == SmallSchools.urn(1), $0.year == "201819" { $0.start = "201718" } }),
            "restart.csv")
        // One school that leaves, one that is always in, one that joins and leaves.
        let treated = [SmallSchools.urn(2): ["201415", "201516"], SmallSchools.urn(3): SmallSchools.years]
        try folder.write(
            schools.csv(changing: { pupil in
                if let years = treated[pupil.urn] { pupil.isOn = years.contains(pupil.year) ? "1" : "0" }
                if pupil.urn == SmallSchools.urn(7), pupil.year == "201819" { pupil.isOn = "0" }
            }), "switching.csv")
        try folder.write(schools.csv(where: { !$0.start.isEmpty }), "partners-alone.csv")
        var lonely = first
        (lonely.upn, lonely.urn, lonely.start) = ("Z9999999999K", "199999", "")
        try folder.write(schools.csv() + SmallSchools.line(lonely), "lonely.csv")
        for year in SmallSchools.years {
            try folder.write(
                schools.csv(where: { $0.year == year }).replacing("academic_year", with: "y"), "results-\(year).csv")
        }
    }

    /// Each pupil twice: once for each of two subjects, beside the columns of the other file.
    private static func long() -> String {
        let lines = schools.csv().split(separator: "\n")
        let rows = lines.dropFirst().enumerated().flatMap { at, line in
            ["\(line),attainment8,\(40 + at % 23)", "\(line),other,\(at % 7)"]
        }
        return (["\(lines[0]),subject,result"] + rows).map { $0 + "\n" }.joined()
    }

    /// The same rows among columns of published tables, the last one a total.
    private static func published(_ text: String) -> String {
        let names =
            "RECTYPE,URN,LEA,ESTAB,SCHNAME,NFTYPE,TELIG,TOTPUPS,TKS1AVERAGE,PTRWM_EXP,PTRWM_HIGH,READPROG,READCOV,MATPROG,"
            + "MATCOV,WRITPROG,WRITCOV,READ_AVERAGE,MAT_AVERAGE,GPS_AVERAGE,PTREAD_EXP,PTMAT_EXP"
        let lines = text.split(separator: "\n")
        return lines.enumerated().map { index, line in
            guard index > 0 else { return "\(names),\(line)\n" }
            let urn = line.split(separator: ",", omittingEmptySubsequences: false)[1]
            let values = [index == lines.count - 1 ? "3" : "1", String(urn), "850", String(urn.suffix(4))]
            return (values + Array(repeating: "50%", count: 18)).joined(separator: ",") + ",\(line)\n"
        }.joined()
    }

    private static func writeLists(to folder: WorkFolder) throws {
        try folder.write("variable,weight\nattainment8,1\nks2,2.5\n", "distances.csv")
        try folder.write("grade,points\nA,8\nB,5\nC,2.5\n", "points.csv")
        try folder.write("urn\n\(SmallSchools.urn(0))\n\(SmallSchools.urn(4))\n", "exclude.csv")
        try folder.write("urn\n" + [0, 2, 3, 5, 6, 8].map { SmallSchools.urn($0) + "\n" }.joined(), "others.csv")
        try folder.write(
            SmallSchools.partners.replacing("urn,start", with: "school,joined"), "differently.csv")
        try folder.write("urn\n" + [1, 4, 7].map { SmallSchools.urn($0) + "\n" }.joined(), "undated.csv")
        try folder.write("upn,since\n" + schools.pupils.prefix(12).map { "\($0.upn),2016\n" }.joined(), "optouts.csv")
        try folder.write("upn\nQ1234567890K\n", "strangers.csv")
        try folder.write("from,to,mean,other\n60,95,40,41\n96,105,48,49\n106,140,55,56\n", "bands.csv")
        try folder.write("old,new\n\(SmallSchools.urn(0)),\(SmallSchools.urn(2))\n", "links.csv")
        try folder.write(
            "URN,LinkURN,LinkType\n\(SmallSchools.urn(2)),\(SmallSchools.urn(0)),Predecessor - merged\n", "merged.csv")
        try folder.write(
            "urn,pupils,reading,reading_lower,reading_upper,reading_coverage\n"
                + (0..<12).map { "\(SmallSchools.urn($0)),50,0,-1.7,1.7,100\n" }.joined(),
            "published.csv")
        try folder.write("group,minimum\n1,-0.5\n2,-0.5\n3,-0.5\n", "floors.csv")
        try folder.write("qual_id,x_0,x_1,y_0,y_1\nF,40,140,10,80\nM,40,140,12,78\n", "knots.csv")
        try folder.write("qual_id,sd_suqu,size\nF,1.1,1\nM,1.2,1\n", "variance.csv")
        try folder.write(
            "upn,school_year,language,literature,mathematics,science,art,reading,maths,missed,possible,few\n"
                + "A1,201819,7,6,8,7-6,9,104,107,38,380,3\nA2,201819,A,,6,4-4,,,99,20,380,4\n", "grades.csv")
        try folder.write(
            "grade,points\nA,8\n" + [4, 5, 6, 7, 8, 9].map { "\($0),\($0)\n" }.joined() + "7-6,6.5\n4-4,4\n", "gcse.csv"
        )
        try folder.write("a key of at least thirty-two letters, kept apart from the data\n", "project.key")
        let hidden = try folder.run(["convert", "pupils.csv", "--pseudonymise", "upn", "--key", "project.key"]).out
        let pseudonyms = hidden.split(separator: "\r\n").prefix(13).map { $0.prefix { $0 != "," } + "\n" }
        try folder.write(pseudonyms.joined(), "pseudonyms.csv")
    }

    static let plan = """
        title: A small partnership
        data:
          files: [pupils.csv]
          columns:
            unit: urn
            pupil: upn
            time: academic_year
            outcome: [attainment8]
            start: partnership_start
          groups: [fsm=Y]
          unknown: [U]
        analysis:
          permutations: 0
          robustness: none
        report:
          formats: [html, csv, json]
        """ + "\n"
}
