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
                    nearest: NearestNames.of(key, among: allowed).first, allowed: allowed)
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
