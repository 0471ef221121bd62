import Foundation
import Testing

/// What a report folder tells about numbers of pupils and about their results: equations between groups of pupils.
///
/// Two populations stand behind a report: A, everyone with a result, of whom the gaps speak; and D, those whom the model uses
/// (they have a prior score too), of whom the paths and the ledger speak. Of each arm and period either is split by every
/// column of groups, into the values that are shown and those of whom nobody knows.
struct PublishedFigures {
    /// A count or a mean that stands in the folder, or that is shown there as withheld.
    struct Figure {
        var label: String
        /// The groups of pupils that it sums up.
        var terms: [(String, Int)]
        /// nil where it is withheld.
        var count: Double?
        var mean: Double?
        /// The table's counts are multiples of this; 1 where they are exact, and then the means are.
        var base: Int
    }

    private(set) var figures: [Figure] = []
    /// What must hold between groups of pupils.
    private(set) var relations: [[(String, Int)]] = []
    /// Groups that no table shows: of whom nobody knows, or without a prior score.
    private(set) var unshown: Set<String> = []
    /// Estimates whose sum over the ledger is known, each with the entries that it is a mean of.
    private(set) var effects: [[String]] = []
    /// Entries before the start of one unit: their sum of results is known, not the count.
    private(set) var pasts: [[String]] = []
    /// Entries of the ledger that are withheld, and those that are shown.
    private(set) var ledger: [(name: String, terms: [String], isHidden: Bool)] = []

    /// - Parameter results: the object of `results.json`.
    init(_ results: [String: Any]) throws {
        let log = try #require(results["disclosure"] as? [String: Any])
        let tables = try #require(log["tables"] as? [[String: Any]])
        func base(_ ending: String) -> Int {
            tables.first { ($0["table"] as? String)?.hasSuffix(": " + ending) ?? false }?["countsRoundedTo"] as? Int
                ?? 1
        }
        func base(ofGap number: Int) -> Int {
            tables.filter { ($0["table"] as? String)?.contains(": gap of ") ?? false }[number]["countsRoundedTo"]
                as? Int
                ?? 1
        }
        let outcome = try #require((results["outcomes"] as? [[String: Any]])?.first)
        try addGaps(outcome, base: base(ofGap:))
        try addPaths(outcome, whole: base("path"), sides: base("path, both sides"))
        try addLedger(outcome, whole: base("counterfactual"), sides: base("counterfactual, both sides"))
        try addBefore(outcome, base: base("counterfactual before the start"))
    }

    private static func value(_ row: [String: Any], _ key: String) -> Double? { row[key] as? Double }

    private mutating func addGaps(_ outcome: [String: Any], base: (Int) -> Int) throws {
        let rows = try #require(outcome["gaps"] as? [[String: Any]])
        var labels: [String] = []
        for row in rows {
            let label = try #require(row["group"] as? String)
            if !labels.contains(label) { labels.append(label) }
        }
        func column(_ label: String) -> Substring { label.prefix { $0 != "=" } }
        var places: [String] = []
        for row in rows {
            let label = try #require(row["group"] as? String)
            let by = try #require(row["by"] as? [String: String])
            let place = "\(by["arm"] ?? "")|\(by.first { $0.key != "arm" }?.value ?? "")"
            if !places.contains(place) { places.append(place) }
            let others = labels.filter { column($0) == column(label) && $0 != label }
            let peers = others.isEmpty ? ["\(column(label))=others"] : others
            let number = try #require(labels.firstIndex(of: label))
            for (side, values, count, mean) in [
                ("n", [label], "n", "mean"), ("nPeers", peers, "nPeers", "meanPeers"),
            ] {
                figures.append(
                    Figure(
                        label: "gap \(label) \(place) \(side)", terms: values.map { ("A|\(place)|\($0)", 1) },
                        count: Self.value(row, count), mean: Self.value(row, mean), base: base(number)))
            }
        }
        for place in places {
            for column in Set(labels.map { column($0) }) {
                var values = labels.filter { $0.prefix { $0 != "=" } == column }
                if values.count == 1 { values.append("\(column)=others") }
                relations.append(
                    values.map { ("A|\(place)|\($0)", 1) } + [("A|\(place)|\(column)=?", 1), ("A|\(place)", -1)])
                unshown.insert("A|\(place)|\(column)=?")
            }
        }
    }

    private mutating func addPaths(_ outcome: [String: Any], whole: Int, sides: Int) throws {
        for row in try #require(outcome["path"] as? [[String: Any]]) {
            let place = "\(row["arm"] as? String ?? "")|\(row["time"] as? String ?? "")"
            let side = row["group"] as? String
            figures.append(
                Figure(
                    label: "path \(place) \(side ?? "all")", terms: [("D|\(place)" + (side.map { "|" + $0 } ?? ""), 1)],
                    count: Self.value(row, "n"), mean: Self.value(row, "observed"), base: side == nil ? whole : sides))
            guard side == "group" else { continue }
            // Both populations: the group, its peers, those of whom nobody knows, and those whom the model leaves out.
            relations.append([
                ("D|\(place)|group", 1), ("D|\(place)|peers", 1), ("D|\(place)|?", 1), ("D|\(place)", -1),
            ])
            relations.append([("D|\(place)", 1), ("left out|\(place)", 1), ("A|\(place)", -1)])
            relations.append([("D|\(place)|group", 1), ("left out|\(place)|group", 1), ("A|\(place)|fsm=Y", -1)])
            relations.append([("D|\(place)|peers", 1), ("left out|\(place)|peers", 1), ("A|\(place)|fsm=others", -1)])
            unshown.formUnion([
                "D|\(place)|?", "left out|\(place)", "left out|\(place)|group", "left out|\(place)|peers",
            ])
        }
    }

    /// Partners before their start: with the ledger they are the path, and a unit's residuals sum to nought, so that what its
    /// results come to over the years before follows from what is expected of it afterwards.
    private mutating func addBefore(_ outcome: [String: Any], base: Int) throws {
        let rows = try #require(outcome["counterfactualBefore"] as? [[String: Any]])
        let after = try #require(outcome["counterfactual"] as? [[String: Any]])
        var units: [String: [String]] = [:]
        var times: [String: [String]] = [:]
        for row in rows {
            let (unit, time) = (try #require(row["unit"] as? String), try #require(row["time"] as? String))
            let name = "B|\(time)|\(unit)"
            units[unit, default: []].append(name)
            times[time, default: []].append(name)
            figures.append(
                Figure(
                    label: "before \(name)", terms: [(name, 1)], count: Self.value(row, "n"),
                    mean: Self.value(row, "observed"), base: base))
        }
        for (time, names) in times {
            let hasTreated = after.contains { $0["group"] as? String == "partners" && $0["time"] as? String == time }
            relations.append(
                names.map { ($0, 1) } + (hasTreated ? [("L|\(time)", 1)] : []) + [("D|partners|\(time)", -1)])
        }
        pasts = units.values.map { $0.sorted() }
    }

    private mutating func addLedger(_ outcome: [String: Any], whole: Int, sides: Int) throws {
        let rows = try #require(outcome["counterfactual"] as? [[String: Any]])
        var units: [String: [(unit: String, year: Int)]] = [:]
        var first: [String: Int] = [:]
        var hidden: Set<String> = []
        var times: [String] = []
        for row in rows {
            let time = try #require(row["time"] as? String)
            let isHidden = row["suppressed"] as? Bool ?? false
            let side = row["group"] as? String
            if let unit = row["unit"] as? String {
                let year = try #require(Int(time.prefix(4)))
                units[time, default: []].append((unit, year))
                first[unit] = min(first[unit] ?? year, year)
                if isHidden { hidden.insert("L|\(time)|\(unit)") }
                ledger.append(("L|\(time)|\(unit)", ["L|\(time)|\(unit)"], isHidden))
            }
            let name = row["unit"] as? String ?? (side == "partners" ? nil : side)
            let term = "L|\(time)" + (name.map { "|" + $0 } ?? "")
            if side == "partners" { times.append(time) }
            let isSide = side == "group" || side == "peers"
            figures.append(
                Figure(
                    label: "ledger \(term)", terms: [(term, 1)], count: Self.value(row, "n"),
                    mean: Self.value(row, "observed"), base: isSide ? sides : whole))
            if side == "group" {
                relations.append([
                    ("L|\(time)|group", 1), ("L|\(time)|peers", 1), ("L|\(time)|?", 1), ("L|\(time)", -1),
                ])
                unshown.insert("L|\(time)|?")
            }
        }
        let most = first.count
        for time in times {
            let there = units[time] ?? []
            relations.append(there.map { ("L|\(time)|\($0.unit)", 1) } + [("L|\(time)", -1)])
            // Once every partner has started, the ledger's pupils are those of the path.
            if there.count == most { relations.append([("L|\(time)", 1), ("D|partners|\(time)", -1)]) }
            let isHidden = rows.contains {
                $0["group"] as? String == "partners" && $0["time"] as? String == time
                    && $0["suppressed"] as? Bool ?? false
            }
            ledger.append(("L|\(time)", there.map { "L|\(time)|\($0.unit)" }, isHidden))
        }
        let entries = times.flatMap { time in
            (units[time] ?? []).map { (name: "L|\(time)|\($0.unit)", time: time, year: $0.year, unit: $0.unit) }
        }
        for effect in try #require(outcome["effects"] as? [[String: Any]])
        where !(effect["suppressed"] as? Bool ?? false) && effect["group"] == nil && effect["kind"] as? String != "gap"
        {
            let members = entries.filter { entry in
                switch effect["kind"] as? String {
                case "overall": true
                case "calendar": effect["time"] as? String == entry.time
                case "cohort": (effect["cohort"] as? String).flatMap { Int($0.prefix(4)) } == first[entry.unit]
                case "event": effect["eventTime"] as? Int == entry.year - (first[entry.unit] ?? 0)
                default: false
                }
            }
            guard !members.isEmpty else { continue }
            effects.append(members.map(\.name))
            figures.append(
                Figure(
                    label: "effect \(effect["kind"] ?? "") \(effect["eventTime"] ?? effect["time"] ?? "")",
                    terms: members.map { ($0.name, 1) }, count: Self.value(effect, "n"), mean: nil, base: whole))
        }
    }
}

extension PublishedFigures {
    /// What the attacker works out that was to stay hidden.
    func cracked(threshold: Int) -> [String] {
        var found: [String] = []
        var (counts, sums, bounds) = (LinearAttack(), LinearAttack(), IntervalAttack())
        for relation in relations {
            counts.learns(relation)
            sums.learns(relation)
            bounds.learns(relation, from: 0, to: 0)
        }
        var targets: [(name: String, label: String)] = []
        for (place, figure) in figures.enumerated() {
            let name = "figure \(place)"
            let meaning = figure.terms + [(name, -1)]
            counts.learns(meaning)
            sums.learns(meaning)
            bounds.learns(meaning, from: 0, to: 0)
            guard let count = figure.count else {
                targets.append((name, figure.label))
                continue
            }
            if figure.base == 1 {
                counts.learns([(name, 1)], sum: Int(count))
                if figure.mean != nil { sums.learns([(name, 1)], sum: nil) }
            }
            let half = figure.base == 1 ? 0 : Double(figure.base) / 2
            bounds.learns([(name, 1)], from: count - half, to: count + half)
        }
        for past in pasts { sums.learns(past.map { ($0, 1) }, sum: nil) }
        let known = (counts.known(), sums.known(), bounds.bounds())
        for (name, label) in targets {
            if let value = known.0[name] { found.append("count: \(label) is \(value.map(String.init) ?? "?")") }
            if known.1[name] != nil { found.append("sum of results: \(label)") }
            if let range = known.2[name], range.lowerBound == range.upperBound {
                found.append("bounded: \(label) is \(range.lowerBound)")
            }
        }
        for name in unshown.sorted() {
            if let value = known.0[name] ?? nil, value > 0, value < threshold {
                found.append("difference: \(name) is \(value)")
            }
            if let range = known.2[name], range.lowerBound == range.upperBound, range.lowerBound > 0,
                range.upperBound < Double(threshold)
            {
                found.append("difference, bounded: \(name) is \(range.lowerBound)")
            }
        }
        return found + crackedEffects()
    }

    /// The effects of single entries of the ledger: observed less expected, times the pupils.
    private func crackedEffects() -> [String] {
        var attack = LinearAttack()
        for entry in ledger where !entry.isHidden { attack.learns(entry.terms.map { ($0, 1) }, sum: nil) }
        for members in effects { attack.learns(members.map { ($0, 1) }, sum: nil) }
        for entry in ledger where entry.isHidden {
            attack.learns(entry.terms.map { ($0, 1) } + [("sum \(entry.name)", -1)])
        }
        let known = attack.known()
        return ledger.filter { $0.isHidden && known["sum \($0.name)"] != nil }.map { "effect: \($0.name)" }
    }
}
