import Foundation

/// Files by a pattern in a plan: `*` stands for any letters in the file's name, not in its folders.
enum FilePattern {
    /// - Returns: the files in byte order, with the folder as the pattern gave it; one file where there is no `*`.
    static func files(_ pattern: String, in folder: String) -> [String] {
        let path = pattern.hasPrefix("/") || folder.isEmpty ? pattern : folder + "/" + pattern
        guard let slash = path.lastIndex(of: "/").map({ path.index(after: $0) }) ?? Optional(path.startIndex) else {
            return []
        }
        let name = String(path[slash...])
        guard name.contains("*") else { return [path] }
        let place = String(path[..<slash])
        let listed = (try? FileManager.default.contentsOfDirectory(atPath: place.isEmpty ? "." : place)) ?? []
        let parts = name.split(separator: "*", omittingEmptySubsequences: false).map(String.init)
        return listed.filter { matches($0, parts) }.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            .map { place + $0 }
    }

    /// - Parameter parts: the texts between the stars.
    static func matches(_ name: String, _ parts: [String]) -> Bool {
        guard let first = parts.first, let last = parts.last, name.hasPrefix(first) else { return false }
        var rest = name.dropFirst(first.count)
        for part in parts.dropFirst().dropLast() where !part.isEmpty {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return rest.hasSuffix(last) && rest.count >= last.count
    }
}
