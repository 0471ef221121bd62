import Tables
import Yams

/// A part of the plan with its name and line, read strictly: unknown keys and wrong kinds are errors, never ignored.
struct PlanNode {
    let node: Node
    let path: String
    /// What messages call this part, such as `data.columns`.
    let name: String

    var line: Int? { node.mark?.line }

    /// The parts by key, after a check that every key is allowed.
    func section(_ allowed: [String]) throws(PlanError) -> [String: PlanNode] {
        guard case .mapping(let mapping) = node else {
            throw .wrongKind(path: path, line: line, key: name, expected: "a section of \"key: value\" lines")
        }
        var parts: [String: PlanNode] = [:]
        for (keyNode, value) in mapping {
            let key = keyNode.string ?? ""
            guard allowed.contains(key) else {
                throw .unknownKey(
                    path: path, line: keyNode.mark?.line, key: key, section: name,
                    nearest: NearestName.of(key, among: allowed), allowed: allowed)
            }
            guard parts[key] == nil else {
                throw .wrongKind(path: path, line: keyNode.mark?.line, key: key, expected: "given once")
            }
            // An empty value ("agreement:") is a question left open, not text.
            if value.isEmptyScalar { continue }
            parts[key] = PlanNode(node: value, path: path, name: name == "the plan" ? key : "\(name).\(key)")
        }
        return parts
    }

    /// The pairs of a section with free keys, in the file's order.
    func pairs() throws(PlanError) -> [(key: String, value: PlanNode)] {
        guard case .mapping(let mapping) = node else {
            throw .wrongKind(path: path, line: line, key: name, expected: "a section of \"key: value\" lines")
        }
        return mapping.map { key, value in
            let key = key.string ?? ""
            return (key, PlanNode(node: value, path: path, name: "\(name).\(key)"))
        }
    }

    var isSection: Bool {
        if case .mapping = node { true } else { false }
    }

    var isList: Bool {
        if case .sequence = node { true } else { false }
    }

    func text() throws(PlanError) -> String {
        guard case .scalar(let scalar) = node else {
            throw .wrongKind(path: path, line: line, key: name, expected: "one value")
        }
        return scalar.string
    }

    func items() throws(PlanError) -> [PlanNode] {
        guard case .sequence(let sequence) = node else {
            throw .wrongKind(path: path, line: line, key: name, expected: "a list")
        }
        return sequence.map { PlanNode(node: $0, path: path, name: name) }
    }

    /// A list of texts; one text alone is a list of one.
    func texts() throws(PlanError) -> [String] {
        guard isList else { return [try text()] }
        var texts: [String] = []
        for item in try items() { texts.append(try item.text()) }
        return texts
    }

    func integer() throws(PlanError) -> Int {
        guard let value = Int(try text()) else {
            throw .wrongKind(path: path, line: line, key: name, expected: "a whole number")
        }
        return value
    }

    func number() throws(PlanError) -> Double {
        guard let value = Double(try text()), value.isFinite else {
            throw .wrongKind(path: path, line: line, key: name, expected: "a number")
        }
        return value
    }

    func boolean() throws(PlanError) -> Bool {
        switch try text() {
        case "true", "yes": return true
        case "false", "no": return false
        default: throw .wrongKind(path: path, line: line, key: name, expected: "true or false")
        }
    }

    func choice(_ allowed: [String]) throws(PlanError) -> String {
        let value = try text()
        guard allowed.contains(value) else {
            throw .unknownValue(path: path, line: line, key: name, value: value, allowed: allowed)
        }
        return value
    }
}

extension Node {
    fileprivate var isEmptyScalar: Bool {
        if case .scalar(let scalar) = self { scalar.string.isEmpty && scalar.style == .plain } else { false }
    }
}

/// The allowed name that a mistyped one most likely meant.
public enum NearestName {
    /// - Returns: the name with the fewest letters changed, if at most a third of its letters were; ties go to the first.
    public static func of(_ name: String, among names: [String]) -> String? {
        let scored = names.map { (name: $0, distance: distance(Array(name.lowercased()), Array($0.lowercased()))) }
        guard let best = scored.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= max(1, best.name.count / 3) ? best.name : nil
    }

    /// Letters to insert, delete or replace, and neighbours to swap (optimal string alignment).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var before = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
