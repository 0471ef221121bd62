import DatabaseServers
import Foundation
import Testing

/// The small schools as a table of a database and as Parquet files.
enum SourceTables {
    static let types = [
        "ks2_score": "double precision", "attainment8": "double precision", "weight": "integer",
        "partnership_start": "integer", "treated_now": "integer",
    ]
    /// Without codes for missing: a column of numbers holds none.
    static let pupils = SmallSchools().csv().replacing(",SUPP,", with: ",,")

    /// The table, made once.
    static let loaded: Result<PostgresServer, any Error> = Result {
        let server = try #require(PostgresServer.shared)
        try server.load(pupils, as: "small", types: types)
        try server.run("CREATE SCHEMA \"Key Stage\"; CREATE VIEW \"Key Stage\".\"the pupils\" AS SELECT * FROM small")
        return server
    }

    static let questions: [[String]] = [
        [
            "gaps", "--outcome", "attainment8", "--group", "fsm=Y", "--unknown", "U", "--unit", "urn", "--time",
            "academic_year", "--by", "academic_year", "--change", "--suppress", "0",
        ],
        ["gaps", "--outcome", "passed=Y", "--outcome", "attainment8", "--group", "sex", "--where", "fsm!=U"],
        [
            "did", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start",
            "partnership_start", "--covariates", "ks2_score", "--factors", "sex", "--gap", "fsm=Y", "--unknown", "U",
            "--permutations", "0", "--wild", "0",
        ],
        [
            "did", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--treated", "treated_now",
            "--estimator", "twfe", "--cluster", "trust", "--weights", "weight", "--vcov", "cr1", "--where",
            "ks2_score>90", "--diagnostics", "none",
        ],
        [
            "power", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start",
            "partnership_start",
        ],
        [
            "compare", "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--start",
            "partnership_start", "--match", "ks2_score,fsm=Y", "--unknown", "U", "--ratio", "2",
        ],
        ["progress", "--outcome", "attainment8", "--prior", "ks2_score", "--unit", "urn", "--bands", "3"],
        [
            "gaps", "--outcome", "attainment8", "--group", "fsm=Y", "--unknown", "U", "--unit", "urn", "--time",
            "academic_year", "--prior", "ks2_score", "--standardise", "--index", "--pupil", "upn",
        ],
    ]
}

extension Program.Ended {
    /// Everything of the answer but what names the input.
    func figures() throws -> [Substring] {
        var object = try json()
        for key in ["inputs", "timings"] { object[key] = nil }
        return String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys, .prettyPrinted]),
            as: UTF8.self
        ).split(separator: "\n")
    }
}

@Suite(.enabled(if: PostgresServer.isPresent, "skipped: no PostgreSQL server"))
struct PostgresSourceTests {
    private func server() throws -> PostgresServer { try SourceTables.loaded.get() }

    @Test(arguments: SourceTables.questions) func answersAreThoseOfTheRowsAsCSV(_ question: [String]) throws {
        let folder = try WorkFolder()
        try folder.write(SourceTables.pupils, "pupils.csv")
        let json = Array(question.dropFirst()) + ["--format", "json"]
        let rows = try folder.run([question[0], "pupils.csv"] + json)
        let engine = try folder.run([question[0], "--source", server().uri, "--table", "small"] + json)
        #expect(rows.status == 0 && engine.status == 0, "\(rows.err) \(engine.err)")
        let (told, expected) = (try engine.figures(), try rows.figures())
        #expect(told == expected)
    }

    /// Columns of texts, as an export loaded without a thought has them: codes for missing are told as in files.
    @Test func columnsOfTextsAreReadLikeFiles() throws {
        let folder = try WorkFolder()
        let pupils = SmallSchools().csv()
        try folder.write(pupils, "pupils.csv")
        try server().load(pupils, as: "texts")
        for question in SourceTables.questions {
            let json = Array(question.dropFirst()) + ["--format", "json"]
            let rows = try folder.run([question[0], "pupils.csv"] + json)
            let engine = try folder.run([question[0], "--source", server().uri, "--table", "texts"] + json)
            #expect(rows.status == 0 && engine.status == 0, "\(rows.err) \(engine.err)")
            let (told, expected) = (try engine.figures(), try rows.figures())
            #expect(told == expected)
        }
        #expect(pupils.contains("SUPP"))
    }

    @Test func whatTakesEveryRowForItselfIsRefused() throws {
        let ended = try WorkFolder().run(
            ["did", "--source", server().uri, "--table", "small", "--start", "partnership_start", "--vcov", "hc1"]
                + ["--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--covariates", "ks2_score"]
                + ["--estimator", "twfe"])
        #expect(ended.status == 4 && ended.err.contains("E331") && ended.err.contains("ks2_score"), "\(ended.err)")
        let pupils = try WorkFolder().run(
            ["did", "--source", server().uri, "--table", "small", "--start", "partnership_start", "--pupil", "upn"]
                + ["--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--absorb", "upn"])
        #expect(pupils.status == 4 && pupils.err.contains("E331") && pupils.err.contains("upn"), "\(pupils.err)")
    }

    @Test func valuesThatNeverOccurAreRefused() throws {
        let ended = try WorkFolder().run([
            "gaps", "--source", server().uri, "--table", "small", "--outcome", "grade=Q", "--group", "sex",
        ])
        #expect(ended.status == 3 && ended.err.contains("`Q` never occurs in grade"), "\(ended.err)")
        let kept = try WorkFolder().run([
            "gaps", "--source", server().uri, "--table", "small", "--outcome", "grade=A", "--group", "sex", "--where",
            "grade=B",
        ])
        #expect(kept.status == 0, "\(kept.err)")
    }

    @Test func inputsNameTheSourceAndNobody() throws {
        let folder = try WorkFolder()
        let question = SourceTables.questions[0]
        let table = "\"Key Stage\".\"the pupils\""
        let ended = try folder.run(
            [question[0], "--source", server().uri, "--table", table] + question.dropFirst() + ["--format", "json"])
        #expect(ended.status == 0, "\(ended.err)")
        let input = try #require((try ended.json()["inputs"] as? [[String: Any]])?.first)
        let shown = try "postgres:///postgres?host=\(server().folder)&port=\(server().port)"
        #expect(input["source"] as? String == shown)
        #expect(input["table"] as? String == table)
        #expect((input["engine"] as? String)?.hasPrefix("PostgreSQL 1") == true)
        #expect(input["rows"] as? Int == SourceTables.pupils.split(separator: "\n").count - 1)
        let digests = try #require(input["queries"] as? [String])
        #expect(digests.count >= 2 && digests.allSatisfy { $0.count == 64 })
        #expect(!ended.everything.contains("counterpart@"))
    }

    @Test func cellsAreTheSameBytes() throws {
        let folder = try WorkFolder()
        try folder.write(SourceTables.pupils, "pupils.csv")
        let asked = [
            "--outcome", "attainment8", "--unit", "urn", "--time", "academic_year", "--covariates", "ks2_score",
            "--factors", "fsm,sex",
        ]
        let rows = try folder.run(["cells", "pupils.csv"] + asked + ["-o", "rows.csv"])
        let engine = try folder.run(
            ["cells", "--source", server().uri, "--table", "public.small"] + asked + ["-o", "engine.csv"])
        #expect(rows.status == 0 && engine.status == 0, "\(rows.err) \(engine.err)")
        #expect(try folder.text("engine.csv") == folder.text("rows.csv"))
        let sideCar = try folder.text("engine.json")
        #expect(sideCar.contains("\"dialect\" : \"postgres\""))
        #expect(sideCar.contains("PostgreSQL 1"))
    }

    @Test func wrongTablesAndColumnsAreNamed() throws {
        let folder = try WorkFolder()
        func ask(_ table: String, _ outcome: String) throws -> Program.Ended {
            try folder.run([
                "gaps", "--source", server().uri, "--table", table, "--outcome", outcome, "--group", "fsm=Y",
            ])
        }
        let table = try ask("smal", "attainment8")
        #expect(table.status == 3 && table.err.contains("E167") && table.err.contains("smal"), "\(table.err)")
        let column = try ask("small", "attainment9")
        #expect(column.status == 3, "\(column.err)")
        #expect(column.err.contains("there is no column `attainment9` in small (E168)"), "\(column.err)")
        #expect(column.err.contains("did you mean `attainment8`?"))
        let far = try ask("small", "zzz")
        #expect(far.err.contains("its columns are upn, urn, trust"), "\(far.err)")
    }

    /// Rows that cannot be computed after many that can.
    @Test func errorsAfterTheLastRowAreErrors() throws {
        let folder = try WorkFolder()
        try server().run(
            """
            CREATE OR REPLACE VIEW failing AS SELECT urn, academic_year, fsm,
                CASE WHEN upn = (SELECT max(upn) FROM small) THEN 1 / (weight - weight) ELSE attainment8 END AS attainment8
            FROM small
            """)
        let ended = try folder.run([
            "gaps", "--source", server().uri, "--table", "failing", "--outcome", "attainment8", "--group", "fsm=Y",
            "--format", "json",
        ])
        #expect(ended.status == 3 && ended.out.isEmpty)
        #expect(try ended.jsonError()["code"] as? String == "E166")
        #expect(ended.err.contains("division by zero"))
    }

    /// A table that takes a minute to read.
    private func slowTable() throws {
        try server().run(
            """
            CREATE OR REPLACE VIEW slow AS SELECT s.* FROM small AS s
            WHERE upn <> '' AND pg_sleep(0.1) IS NOT NULL
            """)
    }

    private static let running =
        "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%SELECT%' AND application_name = '"

    /// Starts a run over the slow table and waits until the server works on it.
    private func startSlow(
        _ folder: WorkFolder, name: String, source: String? = nil
    ) throws -> (Process, Program.Streams, pid: String) {
        try slowTable()
        let source = try source ?? server().uri + "&application_name=\(name)"
        let (process, streams) = try Program.start(
            [
                "gaps", "--source", source, "--table", "slow", "--outcome", "attainment8", "--group", "fsm=Y",
                "--format", "json",
            ], in: folder.path, environment: ["PGAPPNAME": name])
        let deadline = Date().addingTimeInterval(20)
        var pid = ""
        while pid.isEmpty, process.isRunning, Date() < deadline {
            usleep(50_000)
            pid = try server().run(Self.running + "\(name)'").trimmingCharacters(in: .whitespacesAndNewlines)
        }
        return (process, streams, pid)
    }

    @Test func connectionsThatBreakOffAreErrors() throws {
        let folder = try WorkFolder()
        let (process, streams, pid) = try startSlow(folder, name: "lost")
        #expect(!pid.isEmpty)
        try server().run("SELECT pg_terminate_backend(\(pid))")
        process.waitUntilExit()
        let ended = try streams.ended(process)
        #expect(ended.status == 5 && ended.out.isEmpty, "\(ended.err)")
        #expect(try ended.jsonError()["code"] as? String == "E513")
    }

    /// Ctrl-C ends the statement in the server too.
    @Test func interruptionsReachTheServer() throws { try interrupt(name: "stopped", source: nil) }

    @Test(.enabled(if: PostgresDriver.isPresent, "skipped: no ODBC driver"))
    func interruptionsReachTheServerThroughODBC() throws {
        let (driver, server) = (PostgresDriver.path ?? "", try server())
        try interrupt(
            name: "stopped by odbc",
            source: "odbc:Driver=\(driver);Servername=127.0.0.1;Port=\(server.port);Database=postgres;UID=counterpart")
    }

    private func interrupt(name: String, source: String?) throws {
        let folder = try WorkFolder()
        let (process, streams, pid) = try startSlow(folder, name: name, source: source)
        #expect(!pid.isEmpty)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        let ended = try streams.ended(process)
        #expect(ended.status == 130 && ended.everything.isEmpty, "\(ended.err)")
        usleep(200_000)
        #expect(try server().run(Self.running + "\(name)'").isEmpty)
    }

    @Test func passwordsComeFromTheEnvironment() throws {
        let folder = try WorkFolder()
        let question = [
            "gaps", "--source", try server().guardedURI, "--table", "small", "--outcome", "attainment8", "--group",
            "fsm=Y",
        ]
        let without = try folder.run(question)
        #expect(without.status == 5 && without.err.contains("no password supplied"), "\(without.err)")
        let wrong = try folder.run(question, environment: ["PGPASSWORD": "mistaken-one"])
        #expect(wrong.status == 5 && wrong.err.contains("password authentication failed"), "\(wrong.err)")
        #expect(!wrong.err.contains("guarded") && !wrong.err.contains("mistaken-one"))
        try server().run("GRANT SELECT ON small TO guarded")
        let with = try folder.run(question, environment: ["PGPASSWORD": PostgresServer.guardedPassword])
        #expect(with.status == 0, "\(with.err)")
        #expect(!with.everything.contains(PostgresServer.guardedPassword))
        let told = try folder.run(
            ["gaps", "--source", "postgres://guarded:\(PostgresServer.guardedPassword)@127.0.0.1/postgres"]
                + question.dropFirst(3))
        #expect(told.status == 2 && told.err.contains("E020"))
        #expect(!told.err.contains(PostgresServer.guardedPassword) && !told.err.contains("guarded"))
    }
}

@Suite struct SourceRefusalTests {
    private func ask(_ source: String, _ more: [String] = [], environment: [String: String] = [:]) throws
        -> Program.Ended
    {
        try WorkFolder().run(
            ["gaps", "--source", source, "--table", "pupils", "--outcome", "attainment8", "--group", "fsm=Y"] + more,
            environment: environment)
    }

    @Test func missingLibrariesAndProgramsSayWhatToInstall() throws {
        let postgres = try ask("postgres://host/db", environment: ["COUNTERPART_LIBPQ": "/nowhere/libpq.so.5"])
        #expect(postgres.status == 5 && postgres.err.contains("E510") && postgres.err.contains("libpq5"))
        let odbc = try ask("odbc:DSN=npd", environment: ["COUNTERPART_LIBODBC": "/nowhere/libodbc.so.2"])
        #expect(odbc.status == 5 && odbc.err.contains("E510") && odbc.err.contains("unixodbc"))
        let duckdb = try ask("duckdb:a.duckdb", environment: ["COUNTERPART_DUCKDB": "/nowhere/duckdb"])
        #expect(duckdb.status == 5 && duckdb.err.contains("E511") && duckdb.err.contains("pip install duckdb-cli"))
    }

    @Test(arguments: [
        "--delimiter=;", "--encoding=latin1", "--lenient", "--percent", "--max-field=1MB", "--thousands=,",
    ])
    func optionsOfTextFilesAreRefused(option: String) throws {
        let ended = try ask("postgres://127.0.0.1:1/db", [option])
        let name = option.prefix { $0 != "=" }
        #expect(ended.status == 2 && ended.err.contains("\(name) does not apply to a database"), "\(ended.err)")
    }

    @Test func whatNeedsRowsIsRefused() throws {
        let list = try ask("postgres://127.0.0.1:1/db", ["--pupil", "upn", "--opt-out", "list.csv"])
        #expect(list.status == 4 && list.err.contains("--opt-out needs the rows"), "\(list.err)")
        let file = try ask("postgres://127.0.0.1:1/db", ["pupils.csv"])
        #expect(file.status == 2 && file.err.contains("give one"))
        let dialect = try ask("postgres://127.0.0.1:1/db", ["--dialect", "spark"])
        #expect(dialect.status == 2 && dialect.err.contains("--dialect does not apply"))
    }
}

@Suite(.enabled(if: PostgresDriver.isPresent, "skipped: no ODBC driver or no PostgreSQL server"))
struct ODBCSourceTests {
    @Test(arguments: SourceTables.questions.prefix(3)) func answersAreThoseOfTheRowsAsCSV(_ question: [String]) throws {
        let server = try SourceTables.loaded.get()
        let folder = try WorkFolder()
        try folder.write(SourceTables.pupils, "pupils.csv")
        let json = Array(question.dropFirst()) + ["--format", "json"]
        let rows = try folder.run([question[0], "pupils.csv"] + json)
        let driver = try #require(PostgresDriver.path)
        let source = "odbc:Driver=\(driver);Servername=127.0.0.1;Port=\(server.port);Database=postgres;UID=counterpart"
        let engine = try folder.run([question[0], "--source", source, "--table", "small"] + json)
        #expect(rows.status == 0 && engine.status == 0, "\(rows.err) \(engine.err)")
        let (told, expected) = (try engine.figures(), try rows.figures())
        #expect(told == expected)
        #expect(!engine.everything.contains("UID"))
    }

    @Test func passwordsComeFromTheEnvironment() throws {
        let server = try SourceTables.loaded.get()
        try server.run("GRANT SELECT ON small TO guarded")
        let driver = try #require(PostgresDriver.path)
        let question = [
            "gaps", "--source",
            "odbc:Driver=\(driver);Servername=127.0.0.1;Port=\(server.port);Database=postgres;UID=guarded",
            "--table", "small", "--outcome", "attainment8", "--group", "fsm=Y",
        ]
        let folder = try WorkFolder()
        let without = try folder.run(question)
        #expect(without.status == 5 && without.err.contains("E512"), "\(without.err)")
        #expect(!without.err.contains("guarded"))
        let with = try folder.run(question, environment: ["COUNTERPART_ODBC_PASSWORD": PostgresServer.guardedPassword])
        #expect(with.status == 0, "\(with.err)")
    }
}

@Suite(.enabled(if: DuckDBProgram.isPresent, "skipped: no DuckDB command line"))
struct ParquetSourceTests {
    private var environment: [String: String] { ["COUNTERPART_DUCKDB": DuckDBProgram.path ?? ""] }

    /// The rows as two Parquet files, the columns of the second in another order.
    private func write(_ folder: WorkFolder) throws {
        try folder.write(SourceTables.pupils, "pupils.csv")
        let rows = "read_csv('\(folder.path)/pupils.csv', all_varchar = true)"
        let numbers = SourceTables.types.keys.sorted().map { "CAST(\($0) AS \(SourceTables.types[$0] ?? "")) AS \($0)" }
            .joined(separator: ", ")
        try DuckDBProgram.run(
            "COPY (SELECT * REPLACE (\(numbers)) FROM \(rows) WHERE academic_year < '201617') TO '\(folder.path)/a.parquet' (FORMAT parquet); "
                + "COPY (SELECT weight, * EXCLUDE (weight) FROM (SELECT * REPLACE (\(numbers)) FROM \(rows) WHERE academic_year >= '201617')) "
                + "TO '\(folder.path)/b.parquet' (FORMAT parquet)")
    }

    @Test(arguments: SourceTables.questions) func answersAreThoseOfTheRowsAsCSV(_ question: [String]) throws {
        let folder = try WorkFolder()
        try write(folder)
        let json = Array(question.dropFirst()) + ["--format", "json"]
        let rows = try folder.run([question[0], "pupils.csv"] + json)
        let engine = try folder.run([question[0], "a.parquet", "b.parquet"] + json, environment: environment)
        #expect(rows.status == 0 && engine.status == 0, "\(rows.err) \(engine.err)")
        let (told, expected) = (try engine.figures(), try rows.figures())
        #expect(told == expected)
        let inputs = try #require(try engine.json()["inputs"] as? [[String: Any]])
        #expect(inputs.map { $0["path"] as? String } == ["a.parquet", "b.parquet"])
        #expect(
            inputs.reduce(0) { $0 + ($1["rows"] as? Int ?? 0) } == SourceTables.pupils.split(separator: "\n").count - 1)
        #expect(inputs.allSatisfy { ($0["sha256"] as? String)?.count == 64 && $0["engine"] != nil })
    }

    @Test func databasesAreReadToo() throws {
        let folder = try WorkFolder()
        try write(folder)
        try DuckDBProgram.run(
            "CREATE TABLE pupils AS SELECT * FROM read_parquet(['\(folder.path)/a.parquet', '\(folder.path)/b.parquet'], union_by_name = true)",
            database: folder.path + "/npd.duckdb")
        let question = SourceTables.questions[0]
        let json = Array(question.dropFirst()) + ["--format", "json"]
        let rows = try folder.run([question[0], "pupils.csv"] + json)
        let engine = try folder.run(
            [question[0], "--source", "duckdb:npd.duckdb", "--table", "pupils"] + json, environment: environment)
        #expect(engine.status == 0, "\(engine.err)")
        let (told, expected) = (try engine.figures(), try rows.figures())
        #expect(told == expected)
    }

    @Test func kindsAreNotMixed() throws {
        let folder = try WorkFolder()
        try write(folder)
        let mixed = try folder.run(
            ["gaps", "a.parquet", "pupils.csv", "--outcome", "attainment8", "--group", "fsm=Y"],
            environment: environment)
        #expect(mixed.status == 2 && mixed.err.contains("pupils.csv is no Parquet file"), "\(mixed.err)")
        let form = try folder.run(
            ["gaps", "a.parquet", "--outcome", "attainment8", "--group", "fsm=Y", "--delimiter", ";"],
            environment: environment)
        #expect(form.status == 2 && form.err.contains("--delimiter does not apply to Parquet files"), "\(form.err)")
        let absent = try folder.run(["gaps", "a.parquet", "--outcome", "attainment8", "--group", "fsm=Y"])
        #expect(absent.status == 5 && absent.err.contains("E511"), "\(absent.err)")
    }

    /// A file that was cut off, and one that lacks a column.
    @Test func damagedAndUnlikeFilesAreRefused() throws {
        let folder = try WorkFolder()
        try write(folder)
        let whole = try Data(contentsOf: URL(filePath: folder.path + "/a.parquet"))
        try folder.write(whole.prefix(whole.count / 2), "cut.parquet")
        let cut = try folder.run(
            ["gaps", "cut.parquet", "--outcome", "attainment8", "--group", "fsm=Y"], environment: environment)
        #expect(cut.status == 3 && cut.err.contains("cut.parquet: error: this Parquet file has no end"), "\(cut.err)")
        try DuckDBProgram.run("COPY (SELECT 'Y' AS fsm) TO '\(folder.path)/narrow.parquet' (FORMAT parquet)")
        let unlike = try folder.run(
            ["gaps", "a.parquet", "narrow.parquet", "--outcome", "attainment8", "--group", "fsm=Y"],
            environment: environment)
        #expect(
            unlike.status == 3 && unlike.err.contains("E169") && unlike.err.contains("narrow.parquet"), "\(unlike.err)")
    }
}
