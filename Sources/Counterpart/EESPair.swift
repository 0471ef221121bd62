import Attainment
import Inference
import Panels
import Reporting
import Tables

/// Gaps as a pair of files by the tidy standard of Explore Education Statistics: data, and meta data that says what its
/// columns are.
///
/// One row a period, place and value of the group column, and one for all its known values (`Total`). What is withheld is `c`,
/// what does not apply `z`, what could not be worked out `x`, and what rounding makes nought without being nought `low`.
///
/// - Source: Department for Education, *Analysts' guide*, open data standards.
public struct EESPair: Sendable {
    public let data: String
    public let meta: String
    /// What the standard asks for and the files do not tell.
    public let warnings: [Warning]

    /// The path of the meta file that goes with a data file.
    public static func metaPath(of path: String) -> String { path.dropLast(4) + ".meta.csv" }

    /// - Throws: `RequestError.badValue` where a file name is none that the standard allows.
    public static func check(path: String?) throws(RequestError) {
        guard let path else {
            throw .missing(option: "--output", why: "--format ees writes two files, NAME.csv and NAME.meta.csv")
        }
        let name = path.split(separator: "/").last ?? ""
        let isPlain = name.dropLast(4).utf8.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
        }
        guard name.hasSuffix(".csv"), name.count > 4, isPlain else {
            throw .badValue(
                option: "--output", value: path,
                allowed: "a name of letters, digits, _ and - that ends in .csv, as --format ees needs")
        }
    }

    /// Refuses, before anything is read, what cannot be such a pair.
    public static func check(_ request: GapsRequest) throws(RequestError) {
        _ = try layout(request)
    }

    /// - Parameter document: with its rows as they may be shown.
    public init(_ document: GapsDocument, _ request: GapsRequest) throws(RequestError) {
        let layout = try Self.layout(request)
        let rows = try EESRows(document.gaps, request, layout)
        let writer = CSVWriter(isRaw: true)
        data = writer.write(rows.data)
        meta = writer.write(rows.meta)
        warnings =
            layout.level == .national
            ? [
                Warning(
                    "ees-national",
                    "no column of --by says of which place a row is, so the rows are called National and England: they are that "
                        + "only where the files hold all of England")
            ] : []
    }

    /// Which columns of `--by` are the period and the place.
    private static func layout(_ request: GapsRequest) throws(RequestError) -> EESLayout {
        guard let time = request.data.timeName else {
            throw .missing(option: "--time", why: "every row of --format ees is of a period")
        }
        guard request.by.contains(time) || request.change else {
            throw .notEES("every row is of a period: add \(time) to --by")
        }
        let columns = request.groups.map(\.column)
        guard let group = columns.first, columns.allSatisfy({ $0 == group }),
            request.groups.allSatisfy({ $0.parts.isEmpty })
        else {
            throw .notEES("a file has one total, so its groups must be of one column; ask for one column at a time")
        }
        let others = request.by.filter { $0 != time }
        let places = others.map { EESGeography.column(of: $0) }
        if let other = zip(others, places).first(where: { $1 == nil })?.0 {
            throw .notEES(
                "\(other) in --by would be a filter, which needs a total over it that is not worked out; leave it out, or keep "
                    + "one of its values by --where")
        }
        let level = EESGeography.level(of: places.compactMap { $0 })
        for needed in level.columns where !places.contains(needed) {
            throw .notEES("rows of the level \(level.rawValue) need the column \(needed) in --by")
        }
        if let foreign = places.compactMap({ $0 }).first(where: { !level.allowed.contains($0) }) {
            throw .notEES("\(foreign) does not belong to rows of the level \(level.rawValue)")
        }
        let filter = EESLayout.snake(group)
        guard !EESGeography.reserved.contains(filter) else {
            throw .notEES("the group column \(group) has a name that the standard keeps for something else")
        }
        return EESLayout(
            time: time, level: level, places: zip(places.compactMap { $0 }, others).map { ($0, $1) }, group: group,
            filter: filter)
    }
}

/// Where the standard's columns come from.
struct EESLayout {
    var time: String
    var level: EESGeography.Level
    /// The standard's column, and the one of `--by`.
    var places: [(column: String, from: String)]
    var group: String
    /// The group column's name in the file.
    var filter: String

    /// Lower-case letters, digits and underscores, a letter first.
    static func snake(_ text: String) -> String {
        var name = ""
        for letter in text.lowercased().unicodeScalars {
            let isPlain = ("a"..."z").contains(letter) || ("0"..."9").contains(letter)
            if isPlain { name.unicodeScalars.append(letter) } else if name.last != "_" { name += "_" }
        }
        while name.hasSuffix("_") { name.removeLast() }
        return name.first?.isLetter ?? false ? name : "v_" + name
    }
}

/// The geographic levels and columns of the standard that gaps can be of.
enum EESGeography {
    enum Level: String {
        case national = "National"
        case regional = "Regional"
        case localAuthority = "Local authority"
        case school = "School"

        /// The columns that a row of this level must have.
        var columns: [String] {
            switch self {
            case .national: []
            case .regional: ["region_code", "region_name"]
            case .localAuthority: ["old_la_code", "new_la_code", "la_name"]
            case .school: ["school_urn", "school_laestab", "school_name"]
            }
        }

        /// Columns of the levels above it may stand beside them.
        var allowed: [String] {
            switch self {
            case .national: []
            case .regional: columns
            case .localAuthority: Level.regional.columns + columns
            case .school: Level.regional.columns + Level.localAuthority.columns + columns
            }
        }
    }

    /// Names that published and schools' files give to the standard's columns.
    private static let names: [(column: String, others: [String])] = [
        ("region_code", []), ("region_name", ["region"]), ("old_la_code", ["la_code_3", "lea"]),
        ("new_la_code", ["la_code_9"]), ("la_name", ["laname"]), ("school_urn", ["urn"]),
        ("school_laestab", ["laestab"]), ("school_name", ["schname", "school"]),
    ]

    static func column(of name: String) -> String? {
        let plain = name.lowercased()
        return names.first { $0.column == plain || $0.others.contains(plain) }?.column
    }

    /// The finest level that the columns speak of.
    static func level(of columns: [String]) -> Level {
        if columns.contains(where: { $0.hasPrefix("school_") }) { return .school }
        if columns.contains(where: { $0.hasSuffix("la_code") || $0 == "la_name" }) { return .localAuthority }
        return columns.contains { $0.hasPrefix("region_") } ? .regional : .national
    }

    static var reserved: [String] {
        names.map(\.column) + [
            "time_period", "time_identifier", "geographic_level", "country_code", "country_name", "pupil_count",
        ]
    }
}
