/// A connection string of ODBC: `key=value;key={value;with marks}`.
struct ODBCText {
    static let variable = "COUNTERPART_ODBC_PASSWORD"
    private static let shownKeys = [
        "dsn", "driver", "server", "servername", "host", "port", "database", "catalog", "schema",
    ]
    private static let userKeys = ["uid", "user", "username", "user id"]

    let text: String
    /// In the order of the text.
    let values: [(key: String, value: String)]

    init(_ text: String) {
        self.text = text
        var values: [(key: String, value: String)] = []
        var rest = text[...]
        while !rest.isEmpty {
            let key = rest.prefix { $0 != "=" && $0 != ";" }
            rest = rest.dropFirst(key.count)
            guard rest.first == "=" else {
                rest = rest.dropFirst()
                continue
            }
            rest = rest.dropFirst()
            let value = Self.takeValue(&rest)
            values.append((key.trimmed, value))
        }
        self.values = values
    }

    /// A value up to the next `;`, or one in braces, in which `}}` stands for `}`.
    private static func takeValue(_ rest: inout Substring) -> String {
        guard rest.first == "{" else {
            let value = rest.prefix { $0 != ";" }
            rest = rest.dropFirst(value.count + 1)
            return value.trimmed
        }
        rest = rest.dropFirst()
        var value = ""
        while let letter = rest.popFirst() {
            if letter == "}" {
                guard rest.first == "}" else { break }
                rest = rest.dropFirst()
            }
            value.append(letter)
        }
        rest = rest.drop { $0 != ";" }.dropFirst()
        return value
    }

    func refusePassword() throws(EngineError) {
        let marks = ["pwd", "password", "passwd", "passphrase", "token", "secret"]
        guard values.contains(where: { value in marks.contains { value.key.lowercased().contains($0) } }) else {
            return
        }
        throw .passwordInSource(
            remedy:
                "keep it with the data source in odbc.ini, or in the variable \(Self.variable), which is added as PWD")
    }

    /// What the driver manager gets: the text, with the password of the environment where there is one.
    func completed(password: String?) -> String {
        guard let password else { return text }
        return text + (text.hasSuffix(";") ? "" : ";") + "PWD={\(password.replacing("}", with: "}}"))}"
    }

    /// Where the data are, nothing of who logs in.
    var shown: String {
        let told = values.filter { Self.shownKeys.contains($0.key.lowercased()) }
        return "odbc:" + told.map { "\($0.key)=\($0.value)" }.joined(separator: ";")
    }

    /// The names of those who log in.
    var users: [String] { values.filter { Self.userKeys.contains($0.key.lowercased()) }.map(\.value) }
}

extension Substring {
    fileprivate var trimmed: String {
        let kept = drop { $0.isWhitespace }
        return String(kept.prefix(kept.count - kept.reversed().prefix { $0.isWhitespace }.count))
    }
}
