import Tables

/// Why a report could not be written. Nothing was changed where one of these is thrown.
public enum ReportingError: Refusal, Equatable {
    /// A call to the system failed; `reason` is the system's own word for it.
    case cannotWrite(path: String, reason: String)
    /// The output's parent folder is absent or no folder.
    case noParentFolder(path: String)
    /// The output exists and is not a report of ours.
    case foreignFolder(path: String, because: String)
    /// Another run holds the folder.
    case inUse(path: String)
    /// The name cannot be an output folder.
    case badName(path: String)
    /// The history of reviews is not the one that was written; the line that does not fit, where one can be named.
    case historyChanged(path: String, line: Int?)

    public var status: ExitStatus { .system }

    public var code: String {
        switch self {
        case .cannotWrite: "E506"
        case .noParentFolder: "E502"
        case .foreignFolder: "E503"
        case .inUse: "E504"
        case .badName: "E505"
        case .historyChanged: "E508"
        }
    }

    public var message: String {
        switch self {
        case .cannotWrite(let path, let reason): "cannot write \(path): \(reason); the output folder was not changed"
        case .noParentFolder(let path): "cannot write to \(path): the folder that should hold it does not exist"
        case .foreignFolder(let path, let because): "will not overwrite \(path): \(because)"
        case .inUse(let path): "another run is writing to \(path)"
        case .badName(let path): "\"\(path)\" cannot be the name of an output folder"
        case .historyChanged(let path, let line):
            "the history of reviews was changed since it was written: \(path)"
                + (line.map { ", line \($0) does not fit the one before or its own digest" } ?? "")
        }
    }

    public var hint: String? {
        switch self {
        case .cannotWrite: "check the free space and the permissions of the folder, then run again"
        case .noParentFolder: "create it first, or choose another folder with -o"
        case .foreignFolder: "choose another folder with -o, or move this one away"
        case .inUse: "wait for it to finish, or choose another folder with -o"
        case .historyChanged:
            "bring back the folder as it was from a copy, or move it away and begin a new history; nothing was written"
        case .badName: "give a name such as report or results/2024"
        }
    }
}
