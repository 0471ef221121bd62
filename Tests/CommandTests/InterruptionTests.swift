import Foundation
import Testing

/// Ctrl-C, termination and closed pipes: nothing half written stays.
@Suite struct InterruptionTests {
    /// `convert` reads from a pipe that stops, so that its temporary file is surely there when the signal comes.
    @Test(arguments: [(SIGINT, Int32(130)), (SIGTERM, Int32(143))]) func signalsLeaveNoTemporaryFile(
        signal: Int32, status: Int32
    ) throws {
        let folder = try WorkFolder()
        try folder.write("older\n", "out.csv")
        let (process, streams) = try Program.start(["convert", "-", "-o", "out.csv"], in: folder.path, stalls: true)
        let deadline = Date().addingTimeInterval(20)
        while !folder.names.contains(where: { $0.hasSuffix(".tmp") }), Date() < deadline { usleep(10_000) }
        #expect(folder.names.contains { $0.hasSuffix(".tmp") })
        kill(process.processIdentifier, signal)
        let sent = Date()
        process.waitUntilExit()
        #expect(Date().timeIntervalSince(sent) < 5)
        #expect(try streams.ended(process).status == status)
        #expect(folder.names == ["out.csv"])
        #expect(try folder.text("out.csv") == "older\n")
    }

    /// A report that was begun is not there.
    @Test func interruptedReportsLeaveNothing() throws {
        let folder = try WorkFolder()
        try ExportFiles.write(to: folder)
        try folder.write(ExportFiles.plan.replacing("permutations: 0", with: "permutations: 1000000"), "long.yml")
        let before = folder.names
        let (process, streams) = try Program.start(["run", "long.yml", "-o", "report"], in: folder.path)
        usleep(700_000)
        #expect(process.isRunning)
        kill(process.processIdentifier, SIGINT)
        process.waitUntilExit()
        #expect(try streams.ended(process).status == 130)
        #expect(folder.names == before)
    }

    /// `… | head` ends quietly.
    @Test func closedPipesEndQuietly() throws {
        let folder = try WorkFolder()
        let line = String(repeating: "0123456789,", count: 20) + "x\n"
        try folder.write(line + String(repeating: line, count: 20_000), "wide.csv")
        let program = try #require(Program.path)
        let shell = Process()
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments = ["-c", "\"\(program)\" convert wide.csv 2>err.txt | head -n 1 | wc -l; echo done"]
        shell.currentDirectoryURL = URL(filePath: folder.path)
        let out = Pipe()
        shell.standardOutput = out
        try shell.run()
        let text = String(decoding: try #require(try out.fileHandleForReading.readToEnd()), as: UTF8.self)
        shell.waitUntilExit()
        #expect(text.contains("done"))
        let errors = try folder.text("err.txt")
        #expect(!errors.contains("Fatal") && !errors.contains("crash"), "\(errors)")
    }
}
