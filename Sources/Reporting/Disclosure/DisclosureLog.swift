/// What was done so that a result can be published: the rule, what it withheld table by table, and what was rounded.
public struct DisclosureLog: Sendable, Equatable {
    public var profile: DisclosureProfile
    public var entries: [Disclosure.Entry]
    /// Why tables were rounded beyond the profile, in sentences.
    public var remarks: [String] = []

    public init(profile: DisclosureProfile, entries: [Disclosure.Entry] = [], remarks: [String] = []) {
        self.profile = profile
        self.entries = entries
        self.remarks = remarks
    }

    /// Figures that were withheld, those that protect others among them.
    public var withheld: Int { entries.reduce(0) { $0 + $1.primary + $1.complementary } }

    public var json: JSONValue {
        var object = JSONObject()
        object.put("profile", .text(profile.name))
        object.put("rule", .text(profile.words))
        object.put("source", .text("\(profile.source) (\(profile.year))"))
        object.put("threshold", .integer(profile.threshold))
        object.put("zeroIsSmall", .bool(profile.zeroIsSmall))
        object.put("countsRoundedTo", .integer(profile.rounding.base))
        object.put("decimals", ifAny: profile.rounding.decimals)
        object.put("percentDecimals", ifAny: profile.rounding.percentDecimals)
        object.put("tables", .array(entries.map(Self.json)))
        if !remarks.isEmpty { object.put("remarks", .array(remarks.map { .text($0) })) }
        return object.value
    }

    private static func json(_ entry: Disclosure.Entry) -> JSONValue {
        [
            "table": .text(entry.table), "entries": .integer(entry.entries), "withheld": .integer(entry.primary),
            "withheldToProtectOthers": .integer(entry.complementary), "countsRoundedTo": .integer(entry.roundedTo),
        ]
    }

    /// The log as a table: one row a published table.
    var table: ResultTable {
        ResultTable(
            columns: [
                .init("table"), .init("entries"), .init("withheld"), .init("withheld to protect others"),
                .init("counts rounded to"),
            ],
            rows: entries.map {
                [
                    .text($0.table), .integer($0.entries), .integer($0.primary), .integer($0.complementary),
                    .integer($0.roundedTo),
                ]
            })
    }

    /// The rule and what came of it, in two or three sentences.
    package var sentences: [String] {
        guard profile.threshold > 0 || profile.rounding != .none else {
            return ["No figure was withheld: suppression was turned off for this run."]
        }
        let count = withheld == 0 ? "None had to be withheld." : "Withheld: \(Numeral.count(Double(withheld)))."
        return ["Profile \(profile.name) (\(profile.source), \(profile.year)): \(profile.words).", count] + remarks
    }
}
