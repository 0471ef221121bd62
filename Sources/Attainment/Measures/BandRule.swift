import Tables

/// How prior attainment is cut into bands.
public enum BandRule: Sendable, Equatable {
    /// As many bands with equal numbers of the yardstick's pupils as ties allow: pupils with one prior result share a band.
    case equalNumbers(Int)
    /// Band k holds the priors from k·width up to, but not with, (k + 1)·width.
    case width(Decimal6)
    /// An official table: the first band whose upper end is not below the prior result.
    case table([OfficialBand])
}

/// One line of an official table of expected results.
public struct OfficialBand: Sendable, Equatable {
    public var from: Double
    public var to: Double
    /// The expected result; nil where the table says only how pupils are banded.
    public var mean: Double?

    public init(from: Double, to: Double, mean: Double? = nil) {
        self.from = from
        self.to = to
        self.mean = mean
    }
}

/// The bands of one period: which band each prior result belongs to.
struct PriorBands {
    /// Per prior result of the column: its band, nil where none holds it.
    private(set) var band: [Int?]
    private(set) var ends: [(from: Double, to: Double)] = []
    /// Of an official table; nil where means are those of the yardstick.
    private(set) var means: [Double?] = []

    /// - Parameters:
    ///   - priors: the values of the column, nil where it is empty.
    ///   - texts: as they are written, for exact division.
    ///   - pupils: of the yardstick in this period, by prior result.
    init(_ rule: BandRule, priors: [Double?], texts: [String], pupils: [Double]) {
        band = priors.map { _ in nil }
        switch rule {
        case .equalNumbers(let count): cutByNumbers(count, priors, pupils)
        case .width(let width): cutByWidth(width, priors, texts)
        case .table(let table): look(up: priors, in: table)
        }
    }

    /// Band ⌊N (c + m/2) / n⌋ for m pupils with a prior result and c below it, n in all.
    private mutating func cutByNumbers(_ count: Int, _ priors: [Double?], _ pupils: [Double]) {
        let order = priors.indices.filter { priors[$0] != nil }.sorted { (priors[$0] ?? 0) < (priors[$1] ?? 0) }
        let total = pupils.reduce(0, +)
        guard total > 0 else { return }
        var below = 0.0
        var places: [Int] = []
        var at = order.startIndex
        while at < order.endIndex {
            var same = at
            while same < order.endIndex, priors[order[same]] == priors[order[at]] { same += 1 }
            let here = order[at..<same].reduce(0) { $0 + pupils[$1] }
            // Whole numbers throughout, so that the quotient is exact where it matters.
            let place = min(count - 1, Int((Double(count) * (2 * below + here) / (2 * total)).rounded(.down)))
            if places.last != place {
                places.append(place)
                ends.append((priors[order[at]] ?? 0, priors[order[at]] ?? 0))
            }
            ends[ends.count - 1].to = priors[order[at]] ?? 0
            for value in order[at..<same] { band[value] = ends.count - 1 }
            below += here
            at = same
        }
        means = ends.map { _ in nil }
    }

    private mutating func cutByWidth(_ width: Decimal6, _ priors: [Double?], _ texts: [String]) {
        let scale = Self.powers[Int(width.decimals)]
        let floors = priors.indices.map { index in priors[index].map { Self.floor(texts[index], $0, width) } }
        let places = Set(floors.compactMap { $0 }).sorted()
        for place in places {
            let from = Double(place) * Double(width.mantissa) / scale
            ends.append((from, Double(place + 1) * Double(width.mantissa) / scale))
        }
        band = floors.map { place in place.flatMap { places.firstIndex(of: $0) } }
        means = ends.map { _ in nil }
    }

    private static let powers: [Double] = [1, 10, 100, 1000, 1e4, 1e5, 1e6]

    /// ⌊prior / width⌋ in whole numbers where both are decimals: 0.3 is three tenths, not a little less.
    private static func floor(_ text: String, _ prior: Double, _ width: Decimal6) -> Int {
        if let decimal = Decimal6(parsing: text) {
            let a = Int128(decimal.mantissa) * Int128(powers[Int(width.decimals)])
            let b = Int128(width.mantissa) * Int128(powers[Int(decimal.decimals)])
            let quotient = a / b
            return Int(clamping: a % b < 0 ? quotient - 1 : quotient)
        }
        return Int((prior / (Double(width.mantissa) / powers[Int(width.decimals)])).rounded(.down))
    }

    private mutating func look(up priors: [Double?], in table: [OfficialBand]) {
        ends = table.map { ($0.from, $0.to) }
        means = table.map(\.mean)
        band = priors.map { prior in
            prior.flatMap { prior in
                guard let first = table.first, prior >= first.from else { return nil }
                return table.firstIndex { prior <= $0.to }
            }
        }
    }
}
