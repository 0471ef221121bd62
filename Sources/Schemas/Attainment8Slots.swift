import Tables

/// The places of Attainment 8: how many results each element takes, and how often each counts.
public struct Attainment8Slots: Sendable, Equatable {
    public var element: String
    public var slots: Int
    /// How often a result counts; of English only where both language and literature were taken.
    public var weight: Double

    /// English, maths, EBacc, open.
    public static var all: [Attainment8Slots] {
        EmbeddedTable.rows(PackageResources.attainment8_slots_csv, fields: 6).compactMap { row in
            guard let slots = Int(row[1]), let weight = Double(row[2]) else { return nil }
            return Attainment8Slots(element: row[0], slots: slots, weight: weight)
        }
    }
}
