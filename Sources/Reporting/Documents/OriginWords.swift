import Tables

/// Which column of which file each measure came from, in words, for files read by a schema.
package enum OriginWords {
    /// - Returns: one sentence a schema; none for files as they are.
    package static func sentences(_ files: [FileReport]) -> [String] {
        let origins = files.compactMap { file in file.origin.map { (file: name(file.path), origin: $0) } }
        var schemas: [String] = []
        for (_, origin) in origins where !schemas.contains(origin.schema) { schemas.append(origin.schema) }
        return schemas.map { schema in
            let read = origins.filter { $0.origin.schema == schema }
            return "By the schema \(schema): " + measures(read).joined(separator: "; ") + "."
        }
    }

    private static func measures(_ read: [(file: String, origin: FileOrigin)]) -> [String] {
        var names: [String] = []
        for (_, origin) in read {
            for pair in origin.columns where !names.contains(pair.name) { names.append(pair.name) }
        }
        return names.map { name in
            var columns: [(column: String, files: [String])] = []
            var without: [String] = []
            for (file, origin) in read {
                guard let pair = origin.columns.first(where: { $0.name == name }) else {
                    without.append(file)
                    continue
                }
                if let known = columns.firstIndex(where: { $0.column == pair.column }) {
                    columns[known].files.append(file)
                } else {
                    columns.append((pair.column, [file]))
                }
            }
            guard columns.count > 1 || !without.isEmpty else { return "\(name) is \(columns[0].column)" }
            return "\(name) is "
                + columns.map { "\($0.column) in \(list($0.files))" }.joined(separator: " and ")
                + (without.isEmpty ? "" : ", and is not in \(list(without))")
        }
    }

    private static func list(_ files: [String]) -> String {
        guard let last = files.last, files.count > 1 else { return files.first ?? "" }
        return files.dropLast().joined(separator: ", ") + " and " + last
    }

    private static func name(_ path: String) -> String { String(path.split(separator: "/").last ?? "") }
}

extension DocumentFrame {
    /// The rows and units of the sample in sentences, then where measures came from.
    func sampleWords(_ nouns: Nouns) -> [String] { sample.words(nouns) + OriginWords.sentences(inputs) }
}
