import Foundation
import Testing

/// The real program as a child process.
enum Program {
    struct Ended: Sendable {
        var status: Int32
        var out: String
        var err: String

        /// Everything that a reader sees.
        var everything: String { out + err }
    }

    struct Absent: Error, CustomStringConvertible {
        var description: String { "the program counterpart is not beside the tests: swift build --product counterpart" }
    }

    /// The program beside the test bundle, else in the package's build folder.
    static let path: String? = {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let beside = ProcessInfo.processInfo.arguments.map { URL(filePath: $0).deletingLastPathComponent() }
        let folders = beside + [root.appending(path: ".build/debug")]
        return folders.map { $0.appending(path: "counterpart").path() }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }()

    /// Runs the program to its end.
    ///
    /// - Parameters:
    ///   - folder: where it runs, so that messages name files without their folders.
    ///   - input: what stands on its standard input.
    static func run(
        _ arguments: [String], in folder: String, input: Data = Data(), environment: [String: String] = [:]
    ) throws -> Ended {
        let (process, streams) = try start(arguments, in: folder, input: input, environment: environment)
        process.waitUntilExit()
        return try streams.ended(process)
    }

    /// Where a running program's streams go.
    struct Streams {
        let out, err: URL

        func ended(_ process: Process) throws -> Ended {
            defer { [out, err].forEach { try? FileManager.default.removeItem(at: $0) } }
            // A process ended by a signal is told by a shell as 128 and the signal's number.
            let status =
                process.terminationReason == .uncaughtSignal
                ? 128 + process.terminationStatus : process.terminationStatus
            return Ended(
                status: status, out: String(decoding: try Data(contentsOf: out), as: UTF8.self),
                err: String(decoding: try Data(contentsOf: err), as: UTF8.self))
        }
    }

    /// Starts the program; its streams are files, so that no full pipe can stop it.
    ///
    /// - Parameter stalls: standard input is a pipe that gives a header and then nothing.
    static func start(
        _ arguments: [String], in folder: String, input: Data = Data(), environment: [String: String] = [:],
        stalls: Bool = false
    ) throws -> (Process, Streams) {
        guard let path else { throw Absent() }
        let place = FileManager.default.temporaryDirectory
        let name = "counterpart-run-" + UUID().uuidString
        let streams = Streams(out: place.appending(path: name + ".out"), err: place.appending(path: name + ".err"))
        let inputFile = place.appending(path: name + ".in")
        try input.write(to: inputFile)
        for file in [streams.out, streams.err] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"].merging(environment) { $1 }
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        if stalls {
            let pipe = Pipe()
            try pipe.fileHandleForWriting.write(contentsOf: Data("a,b\n1,2\n".utf8))
            process.standardInput = pipe
        }
        process.standardOutput = try FileHandle(forWritingTo: streams.out)
        process.standardError = try FileHandle(forWritingTo: streams.err)
        try process.run()
        try FileManager.default.removeItem(at: inputFile)
        return (process, streams)
    }
}

extension Program.Ended {
    /// The JSON on standard output without what may differ between runs of the same analysis.
    ///
    /// - Parameter without: keys at the top that are left out.
    func answer(without keys: [String] = ["settings", "inputs", "timings"]) throws -> String {
        var object = try json()
        for key in keys { object[key] = nil }
        return String(
            decoding: try JSONSerialization.data(withJSONObject: object, options: [.sortedKeys]), as: UTF8.self)
    }

    func json() throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any],
            "no JSON object: \(out.prefix(200)) \(err)")
    }

    /// The object that an error is in JSON mode.
    func jsonError() throws -> [String: Any] {
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(err.utf8)) as? [String: Any], "no JSON object: \(err)")
        return try #require(object["error"] as? [String: Any])
    }
}

/// A folder of its own for one test, removed when the test ends.
final class WorkFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "command-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ text: String, _ name: String) throws { try write(Data(text.utf8), name) }

    func write(_ data: Data, _ name: String) throws {
        let file = URL(filePath: path).appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: file)
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path).appending(path: name)), as: UTF8.self)
    }

    func remove(_ name: String) throws { try FileManager.default.removeItem(atPath: path + "/" + name) }

    func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path + "/" + name) }

    /// Every file and folder, at any depth, hidden ones too.
    var names: [String] { (try? FileManager.default.subpathsOfDirectory(atPath: path).sorted()) ?? [] }

    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Program.Ended {
        try Program.run(arguments, in: path, input: Data(input.utf8), environment: environment)
    }
}
