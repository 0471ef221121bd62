import Tables

/// A named rule for what may be published: from which count on, and to what figures are rounded.
///
/// The rules are a table of the program with a year and a source, `Resources/disclosure-profiles.csv`.
public struct DisclosureProfile: Sendable, Equatable {
    public var name: String
    /// The smallest count of pupils that is published; 0 turns suppression off.
    public var threshold: Int
    /// A count of nought is withheld like the other small ones.
    public var zeroIsSmall: Bool
    public var rounding: FigureRounding
    public var year: Int
    public var source: String
    public var note: String

    /// The shipped rules in the order of the table.
    public static let all: [DisclosureProfile] = EmbeddedTable.records(PackageResources.disclosure_profiles_csv).map {
        DisclosureProfile($0)
    }

    public static var names: [String] { all.map(\.name) }

    public static func named(_ name: String) -> DisclosureProfile? { all.first { $0.name == name } }

    /// The rule of a plan that names none.
    public static let ofPlans = shipped("dfe-tables")
    /// The rule of a command that names none.
    public static let ofCommands = shipped("ten-or-more")

    private static func shipped(_ name: String) -> DisclosureProfile {
        guard let profile = named(name) else { preconditionFailure("the table of profiles lacks \(name)") }
        return profile
    }

    private init(_ row: [String: String]) {
        func whole(_ column: String) -> Int? { row[column].flatMap { Int($0) } }
        name = row["name"] ?? ""
        threshold = whole("threshold") ?? 0
        zeroIsSmall = row["zero"] == "small"
        rounding = FigureRounding(
            base: whole("rounding") ?? 1, decimals: whole("decimals"), percentDecimals: whole("percent_decimals"))
        year = whole("year") ?? 0
        source = row["source"] ?? ""
        note = row["note"] ?? ""
    }

    /// The rule in a sentence, for logs and help.
    public var words: String {
        guard threshold > 0 else { return "no figure is withheld: suppression was turned off" }
        let small = zeroIsSmall ? "fewer than \(threshold) pupils, nought among them," : "1 to \(threshold - 1) pupils"
        var words = ["figures on \(small) are withheld"]
        if rounding.base > 1 { words.append("counts are rounded to the nearest \(rounding.base)") }
        if let decimals = rounding.decimals {
            let percent = rounding.percentDecimals ?? decimals
            words.append("means to \(Self.decimals(decimals)), percentages to \(Self.decimals(percent))")
        }
        return words.joined(separator: "; ")
    }

    private static func decimals(_ count: Int) -> String {
        count == 0 ? "whole numbers" : count == 1 ? "one decimal" : "\(count) decimals"
    }
}
