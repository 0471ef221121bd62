import Cells
import Tables

extension DataRequest {
    /// Reads the key of pseudonyms and the list of pupils who opted out.
    ///
    /// - Parameter option: how the column of pupils, the key and the list are called where they were given.
    public mutating func guardPupils(
        key: String?, optOut: String?, names: (pupil: String, key: String, optOut: String)
    ) throws {
        for (file, name, why) in [
            (key, names.key, "pupils become pseudonyms by it"), (optOut, names.optOut, "it lists pupils"),
        ] where file != nil && pupil == nil {
            throw RequestError.missing(option: names.pupil, why: "\(name) needs the column of pupils: \(why)")
        }
        pupilKey = try key.map { try Conversion.key(ofFileAt: $0) }
        guard let pupil else { return }
        optedOut = try optOut.map { try IdentifierList.read($0, column: pupil) }
    }

    /// Identifiers that cannot be right, and a list that matched nobody.
    func pupilWarnings(_ report: ReadReport) -> [Warning] {
        var warnings: [Warning] = []
        if let pupil, let check = report.pupils.kind, check.failing > 0 {
            let sign = check.kind == .upn ? "letter" : "digit"
            warnings.append(
                Warning(
                    "identifier-check",
                    "\(check.failing) \(check.failing == 1 ? "row has" : "rows have") a \(check.kind.rawValue) in \(pupil) whose "
                        + "check \(sign) is wrong: mistyped, or of somebody else"))
        }
        if let optedOut, report.rowsOptedOut == 0 {
            warnings.append(
                Warning(
                    "opt-out-unmatched",
                    "none of the \(optedOut.count) pupils on the list of those who opted out is in the files: see that the list "
                        + "holds the same kind of identifier"))
        }
        return warnings
    }
}
