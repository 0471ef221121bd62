import Tables

/// Old and new identifiers of the same school, by a list like that of the national register:
/// `URN`, `LinkURN`, `LinkType` (or `old`, `new`).
///
/// Only a change of number, one to one, is followed: a plain predecessor or successor. Mergers, splits, amalgamations and
/// other links are a decision for people; they are counted and left alone.
public struct UnitLinks: Sendable, Equatable {
    /// Old identifier to the newest, chains followed.
    public private(set) var newest: [String: String] = [:]
    /// Links of other kinds, and plain ones that join or split schools, that were not followed.
    public private(set) var notFollowed = 0

    /// - Throws: `LinkError` where the columns are missing or the links run in a circle.
    public static func read(_ path: String) throws -> UnitLinks {
        let table = try RawTable.read(files: [InputFile(path)], form: FileForm())
        var pairs: [Pair] = []
        var others = 0
        if let old = try table.column("old", isRequired: false), let new = try table.column("new", isRequired: false) {
            pairs = old.indices.map { Pair(old: old[$0], new: new[$0]) }
        } else if let unit = try table.column("URN", isRequired: false),
            let link = try table.column("LinkURN", isRequired: false)
        {
            let types = try table.column("LinkType", isRequired: false)
            for row in unit.indices {
                switch types?[row].trimmingSpaces ?? "Successor" {
                case "Successor": pairs.append(Pair(old: unit[row], new: link[row]))
                case "Predecessor": pairs.append(Pair(old: link[row], new: unit[row]))
                default: others += 1
                }
            }
        } else {
            throw LinkError.noColumns(path: path)
        }
        var links = UnitLinks()
        links.notFollowed = others
        try links.follow(pairs.filter { !$0.old.isEmpty && !$0.new.isEmpty && $0.old != $0.new }, path: path)
        return links
    }

    private struct Pair: Hashable {
        let old, new: String
    }

    private mutating func follow(_ pairs: [Pair], path: String) throws {
        let distinct = Set(pairs).sorted { ($0.old, $0.new) < ($1.old, $1.new) }
        var successors: [String: Int] = [:]
        var predecessors: [String: Int] = [:]
        for pair in distinct {
            successors[pair.old, default: 0] += 1
            predecessors[pair.new, default: 0] += 1
        }
        let plain = distinct.filter { successors[$0.old] == 1 && predecessors[$0.new] == 1 }
        notFollowed += distinct.count - plain.count
        let next = Dictionary(uniqueKeysWithValues: plain.map { ($0.old, $0.new) })
        for pair in plain {
            var last = pair.new
            var steps = 0
            while let following = next[last] {
                last = following
                steps += 1
                guard steps <= plain.count else { throw LinkError.circle(path: path) }
            }
            newest[pair.old] = last
        }
    }
}

/// What stops links between old and new identifiers.
public enum LinkError: Refusal, Equatable {
    case noColumns(path: String)
    case circle(path: String)

    public var status: ExitStatus { .input }

    public var code: String {
        switch self {
        case .noColumns: "E128"
        case .circle: "E129"
        }
    }

    public var message: String {
        switch self {
        case .noColumns: "a list of links needs the columns URN and LinkURN, or old and new"
        case .circle: "the links run in a circle"
        }
    }

    public var place: Place? {
        switch self {
        case .noColumns(let path), .circle(let path): Place(file: path)
        }
    }
}

extension String {
    fileprivate var trimmingSpaces: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
