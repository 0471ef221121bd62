import Cells
import Comparison
import LinearAlgebra
import Panels
import Tables

/// A comparison group built from what was known before the first start, and how alike it is.
///
/// Results from the first start on are in no profile, no rule and no weight: what is read of a design is its cells before it.
struct CompareStudy {
    let request: CompareRequest
    let cells: StudyCells
    let report: DesignReport
    /// What is matched on, then the outcomes that are not.
    let profiles: UnitProfiles
    let group: ComparisonGroup
    let balance: GroupBalance
    let firstStart: String
    /// Comparison units that each rule of `--donors` left out, in their order.
    let leftOutByRule: [Int]
    /// Units without a value of something that is matched on.
    let incomplete: [Incomplete]
    /// Pupils behind each profile before the start; nil where they are not known.
    let pupils: [Double]?
    let warnings: [Warning]
    let design: Design

    struct Incomplete {
        var unit: String
        var isTreated: Bool
        var missing: String
    }

    /// - Throws: what reading and the design refuse; `ComparisonError`.
    init(_ request: CompareRequest) throws {
        self.request = request
        let reading = request.reading
        cells = try DidStudy.read(reading)
        let built = try DidStudy.build(cells, cells.table, reading, block: 0, rows: reading.design.rows)
        let design = built.design
        self.design = design
        report = built.report
        guard let start = design.start.compactMap({ $0 }).min() else { throw ComparisonError.noTreatedUnits }
        guard design.start.contains(nil) else { throw ComparisonError.noComparisonUnits }
        firstStart = design.periods.first { $0.ordinal >= start }?.label ?? ""
        let past = Past(cells, reading, design, start: start, rows: report.rowKind)
        let (variables, matchedCount) = try past.variables(request)
        let outcome = UnitMeans(design, before: start)
        var attributes: [String: [String?]] = [:]
        for name in request.attributes { attributes[name] = try past.attribute(name) }
        let isTreated = design.start.map { $0 != nil }
        let facts = DonorFacts(
            isTreated: isTreated, periodsBefore: outcome.periods, outcome: outcome.means, columns: attributes)
        let kept = facts.kept(by: request.donors)
        leftOutByRule = kept.leftOut

        var chosen: [Int] = []
        var incomplete: [Incomplete] = []
        for unit in design.units.indices where kept.isKept[unit] {
            let missing =
                variables.first { $0.means[unit] == nil }?.name
                ?? request.exact.first { attributes[$0]?[unit] == nil }
            if let missing {
                incomplete.append(
                    Incomplete(unit: design.units[unit], isTreated: isTreated[unit], missing: missing))
            } else {
                chosen.append(unit)
            }
        }
        self.incomplete = incomplete
        let known = UnitProfiles(
            variables: variables.map(\.name), units: chosen.map { design.units[$0] },
            isTreated: chosen.map { isTreated[$0] },
            values: Matrix(
                rows: chosen.count, columns: variables.map { variable in chosen.map { variable.means[$0] ?? 0 } }),
            strata: chosen.map { unit in request.exact.map { attributes[$0]?[unit] ?? "" } })
        guard !known.treated.isEmpty else { throw ComparisonError.noMatch(reasons: Self.reasons(incomplete)) }
        let group = try request.method.comparison.group(known.keeping(first: matchedCount))
        guard group.weights.contains(where: { $0 > 0 }) else {
            throw ComparisonError.noMatch(
                reasons: group.unmatched.map { "\(known.units[$0.unit]): \($0.reason)" }.prefixed(5))
        }
        profiles = known
        self.group = group
        balance = GroupBalance(known, group)
        pupils = outcome.pupils.map { pupils in chosen.map { pupils[$0] } }
        warnings = cells.warnings + report.warnings + Self.warnings(known, group, balance, incomplete)
    }

    private static func reasons(_ incomplete: [Incomplete]) -> [String] {
        incomplete.filter(\.isTreated).map { "\($0.unit): no value of \($0.missing) before the start" }.prefixed(5)
    }

    private static func warnings(
        _ profiles: UnitProfiles, _ group: ComparisonGroup, _ balance: GroupBalance, _ incomplete: [Incomplete]
    ) -> [Warning] {
        var warnings: [Warning] = []
        if !group.dropped.isEmpty {
            warnings.append(
                Warning(
                    "collinear",
                    "\(group.dropped.joined(separator: ", ")) left out of the distance: other matched columns explain it"
                ))
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

/// What was known of each unit before the first start.
private struct Past {
    let cells: StudyCells
    let reading: DidRequest
    let design: Design
    let start: Int
    let rows: RowKind

    init(_ cells: StudyCells, _ reading: DidRequest, _ design: Design, start: Int, rows: RowKind) {
        self.cells = cells
        self.reading = reading
        self.design = design
        self.start = start
        self.rows = rows
    }

    struct Variable {
        var name: String
        /// In the order of the design's units.
        var means: [Double?]
    }

    /// What is matched on, then the outcomes that are not; and how many are the first.
    func variables(_ request: CompareRequest) throws -> (all: [Variable], matchedCount: Int) {
        var matched: [Variable] = []
        if case .synthetic = request.method {
            matched = design.periods.filter { $0.ordinal < start }.map { period in
                Variable(
                    name: "\(design.outcome) \(period.label)",
                    means: UnitMeans(design, before: start, only: period.ordinal).means)
            }
        }
        matched += try request.match.map { try variable($0) }
        let further = request.did.data.outcomes.filter { !request.match.contains($0) }
        return (matched + (try further.map { try variable($0) }), matched.count)
    }

    private func variable(_ request: OutcomeRequest) throws -> Variable {
        let block = reading.data.outcomes.firstIndex(of: request) ?? 0
        return Variable(name: request.name, means: try means(block, request.name))
    }

    private func means(_ block: Int, _ name: String) throws -> [Double?] {
        if block == 0 { return UnitMeans(design, before: start).means }
        let other = try DidStudy.build(cells, cells.table, reading, block: block, rows: rows).design
        let found = UnitMeans(other, before: start)
        guard found.means.contains(where: { $0 != nil }) else { throw ComparisonError.measuredAfter(variable: name) }
        var byName: [String: Double] = [:]
        for (unit, mean) in zip(found.units, found.means) { byName[unit] = mean }
        return design.units.map { byName[$0] }
    }

    /// Each unit's value in its last period before the start that has one.
    ///
    /// - Throws: `RequestError.conflicting` where a unit has two values in a period.
    func attribute(_ name: String) throws -> [String?] {
        let unit = reading.design.unit
        let time = reading.design.time
        let names = name == unit || name == time ? [unit, time] : [unit, time, name]
        let table = try cells.table.rolledUp(keeping: names)
        let keys = table.keys
        let column = name == unit ? 0 : name == time ? 1 : 2
        let ordinals = keys[1].values.map { (try? Period(parsing: $0))?.ordinal }
        var place: [String: Int] = [:]
        for (u, text) in design.units.enumerated() { place[text] = u }
        var last = [(ordinal: Int, value: String)?](repeating: nil, count: design.units.count)
        for cell in 0..<table.cellCount {
            let value = keys[column].values[Int(keys[column].codes[cell])]
            guard let u = place[keys[0].values[Int(keys[0].codes[cell])]], !value.isEmpty,
                let ordinal = ordinals[Int(keys[1].codes[cell])], ordinal < start
            else { continue }
            if let known = last[u], known.ordinal == ordinal, known.value != value {
                throw RequestError.conflicting(
                    "\(name) has two values in one period for \(design.units[u]), so that it is no property of a school"
                )
            }
            if last[u].map({ $0.ordinal <= ordinal }) ?? true { last[u] = (ordinal, value) }
        }
        return last.map { $0?.value }
    }
}
