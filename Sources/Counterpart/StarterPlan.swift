import Tables

/// A commented plan to start from: what each column seems to be for, with a ? where the evaluator must decide.
public struct StarterPlan {
    private let found: FileDescription
    private let form: FileForm

    /// - Parameters:
    ///   - files: of results, which are looked at.
    ///   - form: how they are laid out, as far as it was said.
    ///   - missing: codes that mean missing.
    ///   - threads: at most so many.
    ///   - path: where the plan will stand: file names are written relative to its folder; nil for the present one.
    public static func write(
        for files: [InputFile], form: FileForm, missing: MissingCodes, threads: Int, to path: String?
    ) throws -> String {
        var describe = Describe(files: files)
        describe.form = form
        describe.missing = missing
        describe.threads = threads
        let folder = path.flatMap { $0.lastIndex(of: "/").map { mark in String(path?[..<mark] ?? "") } }
        return StarterPlan(found: try describe.run(), form: form).text(
            files: files.map { relative($0.path, to: folder) })
    }

    private static func relative(_ path: String, to folder: String?) -> String {
        guard let folder, !folder.isEmpty else { return path }
        return path.hasPrefix(folder + "/") ? String(path.dropFirst(folder.count + 1)) : path
    }

    // MARK: Guesses

    private func first(_ names: [String], where fits: (ColumnDescription) -> Bool = { _ in true }) -> ColumnDescription?
    {
        for name in names {
            if let column = found.columns.first(where: { $0.name.lowercased() == name && fits($0) }) { return column }
        }
        for name in names {
            if let column = found.columns.first(where: { $0.name.lowercased().contains(name) && fits($0) }) {
                return column
            }
        }
        return nil
    }

    private var unit: ColumnDescription? { first(["urn", "laestab", "school_urn", "school", "estab", "unit"]) }
    private var pupil: ColumnDescription? { first(["upn", "uln", "pupil_id", "pupil"]) }
    private var time: ColumnDescription? {
        found.columns.first { if case .period = $0.looks { true } else { false } }
            ?? first(["academic_year", "time_period", "year", "term"])
    }
    private var prior: ColumnDescription? { first(["ks2", "prior", "baseline", "ks1"], where: Self.isNumber) }
    private var start: ColumnDescription? { first(["partnership_start", "start", "joined", "first_treat"]) }
    private var outcome: ColumnDescription? {
        let used = [unit, pupil, time, prior, start].compactMap { $0?.name }
        return first(["attainment8", "att8", "progress8", "score", "points", "result", "average"]) {
            Self.isNumber($0) && !used.contains($0.name)
        }
            ?? found.columns.last { Self.isNumber($0) && !used.contains($0.name) }
    }
    private var groups: [ColumnDescription] {
        let used = [unit, pupil, time, prior, start, outcome].compactMap { $0?.name }
        return found.columns.filter {
            guard case .group(let values) = $0.looks else { return false }
            return values.count <= 12 && !used.contains($0.name)
        }
    }

    private static func isNumber(_ column: ColumnDescription) -> Bool {
        if case .number = column.looks { true } else { false }
    }

    /// `fsm=Y` where the column of free school meals says yes in a way we know.
    private var mealsGroup: String? {
        for column in groups
        where column.name.lowercased().contains("fsm") || column.name.lowercased().contains("disadv") {
            guard case .group(let values) = column.looks else { continue }
            for yes in ["Y", "1", "Yes", "T", "True", "true"] where values.contains(where: { $0.value == yes }) {
                return "\(column.name)=\(yes)"
            }
        }
        return nil
    }

    // MARK: The text

    private func text(files: [String]) -> String {
        let other = groups.map(\.name).filter { name in mealsGroup.map { !$0.hasPrefix(name + "=") } ?? true }
        let groupList = ([mealsGroup].compactMap { $0 } + other.prefix(3)).map(Self.quoted).joined(separator: ", ")
        var lines = [
            "# A plan to start from. Lines with a ? are for you to decide; everything else is a guess to check.",
            "# Carry it out with: counterpart run THIS-FILE -o report",
            "title: Our partnership  # ?",
            "",
            "partnership:",
        ]
        if start == nil {
            lines += [
                "  # A CSV file of the partner schools: a column \(unit?.name ?? "urn") and a column start, the first period whose",
                "  # results the partnership could affect.",
                "  partners: partners.csv  # ?",
            ]
        }
        lines += [
            "  lead:  # ? who leads the partnership",
            "  area: teaching  # ? teaching, curriculum, leadership or targeted",
            "  agreement:  # ? the date of the agreement",
            "",
            "# What the partnership is to achieve, written down before the results are read.",
            "objectives:",
            "  - text: Raise \(outcome?.name ?? "results") in partner schools  # ?",
            "    outcome: \(Self.quoted(outcome?.name ?? "?"))",
            "",
            "data:",
            "  files: [\(files.map(Self.quoted).joined(separator: ", "))]",
        ]
        if let delimiter = form.delimiter {
            lines.append("  delimiter: \(Self.quoted(String(decoding: [delimiter], as: UTF8.self)))")
        }
        if let encoding = form.encoding { lines.append("  encoding: \(encoding)") }
        lines += [
            "  columns:", "    unit: \(Self.name(unit))", "    time: \(Self.name(time))",
            "    outcome: [\(Self.name(outcome))]",
        ]
        if let pupil { lines.append("    pupil: \(Self.quoted(pupil.name))") }
        if let prior { lines.append("    prior: \(Self.quoted(prior.name))") }
        if let start {
            lines.append("    start: \(Self.quoted(start.name))  # the first period whose results could be affected")
        }
        lines += [
            "  # Gaps to follow: column=value against its peers, or a column for each of its values.",
            "  groups: [\(groupList)]",
        ]
        lines += ["  # Values that say that nobody knows.", "  unknown: []  # ?"]
        if let prior { lines.append("  covariates: [\(Self.quoted(prior.name))]") }
        if let meals = mealsGroup { lines.append("  factors: [\(Self.quoted(GroupText(meals).column))]") }
        lines += ["", "analysis:", "  # left out: the estimator that fits (imputation where starts differ)"]
        if let meals = mealsGroup { lines.append("  gap: \(meals)") }
        lines += [
            "  level: 0.95", "  seed: 1", "", "disclosure:",
            "  profile: dfe-tables  # counts of 1 to 5 pupils are not shown", "",
            "report:", "  audience: [governors]", "  formats: [html, csv, json, svg]", "",
            "# The guide's questions. What is left empty is printed as \"not answered\".", "checklist:",
        ]
        for question in Checklist.questions { lines += ["  # \(question.question)", "  \(question.key):"] }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func name(_ column: ColumnDescription?) -> String {
        column.map { quoted($0.name) } ?? "?  # ? name the column"
    }

    /// A text as YAML: plain where that is safe, else in double quotes.
    static func quoted(_ text: String) -> String {
        let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./*=".contains($0)) }
        if plain, let first = text.first, first.isLetter { return text }
        let escaped = text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        return "\"\(escaped)\""
    }
}
