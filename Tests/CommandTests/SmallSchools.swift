import Foundation

/// A small invented partnership: 14 schools, five of them partners with two starts, five years, some 700 pupils.
///
/// Small, so that a debug build answers at once; with what real exports have: missing codes, empty and unknown groups.
struct SmallSchools {
    struct Pupil {
        var upn, urn, trust, year, sex, fsm, ks2, attainment8, grade, passed, start, isOn, weight: String
    }

    static let years = ["201415", "201516", "201617", "201718", "201819"]
    static let header =
        "upn,urn,trust,academic_year,sex,fsm,ks2_score,attainment8,grade,passed,partnership_start,treated_now,weight"

    var pupils: [Pupil] = []

    init(seed: UInt64 = 7) {
        var random = PlainRandom(state: seed)
        for (index, year) in Self.years.enumerated() {
            for school in 0..<14 {
                let start = Self.start(of: school)
                let isOn = start.map { year >= $0 } ?? false
                for pupil in 0..<(7 + (school * 5 + index) % 7) {
                    let fsm = ["Y", "N", "N", "Y", "N", "N", "", "N", "U"][(pupil + school) % 9]
                    let prior = 100 + 8 * random.normal() - (fsm == "Y" ? 3 : 0)
                    let score =
                        48 + 0.6 * (prior - 100) - (fsm == "Y" ? 5 : 0) + Double(school % 5) + 0.5 * Double(index)
                        + (isOn ? (fsm == "Y" ? 4 : 2) : 0) + 6 * random.normal()
                    let result = (score * 10).rounded() / 10
                    pupils.append(
                        Pupil(
                            upn:
                                "Z\(8_201_000_000 + UInt64(school) * 100_000 + UInt64(index) * 1_000 + UInt64(pupil))K",
                            urn: Self.urn(school), trust: ["Ash", "Birch", "Cedar"][school % 3], year: year,
                            sex: pupil % 2 == 0 ? "F" : "M", fsm: fsm,
                            ks2: (pupil + index) % 29 == 11 ? "" : "\((prior * 10).rounded() / 10)",
                            attainment8: (pupil * 3 + school) % 31 == 17 ? "SUPP" : "\(result)",
                            grade: score > 54 ? "A" : score > 46 ? "B" : "C", passed: score > 48 ? "Y" : "N",
                            start: start ?? "", isOn: isOn ? "1" : "0", weight: "\(1 + pupil % 3)"))
                }
            }
        }
    }

    static func urn(_ school: Int) -> String { "\(100_000 + school * 37)" }

    static func start(of school: Int) -> String? {
        switch school {
        case 1, 4, 7: "201617"
        case 9, 12: "201718"
        default: nil
        }
    }

    /// A table of the pupils that a condition keeps.
    func csv(where isKept: (Pupil) -> Bool = { _ in true }) -> String {
        Self.header + "\n" + pupils.filter(isKept).map(Self.line).joined()
    }

    /// A table of all pupils, each changed first.
    func csv(changing change: (inout Pupil) -> Void) -> String {
        var changed = self
        for index in changed.pupils.indices { change(&changed.pupils[index]) }
        return changed.csv()
    }

    static func line(_ p: Pupil) -> String {
        [
            p.upn, p.urn, p.trust, p.year, p.sex, p.fsm, p.ks2, p.attainment8, p.grade, p.passed, p.start, p.isOn,
            p.weight,
        ]
        .joined(separator: ",") + "\n"
    }

    /// One row a school and year: its mean, the pupils behind it, its start.
    func schoolMeans() -> String {
        var text = "urn,academic_year,attainment8,pupils,sd_band,partnership_start\n"
        for year in Self.years {
            for school in 0..<14 {
                let rows = pupils.filter { $0.urn == Self.urn(school) && $0.year == year }
                let scores = rows.compactMap { Double($0.attainment8) }
                let mean = (scores.reduce(0, +) / Double(max(scores.count, 1)) * 1000).rounded() / 1000
                text +=
                    "\(Self.urn(school)),\(year),\(mean),\(rows.count),\(school % 2),\(Self.start(of: school) ?? "")\n"
            }
        }
        return text
    }

    /// One row a trust, year and value of `fsm`: its pupils and those who passed; with totals a row for all of them too.
    func counts(withTotals: Bool = false) -> String {
        var text = "trust,academic_year,fsm,pupils,passed\n"
        for trust in ["Ash", "Birch", "Cedar"] {
            for year in Self.years {
                let own = pupils.filter {
                    $0.trust == trust && $0.year == year && "YN".contains($0.fsm) && !$0.fsm.isEmpty
                }
                for fsm in ["Y", "N"] + (withTotals ? ["ALL"] : []) {
                    let rows = own.filter { fsm == "ALL" || $0.fsm == fsm }
                    text += "\(trust),\(year),\(fsm),\(rows.count),\(rows.count { $0.passed == "Y" })\n"
                }
            }
        }
        return text
    }

    static var partners: String {
        "urn,start\n" + (0..<14).compactMap { school in start(of: school).map { "\(urn(school)),\($0)\n" } }.joined()
    }

    /// The names of the usual files.
    static func write(to folder: WorkFolder) throws -> SmallSchools {
        let schools = SmallSchools()
        try folder.write(schools.csv(), "pupils.csv")
        try folder.write(schools.schoolMeans(), "schools.csv")
        try folder.write(partners, "partners.csv")
        return schools
    }
}

/// A repeatable source of random numbers (Steele, Lea & Flood 2014).
struct PlainRandom {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Nearly normal: the sum of twelve uniforms.
    mutating func normal() -> Double { (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } }
}
