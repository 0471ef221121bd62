/// The names of a file's columns.
struct Header: Sendable, Equatable {
    /// The names as they stand in the file, unquoted.
    var names: [String]
    /// The line on which the header begins.
    var line = 1
    /// The file began with more than one mark; all were left out.
    var hasRepeatedMark = false
    /// `="A123"` in its columns is read as A123.
    var unwrapsFormulas = false

    /// The names with blanks round them cut off: how columns are looked up.
    var trimmed: [String] { names.map(Self.trim) }

    static func trim(_ name: String) -> String {
        var text = Substring(name)
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }

    /// The index of a column.
    ///
    /// - Throws: `.noSuchColumn` with the nearest names, `.unusableHeader` where two columns bear the name.
    func index(of name: String, path: String) throws(TableError) -> Int {
        let wanted = Self.trim(name)
        let trimmed = trimmed
        let hits = trimmed.indices.filter { trimmed[$0] == wanted }
        if hits.count > 1 {
            let numbers = hits.map { String($0 + 1) }.joined(separator: " and ")
            throw .unusableHeader(
                Place(file: path, line: line), problem: "the columns \(numbers) are both called `\(wanted)`")
        }
        guard let hit = hits.first else {
            throw .noSuchColumn(name: name, path: path, nearest: NearestNames.of(wanted, among: trimmed))
        }
        return hit
    }

    /// No-break spaces, zero-width letters, marks of direction: a name that holds one is not the name that it seems to be.
    private static func isUnseen(_ letter: Unicode.Scalar) -> Bool {
        letter.value > 0x7F && (letter.properties.isDefaultIgnorableCodePoint || letter.properties.isWhitespace)
    }

    func holds(_ name: String) -> Bool { trimmed.contains(Self.trim(name)) }

    /// `attainment8 (column 10)`, for messages.
    func label(_ column: Int) -> String {
        guard names.indices.contains(column) else { return "column \(column + 1)" }
        let name = Self.trim(names[column])
        return name.isEmpty ? "column \(column + 1)" : "\(name) (column \(column + 1))"
    }

    /// Names that no role uses may be bad, but not in silence.
    func warnings(path: String) -> [TableWarning] {
        var warnings: [TableWarning] = []
        func warn(_ code: String, _ message: String) {
            warnings.append(TableWarning(code: code, message: message, file: path, line: line))
        }
        // Once: a file may have hundreds of thousands of columns.
        let trimmed = trimmed
        let blank = trimmed.indices.filter { trimmed[$0].isEmpty }
        if !blank.isEmpty {
            let numbers = blank.prefix(5).map { String($0 + 1) }.joined(separator: ", ")
            warn(
                "blank-header",
                "\(blank.count) column\(blank.count == 1 ? " has" : "s have") no name: " + numbers
                    + (blank.count > 5 ? ", …" : ""))
        }
        if hasRepeatedMark {
            warn("repeated-mark", "the file begins with more than one byte order mark; all are left out")
        }
        let unseen = names.indices.filter { names[$0].unicodeScalars.contains(where: Self.isUnseen) }
        if !unseen.isEmpty {
            warn(
                "unseen-letters",
                "\(unseen.count) column name\(unseen.count == 1 ? " holds" : "s hold") letters that cannot be seen, such as a "
                    + "no-break space: " + unseen.prefix(5).map(label).joined(separator: ", ")
                    + (unseen.count > 5 ? ", …" : ""))
        }
        var seen: Set<String> = []
        var known: Set<String> = []
        let repeated = trimmed.filter { !$0.isEmpty && !seen.insert($0).inserted && known.insert($0).inserted }
        if !repeated.isEmpty {
            warn(
                "duplicate-header",
                "more than one column is called " + repeated.prefix(5).map { "`\($0)`" }.joined(separator: ", "))
        }
        return warnings
    }
}

/// Names that a misspelt one may have meant.
package enum NearestNames {
    /// At most three names within a third of the letters, rounded up, the nearest first, case counted as nothing.
    package static func of(_ name: String, among names: [String]) -> [String] {
        let wanted = Array(name.lowercased())
        let most = max(1, (wanted.count + 2) / 3)
        var ranked: [(distance: Int, at: Int)] = []
        for (at, candidate) in names.enumerated() where !candidate.isEmpty {
            let distance = distance(wanted, Array(candidate.lowercased()))
            if distance <= most { ranked.append((distance, at)) }
        }
        return ranked.sorted { ($0.distance, $0.at) < ($1.distance, $1.at) }.prefix(3).map { names[$0.at] }
    }

    /// Letters to insert, delete or replace, and neighbours to swap (optimal string alignment).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        guard abs(a.count - b.count) <= max(a.count, 3) else { return .max }
        var before = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var best = min(last[j] + (a[i] == b[j] ? 0 : 1), row[j] + 1, last[j + 1] + 1)
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, before[j - 1] + 1) }
                row.append(best)
            }
            (before, last) = (last, row)
        }
        return last[b.count]
    }
}
