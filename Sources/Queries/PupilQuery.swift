import Cells
import Tables

/// The query that counts pupils with several rows in a period, and rows that name no pupil. No identifier leaves the engine.
public struct PupilQuery: Sendable {
    public let text: String

    init?(_ rows: QueryRows) {
        guard rows.pupil != nil else { return nil }
        let period = rows.pupilPeriod.map { ", cp_k\($0)" } ?? ""
        let seated = "cp_r = 0 OR cp_r >= \(QueryRows.Reason.firstSeated)"
        text = """
            SELECT COALESCE(SUM(CASE WHEN cp_p <> '' AND cp_n > 1 THEN 1 ELSE 0 END), 0) AS repeated,
             COALESCE(SUM(CASE WHEN cp_p = '' THEN cp_n ELSE 0 END), 0) AS unidentified
            FROM (SELECT cp_p\(period), COUNT(*) AS cp_n
             FROM \(rows.subselect)
             WHERE \(seated)
             GROUP BY cp_p\(period)) cp_pupils\(rows.dialect.ending)
            """
    }

    /// - Throws: `QueryError.notCells` where the answer is not that of this query.
    static func answer(_ csv: [UInt8]) throws(QueryError) -> (repeated: Int, unidentified: Int) {
        guard let rows = CellSheet.rows(csv), rows.count == 2, rows[1].fields.count == 2,
            let repeated = Int(rows[1].fields[0]), let unidentified = Int(rows[1].fields[1])
        else { throw .notCells(Place(file: "the check of pupils"), what: "two numbers were expected") }
        return (repeated, unidentified)
    }
}
