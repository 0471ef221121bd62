/// The columns of a file by name, whatever the case: published files of several years differ in it.
struct SchemaHeader {
    /// As they stand in the file, without blanks at the ends.
    let names: [String]
    private var folded: [String: String] = [:]

    init(_ header: [String]) {
        names = header.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
        for name in names where folded[name.lowercased()] == nil { folded[name.lowercased()] = name }
    }

    func holds(_ column: String) -> Bool { folded[column.lowercased()] != nil }

    /// A column as the file spells it.
    func own(_ column: String) -> String {
        names.contains(column) ? column : folded[column.lowercased()] ?? column
    }
}
