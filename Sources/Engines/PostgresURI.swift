/// The parts of a PostgreSQL URI that matter to what may be shown; libpq itself reads it whole.
///
/// `postgres://[user[:password]@][host[:port],…][/database][?key=value&…]`
struct PostgresURI {
    static let remedy = "libpq takes it from PGPASSWORD, from ~/.pgpass or from a service (?service=name)"
    private static let shownKeys = ["host", "hostaddr", "port", "dbname", "service", "sslmode"]

    let scheme: String
    /// The user as it is after decoding; nil where the URI names none.
    let user: String?
    /// True where the URI gives a password, or is so unusual that it might.
    let hasPassword: Bool
    private let hosts: String
    private let path: String
    private let values: [(key: String, value: String)]

    init(_ text: String) {
        let mark = text.range(of: "://") ?? text.startIndex..<text.startIndex
        scheme = String(text[..<mark.lowerBound])
        var rest = text[mark.upperBound...]
        var password = false
        var user: String?
        // Any "@" with a ":" before it is taken for the end of a password: those with "/" or "?" in them need not be encoded
        // by who types them.
        if let at = rest.firstIndex(of: "@") {
            let before = rest[..<at]
            let isUser = !before.contains { "/?".contains($0) }
            password = before.contains(":")
            if password || isUser {
                user = String(before.prefix { $0 != ":" })
                rest = rest[rest.index(after: at)...]
            }
        }
        let query = rest.firstIndex(of: "?").map { rest[rest.index(after: $0)...] } ?? ""
        rest = rest.prefix { $0 != "?" }
        hosts = String(rest.prefix { $0 != "/" })
        path = String(rest.dropFirst(hosts.count))
        values = query.split(separator: "&").map { part in
            let key = part.prefix { $0 != "=" }
            return (Self.decoded(key).lowercased(), String(part.dropFirst(key.count + 1)))
        }
        self.user =
            user.map { Self.decoded($0[...]) } ?? values.first { $0.key == "user" }.map { Self.decoded($0.value[...]) }
        hasPassword = password || values.contains { $0.key.contains("password") }
    }

    func refusePassword() throws(EngineError) {
        guard hasPassword else { return }
        throw .passwordInSource(remedy: Self.remedy)
    }

    /// Host, database and service, nothing of who logs in.
    var shown: String {
        let told = values.filter { Self.shownKeys.contains($0.key) }.map { "\($0.key)=\($0.value)" }
        return "\(scheme)://\(hosts)\(path)" + (told.isEmpty ? "" : "?" + told.joined(separator: "&"))
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
