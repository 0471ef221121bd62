import Tables

/// The folder of the reviews of a plan: `review.html`, `review.json`, `review.csv` of the latest, and `history.jsonl` of all.
///
/// Written whole or not at all, as a report is, and by one run at a time. A folder of reviews is no report: neither takes the
/// other's place, so that no history is lost by a wrong name.
extension ReportFolder {
    /// - Returns: the folder with the schema of reviews.
    public static func ofReviews(path: String, digest: @escaping ([UInt8]) -> String) -> ReportFolder {
        var folder = ReportFolder(path: path, digest: digest)
        folder.schema = "counterpart/reviews/1"
        return folder
    }

    /// Joins a review to the history of the folder and writes both.
    ///
    /// - Returns: the review with its history. One whose files and plan an earlier review held is not added, and the folder
    ///   stays as it is.
    /// - Throws: `.historyChanged` where the history is not the one that was written; what writing throws.
    public func add(_ review: ReviewDocument) throws(ReportingError) -> ReviewDocument {
        var review = review
        try locked { place throws(ReportingError) in
            var history = try history(in: place)
            if let known = history.repeats(review) {
                (review.history, review.repeats) = (history.entries, known)
                return
            }
            warnAboutTheLast(of: history, &review)
            history.append(review)
            review.history = history.entries
            try write(files(review, history), at: place) { manifest(review, $0) }
        }
        return review
    }

    private func history(in place: Location) throws(ReportingError) -> ReviewHistory {
        let path = place.folder + "/" + ReviewHistory.name
        guard FolderWriter.kind(of: place.folder) == .folder, !FolderWriter.entries(place.folder).isEmpty else {
            return try ReviewHistory(nil, path: path, digest: digest)
        }
        // `place` has looked at the manifest: it is one of reviews, so there must be a history, and of this digest.
        guard let bytes = FolderWriter.bytes(of: path),
            outputDigest(ReviewHistory.name, in: place.folder) == digest(bytes)
        else {
            // The line that breaks the chain, where one does.
            _ = try ReviewHistory(FolderWriter.bytes(of: path), path: path, digest: digest)
            throw .historyChanged(path: path, line: nil)
        }
        return try ReviewHistory(bytes, path: path, digest: digest)
    }

    /// What the reader of a history must know: another plan, an earlier term.
    private func warnAboutTheLast(of history: ReviewHistory, _ review: inout ReviewDocument) {
        guard let last = history.entries.last else { return }
        if last.plan != review.plan.sha256 {
            review.frame.warnings.append(
                Warning(
                    "review-plan-changed",
                    "the plan is not the one of review \(last.number): figures of the two may not compare"))
        }
        // Since another baseline the difference is another figure.
        if let outcome = review.outcomes.first, last.baseline == outcome.baseline,
            let last = last.outcomes.first(where: { $0.outcome == outcome.outcome.column }),
            let row = outcome.rows.first(where: { $0.time == history.entries.last?.latest }),
            let then = last.difference, let now = row.difference, abs(then - now) > 1e-9
        {
            review.frame.warnings.append(
                Warning(
                    "review-revised",
                    "results of \(row.time) changed since the last review: the difference in progress then was "
                        + "\(outcome.said(then)) and is now \(outcome.said(now))"))
        }
    }

    private func files(_ review: ReviewDocument, _ history: ReviewHistory) -> [File] {
        let csv = CSVWriter(suppressedMark: "c")
        var files = [
            File(path: "review.html", bytes: Array(ReviewPage(review: review).html.utf8)),
            File(path: "review.json", bytes: Array(review.json.pretty().utf8)),
        ]
        for (index, outcome) in review.outcomes.enumerated() {
            files.append(
                File(path: "tables/outcome-\(index + 1)-review.csv", bytes: Array(csv.write(outcome.table).utf8)))
        }
        return files + [File(path: ReviewHistory.name, bytes: history.bytes)]
    }

    private func manifest(_ review: ReviewDocument, _ files: [File]) -> JSONValue {
        var object = JSONObject()
        object.put("schema", .text(schema))
        object.put("kind", .text(ReviewDocument.kind))
        object.put("version", .text(review.version))
        object.put("generated", .text(review.generated.iso))
        object.put("plan", ["path": .text(review.plan.path), "sha256": .text(review.plan.sha256)])
        object.put("inputs", .array(review.frame.inputs.map(DocumentFrame.file)))
        object.put("outputs", outputs(files))
        return object.value
    }
}
