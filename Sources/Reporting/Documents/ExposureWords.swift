import Inference
import Panels

/// Which cohorts a partnership could have reached, in words, as a table and as JSON.
struct ExposureWords {
    let reach: ExposureReach

    private static let fewStarts = 4

    private var exposure: Exposure { reach.exposure }

    static func yearGroup(_ number: Int) -> String { number == 0 ? "Reception" : "Year \(number)" }

    private var yearGroups: String {
        let (first, last) = (exposure.yearGroups.lowerBound, exposure.yearGroups.upperBound)
        if first == last { return Self.yearGroup(first) }
        return first == 0 ? "Reception to Year \(last)" : "Years \(first) to \(last)"
    }

    /// What the map rests on, then each start; of many starts the table tells.
    var sentences: [String] {
        let outcome = Self.yearGroup(exposure.outcomeYearGroup)
        var sentences = [
            "The partnership works with \(yearGroups) and the results are of \(outcome), so the first pupils that it could reach "
                + "had their results \(delay). It is taken to work with these year groups in every year from "
                + "its start on, and pupils to stay in their school."
        ]
        if reach.starts.count <= Self.fewStarts { sentences += reach.starts.map(sentence) }
        return sentences
    }

    private var delay: String {
        switch exposure.delay {
        case 0: "in the year of its start"
        case 1: "1 year after its start"
        default: "\(exposure.delay) years after its start"
        }
    }

    private func sentence(_ start: ExposureReach.Start) -> String {
        let who = "Started in \(start.start): "
        let none = start.notReached
        let before =
            none.isEmpty
            ? ""
            : "; the results of \(Wording.list(none)) (\(none.count) \(none.count == 1 ? "period" : "periods")) are of pupils that it "
                + "could not have reached, and count as before"
        guard let last = start.reached.last else {
            return who
                + "the first results of pupils reached will be of \(start.firstReached), after these files\(before)."
        }
        let years = "\(last.years) \(last.years == 1 ? "year" : "years")"
        return who
            + "first reached the pupils with results in \(start.firstReached)\(before). By \(last.time) pupils had had "
            + "\(years) of it\(last.years < exposure.fullYears ? ", of \(exposure.fullYears)" : "")."
    }

    /// A line for each start and period from the start on.
    var table: ResultTable {
        let rows = reach.starts.flatMap { start -> [[ResultTable.Cell]] in
            start.notReached.map { [.text(start.start), .text($0), .integer(0), .integer(start.units)] }
                + start.reached.map { [.text(start.start), .text($0.time), .integer($0.years), .integer(start.units)] }
        }
        return ResultTable(
            columns: [.init("started in"), .init("results of"), .init("years of exposure"), .init("schools")],
            rows: rows)
    }

    var json: JSONValue {
        var object = JSONObject()
        object.put(
            "yearGroups", [.integer(exposure.yearGroups.lowerBound), .integer(exposure.yearGroups.upperBound)])
        object.put("outcomeYearGroup", .integer(exposure.outcomeYearGroup))
        object.put("delay", .integer(exposure.delay))
        object.put("fullYears", .integer(exposure.fullYears))
        object.put(
            "starts",
            .array(
                reach.starts.map { start in
                    [
                        "start": .text(start.start), "firstReached": .text(start.firstReached),
                        "units": .integer(start.units), "notReached": .array(start.notReached.map { .text($0) }),
                        "reached": .array(
                            start.reached.map { ["time": .text($0.time), "years": .integer($0.years)] }),
                    ]
                }))
        return object.value
    }

    /// Why no effects by years of exposure stand beside the estimate; nil where they do, or where all cohorts had as many.
    func absence(of effects: [Effect], estimator: String) -> String? {
        let years = Set(reach.starts.flatMap(\.reached).map(\.years))
        guard years.count > 1, !effects.contains(where: { $0.kind == .exposure }) else { return nil }
        return "\(estimator) gives no effects by years of exposure; --estimator imputation does."
    }
}
