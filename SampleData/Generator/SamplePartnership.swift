#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A school partnership that never was, with the result files it would have left and the effect it had.
///
/// 12 of 48 schools are partners, six from 2016/17 and six from 2018/19; eight years of Attainment 8, 2014/15 to 2023/24
/// without 2019/20 and 2020/21; some 25,000 pupils, each in one year. The same seed gives the same bytes everywhere.
public struct SamplePartnership: Sendable {
    public let truth: SampleTruth
    private let namedFiles: [(name: String, bytes: [UInt8])]

    public init(seed: UInt64, model: SampleModel = SampleModel()) {
        var random = SeededRandom(seed: seed)
        let schools = SampleSchool.draw(model, from: &random)
        var files: [(name: String, bytes: [UInt8])] = []
        var tallies = [EffectTally(), EffectTally(), EffectTally()]
        var rowCount = 0
        var atLimit = 0
        for (index, year) in model.years.enumerated() {
            var rows: [ExportRow] = []
            for (place, school) in schools.enumerated() {
                let pupils = Self.pupils(model, school: school, place: place, year: index, from: &random)
                let record = school.record(in: year)
                rows += pupils.map { ExportRow(pupil: $0, urn: record.urn, school: record.name, year: year.code) }
                atLimit += pupils.count { $0.isAtLimit }
                if school.isTreated(in: year) { Self.add(pupils, to: &tallies) }
            }
            rowCount += rows.count
            files.append(("pupils-\(year.code).csv", ExportForm(year).bytes(random.shuffled(rows))))
        }
        files.append(("partners.csv", Self.partnersFile(schools)))
        files.append(("urn-links.csv", Self.linksFile(schools)))
        namedFiles = files
        truth = SampleTruth(
            effectOnFSM: model.effectOnFSM, effectOnOthers: model.effectOnOthers,
            effectOnGap: model.effectOnOthers - model.effectOnFSM,
            withOutcome: tallies[0].average(model), withOutcomeAndPrior: tallies[1].average(model),
            withOutcomePriorAndFSM: tallies[2].average(model),
            rows: rowCount, shareAtLimit: Double(atLimit) / Double(max(1, rowCount)))
    }

    /// The CSV files in a fixed order: one of pupils for each year, the partners, the links between school records.
    public func files() -> [(name: String, bytes: [UInt8])] { namedFiles }

    /// Writes the CSV files and `truth.json` into a folder, which is made where absent.
    ///
    /// - Throws: the error of the file system.
    public func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for file in namedFiles { try Data(file.bytes).write(to: URL(filePath: folder).appending(path: file.name)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try (encoder.encode(truth) + [UInt8(ascii: "\n")])
            .write(to: URL(filePath: folder).appending(path: "truth.json"))
    }

    private static func pupils(
        _ model: SampleModel, school: SampleSchool, place: Int, year: Int, from random: inout SeededRandom
    ) -> [SamplePupil] {
        let count = Int((school.pupils * (1 + 0.06 * random.normal())).rounded())
        // Pupil numbers are given out by the four primary schools that feed a secondary, eleven years before.
        return (0..<max(1, count)).map { pupil in
            let upn = UniquePupilNumber.make(
                authority: 998, establishment: 2000 + 4 * place + pupil % 4,
                year: (model.years[year].firstYear - 11) % 100, serial: 1 + pupil / 4)
            return SamplePupil.draw(model, school: school, year: year, upn: upn, from: &random)
        }
    }

    /// Counts the pupils with a result, those with prior attainment too, and those whose FSM status is known besides.
    private static func add(_ pupils: [SamplePupil], to tallies: inout [EffectTally]) {
        let withOutcome = pupils.filter { $0.attainmentGap == .known }
        let withPrior = withOutcome.filter { $0.priorGap == .known }
        tallies[0].add(withOutcome)
        tallies[1].add(withPrior)
        tallies[2].add(withPrior.filter { $0.fsmGap == .known })
    }

    private static func partnersFile(_ schools: [SampleSchool]) -> [UInt8] {
        var text = "urn,name,start\n"
        for school in schools {
            guard let joined = school.joined else { continue }
            text += "\(school.urn),\(quotedWhereNeeded(school.name)),\(joined.code)\n"
        }
        return Array(text.utf8)
    }

    /// The links of school records in the columns of Get Information About Schools: the conversion told from both ends,
    /// and a shared sixth form, which does not make two schools one.
    private static func linksFile(_ schools: [SampleSchool]) -> [UInt8] {
        var text = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"
        func addLine(_ urn: String, _ link: (urn: String, name: String), _ type: String, _ date: String) {
            text += "\(urn),\(link.urn),\(quotedWhereNeeded(link.name)),\(type),\(date)\n"
        }
        for school in schools {
            guard let old = school.predecessor else { continue }
            let date = "01-09-\(old.until.firstYear)"
            addLine(school.urn, (old.urn, old.name), "Predecessor", date)
            addLine(old.urn, (school.urn, school.name), "Successor", date)
        }
        let others = schools.filter { $0.joined == nil }
        if others.count >= 2 {
            addLine(others[0].urn, (others[1].urn, others[1].name), "Sixth Form Centre Link", "")
        }
        return Array(text.utf8)
    }
}
