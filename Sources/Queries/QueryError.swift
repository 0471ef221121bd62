import Tables

/// Why an engine's rows cannot become cells.
public enum QueryError: Refusal, Equatable {
    case notInDatabases(String)

    public var status: ExitStatus { .usage }
    public var code: String { "E157" }
    public var message: String {
        switch self {
        case .notInDatabases(let what): "\(what) cannot be read from a database"
        }
    }
}
