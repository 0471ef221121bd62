import Tables

/// Everything that can be wrong with a plan file, with its line.
public enum PlanError: Refusal, Equatable {
    case unreadable(path: String, why: String)
    case notYAML(path: String, line: Int?, problem: String)
    case unknownKey(path: String, line: Int?, key: String, section: String, nearest: String?, allowed: [String])
    case missingKey(path: String, line: Int?, key: String, section: String)
    case undecided(path: String, line: Int?, key: String)
    case wrongKind(path: String, line: Int?, key: String, expected: String)
    case unknownValue(path: String, line: Int?, key: String, value: String, allowed: [String])
    case notInThisVersion(path: String, line: Int?, what: String)
    case retentionPassed(path: String, line: Int?, files: String, until: String)
    case columnNotPermitted(path: String, line: Int?, column: String, files: String, permitted: [String])
    case noFiles(path: String, line: Int?, pattern: String)

    public var status: ExitStatus {
        switch self {
        case .unreadable, .retentionPassed, .columnNotPermitted: .input
        default: .usage
        }
    }

    public var code: String {
        switch self {
        case .unreadable: "E120"
        case .notYAML: "E121"
        case .unknownKey: "E122"
        case .missingKey, .undecided: "E123"
        case .wrongKind: "E124"
        case .unknownValue: "E125"
        case .notInThisVersion: "E126"
        case .noFiles: "E127"
        case .retentionPassed: "E155"
        case .columnNotPermitted: "E156"
        }
    }

    public var message: String {
        switch self {
        case .unreadable(_, let why): "the plan cannot be read: \(why)"
        case .notYAML(_, _, let problem): "this is not YAML: \(problem)"
        case .unknownKey(_, _, let key, let section, _, _): "\"\(key)\" is not a key of \(section)"
        case .missingKey(_, _, let key, let section): "\(section) needs \"\(key)\""
        case .undecided(_, _, let key): "\(key) is still to be decided"
        case .wrongKind(_, _, let key, let expected): "\"\(key)\" should be \(expected)"
        case .unknownValue(_, _, let key, let value, _): "\"\(value)\" is not a value of \"\(key)\""
        case .notInThisVersion(_, _, let what): "\(what) is not in this version"
        case .retentionPassed(_, _, let files, let until):
            "\(files) could be used until \(until), and that day is past: they should have been deleted"
        case .columnNotPermitted(_, _, let column, let files, _):
            "the terms on which \(files) may be used do not permit the column `\(column)`"
        case .noFiles(_, _, let pattern): "no file matches \"\(pattern)\""
        }
    }

    public var place: Place? {
        switch self {
        case .unreadable(let path, _): Place(file: path)
        case .notYAML(let path, let line, _), .unknownKey(let path, let line, _, _, _, _),
            .missingKey(let path, let line, _, _), .undecided(let path, let line, _),
            .wrongKind(let path, let line, _, _),
            .unknownValue(let path, let line, _, _, _), .notInThisVersion(let path, let line, _),
            .retentionPassed(let path, let line, _, _), .columnNotPermitted(let path, let line, _, _, _),
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
        case .undecided: "write its value after the colon"
        case .wrongKind: nil
        case .unknownValue(_, _, _, let value, let allowed):
            (NearestNames.of(value, among: allowed).first.map { "did you mean \"\($0)\"? " } ?? "")
                + "choose from: \(allowed.joined(separator: ", "))"
        case .notInThisVersion: "leave it out of the plan"
        case .retentionPassed:
            "delete them, or agree a later day with who controls them and write it into the plan"
        case .columnNotPermitted(_, _, _, _, let permitted):
            "permitted are: \(permitted.joined(separator: ", ")); leave the column out of the plan, or agree its use and add it"
        case .noFiles: "file names are relative to the plan's folder"
        }
    }
}
