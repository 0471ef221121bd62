import Cells
import Comparison
import LinearAlgebra
import Panels
import Tables

/// A comparison group built from what was known before the first start, and how alike it is.
///
/// Results from the first start on are in no profile, no rule and no weight: `PastReading` does not have them.
struct CompareStudy {
    let request: CompareRequest
    let past: PastReading
    /// Every unit that could be treated or compare, whoever is treated.
    let pool: ComparisonPool
    /// For the partners as they are: profiles in what is matched on, then in the outcomes that are not, and the group.
    let made: ComparisonPool.Made
    let balance: GroupBalance
    /// Units without a value of something that is matched on.
    let incomplete: [Incomplete]
    /// Pupils behind each profile before the start; nil where they are not known.
    let pupils: [Double]?
    /// By variable the pupils behind each profile's value.
    let pupilsByVariable: [[Double]?]
    /// Of the group alone, and with those of reading.
    let groupWarnings: [Warning]
    let warnings: [Warning]

    struct Incomplete {
        var unit: String
        var isTreated: Bool
        var missing: String
    }

    /// - Throws: what reading and the design refuse; `ComparisonError`.
    init(_ request: CompareRequest) throws {
        self.request = request
        let matching = request.matching
        past = try PastReading(request.reading)
        let design = past.design
        let entries = try past.entries(of: 0)
        let outcome = UnitMeans(entries, unitCount: design.units.count)
        let (variables, matchedCount) = try Self.variables(request, past, entries)
        var attributes: [String: [String?]] = [:]
        for name in matching.attributes { attributes[name] = try past.attribute(name) }
        let isTreated = design.start.map { $0 != nil }
        let facts = DonorFacts(
            isTreated: isTreated, periodsBefore: outcome.periods, outcome: outcome.means, columns: attributes)
        let isKept = facts.kept(by: matching.donors).isKept

        var chosen: [Int] = []
        var incomplete: [Incomplete] = []
        for unit in design.units.indices {
            let missing =
                variables.first { $0.means[unit] == nil }?.name
                ?? matching.exact.first { attributes[$0]?[unit] == nil }
            if let missing {
                guard isKept[unit] else { continue }
                incomplete.append(
                    Incomplete(unit: design.units[unit], isTreated: isTreated[unit], missing: missing))
            } else {
                chosen.append(unit)
            }
        }
        self.incomplete = incomplete
        guard chosen.contains(where: { isTreated[$0] }) else {
            throw ComparisonError.noMatch(reasons: Self.reasons(incomplete))
        }
        pool = ComparisonPool(
            variables: variables.map(\.name), matchedCount: matchedCount, units: chosen.map { design.units[$0] },
            values: Matrix(
                rows: chosen.count, columns: variables.map { variable in chosen.map { variable.means[$0] ?? 0 } }),
            strata: chosen.map { unit in matching.exact.map { attributes[$0]?[unit] ?? "" } },
            importance: outcome.importance(of: chosen), facts: facts, places: chosen, rules: matching.donors,
            method: matching.method.comparison)
        made = try pool.group(isTreated: chosen.map { isTreated[$0] })
        let (group, made) = (made.group, made)
        guard group.weights.contains(where: { $0 > 0 }) else {
            throw ComparisonError.noMatch(
                reasons: group.unmatched.map { "\(made.profiles.units[$0.unit]): \($0.reason)" }.prefixed(5))
        }
        balance = GroupBalance(made.profiles, made.group)
        func ofProfiles(_ pupils: [Double]?) -> [Double]? {
            pupils.map { known in made.units.map { known[chosen[$0]] } }
        }
        pupils = ofProfiles(outcome.pupils)
        pupilsByVariable = variables.map { ofProfiles($0.pupils) }
        groupWarnings =
            Self.warnings(made.profiles, group, balance, incomplete)
            + [Self.shortfall(group, ratio: matching.method.ratio)].compactMap { $0 }
        warnings = (past.warnings + past.report.warnings + groupWarnings).withoutRepeats
    }

    var profiles: UnitProfiles { made.profiles }
    var group: ComparisonGroup { made.group }

    private struct Variable {
        var name: String
        /// In the order of the design's units.
        var means: [Double?]
        /// Behind each mean; nil where pupils are not known.
        var pupils: [Double]?
    }

    /// What is matched on, then the outcomes that are not; and how many are the first.
    private static func variables(
        _ request: CompareRequest, _ past: PastReading, _ first: [UnitMeans.Entry]
    ) throws -> (all: [Variable], matchedCount: Int) {
        let (reading, design) = (request.reading, past.design)
        // By outcome, each looked up once however many of its periods are matched on.
        var known = [0: first]
        func entries(of block: Int) throws -> [UnitMeans.Entry] {
            let found = try known[block] ?? past.entries(of: block)
            known[block] = found
            return found
        }
        let before = design.periods.filter { $0.ordinal < past.start }
        func variable(_ wanted: OutcomeRequest, _ period: Period? = nil, name: String? = nil) throws -> Variable {
            let block = reading.data.outcomes.firstIndex(of: wanted) ?? 0
            let found = UnitMeans(
                try entries(of: block), unitCount: design.units.count, only: period?.ordinal
            )
            let name = name ?? wanted.name + (period.map { " \($0.label)" } ?? "")
            guard (block == 0 && period == nil) || found.means.contains(where: { $0 != nil }) else {
                throw ComparisonError.measuredAfter(variable: name)
            }
            return Variable(name: name, means: found.means, pupils: found.pupils)
        }
        func matchedOn(_ wanted: MatchedVariable) throws -> [Variable] {
            switch wanted.when {
            case .mean: return [try variable(wanted.outcome)]
            case .each: return try before.map { try variable(wanted.outcome, $0) }
            case .period(let text):
                let ordinal = (try? Period(parsing: text))?.ordinal
                guard let period = before.first(where: { $0.ordinal == ordinal }) else {
                    throw RequestError.badValue(
                        option: "--match", value: wanted.name,
                        allowed: "a period before \(past.firstStart): " + before.map(\.label).joined(separator: ", "))
                }
                return [try variable(wanted.outcome, period)]
            }
        }
        var matched: [Variable] = []
        if case .synthetic = request.matching.method {
            matched = try before.map { try variable(reading.data.outcomes[0], $0) }
        }
        matched += try request.matching.match.flatMap(matchedOn)
        let further = request.did.data.outcomes.filter { outcome in !matched.contains { $0.name == outcome.name } }
        return (matched + (try further.map { try variable($0) }), matched.count)
    }

    /// Partners with fewer counterparts than were asked for.
    private static func shortfall(_ group: ComparisonGroup, ratio: Int?) -> Warning? {
        guard let ratio, ratio > 1 else { return nil }
        var counts: [Int: Int] = [:]
        for match in group.matches { counts[match.treated, default: 0] += 1 }
        let short = counts.values.filter { $0 < ratio }
        guard let least = short.min() else { return nil }
        return Warning(
            "few-counterparts",
            "\(short.count) of \(counts.count) partners have fewer than the \(ratio) counterparts asked for, the fewest \(least)"
        )
    }

    private static func reasons(_ incomplete: [Incomplete]) -> [String] {
        incomplete.filter(\.isTreated).map { "\($0.unit): no value of \($0.missing) before the start" }.prefixed(5)
    }

    private static func warnings(
        _ profiles: UnitProfiles, _ group: ComparisonGroup, _ balance: GroupBalance, _ incomplete: [Incomplete]
    ) -> [Warning] {
        var warnings: [Warning] = []
        let flat = group.dropped.filter { name in
            profiles.variables.firstIndex(of: name).map { Set(profiles.values.column($0)).count == 1 } ?? false
        }
        let explained = group.dropped.filter { !flat.contains($0) }
        for (names, why) in [(flat, "every school has the same"), (explained, "other matched columns explain it")]
        where !names.isEmpty {
            warnings.append(
                Warning("collinear", "\(names.joined(separator: ", ")) left out of the matching: \(why)"))
        }
        let alone =
            group.unmatched.map { "\(profiles.units[$0.unit]) (\($0.reason))" }
            + incomplete.filter(\.isTreated).map { "\($0.unit) (no value of \($0.missing) before the start)" }
        if !alone.isEmpty {
            warnings.append(
                Warning("no-counterpart", "without a counterpart: \(alone.prefixed(10).joined(separator: ", "))"))
        }
        let worse = balance.rows.filter { abs($0.after.standardisedDifference ?? 0) > CovariateBalance.limit }
        if !worse.isEmpty {
            warnings.append(
                Warning(
                    "balance",
                    "partners and those that compare still differ by more than a quarter of a standard deviation in "
                        + worse.map(\.variable).joined(separator: ", ")))
        }
        return warnings
    }
}

extension [String] {
    /// The first few, and that there are more.
    fileprivate func prefixed(_ count: Int) -> [String] {
        Array(prefix(count)) + (self.count > count ? ["and \(self.count - count) more"] : [])
    }
}
