import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Faults of the system while the program reads and writes, each made for real.
/// One after another, since they measure times.
@Suite(.serialized) struct SystemFaultTests {
    /// Runs a line of shell in the folder, with `$P` the program; its streams are `out` and `err`.
    static func shell(_ line: String, in folder: WorkFolder, environment: [String: String] = [:]) throws
        -> Program.Ended
    {
        let program = try #require(Program.path)
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", line]
        process.currentDirectoryURL = URL(filePath: folder.path)
        process.environment = ["PATH": "/usr/bin:/bin", "P": program, "LANG": "C.UTF-8"].merging(environment) { $1 }
        let streams = ["out", "err"].map { URL(filePath: NSTemporaryDirectory() + UUID().uuidString + $0) }
        for stream in streams { try Data().write(to: stream) }
        defer { for stream in streams { try? FileManager.default.removeItem(at: stream) } }
        process.standardOutput = try FileHandle(forWritingTo: streams[0])
        process.standardError = try FileHandle(forWritingTo: streams[1])
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        let status =
            process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus
        let texts = try streams.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Program.Ended(status: status, out: texts[0], err: texts[1])
    }

    /// A table that takes the program a while: some 6 MB.
    static let long: String = {
        let part =
            (0..<5000).map { "P\($0),\(100_000 + $0 % 40),\(2015 + $0 % 6),\($0 % 3 == 0 ? "Y" : "N"),\($0 % 90).5" }
            .joined(separator: "\n") + "\n"
        return "upn,urn,year,fsm,score\n" + String(repeating: part, count: 50)
    }()
    /// The same in small.
    static let short =
        String(long.split(separator: "\n", maxSplits: 10_000).prefix(10_000).joined(separator: "\n")) + "\n"
    static let gaps = "--outcome score --group fsm=Y --unit urn --time year --format csv"

    static func temporaries(_ folder: WorkFolder) -> [String] { folder.names.filter { $0.contains(".tmp") } }

    // MARK: The input

    /// Cut, added to or replaced while it is read: said, and never a signal.
    @Test(arguments: ["truncate -s 1000000 a.csv", "echo P,1,2015,Y,1 >> a.csv", "cp b.csv c.csv; mv c.csv a.csv"])
    func aFileThatChangesIsSaid(_ change: String) throws {
        let folder = try WorkFolder()
        try folder.write(Self.long, "a.csv")
        try folder.write(String(Self.long.prefix(100_000)), "b.csv")
        // The program waits at the first rows for the reader of its output; the change is made then.
        let ended = try Self.shell(
            "mkfifo p; ( $P convert a.csv > p; echo $? > status ) & exec 3< p; head -c 1000 <&3 > /dev/null; \(change); cat <&3 > /dev/null; wait",
            in: folder)
        #expect(try folder.text("status") == "3\n")
        #expect(ended.err.contains("a.csv: error: changed while being read (E113)"), "\(ended.err)")
    }

    @Test func whatIsNoFileIsRefusedAtOnce() throws {
        let folder = try WorkFolder()
        let start = ContinuousClock.now
        for (make, words) in [
            ("mkfifo a", "it is a pipe"), ("mkdir a", "it is a folder"), ("ln -s /dev/zero a", "it is a device"),
            ("ln -s nothing a", "no such file"), ("touch a", "no header line"),
        ] {
            let ended = try Self.shell("rm -rf a; \(make); $P convert a", in: folder)
            #expect(ended.status == 3 && ended.out.isEmpty)
            #expect(ended.err.contains(words), "\(make): \(ended.err)")
        }
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test func aSilentPipeIsGivenUpWhenAsked() throws {
        let folder = try WorkFolder()
        let ended = try Self.shell("(echo a,b; sleep 3) | $P convert - --timeout 1", in: folder)
        #expect(ended.status == 3)
        #expect(ended.err.hasPrefix("-: error: cannot be read: nothing came for 1 second (--timeout) (E101)"))
    }

    @Test func compressedStandardInputIsRead() throws {
        let folder = try WorkFolder()
        let text = "a,b\r\n" + (0..<20_000).map { "\($0),x\r\n" }.joined()
        try folder.write(StoredGzip.pack(Array(text.utf8)), "a.gz")
        let ended = try Self.shell("cat a.gz | $P convert -", in: folder)
        #expect(ended.status == 0 && ended.out == text)
        // A large file that is damaged at its end gives no row either, though rows are printed as they are read.
        try folder.write(Self.long, "a.csv")
        let long = try Self.shell("cat a.csv a.csv | gzip -1 | head -c -3 > long.gz; $P convert long.gz", in: folder)
        #expect(long.status == 3 && long.out.isEmpty && long.err.contains("the gzip data is cut off (E118)"))
        let cut = try Self.shell("head -c 100000 a.gz | $P convert -", in: folder)
        #expect(cut.status == 3 && cut.out.isEmpty && cut.err.contains("the gzip data is cut off (E118)"))
    }

    // MARK: Signals

    @Test(arguments: [("INT", Int32(130)), ("TERM", 143)]) func signalsEndTheRunAndLeaveNothing(
        _ signal: String, status: Int32
    ) throws {
        let folder = try WorkFolder()
        try folder.write("good", "out.csv")
        try folder.write("a,b\n", "a.csv")
        // A pipe that stops: the program waits for input for ever.
        let ended = try Self.shell(
            "mkfifo p; exec 3<> p; cat a.csv >&3; $P convert - -o out.csv < p & "
                + "for i in $(seq 100); do ls -A | grep -q tmp && break; sleep 0.05; done; sleep 0.1; "
                + "ls -A | grep tmp > seen; s=$(date +%s%N); kill -\(signal) $!; wait $!; c=$?; "
                + "echo $(( ($(date +%s%N) - s) / 1000000 )); exit $c",
            in: folder)
        // One second is the promise; the other tests that run meanwhile get the other.
        #expect(ended.status == status, "\(ended.err)")
        #expect(try folder.text("seen").contains(".out.csv."))
        #expect(try #require(Int(ended.out.trimmingCharacters(in: .whitespacesAndNewlines))) < 2000)
        #expect(Self.temporaries(folder).isEmpty)
        #expect(try folder.text("out.csv") == "good")
    }

    @Test func aClosedPipeIsQuiet() throws {
        let folder = try WorkFolder()
        try folder.write(Self.long, "a.csv")
        let ended = try Self.shell("$P convert a.csv | head -2 > /dev/null; echo ${PIPESTATUS[0]}", in: folder)
        #expect(ended.out == "141\n" && ended.err.isEmpty)
    }

    /// Killed again and again over a good output: it is whole every time, and the next run clears up.
    @Test func aKilledRunLeavesTheOldOutput() throws {
        let folder = try WorkFolder()
        try folder.write(Self.long, "a.csv")
        let good = try Self.shell("$P convert a.csv -o out.csv && sha256sum < out.csv", in: folder)
        #expect(good.status == 0)
        let ended = try Self.shell(
            "for ms in 0.02 0.1 0.2 0.3 0.5; do $P convert a.csv -o out.csv & sleep $ms; kill -9 $!; wait $! 2> /dev/null; "
                + "sha256sum < out.csv; done; $P convert a.csv -o out.csv; sha256sum < out.csv", in: folder)
        let sums = ended.out.split(separator: "\n")
        #expect(sums.count == 6 && sums.allSatisfy { $0 == good.out.dropLast() })
        #expect(folder.names == ["a.csv", "out.csv"])
    }

    // MARK: Outputs

    @Test func aFullDiskLeavesEverythingAsItWas() throws {
        let folder = try WorkFolder()
        try folder.write(Self.long, "a.csv")
        try folder.write("good", "out.csv")
        let before = folder.names
        let limited = try Self.shell("ulimit -f 64; $P convert a.csv -o out.csv", in: folder)
        #expect(limited.status == 5)
        #expect(limited.err.hasPrefix("error: cannot write out.csv: file too large after"), "\(limited.err)")
        let cells = try Self.shell(
            "ulimit -f 1; $P cells a.csv --outcome score --unit urn --time year --by fsm,upn -o cells.csv", in: folder)
        #expect(cells.status == 5 && cells.err.contains("E501"), "\(cells.err)")
        for command in ["convert a.csv", "gaps a.csv \(Self.gaps)", "describe a.csv", "--help"] {
            let full = try Self.shell("$P \(command) > /dev/full", in: folder)
            #expect(full.status == 5 && full.err.lowercased().contains("no space left on device"), "\(full.err)")
        }
        #expect(try folder.text("out.csv") == "good")
        #expect(folder.names == before)
    }

    /// Refused before anything is read: the input, a pipe that never sends, would keep the run waiting.
    @Test(arguments: [
        "convert - -o", "gaps - \(gaps) -o", "describe - -o", "cells - --outcome score --unit urn --time year -o",
        "did - --outcome score --unit urn --time year --start fsm -o",
    ])
    func outputsAreCheckedFirst(_ command: String) throws {
        let folder = try WorkFolder()
        try folder.write("", "file")
        let ended = try Self.shell(
            "mkfifo p d; exec 3<> p; mkdir f; ln -s nothing l; ln -s gone broken; "
                + "for o in absent/o.csv file/o.csv broken/o.csv f l d; do timeout 5 $P \(command) $o < p; echo $o $?; done",
            in: folder)
        let outputs = ["absent/o.csv", "file/o.csv", "broken/o.csv", "f", "l", "d"]
        #expect(ended.out == outputs.map { "\($0) 5\n" }.joined(), "\(ended.err)")
        #expect(folder.names == ["broken", "d", "f", "file", "l", "p"])
    }

    @Test func aFolderWithoutPermissionIsRefused() throws {
        let folder = try WorkFolder()
        try folder.write("a,b\n1,2\n", "a.csv")
        // Root may write anywhere, so then it is done as nobody.
        let ended = try Self.shell(
            "mkdir r; cp a.csv r; chmod 555 r; chmod 755 .; s=; [ $(id -u) = 0 ] && s='setpriv --reuid=65534 --clear-groups'; "
                + "$s $P convert a.csv -o r/out.csv", in: folder)
        #expect(ended.status == 5 && ended.err.contains("permission denied"), "\(ended.err)")
        #expect(folder.names == ["a.csv", "r", "r/a.csv"])
    }

    @Test func twoRunsIntoOneFileBothEndWhole() throws {
        let folder = try WorkFolder()
        try folder.write("a,b\n" + String(repeating: "1,2\n", count: 200_000), "a.csv")
        try folder.write("a,b\n" + String(repeating: "3,4\n", count: 200_000), "b.csv")
        let ended = try Self.shell(
            "for i in 1 2 3 4 5; do $P convert a.csv -o o.csv & x=$!; $P convert b.csv -o o.csv & wait $x $!; "
                + "sort -u o.csv | wc -l; wc -l < o.csv; done", in: folder)
        let counts = ended.out.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(counts == Array(repeating: ["2", "200001"], count: 5).flatMap(\.self))
        #expect(folder.names == ["a.csv", "b.csv", "o.csv"])
    }

    // MARK: Limits of the process

    /// From too little to enough: every run ends well, or with the error that names need and limit, and never by a trap.
    @Test func littleMemoryIsSaid() throws {
        let folder = try WorkFolder()
        try folder.write(Self.long, "a.csv")
        try folder.write("good", "out.csv")
        var said = 0
        let file = try FileManager.default.attributesOfItem(atPath: try #require(Program.path))
        let size = try #require(file[.size] as? Int)
        for megabytes in stride(from: 20, through: 560, by: 45) {
            let ended = try Self.shell("ulimit -v \(megabytes)000; $P gaps a.csv \(Self.gaps) -o out.csv", in: folder)
            // Below some size the system itself cannot load the program, and says so; below the program's own it ends it
            // before its first instruction.
            let isNotLoaded =
                ended.status == 127 && ended.err.contains("shared object")
                || megabytes * 1_000_000 < size && ended.status == 139 && ended.err.isEmpty
            let isSaid =
                ended.status == 5 && ended.err.hasPrefix("error: not enough memory: ") && ended.err.contains("(E507)")
                && ended.err.contains("MB (ulimit -v)")
            #expect(isNotLoaded || isSaid || ended.status == 0, "\(megabytes) MB: \(ended.status) \(ended.err)")
            if isSaid { said += 1 }
            if ended.status != 0 {
                #expect(try folder.text("out.csv") == "good")
            } else {
                try folder.write("good", "out.csv")
            }
            #expect(Self.temporaries(folder).isEmpty, "\(megabytes) MB")
        }
        #expect(said > 0)
        let json = try Self.shell("ulimit -v 200000; $P gaps a.csv \(Self.gaps) --format json", in: folder)
        #expect(try json.jsonError()["code"] as? String == "E507")
    }

    @Test func noThreadsAndFewFilesAreBorne() throws {
        let folder = try WorkFolder()
        try folder.write(Self.long, "a.csv")
        let want = try Self.shell("$P gaps a.csv \(Self.gaps) --threads 4", in: folder)
        #expect(want.status == 0)
        // The limit of threads binds nobody but root, so root becomes nobody.
        let alone = try Self.shell(
            "chmod 755 .; s=; [ $(id -u) = 0 ] && s='setpriv --reuid=65534 --clear-groups'; "
                + "$s bash -c 'ulimit -u 1; exec $P gaps a.csv \(Self.gaps) --threads 4'", in: folder)
        #expect(alone.status == 0 && alone.out == want.out, "\(alone.err)")
        for count in [4, 5, 6, 8, 12] {
            let ended = try Self.shell("ulimit -n \(count); $P gaps a.csv \(Self.gaps)", in: folder)
            #expect(
                [0, 3, 127].contains(ended.status) && (ended.status == 0) == (ended.out == want.out),
                "\(count): \(ended.status) \(ended.err)")
        }
    }

    // MARK: The same answer everywhere

    @Test func surroundingsDoNotChangeTheAnswer() throws {
        let folder = try WorkFolder()
        try folder.write(Self.short, "a.csv")
        let (gaps, convert) = ("$P gaps a.csv \(Self.gaps)", "$P convert a.csv --numbers score | sha256sum")
        let want = (try Self.shell(gaps, in: folder).out, try Self.shell(convert, in: folder).out)
        #expect(!want.0.isEmpty)
        for environment in [
            ["LANG": "C", "LC_ALL": "C"], ["LC_ALL": "de_DE.UTF-8"], ["LC_ALL": "tr_TR.UTF-8", "TZ": "Asia/Tokyo"],
            ["TZ": "America/St_Johns", "SOURCE_DATE_EPOCH": "4102444800"], ["OPENBLAS_NUM_THREADS": "8"],
            ["HOME": "/nowhere"],
        ] {
            #expect(try Self.shell(gaps, in: folder, environment: environment).out == want.0, "\(environment)")
            #expect(try Self.shell(convert, in: folder, environment: environment).out == want.1, "\(environment)")
        }
    }

    /// Other kernels of the linear algebra: the same to 12 digits; what is read, to the bit.
    @Test func otherKernelsAgree() throws {
        let folder = try WorkFolder()
        try folder.write(SmallSchools().csv(), "a.csv")
        let did =
            "$P did a.csv --outcome attainment8 --unit urn --time academic_year --start partnership_start --covariates ks2_score --permutations 0 --format json"
        let cells =
            "$P cells a.csv --outcome attainment8 --unit urn --time academic_year -o c.csv -q && sha256sum < c.csv"
        func numbers(_ environment: [String: String]) throws -> [Double] {
            let ended = try Self.shell(did, in: folder, environment: environment)
            #expect(ended.status == 0, "\(ended.err)")
            let effects = try #require(try ended.json()["effects"] as? [[String: Any]])
            return effects.flatMap { effect in
                ["estimate", "standardError", "degreesOfFreedom", "pValue"].compactMap { effect[$0] as? Double }
            }
        }
        let (want, table) = (try numbers([:]), try Self.shell(cells, in: folder).out)
        #expect(!want.isEmpty && !table.isEmpty)
        for kernel in ["Prescott", "Haswell", "SkylakeX"] {
            let environment = ["OPENBLAS_CORETYPE": kernel]
            let found = try numbers(environment)
            #expect(want.count == found.count)
            for (a, b) in zip(want, found) { #expect(abs(a - b) <= 1e-12 * max(abs(a), 1e-3), "\(kernel): \(a) \(b)") }
            #expect(try Self.shell(cells, in: folder, environment: environment).out == table)
        }
    }

    // MARK: The progress line

    /// On a terminal a long reading shows its line and takes it away; never where it is quiet or standard error is a file.
    @Test func progressIsShownOnATerminalOnly() throws {
        let folder = try WorkFolder()
        try folder.write(Self.long, "a.csv")
        try folder.write("k,l\n", "head.csv")
        let slow = "(cat head.csv; for i in 1 2 3 4 5 6 7 8; do echo 1,2; sleep 0.25; done) | $P convert - -o out.csv"
        try folder.write("\(slow)\n", "slow.sh")
        try folder.write("\(slow) -q\n", "quiet.sh")
        let shown = try Self.shell("script -qec 'bash slow.sh' /dev/null", in: folder)
        let pieces = shown.out.split(separator: "\r", omittingEmptySubsequences: true)
        #expect(shown.status == 0)
        let lines = pieces.filter { $0.contains("standard input: ") && $0.contains(" read, ") }
        // Two seconds or somewhat more, of which the first shows nothing, at five times a second.
        #expect((2...30).contains(lines.count), "\(shown.out)")
        #expect(pieces.last?.allSatisfy { $0 == " " || $0 == "\n" } == true, "\(shown.out)")
        #expect(try Self.shell("script -qec 'bash quiet.sh' /dev/null", in: folder).out.isEmpty)
        let plain = try Self.shell("bash slow.sh", in: folder)
        #expect(plain.status == 0 && plain.everything.isEmpty)
    }
}
