import FoundationEssentials
import Tables

/// Cell tables as files: `cells.csv` with its side-car `cells.json`, written here or by a query elsewhere.
///
/// One file holds one outcome. A table of several outcomes is written as one pair of files an outcome, the outcome's name
/// after a hyphen: `cells-attainment8.csv`. Cells hold single pupils' results where n is small: files are readable by
/// their owner alone.
public enum CellFile {
    /// What a file says besides its sums.
    public struct Notes: Sendable {
        /// Which key is the unit, the period, ….
        public var roles: [CellSideCar.Role] = []
        /// The row conditions as they were written.
        public var filter = ""
        public var weight: String?
        /// Rows read before any condition.
        public var rowsRead = 0
        /// What made the table: this program, or the SQL dialect of the engine that did.
        public var dialect = "counterpart"
        public var engineVersion = ""
        /// `CellRequest.digest`.
        public var requestDigest = ""
        /// Cells with fewer rows are left out, and their rows counted among the dropped; 0 keeps all.
        public var minimumCell = 0

        public init() {}
    }

    /// Writes a table and its side-cars, each file whole or not at all, the side-car last.
    ///
    /// - Returns: the paths written, each table before its side-car.
    /// - Throws: `CellsError.indistinctNames`, `OutputError`.
    @discardableResult
    public static func write(_ table: CellTable, _ notes: Notes, to path: String) throws -> [String] {
        let paths = try tablePaths(table, path)
        // All bytes go to temporary files first, so that a full disk leaves every older file as it was.
        var files: [WholeFile] = []
        for (block, path) in paths.enumerated() {
            let text = CellSheet.text(table, block: block, minimum: notes.minimumCell)
            let sheet = try WholeFile(path, mode: 0o600)
            try sheet.write(text)
            let sideCar = try WholeFile(sideCarPath(path), mode: 0o600)
            try sideCar.write(try CellSideCar(table, block: block, notes, text).json())
            files += [sheet, sideCar]
        }
        for file in files { try file.commit() }
        return files.map(\.path)
    }

    private static func tablePaths(_ table: CellTable, _ path: String) throws(CellsError) -> [String] {
        let outcomes = table.blocks.map { $0.variables.first ?? "" }
        guard outcomes.count > 1 else { return [path] }
        var paths: [String] = []
        for (position, outcome) in outcomes.enumerated() {
            let name = outcome.unicodeScalars.map { scalar in
                let isPlain =
                    scalar.isASCII && (scalar.properties.isAlphabetic || "0123456789-_.".contains(Character(scalar)))
                return isPlain ? String(scalar) : "-"
            }
            let named = stem(path) + "-" + name.joined() + (path.hasSuffix(".csv") ? ".csv" : "")
            if let twin = paths.firstIndex(of: named) {
                throw .indistinctNames(first: outcomes[twin], second: outcomes[position], file: named)
            }
            paths.append(named)
        }
        return paths
    }

    /// The side-car's path: the table's with `.json` for `.csv`.
    public static func sideCarPath(_ path: String) -> String { stem(path) + ".json" }

    private static func stem(_ path: String) -> String { path.hasSuffix(".csv") ? String(path.dropLast(4)) : path }

    /// True where a side-car of this form stands beside the file.
    public static func isCellTable(_ path: String) -> Bool {
        guard path != "-", let json = try? bytes(sideCarPath(path)) else { return false }
        return (try? JSONDecoder().decode(SchemaOnly.self, from: Data(json)))?.schema.hasPrefix("counterpart-cells/")
            ?? false
    }

    private struct SchemaOnly: Decodable { var schema: String }

    /// A regular file's bytes.
    ///
    /// - Throws: `TableError` for what is not a readable regular file.
    package static func bytes(_ path: String) throws -> [UInt8] {
        // The digest opens the file as the reader of tables does, which refuses pipes, devices and folders.
        _ = try SHA256Digest.hex(ofFileAt: path)
        return Array(try Data(contentsOf: URL(filePath: path)))
    }
}

extension CellFile {
    /// Tables read from files, as one.
    public struct Reading: Sendable {
        public var table: CellTable
        /// The parts' side-cars, in the order of their digests.
        public var sideCars: [CellSideCar]

        public var roles: [CellSideCar.Role] { sideCars.first?.roles ?? [] }
        public var filter: String { sideCars.first?.filter ?? "" }
        public var weight: String? { sideCars.first?.weight?.name }
        public var rowsRead: Int { sideCars.reduce(0) { $0 + $1.rowsRead } }

        /// The key that has a role.
        public func key(role: String) -> String? { roles.first { $0.role == role }?.key }
    }

    /// Reads the parts of one table: every part is checked against its side-car, all must belong together, and none may
    /// be there twice. Parts are joined in the order of their digests, so the order of `paths` does not matter.
    ///
    /// - Throws: `CellsError`; `TableError` for files that cannot be read.
    public static func read(_ paths: [String]) throws -> Reading {
        var parts: [Part] = []
        for path in paths {
            let part = try Part(path)
            if let earlier = parts.first(where: { $0.digest == part.digest }) {
                throw CellsError.partTwice(path: path, earlier: earlier.path)
            }
            if let first = parts.first, let difference = first.sideCar.difference(from: part.sideCar) {
                throw CellsError.unlikeTables(difference: difference)
            }
            parts.append(part)
        }
        parts.sort { $0.digest < $1.digest }
        guard var table = parts.first?.table else { throw CellsError.unlikeTables(difference: "no table is named") }
        for part in parts.dropFirst() { table = try table.merged(with: part.table) }
        return Reading(table: table, sideCars: parts.map(\.sideCar))
    }

    private struct Part {
        var path: String
        var digest: String
        var sideCar: CellSideCar
        var table: CellTable

        init(_ path: String) throws {
            let text = try CellFile.bytes(path)
            let sideCarPath = sideCarPath(path)
            guard let json = try? CellFile.bytes(sideCarPath) else {
                throw CellsError.noSideCar(path: path, sideCar: sideCarPath)
            }
            self.path = path
            digest = SHA256Digest.hex(of: text)
            do {
                sideCar = try CellSideCar(json: json)
            } catch {
                throw CellsError.malformed(Place(file: sideCarPath), what: "this is no side-car of a cell table")
            }
            try sideCar.check(sideCarPath)
            guard digest == sideCar.cellsSHA256 else { throw CellsError.wrongDigest(path: path) }
            table = try CellSheet.table(text, sideCar, path: path)
        }
    }
}

extension CellSideCar {
    fileprivate init(_ table: CellTable, block: Int, _ notes: CellFile.Notes, _ text: [UInt8]) {
        let sums = table.blocks[block].sums
        let rows = (0..<table.cellCount).map { sums.rows(in: $0) }
        let minimum = max(notes.minimumCell, 1)
        let shown = rows.filter { $0 >= minimum }
        var dropped = table.blocks[block].dropped.map { Dropped(reason: $0.reason, rows: $0.rows) }
        let withheld = rows.reduce(0, +) - shown.reduce(0, +)
        if withheld > 0 { dropped.append(Dropped(reason: "in cells of fewer than \(minimum) rows", rows: withheld)) }
        let names = table.blocks[block].variables
        switch sums {
        case .exact(let exact):
            mode = .fixed
            z = zip(names, exact.decimals).map { Variable(name: $0, shift: 0, scale: Int(powerOfTen($1))) }
            weight = notes.weight.map { Weight(name: $0, scale: Int(powerOfTen(exact.weightDecimals))) }
        case .double(let centred):
            mode = .double
            z = zip(names, centred.shifts).map { Variable(name: $0, shift: $1, scale: 1) }
            weight = notes.weight.map { Weight(name: $0, scale: 1) }
        }
        keys = table.keys.map(\.name)
        roles = notes.roles
        filter = notes.filter
        dialect = notes.dialect
        engineVersion = notes.engineVersion
        sqlSHA256 = notes.requestDigest
        rowsRead = notes.rowsRead
        rowsUsed = shown.reduce(0, +)
        rowsDropped = dropped
        minimumCell = notes.minimumCell > 1 ? notes.minimumCell : nil
        cells = shown.count
        cellsSHA256 = SHA256Digest.hex(of: text)
    }

    /// - Throws: `CellsError.malformed`.
    fileprivate func check(_ path: String) throws(CellsError) {
        func refuse(_ what: String) -> CellsError { .malformed(Place(file: path), what: what) }
        guard schema == Self.schemaName else { throw refuse("the schema is \(schema), not \(Self.schemaName)") }
        guard !z.isEmpty else { throw refuse("no variable is named") }
        // Counts within 2^53, so that no sum of them leaves 64 bits.
        let counts = [rowsRead, rowsUsed, cells] + rowsDropped.map(\.rows)
        guard counts.allSatisfy({ 0...(1 << 53) ~= $0 }) else { throw refuse("a number of rows is out of range") }
        guard z.allSatisfy(\.shift.isFinite) else { throw refuse("a shift is not a number") }
    }
}
