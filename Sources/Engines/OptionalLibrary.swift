#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A library that is looked for while the program runs; a variable of the environment may say where it is.
struct OptionalLibrary {
    var what: String
    var package: String
    var variable: String
    var names: [String]

    static let libpq = OptionalLibrary(
        what: "libpq, through which PostgreSQL is asked,",
        package: "Debian and Ubuntu: libpq5; macOS: brew install libpq",
        variable: "COUNTERPART_LIBPQ",
        names: [
            "libpq.so.5", "libpq.5.dylib", "/opt/homebrew/opt/libpq/lib/libpq.5.dylib",
            "/usr/local/opt/libpq/lib/libpq.5.dylib",
        ])
    static let unixODBC = OptionalLibrary(
        what: "unixODBC, through which ODBC drivers are asked,",
        package: "Debian and Ubuntu: unixodbc; macOS: brew install unixodbc", variable: "COUNTERPART_LIBODBC",
        names: [
            "libodbc.so.2", "libodbc.2.dylib", "/opt/homebrew/lib/libodbc.2.dylib", "/usr/local/lib/libodbc.2.dylib",
        ])

    /// - Parameter fill: the function of the door.
    func open<Door>(
        _ fill: (UnsafePointer<CChar>, UnsafeMutablePointer<Door>, UnsafeMutablePointer<CChar>, Int) -> Int32
    ) throws(EngineError) -> Door {
        let door = UnsafeMutablePointer<Door>.allocate(capacity: 1)
        defer { door.deallocate() }
        var said: String?
        for name in Environment.value(variable).map({ [$0] }) ?? names {
            var problem = [CChar](repeating: 0, count: 512)
            if fill(name, door, &problem, problem.count) == 0 { return door.pointee }
            // What is said of the first name is what the user can act on; the others are other systems' spellings.
            said = said ?? String(decoding: problem.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
        throw .noLibrary(what: what, package: package, variable: variable, said: said ?? "")
    }
}

enum Environment {
    /// A variable's value; nil where it is not set or empty.
    static func value(_ name: String) -> String? {
        guard let text = getenv(name), text.pointee != 0 else { return nil }
        return String(cString: text)
    }
}
