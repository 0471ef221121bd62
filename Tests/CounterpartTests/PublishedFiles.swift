import Foundation
import Testing

/// The files of a report folder as someone reads them who has nothing else: tables, the page, the charts.
struct PublishedFiles {
    let folder: WorkFolder
    /// The folder's name.
    let name: String

    var paths: [String] { folder.names.filter { $0.hasPrefix(name + "/") && $0.contains(".") } }
    func text(_ path: String) throws -> String { try folder.text("\(name)/\(path)") }

    /// The rows of a table by their columns; nil where the folder has none of that name.
    func table(_ slug: String) throws -> [[String: String]]? {
        guard folder.names.contains("\(name)/tables/\(slug).csv") else { return nil }
        let lines = try text("tables/\(slug).csv").split(separator: "\r\n").map { Self.fields($0) }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
    }

    private static func fields(_ line: Substring) -> [String] {
        var fields = [""]
        var isQuoted = false
        for letter in line {
            switch letter {
            case "\"": isQuoted.toggle()
            case "," where !isQuoted: fields.append("")
            default: fields[fields.count - 1].append(letter)
            }
        }
        return fields
    }

    /// The tables of the page: headings, then rows of cells without their markup.
    func pageTables() throws -> [(caption: String, rows: [[String]])] {
        try text("report.html").components(separatedBy: "<table>").dropFirst().map { part in
            let table = part.components(separatedBy: "</table>")[0]
            let caption = Self.plain(Self.between("<caption>", "</caption>", table) ?? "")
            let rows = table.components(separatedBy: "<tr>").dropFirst().map { row in
                row.components(separatedBy: "</tr>")[0].replacing("</td>", with: "</th>").components(
                    separatedBy: "</th>"
                ).dropLast().map(Self.plain)
            }
            return (caption, rows)
        }
    }

    private static func between(_ start: String, _ end: String, _ text: String) -> String? {
        let parts = text.components(separatedBy: start)
        return parts.count > 1 ? parts[1].components(separatedBy: end)[0] : nil
    }

    static func plain(_ markup: String) -> String {
        var text = ""
        var isTag = false
        for letter in markup {
            switch letter {
            case "<": isTag = true
            case ">": isTag = false
            default: if !isTag { text.append(letter) }
            }
        }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
