import Tables

/// School years whose exam results were assessed by centres and teachers, and compare with no other year.
public enum TeacherAssessedYears {
    private static let years: [ClosedRange<Int>] = EmbeddedTable.rows(PackageResources.teacher_assessed_csv, fields: 4)
        .compactMap { row in
            guard let first = Int(row[0]), let last = Int(row[1]) else { return nil }
            return first...last
        }

    /// - Parameter end: the calendar year in which the school year ends.
    public static func holds(_ end: Int) -> Bool { years.contains { $0.contains(end) } }
}
