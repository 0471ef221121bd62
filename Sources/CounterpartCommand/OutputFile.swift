import Counterpart
import Foundation

/// The file that `--output` names.
enum OutputFile {
    /// Refuses, before anything is read, a place that cannot be written to and a file that is itself read.
    static func check(_ path: String, reading files: [String]) throws {
        try WholeFile.check(path)
        let target = URL(filePath: path).resolvingSymlinksInPath().standardizedFileURL.path()
        if let same = files.first(where: {
            URL(filePath: $0).resolvingSymlinksInPath().standardizedFileURL.path() == target
        }) {
            throw RequestError.conflicting("--output \(path) would write over the file that is read, \(same)")
        }
    }
}
