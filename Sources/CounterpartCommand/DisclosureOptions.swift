import ArgumentParser
import Counterpart

/// What a result may show of small numbers: shared by the commands that print counts and figures.
struct DisclosureOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The rule for a result that is to be published: \(DisclosureProfile.names.joined(separator: ", ")).",
            valueName: "profile"))
    var disclosure: String?
    @Option(
        help: ArgumentHelp(
            "Counts of pupils below this are not shown; 0 shows all (default: the profile's, else \(DisclosureProfile.ofCommands.threshold)).",
            valueName: "count"))
    var suppress: Int?

    /// A profile was named, so that the result is made to be published.
    var isNamed: Bool { disclosure != nil }

    /// The rule: the profile's, its threshold replaced by `--suppress`.
    func profile() throws -> DisclosureProfile {
        var profile = DisclosureProfile.ofCommands
        if let disclosure {
            guard let named = DisclosureProfile.named(disclosure) else {
                throw RequestError.badValue(
                    option: "--disclosure", value: disclosure,
                    allowed: DisclosureProfile.names.joined(separator: ", "))
            }
            profile = named
        }
        guard let suppress else { return profile }
        guard suppress >= 0 else {
            throw RequestError.badValue(option: "--suppress", value: "\(suppress)", allowed: "0 or more")
        }
        profile.threshold = suppress
        return profile
    }
}
