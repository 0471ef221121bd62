import Foundation
import ReferenceSets
import Synchronization

/// The shared reference folder: data sets and what trusted peers compute from them. Tests skip where it is absent.
enum ReferenceData {
    static let folder = ReferenceSet.folder
    static let isPresent = ReferenceSet.isPresent

    /// A data set's columns by name, as text.
    static func columns(_ path: String) throws -> [String: [String]] {
        if let known = read.withLock({ $0[path] }) { return known }
        let columns = try readColumns(path)
        read.withLock { $0[path] = columns }
        return columns
    }

    /// Files read so far.
    private static let read = Mutex<[String: [String: [String]]]>([:])

    private static func readColumns(_ path: String) throws -> [String: [String]] {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        let lines = text.split(whereSeparator: \.isNewline).map(fields)
        var columns: [String: [String]] = [:]
        for (j, name) in lines[0].enumerated() { columns[name] = lines.dropFirst().map { $0[j] } }
        return columns
    }

    /// The fields of one line; a comma within quotes is data.
    private static func fields(_ line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        for letter in line {
            switch letter {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            case "\u{FEFF}": break
            default: fields[fields.count - 1].append(letter)
            }
        }
        return fields
    }

    struct Value {
        var term: String
        var estimate: Double?
        var se: Double?
        var df: Double?
        var t: Double?
        /// Of a bootstrap: the share of draws at least as extreme, ties counted.
        var pWeak: Double?
        var lower: Double?
        var upper: Double?
    }
    /// The values of one entry, such as `mpdta.twfe.cl`.
    static func expected(_ id: String, in group: String) throws -> [Value] {
        let entry = try entry(id, in: group)
        let values = entry["values"] as? [[String: Any]] ?? []
        return values.map {
            Value(
                term: $0["term"] as? String ?? "", estimate: $0["estimate"] as? Double, se: $0["se"] as? Double,
                df: $0["df"] as? Double, t: $0["t"] as? Double, pWeak: $0["p_weak"] as? Double,
                lower: $0["ci_low"] as? Double, upper: $0["ci_high"] as? Double)
        }
    }

    /// An entry's covariance, row by row.
    static func covariance(_ id: String, in group: String) throws -> [Double] {
        try entry(id, in: group)["vcov"] as? [Double] ?? []
    }

    private static func entry(_ id: String, in group: String) throws -> [String: Any] {
        guard let folder else { throw CocoaError(.fileNoSuchFile) }
        let data = try Data(contentsOf: folder.appending(path: "reference/expected/\(group).json"))
        let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        let entries = object?["entries"] as? [[String: Any]] ?? []
        guard let entry = entries.first(where: { $0["id"] as? String == id }) else {
            throw CocoaError(.fileReadNoSuchFile)
        }
        return entry
    }
}
