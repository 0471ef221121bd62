/// What people call the measures whose column names are in general use.
enum MeasureTitle {
    private static let titles: [(columns: [String], title: String)] = [
        (["attainment8", "attainment_8", "att8", "att8scr", "attainment8_average", "avg_att8"], "Attainment 8"),
        (["progress8", "progress_8", "p8", "p8mea", "progress8_average", "avg_p8score"], "Progress 8"),
        (["read_average"], "reading scaled score"),
        (["mat_average"], "mathematics scaled score"),
        (["ptrwm_exp"], "share reaching the expected standard in reading, writing and mathematics"),
    ]

    /// - Returns: nil for columns of one's own, which keep their name.
    static func of(_ column: String) -> String? {
        titles.first { $0.columns.contains(column.lowercased()) }?.title
    }
}
