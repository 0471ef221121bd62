import Inference

/// The ledger unit by unit: each partner's own observed results beside what was expected of it, over all its periods.
struct PartnerUnits {
    struct Row {
        var row: CounterfactualRow
        var isAfter: Bool
    }

    struct Unit {
        var name: String
        /// In the order of periods.
        var rows: [Row]

        var isWithheld: Bool { rows.allSatisfy(\.row.isSuppressed) }
        var hasResultsAfter: Bool { rows.contains(where: \.isAfter) }
        /// One with a result after its start of which something is shown.
        var isDrawn: Bool { hasResultsAfter && !isWithheld }
    }

    /// By name, in the order of its bytes; with `--by`, part by part.
    let units: [Unit]

    /// At most so many are drawn, and listed where the other formats have all.
    static let most = 30

    init(_ ledger: [CounterfactualRow], before: [CounterfactualRow]) {
        struct Key: Hashable {
            var outcome: String
            var by: [String]
            var unit: String
        }
        var place: [Key: Int] = [:]
        var parts: [[String]: Int] = [:]
        var found: [(part: Int, unit: Unit)] = []
        func add(_ rows: [CounterfactualRow], isAfter: Bool) {
            for row in rows {
                guard let name = row.unit else { continue }
                let key = Key(outcome: row.outcome, by: row.by.flatMap { [$0.column, $0.value] }, unit: name)
                let part = [key.outcome] + key.by
                if parts[part] == nil { parts[part] = parts.count }
                if place[key] == nil {
                    place[key] = found.count
                    found.append((parts[part] ?? 0, Unit(name: name, rows: [])))
                }
                found[place[key] ?? 0].unit.rows.append(Row(row: row, isAfter: isAfter))
            }
        }
        add(before, isAfter: false)
        add(ledger, isAfter: true)
        units = found.enumerated().sorted { a, b in
            if a.element.part != b.element.part { return a.element.part < b.element.part }
            if a.element.unit.name == b.element.unit.name { return a.offset < b.offset }
            return a.element.unit.name.utf8.lexicographicallyPrecedes(b.element.unit.name.utf8)
        }.map(\.element.unit)
    }

    var drawn: [Unit] { Array(units.filter(\.isDrawn).prefix(Self.most)) }

    /// Units that a table in words lists.
    var listed: [Unit] { Array(units.prefix(Self.most)) }

    func rows(of units: [Unit]) -> [Row] { units.flatMap(\.rows) }

    /// An estimator that measures from the results before the start expects nothing of them.
    var expectsNothingBefore: Bool {
        let past = units.flatMap(\.rows).filter { !$0.isAfter && !$0.row.isSuppressed }
        return !past.isEmpty && past.allSatisfy { $0.row.counterfactual == nil }
    }

    var hasIntervals: Bool { units.contains { $0.rows.contains { $0.row.lower != nil } } }
}

extension Wording {
    var partnersTitle: String { "each partner \(nouns.unit) and what was expected of it" }
}

extension PartnerUnits {
    /// What must be known to read one unit's figures.
    func caution(_ wording: Wording) -> String {
        let unit = wording.nouns.unit
        return
            "The results of one \(unit) rise and fall by chance from year to year: no \(unit) by itself shows that the "
            + "partnership worked there or failed there, and this is no ranking. The answer rests on all of them together."
    }

    /// Why there is no interval, or what it is.
    func intervalWords(_ wording: Wording) -> String {
        hasIntervals
            ? "Bars are \(wording.percent) prediction intervals of what was expected."
            : "No interval is given for one \(wording.nouns.unit): this estimate has one for the partners together, not for what "
                + "a single \(wording.nouns.unit)'s results do by chance."
    }

    func pastWords(_ estimator: String, _ wording: Wording) -> String? {
        guard expectsNothingBefore else { return nil }
        return
            "Before the start there is only what was observed: \(estimator) measures from these results and expects nothing of "
            + "them."
    }

    /// The sentences above the table of a document.
    /// - Parameter estimator: its name, where it is known.
    func wordsBesideTable(_ wording: Wording, estimator: String?) -> [String] {
        let left = units.count - listed.count
        let rest =
            left > 0
            ? "The first \(listed.count) by name are listed; the other \(left) stand in --format json." : nil
        return [
            caution(wording), intervalWords(wording), pastWords(estimator ?? "this estimator", wording), rest,
        ].compactMap { $0 }
    }
}
