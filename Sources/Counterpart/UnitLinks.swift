import Tables

/// Old and new identifiers of the same school, by a list like that of the national register:
/// `URN`, `LinkURN`, `LinkType` (or `old`, `new`), whatever the case of the columns' names.
///
/// Only a change of number, one to one, is followed: a plain predecessor or successor. Mergers, splits, amalgamations and
/// other links are a decision for people: a second list of `old`, `new` says which of them to follow. What nobody decided
/// is counted and left alone.
public struct UnitLinks: Sendable, Equatable {
    /// Old identifier to the newest, chains followed.
    public private(set) var newest: [String: String] = [:]
    /// Links of other kinds, and plain ones that join or split schools, that were not followed.
    public var notFollowed: Int { undecided.count }
    /// Those links, in byte order.
    public private(set) var undecided: [Pair] = []

    public struct Pair: Hashable, Sendable {
        public let old, new: String
    }

    /// - Parameters:
    ///   - path: of the list.
    ///   - decisions: a list of the mergers and splits that are to be followed.
    /// - Throws: `LinkError` where the columns are missing, the links run in a circle or a school is decided twice.
    public static func read(_ path: String, decisions: String? = nil) throws -> UnitLinks {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        var plain: [Pair] = []
        var others: [Pair] = []
        if let named = try pairs(of: table) {
            plain = named
        } else if let unit = column("URN", of: table), let link = column("LinkURN", of: table) {
            let types = column("LinkType", of: table)
            for row in unit.indices {
                let type = types?[row].trimmingSpaces ?? "Successor"
                let isBack = type.hasPrefix("Predecessor") || type == "Result of Amalgamation"
                let pair = isBack ? Pair(old: link[row], new: unit[row]) : Pair(old: unit[row], new: link[row])
                if ["Successor", "Predecessor"].contains(type) { plain.append(pair) } else { others.append(pair) }
            }
        } else {
            throw LinkError.noColumns(path: path)
        }
        var decided: [Pair] = []
        if let decisions {
            let list = try RawTable.read(files: [InputFile(decisions)], form: FileForm())
            guard let named = try pairs(of: list) else { throw LinkError.noColumns(path: decisions) }
            decided = distinct(named)
            if let twice = Dictionary(grouping: decided, by: \.old).filter({ $0.value.count > 1 }).keys.sorted().first {
                throw LinkError.decidedTwice(path: decisions, unit: twice)
            }
        }
        var links = UnitLinks()
        try links.follow(distinct(plain), others: distinct(others), decided: decided, path: path)
        return links
    }

    private static func pairs(of table: RawTable) throws -> [Pair]? {
        guard let old = column("old", of: table), let new = column("new", of: table) else { return nil }
        return old.indices.map { Pair(old: old[$0], new: new[$0]) }
    }

    private static func column(_ name: String, of table: RawTable) -> [String]? {
        let hits = table.columns.indices.filter {
            table.columns[$0].trimmingSpaces.lowercased() == name.lowercased()
        }
        guard hits.count == 1 else { return nil }
        return table.rows.map { $0[hits[0]] }
    }

    private static func distinct(_ pairs: [Pair]) -> [Pair] {
        Set(pairs.filter { !$0.old.isEmpty && !$0.new.isEmpty && $0.old != $0.new }).sorted {
            ($0.old, $0.new) < ($1.old, $1.new)
        }
    }

    private mutating func follow(_ named: [Pair], others: [Pair], decided: [Pair], path: String) throws {
        let known = Set(decided.map(\.old))
        let open = named.filter { !known.contains($0.old) }
        var successors: [String: Int] = [:]
        var predecessors: [String: Int] = [:]
        for pair in open + decided {
            successors[pair.old, default: 0] += 1
            predecessors[pair.new, default: 0] += 1
        }
        let plain = open.filter { successors[$0.old] == 1 && predecessors[$0.new] == 1 }
        let followed = Set(plain + decided)
        undecided = Self.distinct(named + others).filter { !followed.contains($0) && !known.contains($0.old) }
        let next = Dictionary(uniqueKeysWithValues: (plain + decided).map { ($0.old, $0.new) })
        for pair in plain + decided {
            var last = pair.new
            var steps = 0
            while let following = next[last] {
                last = following
                steps += 1
                guard steps <= next.count else { throw LinkError.circle(path: path) }
            }
            newest[pair.old] = last
        }
    }
}

extension StudyCells {
    /// Gives schools that changed their number the newest one, and reports every join and what was left alone.
    ///
    /// - Throws: `LinkError.twoRows` where rows are units and a joined school then has two in a period.
    mutating func join(_ links: UnitLinks, unit: String, time: String?) throws {
        guard let key = table.keys.first(where: { $0.name == unit }) else { return }
        let columns = [unit, time].compactMap { $0 }
        let wereUnits = try time != nil && table.firstRepeated(columns) == nil
        let joined = key.values.compactMap { old in
            links.newest[old].map { UnitLinks.Pair(old: old, new: $0) }
        }
        try map(key: unit) { links.newest[$0] ?? $0 }
        if wereUnits, let twice = try table.firstRepeated(columns) {
            throw LinkError.twoRows(unit: twice.values[0], period: twice.values[1])
        }
        if !joined.isEmpty {
            let list = joined.map { "\($0.old) is now \($0.new)" }.joined(separator: ", ")
            warnings.append(
                Warning(
                    "links-joined",
                    "\(joined.count) \(unit) \(joined.count == 1 ? "has" : "have") a newer number and count\(joined.count == 1 ? "s" : "") as one school with it: \(list)"
                ))
        }
        let values = Set(key.values)
        let left = links.undecided.filter { values.contains($0.old) || values.contains($0.new) }
        if !left.isEmpty {
            let list = left.prefix(10).map { "\($0.old) and \($0.new)" }.joined(separator: ", ")
            warnings.append(
                Warning(
                    "links-not-followed",
                    "\(left.count) \(left.count == 1 ? "link" : "links") between schools that merged, split or share a part "
                        + "\(left.count == 1 ? "was" : "were") not followed: \(list)\(left.count > 10 ? ", …" : ""); "
                        + "decide with --link-decisions which are one school"))
        }
    }
}

/// What stops links between old and new identifiers.
public enum LinkError: Refusal, Equatable {
    case noColumns(path: String)
    case circle(path: String)
    case decidedTwice(path: String, unit: String)
    case twoRows(unit: String, period: String)

    public var status: ExitStatus { .input }

    public var code: String {
        switch self {
        case .noColumns: "E128"
        case .circle: "E129"
        case .decidedTwice: "E138"
        case .twoRows: "E139"
        }
    }

    public var message: String {
        switch self {
        case .noColumns: "a list of links needs the columns URN and LinkURN, or old and new"
        case .circle: "the links run in a circle"
        case .decidedTwice(_, let unit): "\(unit) is decided to be two schools"
        case .twoRows(let unit, let period):
            "once links are followed, \(unit) has two rows in \(period), where each row is a school"
        }
    }

    public var hint: String? {
        switch self {
        case .noColumns, .circle: nil
        case .decidedTwice: "a school that split can be followed to one of its successors only; leave the others out"
        case .twoRows:
            "leave one of the two rows out with --where, or the link out of the list: rows of schools that merged cannot be added up"
        }
    }

    public var place: Place? {
        switch self {
        case .noColumns(let path), .circle(let path), .decidedTwice(let path, _): Place(file: path)
        case .twoRows: nil
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
