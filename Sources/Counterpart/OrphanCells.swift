import Cells
import Foundation

extension CellFile {
    /// True where a file's first line is that of a cell table, and no side-car stands beside it.
    static func isOrphan(_ path: String) -> Bool {
        guard path.hasSuffix(".csv"), !FileManager.default.fileExists(atPath: sideCarPath(path)),
            let file = FileHandle(forReadingAtPath: path)
        else { return false }
        defer { try? file.close() }
        let start = (try? file.read(upToCount: 1 << 14)) ?? Data()
        let names = String(decoding: start.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self).split(separator: ",")
        return names.indices.dropFirst(3).contains { names[($0 - 3)...$0] == ["n", "w", "ww", "s_0"] }
    }
}
