import Attainment
import Cells
import Foundation
import Inference
import Tables
import Testing

@testable import Reporting

@Suite struct DidDocumentTests {
    private func document(cautions: [String] = [], warnings: [Warning] = []) -> DidDocument {
        let sample = SampleReport.report().frame.sample
        let result = SampleReport.outcome()
        return DidDocument(
            frame: DocumentFrame(
                settings: [.init("outcome", ["attainment8"]), .init("level", 0.95)],
                inputs: [FileReport(path: "pupils.csv", bytes: 10, rows: 3, delimiter: 44, sha256: "ab")],
                timings: [("total", 0.5)], sample: sample, warnings: warnings),
            effects: [result.effect] + result.eventStudy, outcome: result.outcome, estimand: .pupils,
            preTrend: result.preTrend, balance: result.balance, intake: result.intake,
            randomisation: result.randomisation, counterfactual: result.counterfactual, path: result.path,
            cautions: cautions, remarks: ["Comparison schools: 36."])
    }

    @Test func jsonHasTheKeysOfTheContractInOrder() throws {
        let json = try JSONReader.read(document().render(.json))
        guard case .object(let members) = json else { throw JSONReader.Fault(byte: 0, reason: "no object") }
        #expect(
            members.map(\.key) == [
                "schema", "settings", "inputs", "timings", "sample", "warnings", "effects", "diagnostics",
                "counterfactual", "path", "sentences",
            ])
        #expect(json["schema"] == "counterpart/did/1")
        #expect(json["sample"]?["rowsRead"] == 25_412)
        #expect(
            json["sample"]?["dropped"] == [
                ["reason": "outcome missing (SUPP)", "rows": 412],
                ["reason": "prior attainment missing (empty)", "rows": 887],
            ])
        guard case .array(let effects)? = json["effects"] else { throw JSONReader.Fault(byte: 0, reason: "no effects") }
        #expect(effects[0]["estimate"] == 2.05)
        #expect(effects[0]["eventTime"] == nil)
        #expect(effects[0]["permutationPValue"] == nil)
        #expect(effects[1]["eventTime"] == -3)
        guard case .object(let diagnostics)? = json["diagnostics"] else {
            throw JSONReader.Fault(byte: 0, reason: "no diagnostics")
        }
        #expect(diagnostics.map(\.key) == ["preTrend", "balance", "intake", "randomisation"])
    }

    /// What does not apply is left out, and a figure that is withheld is null and says so.
    @Test func withheldIsNullAndSaysSo() throws {
        var document = document()
        document.counterfactual[0].n = 4
        _ = document.withhold(Disclosure(threshold: 10), effectsCountPupils: true)
        let json = try JSONReader.read(document.render(.json))
        guard case .array(let rows)? = json["counterfactual"] else {
            throw JSONReader.Fault(byte: 0, reason: "no rows")
        }
        #expect(rows[0]["observed"] == .null && rows[0]["n"] == .null && rows[0]["suppressed"] == true)
        #expect(rows.count { $0["suppressed"] == true } == 2)
        #expect(rows.last?["suppressed"] == nil)
    }

    @Test func textGivesTheAnswerFirst() {
        let text = document(warnings: [Warning("unbalanced", "3 schools miss a year")]).render(.text)
        #expect(text.hasPrefix("Pupils in the partner schools scored an estimated 2.1 points higher"))
        let order = ["95% interval", "Warning (unbalanced)", "Before the start", "Balance", "Randomisation", "Sample"]
        let places = order.compactMap { text.range(of: $0)?.lowerBound }
        #expect(places.count == order.count)
        #expect(places == places.sorted())
        let answer: [Substring] = text.split(separator: "\n")
        #expect(answer.prefix(3).allSatisfy { $0.count <= 88 })
    }

    /// Few treated units are in the headline of every format.
    @Test(arguments: OutputForm.allCases) func cautionsAreSaidInEveryFormat(_ form: OutputForm) {
        let few = "From 3 schools, effects between −3.05 and 5.29 cannot be ruled out."
        let words = document(cautions: [few]).render(form)
        #expect(words.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains(few))
    }

    @Test func csvHasOneRowAnEffectAndReadsBack() {
        let rows = CSVWriterTests.read(document().render(.csv))
        #expect(rows.count == 9)
        #expect(rows[0].starts(with: ["outcome", "kind", "eventTime", "estimate", "standardError"]))
        #expect(rows.allSatisfy { $0.count == rows[0].count })
        #expect(rows[1][rows[0].firstIndex(of: "estimate") ?? 0] == "2.05")
        #expect(!rows[0].contains("note"))
    }

    @Test func sameDocumentSameBytes() {
        for form in OutputForm.allCases { #expect(document().render(form) == document().render(form)) }
    }

    @Test func aTripleDifferenceSpeaksOfTheGap() {
        var document = document()
        document.effects = SampleReport.outcome().gapEffects[0].effects
        document.group = "pupils eligible for free school meals"
        #expect(
            document.sentences[0].hasPrefix("The partnership narrows the gap in Attainment 8 between pupils eligible"))
    }
}

@Suite struct GapsDocumentTests {
    private func document(decimals: Int? = nil) -> GapsDocument {
        var rows = ["2016", "2017"].map { year -> GapRow in
            var row = GapRow(
                outcome: "attainment8", group: "fsm=Y", by: [ByValue("urn", "=1+1"), ByValue("gap", year)],
                n: year == "2016" ? 30 : 4, nPeers: 80)
            (row.mean, row.meanPeers, row.gap, row.standardError) = (37.123456, 49.5, 12.376544, 0.9)
            return row
        }
        _ = Disclosure(threshold: 10).apply(to: &rows)
        return GapsDocument(
            frame: DocumentFrame(sample: SampleCounts(rowsRead: 200, rowsUsed: 194)), gaps: rows, decimals: decimals)
    }

    @Test func jsonKeepsWithheldRowsAsNulls() throws {
        let json = try JSONReader.read(document().render(.json))
        guard case .array(let rows)? = json["gaps"] else { throw JSONReader.Fault(byte: 0, reason: "no gaps") }
        #expect(rows[0]["by"] == ["urn": "=1+1", "gap": "2016"])
        #expect(rows[0]["gap"] == 12.376544 && rows[0]["n"] == 30 && rows[0]["suppressed"] == false)
        #expect(rows[0]["hedgesG"] == nil)
        #expect(rows[1]["gap"] == .null && rows[1]["n"] == .null && rows[1]["suppressed"] == true)
    }

    /// Every key of a row stands in the manual, and none of the figures in a row that is withheld.
    @Test func everyFigureHasAKeyThatTheManualExplains() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let manual = try String(
            contentsOf: folder.appending(path: "Sources/Counterpart/Counterpart.docc/GapBetweenGroups.md"),
            encoding: .utf8)
        var figure = GapFigure(estimate: 7.25)
        (figure.standardError, figure.lower, figure.upper, figure.pValue) = (7.5, 7.125, 7.375, 0.75)
        var row = GapRow(outcome: "attainment8", group: "fsm=Y", by: [], n: 30, nPeers: 80)
        for figures in [\GapRow.within, \.between, \.index, \.nationalIndex, \.nationalGap, \.standardised, \.trend] {
            row[keyPath: figures] = figure
        }
        let numbers: [WritableKeyPath<GapRow, Double?>] = [
            \.mean, \.meanPeers, \.gap, \.standardError, \.degreesOfFreedom, \.lower, \.upper, \.pValue, \.hedgesG,
            \.progressGap, \.progressGapStandardError, \.progressGapLower, \.progressGapUpper, \.change,
            \.changeStandardError, \.changeLower, \.changeUpper, \.pAdjusted, \.bandLower, \.bandUpper,
            \.meanNationalPeers,
        ]
        for number in numbers { row[keyPath: number] = 7.25 }
        for count in [\GapRow.months, \.monthsLower, \.monthsUpper, \.trendPeriods, \.schoolsWithBoth] {
            row[keyPath: count] = 7
        }
        (row.changeFrom, row.trendFrom) = ("2016", "2015")
        guard case .object(let members) = ResultRows.json(row) else {
            throw JSONReader.Fault(byte: 0, reason: "no row")
        }
        #expect(members.count == 69)
        for member in members { #expect(manual.contains("`\(member.key)`"), "\(member.key)") }
        let withheld = [row.withoutFigures]
        for form in [OutputForm.json, .csv, .text, .markdown] {
            let text = GapsDocument(
                frame: DocumentFrame(sample: SampleCounts(rowsRead: 110, rowsUsed: 110)), gaps: withheld
            )
            .render(form)
            #expect(!text.contains("7.") && !text.contains("201"))
        }
    }

    /// The keys of `by` are columns of their own names; one that would stand twice gets `by_` before it.
    @Test func csvNamesTheColumnsOfBy() {
        let rows = CSVWriterTests.read(document().render(.csv))
        #expect(
            rows[0] == [
                "outcome", "group", "urn", "by_gap", "n", "nPeers", "mean", "meanPeers", "gap", "standardError",
                "suppressed",
            ])
        #expect(
            rows[1] == [
                "attainment8", "fsm=Y", "'=1+1", "2016", "30", "80", "37.123456", "49.5", "12.376544", "0.9", "false",
            ])
        #expect(rows[2] == ["attainment8", "fsm=Y", "'=1+1", "2017", "", "", "", "", "", "", "true"])
    }

    @Test func roundRoundsForPeopleOnly() {
        #expect(document(decimals: 3).render(.text).contains("12.377"))
        #expect(document(decimals: 0).render(.markdown).contains("| 12 |"))
        #expect(document(decimals: 0).render(.csv).contains("12.376544"))
    }

    @Test func withheldShowsAsC() {
        #expect(document().render(.text).contains("withheld"))
        #expect(document().render(.markdown).contains("| c | c | c | c | c |"))
    }
}

@Suite struct RefusalDocumentTests {
    private struct BadCell: Refusal {
        let status = ExitStatus.input
        let code = "E203"
        let message = "not a \u{1B}[31mnumber"
        let place: Place? = Place(file: "pupils.csv", line: 7, column: "attainment8 (column 10)")
        let hint: String? = "add --missing"
        let found: String? = "withheld"
    }

    @Test func anErrorIsOneObject() {
        let error = RefusalDocument(BadCell()).json["error"]
        #expect(error?["code"] == "E203" && error?["line"] == 7 && error?["file"] == "pupils.csv")
        #expect(error?["found"] == nil)
        #expect(RefusalDocument(BadCell(), showsValues: true).json["error"]?["found"] == "withheld")
        #expect(
            RefusalDocument(BadCell()).text
                == "pupils.csv:7:attainment8 (column 10): error: not a \\u{1b}[31mnumber (E203)\n  hint: add --missing\n"
        )
    }

    @Test func everyRefusalOfTheFolderSaysWhatToDo() {
        let refusals: [ReportingError] = [
            .cannotWrite(path: "out", reason: "No space left on device"), .noParentFolder(path: "out"),
            .foreignFolder(path: "out", because: "it is a file"), .inUse(path: "out"), .badName(path: ".."),
        ]
        #expect(Set(refusals.map(\.code)).count == refusals.count)
        for refusal in refusals {
            #expect(refusal.status == .system && refusal.hint != nil && !refusal.message.hasSuffix("."))
        }
    }
}
