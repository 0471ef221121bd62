import Comparison
import Panels
import Reporting
import Tables

/// One `compare`: from the request to the document that is printed.
public struct CompareRun {
    public struct Answer: Sendable {
        public var document: CompareDocument
        public var seconds: Double
    }

    /// - Throws: the refusal of the room that stopped: reading, cells, design, comparison.
    public static func answer(_ request: CompareRequest) throws -> Answer {
        let clock = ContinuousClock()
        let start = clock.now
        var document = try document(CompareStudy(request))
        let seconds = (clock.now - start).seconds
        document.frame.timings = [("seconds", seconds)]
        return Answer(document: document, seconds: seconds)
    }

    static func document(_ study: CompareStudy) throws -> CompareDocument {
        let (profiles, group, balance) = (study.profiles, study.group, study.balance)
        let request = study.request
        func pupils(_ units: Int...) -> Double? { study.pupils.flatMap { pupils in units.map { pupils[$0] }.min() } }
        var document = CompareDocument(
            frame: DocumentFrame(
                settings: settings(study), inputs: study.past.rows.files, sample: sample(study),
                warnings: study.warnings),
            before: rows(study, isAfter: false), after: rows(study, isAfter: true), donors: balance.donors,
            used: balance.used, effectiveSampleSize: balance.effectiveSampleSize,
            sentences: CompareWords(study: study).sentences, wording: request.did.wording(study.past.design))
        document.matches = group.matches.map { match in
            .init(
                unit: profiles.units[match.treated], comparison: profiles.units[match.donor], distance: match.distance,
                weight: match.weight, pupils: pupils(match.treated, match.donor))
        }
        let shares = group.shares(profiles)
        document.weights = (profiles.treated + profiles.donors).filter { shares[$0] > 0 }.map {
            .init(
                unit: profiles.units[$0], isTreated: profiles.isTreated[$0], weight: shares[$0], pupils: pupils($0))
        }
        document.unmatched =
            group.unmatched.map { .init(unit: profiles.units[$0.unit], reason: $0.reason) }
            + study.incomplete.filter(\.isTreated).map {
                .init(unit: $0.unit, reason: "no value of \($0.missing) before the start")
            }
        document.beyond = balance.beyond.map {
            .init(
                unit: profiles.units[$0.unit],
                reason: "\(profiles.variables[$0.variable]) \($0.isAbove ? "above" : "below") every comparison school",
                pupils: pupils($0.unit))
        }
        document.rules = zip(request.matching.donors, study.made.leftOut).map { .init(text: $0.text, leftOut: $1) }
        var rule = Disclosure(request.did.disclosure)
        if study.pupils == nil { rule.threshold = 0 }
        let log = document.withhold(rule)
        if request.did.isForPublication {
            document.publish(DisclosureLog(profile: request.did.disclosure, entries: log), rule)
        }
        return document
    }

    private static func rows(_ study: CompareStudy, isAfter: Bool) -> [BalanceRow] {
        let (profiles, weights) = (study.profiles, study.group.weights)
        func isIn(_ unit: Int) -> Bool { !isAfter || weights[unit] > 0 }
        // The change of a mean tells of those left out.
        let leftOut = [profiles.treated, profiles.donors].map { units in units.filter { !isIn($0) } }
        return zip(study.balance.rows, study.pupilsByVariable).map { row, pupils in
            func count(_ units: [Int]) -> Double? { pupils.map { pupils in units.reduce(0) { $0 + pupils[$1] } } }
            let figures = isAfter ? row.after : row.before
            let isShare =
                study.request.reading.data.outcomes.first {
                    row.variable == $0.name || row.variable.hasPrefix("\($0.name) ")
                }?.equals != nil
            var shown = BalanceRow(
                variable: row.variable, unit: isShare ? "%" : "", treatedMean: figures.treatedMean,
                comparisonMean: figures.comparisonMean, standardisedDifference: figures.standardisedDifference,
                varianceRatio: figures.varianceRatio, nTreated: count(profiles.treated.filter(isIn)),
                nComparison: count(profiles.donors.filter(isIn)))
            for units in leftOut where !units.isEmpty {
                shown.smallestCount = [shown.smallestCount, count(units)].compactMap { $0 }.min()
            }
            shown.title = MeasureTitle.of(row.variable)
            return shown
        }
    }

    private static func sample(_ study: CompareStudy) -> SampleCounts {
        let past = study.past
        var counts = SampleCounts(
            rowsRead: past.rows.rowsRead, rowsUsed: past.rowsUsed, dropped: past.cells.dropped.first ?? [],
            missing: past.cells.report.missing)
        counts.units = study.profiles.units.count
        counts.treatedUnits = study.profiles.treated.count
        counts.periods = study.past.periods.count
        return counts
    }

    private static func settings(_ study: CompareStudy) -> [JSONValue.Member] {
        let (request, did) = (study.request, study.request.did)
        var settings = SettingsList()
        settings.put("version", EvaluationVersion.text)
        settings.put(did.data)
        settings.putTreatment(did.design)
        settings.put("rows", study.past.report.rowKind.rawValue)
        settings.put("estimand", study.past.report.estimand.rawValue)
        settings.put(request.matching)
        settings.put("before", study.past.firstStart)
        settings.put(did.disclosure, isNamed: did.isForPublication)
        settings.put("arithmetic", study.past.cells.arithmetic == .exact ? "exact" : "double")
        return settings.members
    }
}
