import Attainment
import Reporting
import Tables

/// On what terms a file of personal data may be used: written in the plan, enforced before the file is opened, and kept in the
/// manifest.
public struct DataProtection: Sendable, Equatable {
    public var controller: String?
    public var lawfulBasis: String?
    /// The condition for special categories, such as ethnicity or special educational needs.
    public var condition: String?
    public var purpose: String?
    public var recipients: [String] = []
    /// The last day on which the file may be used, `2027-08-31`.
    public var retainUntil: String?
    /// The only columns that may be used; nil where all may.
    public var columns: [String]?
    /// Where the plan says so.
    public var line: Int?

    /// For the manifest, in one order.
    func entry(of files: String) -> ProtectionEntry {
        let texts: [(String, String?)] = [
            ("controller", controller), ("lawfulBasis", lawfulBasis), ("condition", condition), ("purpose", purpose),
            ("recipients", recipients.isEmpty ? nil : recipients.joined(separator: "; ")),
            ("retainUntil", retainUntil), ("columns", columns?.joined(separator: ", ")),
        ]
        return ProtectionEntry(files: files, terms: texts.compactMap { key, text in text.map { (key, $0) } })
    }
}

extension EvaluationPlan {
    /// The terms of every file: its own, else those of the section.
    var protections: [(file: PlanData.PlanFile, protection: DataProtection)] {
        data.files.compactMap { file in (file.protection ?? data.protection).map { (file, $0) } }
    }

    /// Refuses files that were to be deleted by now, and columns that may not be used.
    ///
    /// - Parameter today: `2026-11-24`.
    func checkProtection(path: String, today: String) throws(PlanError) {
        if let until = permissions.first(where: { $0.key == "retainUntil" })?.value, until < today {
            throw .retentionPassed(path: path, line: nil, files: "the data", until: until)
        }
        for (file, protection) in protections {
            if let until = protection.retainUntil, until < today {
                throw .retentionPassed(
                    path: path, line: protection.line ?? file.line, files: file.pattern, until: until)
            }
            guard let permitted = protection.columns else { continue }
            if let column = usedColumns.first(where: { !permitted.contains($0) && file.constants[$0] == nil }) {
                throw .columnNotPermitted(
                    path: path, line: protection.line ?? file.line, column: column, files: file.pattern,
                    permitted: permitted)
            }
        }
    }

    /// Every column that the plan names, each once.
    var usedColumns: [String] {
        let single = [
            data.pupil, data.subject, data.result, data.prior, data.start, data.treated, data.weights, data.count,
            data.partnership,
        ].compactMap { $0 }
        let groups = (data.groups + [analysis.gap].compactMap { $0 } + objectives.compactMap(\.gap)).flatMap {
            GroupText($0).columns
        }
        // With the subject in rows outcomes are texts of that column, not columns.
        let outcomes =
            data.subject == nil ? (data.outcomes + analysis.placeboOutcomes).map { OutcomeRequest($0).column } : []
        let filters = data.filters.compactMap { try? RowFilter(parsing: $0).column }
        var used: [String] = []
        for name in data.unit + data.time + outcomes + single + data.clusters + groups + data.covariates
            + data.factors + data.absorb + filters
        where !used.contains(name) { used.append(name) }
        return used
    }
}
