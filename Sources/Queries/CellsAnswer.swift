import Cells
import Tables

/// The answer to a cells query, in one part or several, checked against the profile.
struct CellsAnswer {
    let rows: QueryRows
    let profile: Profile
    let scale: SumScale

    /// - Parameter parts: CSV texts with the names that messages call them by.
    /// - Throws: `QueryError`, `CellsError.malformed`.
    func table(_ parts: [(path: String, csv: [UInt8])]) throws -> CellTable {
        let names = CellSheet.header(keys: rows.keys.map(\.name), variableCount: rows.variableCount)
        let expected = scale.isFixed ? names + ["inexact"] : names
        var lines: [(line: Int, fields: [String], path: String)] = []
        for part in parts { lines += try cells(part.csv, part.path, expected) }
        try check(lines, last: parts.last?.path ?? "")
        return try CellSheet.table(
            lines.map { ($0.line, $0.fields) }, sideCar(cells: lines.count), path: parts.first?.path ?? "")
    }

    private func cells(_ csv: [UInt8], _ path: String, _ names: [String]) throws -> [(
        line: Int, fields: [String], path: String
    )] {
        let place = Place(file: path)
        guard let lines = CellSheet.rows(csv) else {
            throw QueryError.notCells(place, what: "it is no CSV in UTF-8, or breaks off inside quotes")
        }
        guard let head = lines.first else {
            // An engine may write nothing at all where there is no cell.
            return []
        }
        guard head.fields.map(shown) == names.map(shown) else {
            throw QueryError.notCells(
                Place(file: path, line: 1),
                what: "its columns are \(head.fields.joined(separator: ", ")), not \(names.joined(separator: ", "))")
        }
        return try lines.dropFirst().map { line, fields in
            guard fields.count == names.count else {
                throw QueryError.notCells(
                    Place(file: path, line: line), what: "\(fields.count) fields where the header has \(names.count)")
            }
            return (line, fields, path)
        }
    }

    /// PostgreSQL cuts names after 63 bytes.
    private func shown(_ name: String) -> String {
        rows.dialect == .postgres ? String(decoding: name.utf8.prefix(63), as: UTF8.self) : name
    }

    private func check(_ lines: [(line: Int, fields: [String], path: String)], last: String) throws(QueryError) {
        var total = 0
        var inexact = 0
        var seen: Set<[String]> = []
        seen.reserveCapacity(lines.count)
        for (line, fields, path) in lines {
            guard let n = Int(fields[rows.keys.count]), 1...(1 << 53) ~= n, total <= 1 << 53 else {
                throw .notCells(Place(file: path, line: line, column: "n"), what: "n is not a number of rows")
            }
            guard seen.insert(Array(fields.prefix(rows.keys.count))).inserted else {
                throw .repeatedCell(Place(file: path, line: line))
            }
            total += n
            if scale.isFixed { inexact += Int(fields[fields.count - 1]) ?? 1 }
        }
        if inexact > 0 { throw .inexact(Place(file: last), rows: inexact) }
        guard total == profile.rowsUsed else {
            throw .incomplete(Place(file: last), cells: total, profile: profile.rowsUsed)
        }
    }

    private func sideCar(cells: Int) -> CellSideCar {
        var z: [CellSideCar.Variable] = []
        var weight: CellSideCar.Weight?
        for (i, value) in rows.values.enumerated() {
            var shift = 0.0
            var factor = 1
            switch scale {
            case .fixed(let decimals, _): factor = (0..<decimals[i]).reduce(1) { power, _ in power * 10 }
            case .double(let shifts): shift = shifts[i]
            }
            if i < rows.variableCount {
                z.append(CellSideCar.Variable(name: value.name, shift: shift, scale: factor))
            } else {
                weight = CellSideCar.Weight(name: value.name, scale: factor)
            }
        }
        return CellSideCar(
            mode: scale.isFixed ? .fixed : .double, keys: rows.keys.map(\.name), z: z, weight: weight,
            rowsRead: profile.rowsRead, rowsUsed: profile.rowsUsed, cells: cells)
    }
}
