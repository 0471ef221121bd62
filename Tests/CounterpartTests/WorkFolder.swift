import Foundation

/// A folder of its own for one test, removed when the test ends.
final class WorkFolder: Sendable {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "counterpart-tests-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// - Returns: the file's path.
    @discardableResult
    func write(_ text: String, _ name: String) throws -> String { try write(Data(text.utf8), name) }

    @discardableResult
    func write(_ data: Data, _ name: String) throws -> String {
        try data.write(to: URL(filePath: path).appending(path: name))
        return path + "/" + name
    }

    /// Writes one small file for the time of a reading.
    static func reading<Value>(_ text: String, _ read: (String) throws -> Value) throws -> Value {
        let folder = try WorkFolder()
        return try withExtendedLifetime(folder) { try read(folder.write(text, "list.csv")) }
    }

    func text(_ name: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: path).appending(path: name)), as: UTF8.self)
    }

    /// Every file and folder, at any depth, hidden ones too.
    var names: [String] { (try? FileManager.default.subpathsOfDirectory(atPath: path).sorted()) ?? [] }
}
