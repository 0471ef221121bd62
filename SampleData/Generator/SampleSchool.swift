/// A school of the sample with what is fixed about it.
struct SampleSchool {
    /// Six digits beginning with 99, a range in which no establishment is registered.
    var urn: String
    var name: String
    /// The record it had before it became an academy, and the first year of the new one.
    var predecessor: (urn: String, name: String, until: AcademicYear)?
    /// The first year in the partnership; `nil` for a comparison school.
    var joined: AcademicYear?
    var pupils: Double
    var level: Double
    var prior: Double
    var fsmShare: Double
    /// One shock for each calendar year of the model.
    var shocks: [Double]

    func record(in year: AcademicYear) -> (urn: String, name: String) {
        if let old = predecessor, year < old.until { return (old.urn, old.name) }
        return (urn, name)
    }

    func isTreated(in year: AcademicYear) -> Bool { joined.map { year >= $0 } ?? false }
}

extension SampleSchool {
    /// Draws the schools of a model, in order of URN.
    static func draw(_ model: SampleModel, from random: inout SeededRandom) -> [SampleSchool] {
        let names = SchoolNames.all
        var joined: [AcademicYear?] = model.joining.flatMap { Array(repeating: $0.year, count: $0.schools) }
        joined += Array(repeating: nil, count: max(0, model.schoolCount - joined.count))
        joined = random.shuffled(joined)
        var urn = 990_100
        var schools = joined.indices.map { index in
            urn += 1 + random.index(below: 60)
            return draw(
                model, joined: joined[index], urn: "\(urn)", name: names[index % names.count], from: &random)
        }
        // One of the later partners is an academy from the year before it joins, with a new number.
        if let last = model.joining.last?.year, let index = schools.firstIndex(where: { $0.joined == last }) {
            schools[index].predecessor = (schools[index].urn, schools[index].name, AcademicYear(last.firstYear - 1))
            schools[index].urn = "\(urn + 1 + random.index(below: 60))"
            schools[index].name = SchoolNames.asAcademy(schools[index].name)
        }
        return schools
    }

    private static func draw(
        _ model: SampleModel, joined: AcademicYear?, urn: String, name: String, from random: inout SeededRandom
    ) -> SampleSchool {
        let isPartner = joined != nil
        let pupils = model.pupilsMean + model.pupilsDeviation * random.normal()
        let share = (isPartner ? model.partnerFSMShare : model.fsmShare) + model.fsmShareDeviation * random.normal()
        return SampleSchool(
            urn: urn, name: name, predecessor: nil, joined: joined,
            pupils: min(max(pupils, model.pupilsLimits.lowerBound), model.pupilsLimits.upperBound),
            level: (isPartner ? model.partnerLevel : 0) + model.schoolDeviation * random.normal(),
            prior: (isPartner ? model.partnerPrior : 0) + model.priorSchoolDeviation * random.normal(),
            fsmShare: min(max(share, 0.05), 0.7),
            shocks: shocks(model, from: &random))
    }

    /// A stationary autoregression over calendar years, kept for the years that have results.
    private static func shocks(_ model: SampleModel, from random: inout SeededRandom) -> [Double] {
        let innovation = (1 - model.shockCorrelation * model.shockCorrelation).squareRoot()
        var shock = random.normal()
        var previous: AcademicYear?
        return model.years.map { year in
            for _ in 0..<(previous.map { year.firstYear - $0.firstYear } ?? 0) {
                shock = model.shockCorrelation * shock + innovation * random.normal()
            }
            previous = year
            return model.shockDeviation * shock
        }
    }
}

/// Invented names. Some hold a comma and one holds quotes, as lists of schools do.
enum SchoolNames {
    static let all = [
        "Abbotsmere School", "Aldenbrook High School", "Ashwick Vale College", "Bexmarsh School",
        "Birchover Down School", "Bramblehurst Academy", "St Wendreda's Catholic School, Brackenfold",
        "Calderwick School", "Chalkwell Rise School", "Cranmoor High School", "Cuttleford Academy",
        "Dunsmarket School", "Eastmere Park School", "Elverbridge College", "The King's School, Fallowdon",
        "Fenwardine Academy", "Foxcombe School", "Garsmere Community College", "Greywethers School",
        "Hallowdene High School", "Harrowmere School", "Hollinsford Academy", "Inglewater School",
        "Kestlemoor School", "St Osyth's Church of England School, Kilverstock", "Langwith Marsh School",
        "Larkspur Hill Academy", "Linderholme School", "Maltravers Cross School", "Merrowfield High School",
        "Millbarrow School", "The \"Old Quay\" School, Nethercombe", "Northolme Academy", "Oakenshade School",
        "Otterbeck College", "Pellingham School", "Quarrendale School", "Ravensmoor High School",
        "Rushmere Edge School", "Saltersgate Academy", "Selwick Bay School", "St Neot's School, Sparrowden",
        "Thornaby Moor School", "Tillingmere School", "Underhay Community School", "Wexcombe High School",
        "Whinfell Academy", "Yarrowby School",
    ]

    /// What a school is called once it is an academy.
    static func asAcademy(_ name: String) -> String {
        for ending in [" Community College", " Community School", " High School", " College", " School"]
        where name.hasSuffix(ending) {
            return name.dropLast(ending.count) + " Academy"
        }
        return name + " (academy)"
    }
}
