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
        try folder.write(
            "academic_year,attainment8\n" + SmallSchools.years.map { "\($0),50.\($0.last ?? "0")\n" }.joined(),
            "national.csv")
        try folder.write(SmallSchools.partners, "partners.csv")
        try writeForms(to: folder)
        try writeLists(to: folder)
        try folder.write(plan, "plan.yml")
        try folder.write(plan.replacing("pupils.csv", with: "codes.csv"), "bad-plan.yml")
        try folder.write(plan.replacing("pupils.csv", with: "partners-alone.csv"), "alone.yml")
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
            schools.csv(changing: { $0.attainment8 = "\"\($0.attainment8.replacing(".", with: ","))\"" }), "decimal.csv"
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

    private static func writeLists(to folder: WorkFolder) throws {
        try folder.write("grade,points\nA,8\nB,5\nC,2.5\n", "points.csv")
        try folder.write("urn\n\(SmallSchools.urn(0))\n\(SmallSchools.urn(4))\n", "exclude.csv")
        try folder.write("urn\n" + [0, 2, 3, 5, 6, 8].map { SmallSchools.urn($0) + "\n" }.joined(), "others.csv")
        try folder.write(
            SmallSchools.partners.replacing("urn,start", with: "school,joined"), "differently.csv")
        try folder.write("urn\n" + [1, 4, 7].map { SmallSchools.urn($0) + "\n" }.joined(), "undated.csv")
        try folder.write("a key of at least thirty-two letters, kept apart from the data\n", "project.key")
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
