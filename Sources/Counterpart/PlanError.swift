import Tables

/// Everything that can be wrong with a plan file, with its line.
public enum PlanError: Refusal, Equatable {
    case unreadable(path: String, why: String)
    case notYAML(path: String, line: Int?, problem: String)
    case unknownKey(path: String, line: Int?, key: String, section: String, nearest: String?, allowed: [String])
    case missingKey(path: String, line: Int?, key: String, section: String)
    case wrongKind(path: String, line: Int?, key: String, expected: String)
    case unknownValue(path: String, line: Int?, key: String, value: String, allowed: [String])
    case notInThisVersion(path: String, line: Int?, what: String)
    case noFiles(path: String, line: Int?, pattern: String)

    public var status: ExitStatus {
        if case .unreadable = self { .input } else { .usage }
    }

    public var code: String {
        switch self {
        case .unreadable: "E120"
        case .notYAML: "E121"
        case .unknownKey: "E122"
        case .missingKey: "E123"
        case .wrongKind: "E124"
        case .unknownValue: "E125"
        case .notInThisVersion: "E126"
        case .noFiles: "E127"
        }
    }

    public var message: String {
        switch self {
        case .unreadable(_, let why): "the plan cannot be read: \(why)"
        case .notYAML(_, _, let problem): "this is not YAML: \(problem)"
        case .unknownKey(_, _, let key, let section, _, _): "\"\(key)\" is not a key of \(section)"
        case .missingKey(_, _, let key, let section): "\(section) needs \"\(key)\""
        case .wrongKind(_, _, let key, let expected): "\"\(key)\" should be \(expected)"
        case .unknownValue(_, _, let key, let value, _): "\"\(value)\" is not a value of \"\(key)\""
        case .notInThisVersion(_, _, let what): "\(what) is not in this version"
        case .noFiles(_, _, let pattern): "no file matches \"\(pattern)\""
        }
    }

    public var place: Place? {
        switch self {
        case .unreadable(let path, _): Place(file: path)
        case .notYAML(let path, let line, _), .unknownKey(let path, let line, _, _, _, _),
            .missingKey(let path, let line, _, _), .wrongKind(let path, let line, _, _),
            .unknownValue(let path, let line, _, _, _), .notInThisVersion(let path, let line, _),
            .noFiles(let path, let line, _):
            Place(file: path, line: line)
        }
    }

    public var hint: String? {
        switch self {
        case .unreadable: nil
        case .notYAML: "check the indentation, and put text in quotes that holds a colon or a #, or begins with a *"
        case .unknownKey(_, _, _, _, let nearest, let allowed):
            nearest.map { "did you mean \"\($0)\"?" } ?? "its keys are: \(allowed.joined(separator: ", "))"
        case .missingKey(_, _, let key, _): "add a line \"\(key): …\"; counterpart init writes a plan to start from"
        case .wrongKind: nil
        case .unknownValue(_, _, _, _, let allowed): "choose from: \(allowed.joined(separator: ", "))"
        case .notInThisVersion: "leave it out of the plan"
        case .noFiles: "file names are relative to the plan's folder"
        }
    }
}
