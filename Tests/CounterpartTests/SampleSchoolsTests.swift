import Foundation
import Testing

@testable import SampleSchools

/// The sample must be what its README says: reproducible to the byte, awkward on purpose, and with the effect it states.
struct SampleSchoolsTests {
    private static let shipped = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "SampleData/partnership")

    @Test func shippedFilesAreWhatSeedOneMakes() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sample-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let sample = SamplePartnership(seed: 1)
        try sample.write(to: folder.path)
        let made = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(made == (sample.files().map(\.name) + ["truth.json"]).sorted())
        for name in made {
            let same =
                try Data(contentsOf: folder.appending(path: name))
                == Data(contentsOf: Self.shipped.appending(path: name))
            #expect(same, "\(name) differs from the shipped file")
        }
    }

    @Test func anotherSeedMakesOtherResults() {
        let first = SamplePartnership(seed: 1).files(), second = SamplePartnership(seed: 2).files()
        #expect(first.map(\.name) == second.map(\.name))
        for (left, right) in zip(first, second) { #expect(left.bytes != right.bytes, "\(left.name)") }
    }

    /// The truth is what the scores lose when the same pupils with the same luck had no partnership, but for rounding to
    /// a tenth and the few scores at an end of the scale.
    @Test(arguments: [1, 2, 3] as [UInt64]) func truthIsTheDifferenceThatThePartnershipMade(seed: UInt64) throws {
        let sample = SamplePartnership(seed: seed)
        let without = SamplePartnership(seed: seed, model: SampleModel().withoutPartnership)
        let rows = try SampleRow.read(sample.files()), bare = try SampleRow.read(without.files())
        try #require(rows.map(\.upn) == bare.map(\.upn))
        let starts = try partners(sample)
        let links = links(sample)
        var difference = 0.0, count = 0, fsmDifference = [0.0, 0.0], fsmCount = [0.0, 0.0]
        for (row, other) in zip(rows, bare) {
            guard let score = row.attainment, let otherScore = other.attainment else { continue }
            guard let start = starts[row.currentURN(links)], row.year >= start else {
                #expect(score == otherScore, "an effect outside the partnership: \(row.upn)")
                continue
            }
            difference += score - otherScore
            count += 1
            guard let group = ["Y": 0, "N": 1][row.fsm] else { continue }
            fsmDifference[group] += score - otherScore
            fsmCount[group] += 1
        }
        let truth = sample.truth
        #expect(count == truth.withOutcome.treatedPupils)
        #expect(abs(difference / Double(count) - truth.withOutcome.meanOverPupils) < 0.02)
        #expect(abs(fsmDifference[0] / fsmCount[0] - truth.effectOnFSM) < 0.03)
        #expect(abs(fsmDifference[1] / fsmCount[1] - truth.effectOnOthers) < 0.03)
        #expect(truth.effectOnGap == truth.effectOnOthers - truth.effectOnFSM)
        #expect(truth.shareAtLimit < 0.003)
    }

    @Test func truthCountsTheRowsThatAnAnalysisCanUse() throws {
        let sample = SamplePartnership(seed: 1)
        let starts = try partners(sample)
        let links = links(sample)
        let treated = try SampleRow.read(sample.files())
            .filter { row in starts[row.currentURN(links)].map { row.year >= $0 } ?? false }
        let withOutcome = treated.filter { $0.attainment != nil }
        let withPrior = withOutcome.filter { $0.prior != nil }
        let complete = withPrior.filter { $0.fsm == "Y" || $0.fsm == "N" }
        let fsmShare = Double(complete.count { $0.fsm == "Y" }) / Double(complete.count)
        #expect(sample.truth.withOutcome.treatedPupils == withOutcome.count)
        #expect(sample.truth.withOutcomeAndPrior.treatedPupils == withPrior.count)
        #expect(sample.truth.withOutcomePriorAndFSM.treatedPupils == complete.count)
        #expect(abs(sample.truth.withOutcomePriorAndFSM.meanOverPupils - (2 + 2 * fsmShare)) < 1e-12)
    }

    @Test func isAsLargeAndAsAwkwardAsItsDescription() throws {
        let sample = SamplePartnership(seed: 1)
        let files = Dictionary(uniqueKeysWithValues: sample.files().map { ($0.name, $0.bytes) })
        let rows = try SampleRow.read(sample.files())
        let links = links(sample)
        #expect(rows.count == sample.truth.rows)
        #expect((23_000...27_000).contains(rows.count))
        #expect(Set(rows.map(\.year)).count == 8)
        #expect(Set(rows.map(\.urn)).count == 49, "48 schools, one of them under two numbers")
        #expect(Set(rows.map { $0.currentURN(links) }).count == 48)
        #expect(Set(rows.map(\.upn)).count == rows.count)
        #expect(Set(rows.map(\.fsm)) == ["Y", "N", "U", ""])
        #expect(Set(try partners(sample).values.sorted()) == ["201617", "201819"])
        #expect(try partners(sample).count == 12)
        let spreadsheet = try #require(files["pupils-201617.csv"])
        #expect(spreadsheet.starts(with: [0xEF, 0xBB, 0xBF]))
        #expect(spreadsheet.count { $0 == 10 } == spreadsheet.count { $0 == 13 })
        #expect(try #require(files["pupils-201718.csv"]).suffix(2) == [10, 10])
        #expect(
            String(decoding: try #require(files["pupils-201819.csv"]), as: UTF8.self).hasPrefix("academic_year,urn"))
        let texts = files.values.map { String(decoding: $0, as: UTF8.self) }
        for awkward in [",SUPP", ",NA,", ",,", "\"The \"\"Old Quay\"\" School, Nethercombe\""] {
            #expect(texts.contains { $0.contains(awkward) }, "\(awkward)")
        }
        #expect(files.values.reduce(0) { $0 + $1.count } < 2_000_000)
    }

    @Test func pupilNumbersHaveTheRightCheckLetter() throws {
        #expect(UniquePupilNumber.make(authority: 801, establishment: 2000, year: 5, serial: 1) == "B801200005001")
        #expect(UniquePupilNumber.make(authority: 207, establishment: 0, year: 16, serial: 49) == "P207000016049")
        let letters = Array("ABCDEFGHJKLMNPQRTUVWXYZ".utf8)
        for row in try SampleRow.read(SamplePartnership(seed: 1).files()) {
            let upn = Array(row.upn.utf8)
            let sum = (1...12).reduce(0) { $0 + ($1 + 1) * Int(upn[$1] - 48) }
            #expect(upn.count == 13 && upn[0] == letters[sum % 23])
        }
    }

    @Test func normalsHaveTheMomentsOfTheNormal() {
        var random = SeededRandom(seed: 20_261_124)
        let draws = (0..<200_000).map { _ in random.normal() }
        let mean = draws.reduce(0, +) / 200_000
        let moments = [2, 3, 4].map { power in draws.reduce(0) { $0 + pow($1 - mean, Double(power)) } / 200_000 }
        // Five standard errors of each moment: √(1, 2, 6, 96) / √200000.
        #expect(abs(mean) < 0.0112)
        #expect(abs(moments[0] - 1) < 0.0158)
        #expect(abs(moments[1]) < 0.0274)
        #expect(abs(moments[2] - 3) < 0.11)
        #expect(abs(Double(draws.count { abs($0) > 1.959964 }) / 200_000 - 0.05) < 0.0025)
    }

    @Test func logarithmIsThatOfTheLibrary() {
        for x in [1e-300, 0.001, 0.1, 0.5, 0.9999, 1, 1.5, 1.999999, 2, 10, 1e300] {
            #expect(abs(naturalLogarithm(x) - log(x)) <= 4e-16 * max(1, abs(log(x))))
        }
    }

    private func partners(_ sample: SamplePartnership) throws -> [String: String] {
        let file = try #require(sample.files().first { $0.name == "partners.csv" })
        let records = SampleRow.records(file.bytes).dropFirst()
        return Dictionary(uniqueKeysWithValues: records.map { ($0[0], $0[2]) })
    }

    /// Old number → new number.
    private func links(_ sample: SamplePartnership) -> [String: String] {
        guard let file = sample.files().first(where: { $0.name == "urn-links.csv" }) else { return [:] }
        let successors = SampleRow.records(file.bytes).dropFirst().filter { $0[3] == "Successor" }
        return Dictionary(uniqueKeysWithValues: successors.map { ($0[0], $0[1]) })
    }
}

/// A pupil as a slow and simple reader sees the file: the check must not lean on what it checks.
private struct SampleRow {
    var upn, urn, year, fsm: String
    var prior, attainment: Double?

    func currentURN(_ links: [String: String]) -> String { links[urn] ?? urn }

    static func read(_ files: [(name: String, bytes: [UInt8])]) throws -> [SampleRow] {
        var rows: [SampleRow] = []
        for file in files where file.name.hasPrefix("pupils-") {
            let records = records(file.bytes)
            let header = try #require(records.first)
            func place(_ column: String) throws -> Int { try #require(header.firstIndex(of: column)) }
            let (upn, urn, year) = (try place("upn"), try place("urn"), try place("academic_year"))
            let (fsm, prior, score) = (try place("fsm"), try place("ks2_score"), try place("attainment8"))
            for record in records.dropFirst() {
                try #require(record.count == header.count, "\(file.name): \(record)")
                rows.append(
                    SampleRow(
                        upn: record[upn], urn: record[urn], year: record[year], fsm: record[fsm],
                        prior: Double(record[prior]), attainment: Double(record[score])))
            }
        }
        return rows
    }

    /// Fields by RFC 4180, blank lines left out.
    static func records(_ bytes: [UInt8]) -> [[String]] {
        var records: [[String]] = [], fields: [[UInt8]] = [[]], isQuoted = false
        var rest = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\"") where isQuoted && rest.first == byte:
                fields[fields.count - 1].append(rest.removeFirst())
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: ",") where !isQuoted: fields.append([])
            case 13 where !isQuoted: continue
            case 10 where !isQuoted:
                if fields != [[]] { records.append(fields.map { String(decoding: $0, as: UTF8.self) }) }
                fields = [[]]
            default: fields[fields.count - 1].append(byte)
            }
        }
        return records
    }
}
