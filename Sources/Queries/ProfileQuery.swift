import Cells
import Tables

/// The query that looks at all rows once and gives one: how many rows are read, left out by each reason and used, and for
/// every number what decides whether integer sums hold it.
public struct ProfileQuery: Sendable {
    public let text: String
    /// Identifies the question: an answer to another one is refused.
    public let digest: String

    init(_ rows: QueryRows, digest: String) {
        self.digest = digest
        let columns = ["'\(digest)' AS query"] + rows.counts.map { "\($0.sql) AS \($0.name)" }
        let profile = "SELECT \(columns.joined(separator: ",\n "))\nFROM \(rows.subselect)"
        guard let pupils = rows.repeatedPupils else {
            text = profile + rows.dialect.ending
            return
        }
        let names = ["query"] + rows.counts.map(\.name) + Profile.pupilNames
        text =
            "SELECT \(names.joined(separator: ", "))\nFROM (\(profile)) cp_profile\nCROSS JOIN \(pupils)\(rows.dialect.ending)"
    }
}

extension QueryRows {
    /// One figure of the profile.
    struct Count {
        var name: String
        var sql: String
        /// False for the figures that may be any number, or NULL.
        var isWhole: Bool { !name.hasSuffix("_sum") && !name.hasSuffix("_reach") }
    }

    /// The figures in the order of the answer's columns.
    var counts: [Count] {
        var counts = [Count(name: "rows_read", sql: "COUNT(*)"), rows("filtered", "cp_r = \(Reason.filtered)")]
        for (position, filter) in filters.enumerated() where filter.test.bound != nil {
            let before = (0..<position).map { "cp_h\($0) = 1 AND " }.joined()
            counts.append(rows("filter_\(position)_not_a_number", "\(before)cp_g\(position) = 0"))
        }
        for position in required.indices {
            counts.append(rows("required_\(position)", "cp_r = \(Reason.required(position))"))
        }
        for reason in outcomeReasons { counts.append(rows("outcome_\(reason)", "cp_r = \(Reason.outcome(reason))")) }
        for i in 1..<max(variableCount, 1) {
            counts.append(rows("covariate_\(i)", "cp_r = \(Reason.covariate(i))"))
        }
        if hasWeight { counts += weightCounts }
        counts.append(rows("used", "cp_r = 0"))
        for i in values.indices { counts += figures(of: i) }
        for i in keys.indices where keys[i].role == .numericKey { counts += keyCounts(i) }
        return counts
    }

    /// The reasons that an outcome can have for missing, in the order in which they are listed.
    var outcomeReasons: [Int] {
        switch values[0].role {
        case .indicator: [1, QueryValue.unknown]
        default: Array(1...codes.count + 1)
        }
    }

    func rows(_ name: String, _ condition: String) -> Count {
        Count(name: name, sql: "COALESCE(SUM(CASE WHEN \(condition) THEN 1 ELSE 0 END), 0)")
    }

    private static let seated = "(cp_r = 0 OR cp_r >= \(Reason.firstSeated))"
    private static let kept = "cp_r <> \(Reason.filtered)"

    private var weightCounts: [Count] {
        let seated = Self.seated, kind = "cp_c\(variableCount)", weight = "cp_x\(variableCount)"
        return [
            rows("weight_missing", "\(seated) AND \(kind) <> 0 AND \(kind) <> \(QueryValue.unreadable)"),
            rows("weight_negative", "\(seated) AND \(weight) < 0"),
            rows("weight_positive", "\(seated) AND \(weight) > 0"),
            rows("weight_zero", "cp_r = \(Reason.zeroWeight)"),
        ]
    }

    private func figures(of i: Int) -> [Count] {
        let seated = Self.seated, kept = Self.kept
        let kind = "cp_c\(i)", exact = "cp_v\(i)", name = "z\(i)"
        var figures = [rows("\(name)_unreadable", "\(kept) AND \(kind) = \(QueryValue.unreadable)")]
        if case .indicator(let answer) = values[i].role { return figures + answers(i, answer) }
        if values[i].isLookedUp {
            figures += [size(i), sum(i), reach(i)]
            return figures
        }
        let infinite = ["nan", "inf", "+inf", "-inf", "infinity", "+infinity", "-infinity"].map { "'\($0)'" }
        figures += [
            rows(
                "\(name)_not_finite",
                "\(kept) AND \(kind) = \(QueryValue.unreadable) AND LOWER(cp_t\(i)) IN (\(infinite.joined(separator: ", ")))"
            ),
            rows("\(name)_too_large", "\(seated) AND \(kind) = 0 AND \(exact) IS NULL"),
            rows("\(name)_too_fine", "\(kept) AND \(kind) = 0 AND \(isTooFine(i))"),
        ]
        figures += (0...5).map { decimals in
            // Whole numbers: rounding decimals of 38 digits takes many times as long.
            let step = "1" + String(repeating: "0", count: 6 - decimals)
            return rows("\(name)_not_\(decimals)", "\(kept) AND \(kind) = 0 AND cp_m\(i) % \(step) <> 0")
        }
        return figures + [size(i), sum(i), reach(i)]
    }

    /// More than six decimals, or so small that no decimal of the engine holds it.
    func isTooFine(_ i: Int) -> String {
        "(cp_v\(i) <> ROUND(cp_v\(i), 6) OR cp_v\(i) = 0 AND cp_x\(i) <> 0)"
    }

    /// The largest magnitude in millionths.
    private func size(_ i: Int) -> Count {
        return Count(
            name: "z\(i)_largest",
            sql: "COALESCE(MAX(CASE WHEN \(Self.seated) AND cp_c\(i) = 0 THEN ABS(cp_m\(i)) END), 0)")
    }

    /// The largest magnitude as a double.
    private func reach(_ i: Int) -> Count {
        Count(name: "z\(i)_reach", sql: "MAX(CASE WHEN cp_r = 0 THEN ABS(cp_x\(i)) END)")
    }

    /// Not the average, for which PostgreSQL squares every value and stops where a double does not hold the square.
    private func sum(_ i: Int) -> Count {
        Count(name: "z\(i)_sum", sql: "SUM(CASE WHEN cp_r = 0 THEN cp_x\(i) END)")
    }

    /// What a yes/no column says, so that a word that means neither is found.
    private func answers(_ i: Int, _ answer: YesNo) -> [Count] {
        func list(_ texts: [String]) -> String { texts.map(dialect.literal).joined(separator: ", ") }
        let known = "\(Self.kept) AND cp_c\(i) = 0"
        let isNo = "\(known) AND cp_o\(i) NOT IN (\(list(answer.yes)))"
        let words = "LOWER(cp_o\(i)) IN (\(list(["y", "yes", "true", "1", "n", "no", "false", "0"])))"
        var counts = [rows("z\(i)_yes", "\(known) AND cp_o\(i) IN (\(list(answer.yes)))")]
        if let opposite = answer.opposite {
            let isOpposite = "LOWER(cp_o\(i)) IN (\(list(opposite)))"
            counts += [
                rows("z\(i)_opposite", "\(isNo) AND \(isOpposite)"),
                rows("z\(i)_number", "\(isNo) AND (\(dialect.isNumber("cp_o\(i)"))) AND NOT \(words)"),
                rows("z\(i)_neither", "\(isNo) AND NOT \(isOpposite)"),
            ]
        }
        return counts
    }

    private func keyCounts(_ i: Int) -> [Count] {
        let kind = "\(Self.kept) AND cp_kc\(i)"
        let isUnfit = "(cp_kv\(i) IS NULL OR cp_kv\(i) <> ROUND(cp_kv\(i), 6))"
        return [
            rows("key_\(i)_unreadable", "\(kind) = \(QueryValue.unreadable)"),
            rows("key_\(i)_unfit", "\(kind) = 0 AND \(isUnfit)"),
        ]
    }
}
