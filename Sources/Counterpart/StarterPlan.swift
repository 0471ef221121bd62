import Foundation
import Tables

/// A commented plan to start from: what each column seems to be for, with a ? where the evaluator must decide.
public struct StarterPlan {
    private let guesses: ColumnGuesses
    private let form: FileForm
    private let missing: MissingCodes
    private let schema: SchemaChoice?
    /// True where numbers were found only by reading `67%` as 67, without being told to.
    private let findsPercent: Bool
    /// True where every unit has at most one row a period.
    private let rowsAreUnits: Bool

    /// - Parameters:
    ///   - files: of results, which are looked at.
    ///   - form: how they are laid out, as far as it was said.
    ///   - missing: codes that mean missing.
    ///   - threads: at most so many.
    ///   - schema: by which the files are read.
    ///   - path: where the plan will stand: file names are written relative to its folder where they lie below it, else
    ///     in full; nil for the present folder.
    public static func write(
        for files: [InputFile], form: FileForm, missing: MissingCodes, threads: Int, schema: SchemaChoice? = nil,
        to path: String?
    ) throws -> String {
        var describe = Describe(files: files)
        describe.form = form
        describe.missing = missing
        describe.threads = threads
        describe.form.percent = true
        let withPercent = try describe.run()
        let guesses = ColumnGuesses(withPercent.columns, arePublished: schema != nil)
        describe.form.percent = form.percent
        if let unit = guesses.unit, let time = guesses.time {
            describe.unit = [unit.name]
            describe.time = [time.name]
        }
        let found = try describe.run()
        let plan = StarterPlan(
            guesses: guesses, form: form, missing: missing, schema: schema,
            findsPercent: !form.percent
                && zip(found.columns, withPercent.columns).contains { !$0.isNumber && $1.isNumber },
            rowsAreUnits: found.coverage.map { $0.repeatedPairs == 0 && $0.pairs > 0 }
                ?? guesses.unit.map { !$0.isDistinctCapped && $0.distinct == found.rows } ?? false)
        return plan.text(files: files.map { fileName($0.path, for: path) })
    }

    /// A file's name as the plan must write it, so that `run` finds it from the plan's folder.
    private static func fileName(_ file: String, for plan: String?) -> String {
        guard let plan, file != "-" else { return file }
        func full(_ path: String) -> String {
            let start = path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
            return URL(filePath: start).standardizedFileURL.path(percentEncoded: false)
        }
        let folder = full(plan).split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
            separator: "/")
        let name = full(file)
        return name.hasPrefix(folder + "/") ? String(name.dropFirst(folder.utf8.count + 1)) : name
    }

    // MARK: The text

    private func text(files: [String]) -> String {
        let lines =
            [
                "# A plan to start from. Lines with a ? are for you to decide; everything else is a guess to check.",
                "# Carry it out with: counterpart run THIS-FILE -o report",
                "title: Our partnership  # ?",
                "",
            ] + partnership + ["", "data:", "  files: \(Self.list(files))"] + layout + columns + groups
            + [
                "", "disclosure:",
                "  profile: dfe-tables  # counts of 1 to 5 pupils are not shown", "",
                "report:", "  audience: [governors]", "  formats: [html, csv, json, svg]", "",
                "# The guide's questions. What is left empty is printed as \"not answered\".", "checklist:",
            ] + Checklist.questions.flatMap { ["  # \($0.question)", "  \($0.key):"] }
        return lines.joined(separator: "\n") + "\n"
    }

    private var partnership: [String] {
        var lines = ["partnership:"]
        if guesses.start == nil {
            lines += [
                "  # A CSV file of the partner schools: the column \(Self.quoted(guesses.unit?.name ?? "urn")) and a column start,",
                "  # the first period whose results the partnership could affect.",
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
        ]
        let aim =
            "\(guesses.lowerIsBetter ? "Lower" : "Raise") \(guesses.outcome?.name ?? "results") in partner schools"
        lines.append("  - text: \(Self.quoted(aim))  # ?")
        if let outcome = guesses.outcome { lines.append("    outcome: \(Self.quoted(outcome.name))") }
        return lines
    }

    /// How the files are laid out, as far as it was said or found.
    private var layout: [String] {
        var lines: [String] = []
        func put(_ key: String, _ value: String) { lines.append("  \(key): \(value)") }
        func put(_ key: String, byte: UInt8?) {
            if let byte {
                put(key, Self.quoted(byte == UInt8(ascii: "\t") ? "tab" : String(decoding: [byte], as: UTF8.self)))
            }
        }
        if let schema {
            put("schema", schema.name)
            if let year = schema.year { put("schemaYear", Self.quoted(year)) }
            if let year = schema.readAs { put("schemaAs", Self.quoted(year)) }
        }
        put("delimiter", byte: form.delimiter)
        if let encoding = form.encoding { put("encoding", Self.quoted(encoding)) }
        put("thousands", byte: form.thousands)
        if form.decimal != UInt8(ascii: ".") { put("decimal", byte: form.decimal) }
        if form.skipFirst > 0 { put("skipFirst", "\(form.skipFirst)") }
        if form.skipLast > 0 { put("skipLast", "\(form.skipLast)") }
        if form.fillShortRows, schema == nil { put("fillShortRows", "true") }
        if form.unwrapsFormulas { put("unwrapFormulas", "true") }
        if form.percent, schema == nil { put("percent", "true") }
        if findsPercent { put("percent", "true  # 67% is read as 67") }
        if !MissingCodes.known.allSatisfy({ missing.codes.contains($0) }) { put("knownCodes", "false") }
        let added = missing.codes.filter { !MissingCodes.known.contains($0) }
        if !added.isEmpty { put("missing", Self.list(added)) }
        return lines
    }

    private var columns: [String] {
        var lines = [
            "  columns:",
            "    unit: \(guesses.unit.map { Self.quoted($0.name) } ?? " # ? the column of schools")",
            "    time: \(guesses.time.map { Self.quoted($0.name) } ?? " # ? the column of periods, or {fromName: results-*.csv}")",
            "    outcome: \(guesses.outcome.map { Self.list([$0.name]) } ?? " # ? the column of results")",
        ]
        if let pupil = guesses.pupil { lines.append("    pupil: \(Self.quoted(pupil.name))") }
        if let prior = guesses.prior { lines.append("    prior: \(Self.quoted(prior.name))") }
        if let start = guesses.start {
            lines.append("    start: \(Self.quoted(start.name))  # the first period whose results could be affected")
        }
        if isOneRowEach, let count = guesses.count {
            lines.append("    count: \(Self.quoted(count.name))  # ? the pupils behind a row")
        }
        if isOneRowEach { lines.append("  rows: units  # each row is one school in one period") }
        if guesses.lowerIsBetter { lines.append("  lowerIsBetter: true") }
        return lines
    }

    private var isOneRowEach: Bool { rowsAreUnits && guesses.pupil == nil }

    private var groups: [String] {
        let meals = guesses.mealsGroup
        let other = guesses.groups.map(\.name).filter { name in meals.map { GroupText($0).column != name } ?? true }
        var lines = [
            "  # Gaps to follow: column=value against its peers, or a column for each of its values.",
            "  groups: \(Self.list(isOneRowEach ? [] : [meals].compactMap { $0 } + other.prefix(3)))",
            "  # Values that say that nobody knows.", "  unknown: \(Self.list(guesses.unknown))  # ?",
        ]
        if let prior = guesses.prior { lines.append("  covariates: \(Self.list([prior.name]))") }
        if let meals, !isOneRowEach { lines.append("  factors: \(Self.list([GroupText(meals).column]))") }
        lines += ["", "analysis:", "  # left out: the estimator that fits (imputation where starts differ)"]
        if let meals, !isOneRowEach { lines.append("  gap: \(Self.quoted(meals))") }
        return lines + ["  level: 0.95", "  seed: 1"]
    }

    private static func list(_ texts: [String]) -> String { "[\(texts.map(quoted).joined(separator: ", "))]" }

    /// A text as YAML: plain where that is safe, else in double quotes.
    static func quoted(_ text: String) -> String {
        let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./*=".contains($0)) }
        if plain, let first = text.first, first.isLetter { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\"": escaped += "\\\""
            case "\n": escaped += "\\n"
            case "\r": escaped += "\\r"
            case "\t": escaped += "\\t"
            case _ where scalar.value < 32:
                escaped += "\\x" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return "\"\(escaped)\""
    }
}
