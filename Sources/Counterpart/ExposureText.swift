import Panels

/// The year groups of an option or a plan as an exposure.
public enum ExposureText {
    /// - Parameters:
    ///   - yearGroups: `7` or `7-9`.
    ///   - names: what messages call the two.
    /// - Returns: nil where neither is given.
    /// - Throws: `RequestError` where one is missing, where a lag says the same otherwise, or for years that cannot be.
    public static func exposure(
        _ yearGroups: String?, _ outcomeYearGroup: Int?, names: (groups: String, outcome: String), lag: Int,
        lagName: String
    ) throws(RequestError) -> Exposure? {
        guard let yearGroups else {
            guard outcomeYearGroup != nil else { return nil }
            throw .missing(option: names.groups, why: "\(names.outcome) needs the year groups worked with beside it")
        }
        guard let outcomeYearGroup else {
            throw .missing(option: names.outcome, why: "name the year group whose results are studied, such as 11")
        }
        guard lag == 0 else {
            throw .conflicting("\(lagName) and \(names.groups) each say when effects can begin; give one")
        }
        let ends = yearGroups.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last else {
            throw .badValue(option: names.groups, value: yearGroups, allowed: "a year group, or two such as 7-9")
        }
        guard let exposure = Exposure(yearGroups: first...last, outcomeYearGroup: outcomeYearGroup) else {
            throw .badValue(
                option: names.groups, value: yearGroups,
                allowed:
                    "year groups from 0 (Reception) to that of the outcome, \(outcomeYearGroup), which is at most 14")
        }
        return exposure
    }
}
