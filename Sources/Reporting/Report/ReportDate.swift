#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The moment a report was made, in universal time; fixed by SOURCE_DATE_EPOCH where that is set.
public struct ReportDate: Sendable, Equatable {
    public var secondsSince1970: Int

    public init(secondsSince1970: Int) { self.secondsSince1970 = secondsSince1970 }

    /// Now, or the moment that SOURCE_DATE_EPOCH names.
    public static func current() -> ReportDate {
        let fixed = getenv("SOURCE_DATE_EPOCH").flatMap { Int(String(cString: $0)) }
        return ReportDate(secondsSince1970: fixed ?? Int(time(nil)))
    }

    private var days: Int { Int((Double(secondsSince1970) / 86_400).rounded(.down)) }

    /// Year, month and day of the proleptic Gregorian calendar (Hinnant, *chrono-compatible low-level date algorithms*).
    private var civil: (year: Int, month: Int, day: Int) {
        let z = days + 719_468
        let era = (z >= 0 ? z : z - 146_096) / 146_097
        let dayOfEra = z - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }

    /// `2026-11-24T05:49:50Z`.
    public var iso: String {
        let (year, month, day) = civil
        let second = secondsSince1970 - days * 86_400
        let parts = [second / 3_600, second / 60 % 60, second % 60].map(Self.padded).joined(separator: ":")
        return "\(year)-\(Self.padded(month))-\(Self.padded(day))T\(parts)Z"
    }

    /// `24 November 2026`.
    public var words: String {
        let months = [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
            "November", "December",
        ]
        let (year, month, day) = civil
        return "\(day) \(months[month - 1]) \(year)"
    }

    private static func padded(_ value: Int) -> String { (value < 10 ? "0" : "") + String(value) }
}
