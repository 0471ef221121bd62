import Foundation

/// A PostgreSQL server of this process's own: started once, on a socket in a temporary folder and on one port of this
/// machine, and stopped when the process ends, however it ends.
public final class PostgresServer: Sendable {
    public static let shared: PostgresServer? = {
        do { return try PostgresServer() } catch {
            print("skipped: no PostgreSQL server (\(error))")
            return nil
        }
    }()
    public static let isPresent = shared != nil

    /// Where the socket is.
    public let folder: String
    public let port: Int
    private let programs: String

    /// The same server over its socket, without a password.
    public var uri: String { uri(user: "counterpart") }
    public func uri(user: String, database: String = "postgres") -> String {
        "postgres://\(user)@/\(database)?host=\(folder)&port=\(port)"
    }
    /// Over TCP, where the role `guarded` has to give its password.
    public var guardedURI: String { "postgres://guarded@127.0.0.1:\(port)/postgres" }
    public static let guardedPassword = "tell-no-one 7"

    struct Absent: Error, CustomStringConvertible { var description: String }

    private init() throws {
        let candidates = [
            "/usr/lib/postgresql/17/bin", "/usr/lib/postgresql/16/bin", "/usr/lib/postgresql/15/bin",
            "/usr/lib/postgresql/14/bin", "/opt/homebrew/bin", "/usr/local/bin",
        ]
        let manager = FileManager.default
        guard
            let found = candidates.first(where: { folder in
                ["initdb", "postgres", "psql"].allSatisfy { manager.isExecutableFile(atPath: "\(folder)/\($0)") }
            })
        else { throw Absent(description: "initdb, postgres and psql are not installed") }
        programs = found
        folder = manager.temporaryDirectory.appending(path: "counterpart-postgres-\(UUID().uuidString.prefix(8))")
            .path()
        port = try Self.freePort()
        try manager.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(Self.script.utf8).write(to: URL(filePath: folder + "/serve.sh"))
        let server = Process()
        server.executableURL = URL(filePath: "/bin/sh")
        server.arguments = [folder + "/serve.sh", found, folder, "\(port)"]
        // Never closed: when this process ends, the script reads its end and stops the server.
        let life = Pipe()
        server.standardInput = life
        server.standardOutput = FileHandle.nullDevice
        server.standardError = FileHandle.nullDevice
        try server.run()
        Self.lives.append(life)
        let deadline = Date().addingTimeInterval(60)
        while !manager.fileExists(atPath: folder + "/ready") {
            guard server.isRunning, Date() < deadline else {
                throw Absent(description: (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "no start")
            }
            usleep(20_000)
        }
        try run("CREATE ROLE guarded LOGIN PASSWORD '\(Self.guardedPassword)'")
    }

    private nonisolated(unsafe) static var lives: [Pipe] = []

    /// Everything as a user without rights where this process has all, since the server refuses to run so.
    private static let script = #"""
        programs=$1; folder=$2; port=$3
        as() { if [ "$(id -u)" = 0 ]; then runuser -u nobody -- "$@"; else "$@"; fi; }
        if [ "$(id -u)" = 0 ]; then chown nobody "$folder"; fi
        cd "$folder"
        as "$programs/initdb" -D "$folder/data" -U counterpart -A trust --locale=C -E UTF8 --no-sync > "$folder/log" 2>&1 || exit 1
        {
            echo "local all all trust"
            echo "host all guarded 127.0.0.1/32 scram-sha-256"
            echo "host all all 127.0.0.1/32 trust"
        } > "$folder/data/pg_hba.conf"
        as "$programs/postgres" -D "$folder/data" -k "$folder" -h 127.0.0.1 -p "$port" -F >> "$folder/log" 2>&1 &
        server=$!
        tries=0
        until "$programs/psql" -qAtX -h "$folder" -p "$port" -U counterpart -d postgres -c "" 2> /dev/null; do
            tries=$((tries + 1)); [ $tries -gt 300 ] && break; sleep 0.1
        done
        : > "$folder/ready"
        read -r nothing
        kill -QUIT "$(head -n 1 "$folder/data/postmaster.pid")" 2> /dev/null
        wait "$server"
        rm -rf "$folder"
        """#

    private static func freePort() throws -> Int {
        #if canImport(Glibc)
            let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            let handle = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, size) == 0 && getsockname(handle, $0, &size) == 0
            }
        }
        guard isBound else { throw Absent(description: "no free port") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    /// Runs commands of psql.
    @discardableResult
    public func run(_ commands: String) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: programs + "/psql")
        process.arguments = [
            "-qAtX", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", "\(port)", "-U", "counterpart", "-d", "postgres",
        ]
        let (input, output, errors) = (Pipe(), Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, errors)
        try process.run()
        DispatchQueue.global().async {
            try? input.fileHandleForWriting.write(contentsOf: Data(commands.utf8))
            try? input.fileHandleForWriting.close()
        }
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Absent(
                description: String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self))
        }
        return text
    }

    /// A table of a CSV text: numbers where a column is named so, else text; an empty field is NULL.
    public func load(_ csv: String, as table: String, types: [String: String] = [:]) throws {
        let names = csv.prefix { $0 != "\n" }.split(separator: ",").map(String.init)
        let columns = names.map { "\"\($0)\" \(types[$0] ?? "text")" }.joined(separator: ", ")
        try run(
            "DROP TABLE IF EXISTS \(table); CREATE TABLE \(table) (\(columns));\n"
                + "COPY \(table) FROM STDIN WITH (FORMAT csv, HEADER);\n\(csv)\\.\n")
    }
}
