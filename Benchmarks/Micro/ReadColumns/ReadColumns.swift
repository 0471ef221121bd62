import Tables

/// Reads every column of pupil files into a table and says what is in it, for comparison with other readers.
///
///     ReadColumns FILE… [--threads N]
///
/// One line a column: its name, the values that are there, their sum where they are numbers, the distinct ones where they
/// repeat; last the seconds that the reading took. Identifiers of pupils are kept row by row; the roles of the other columns are those of the benchmark's file.
@main struct ReadColumns {
    static func main() throws {
        var files: [InputFile] = []
        var threads = 2
        var words = CommandLine.arguments.dropFirst().makeIterator()
        while let word = words.next() {
            if word == "--threads" {
                threads = words.next().flatMap { Int($0) } ?? threads
            } else {
                files.append(InputFile(word))
            }
        }
        guard let first = files.first else {
            print("usage: ReadColumns FILE… [--threads N]")
            return
        }
        let columns = try headers(of: first, form: FileForm()).map { name in
            ColumnRequest(name, role: role(of: name))
        }
        var request = ReadRequest(files: files, columns: columns)
        request.threads = threads
        let clock = ContinuousClock()
        let start = clock.now
        let (table, _) = try TableReader.read(request)
        let seconds = (clock.now - start) / .seconds(1)
        print("rows,\(table.rowCount)")
        for column in table.columns { print(line(column)) }
        print("seconds,\(seconds)")
    }

    private static func role(of name: String) -> ColumnRequest.Role {
        switch name {
        case "upn": .text
        case "sex", "fsm", "ethnicity", "sen", "school": .key
        default: .number
        }
    }

    private static func line(_ column: Column) -> String {
        let present = column.rowCount - column.validity.missingCount
        switch column.values {
        case .codes(_, let labels), .periods(_, let labels): return "\(column.name),\(present),,\(labels.count)"
        case .texts: return "\(column.name),\(present),,"
        default: return "\(column.name),\(present),\(column.sum() ?? 0),"
        }
    }
}
