extension QueryRows {
    /// `(SELECT …) cp_pupils`, of one row: the pairs of pupil and period with several rows, and the rows that name no pupil. No
    /// identifier leaves the engine. Nil where no column of pupils is named.
    var repeatedPupils: String? {
        guard pupil != nil else { return nil }
        let period = pupilPeriod.map { ", cp_k\($0)" } ?? ""
        return """
            (SELECT COALESCE(SUM(CASE WHEN cp_p <> '' AND cp_n > 1 THEN 1 ELSE 0 END), 0) AS pupils_repeated,
              COALESCE(SUM(CASE WHEN cp_p = '' THEN cp_n ELSE 0 END), 0) AS pupils_unnamed
             FROM (SELECT cp_p\(period), COUNT(*) AS cp_n
             FROM \(subselect)
             WHERE cp_r = 0 OR cp_r >= \(Reason.firstSeated)
             GROUP BY cp_p\(period)) cp_named) cp_pupils
            """
    }
}
