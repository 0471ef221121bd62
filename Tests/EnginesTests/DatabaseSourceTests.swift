import Testing

@testable import Engines

@Suite struct DatabaseSourceTests {
    @Test(arguments: [
        "postgres://amy:secret@host/db", "postgresql://amy:secret@host/db", "postgres://amy:se/cret@host/db",
        "postgres://amy:se?cret@host/db", "POSTGRES://amy:secret@host", "postgres://host/db?password=secret",
        "postgres://host/db?user=amy&PASSWORD=secret", "postgres://host/db?pass%77ord=secret",
        "postgres://host/db?sslpassword=secret", "odbc:DSN=npd;PWD=secret", "odbc:dsn=npd; pwd = secret",
        "odbc:DSN=npd;Password={secret;x}", "odbc:Driver={a};Pwd={sec}}ret}", "odbc:DSN=x;AuthAccessToken=secret",
        "odbc:DSN=x;OAuth_Client_Secret=secret",
    ]) func passwordsAreRefused(text: String) {
        let refusal = #expect(throws: EngineError.self) { try DatabaseSource(text) }
        #expect(refusal?.code == "E020")
        #expect(refusal.map { "\($0)" }?.contains("sec") == false)
    }

    @Test(arguments: [
        ("postgres://amy@host:5433/db?sslmode=require&application_name=x", "postgres://host:5433/db?sslmode=require"),
        ("postgres:///?service=npd", "postgres:///?service=npd"),
        ("postgresql://h1:1,h2:2/db", "postgresql://h1:1,h2:2/db"),
        ("postgres://[::1]:5432/db?user=amy", "postgres://[::1]:5432/db"),
        ("odbc:DSN=npd;UID=amy", "odbc:DSN=npd"),
        (
            "odbc:Driver={ODBC Driver 18 for SQL Server};Server=tcp:db,1433;Database=npd;Uid=amy;Encrypt=yes",
            "odbc:Driver=ODBC Driver 18 for SQL Server;Server=tcp:db,1433;Database=npd"
        ),
        ("duckdb:npd.duckdb", "duckdb:npd.duckdb"),
    ]) func whatIsShownNamesNobody(text: String, shown: String) throws {
        #expect(try DatabaseSource(text).shown == shown)
    }

    @Test(arguments: ["", "mysql://host/db", "odbc:", "duckdb:", "pupils.csv", "host=db"]) func othersAreNoSource(
        text: String
    ) {
        #expect(throws: EngineError.notASource) { try DatabaseSource(text) }
    }

    @Test func missingLibrariesSayWhatToInstall() {
        let library = OptionalLibrary(
            what: "libnone", package: "Debian: libnone5", variable: "COUNTERPART_NO_SUCH_VARIABLE",
            names: ["libnone.so.5"])
        let refusal = #expect(throws: EngineError.self) {
            let _: Int = try library.open { name, _, problem, size in
                problem.pointee = CChar(bitPattern: name.pointee == UInt8(ascii: "l") as UInt8 ? 33 : 63)
                return -1
            }
        }
        #expect(refusal?.status == .system)
        #expect(refusal?.hint?.contains("Debian: libnone5") == true)
    }

    @Test func messagesAreOneLineWithoutNames() {
        let messages = EngineMessage(secrets: ["amy", "longer secret"])
        #expect(
            messages.line("FATAL:  role \"amy\"\n\tis amyable to 'longer secret' \n")
                == "FATAL: role \"…\" is amyable to '…'")
        let masked = EngineMessage.withoutValues("Could not convert string 'Amy O''Neil' to DOUBLE; don't")
        #expect(!masked.line.contains("Amy"))
    }
}
