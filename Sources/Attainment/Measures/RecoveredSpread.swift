/// The national standard deviation of pupils' progress scores, recovered from the confidence limits that were published
/// with schools' scores.
///
/// A school's limits are score ± 1.96 σ/√n, all three rounded. Each school thus holds σ within an interval, wider the fewer
/// its pupils; the σ that the most schools agree on is theirs. Nothing is fitted: within the range found every school that
/// agrees has its published limits reproduced to the last decimal.
///
/// - Source: Department for Education, *Primary school accountability* (technical guide): confidence intervals.
public struct RecoveredSpread: Sendable, Equatable {
    /// One school's score as published.
    public struct Published: Sendable, Equatable {
        public var score: Double
        public var lower: Double
        public var upper: Double
        /// Pupils that may stand behind it: coverage is published in whole percent, so that there may be several.
        public var pupils: [Int]

        /// - Parameters:
        ///   - eligible: pupils of the school.
        ///   - coverage: whole percent of them in the measure.
        public init(score: Double, lower: Double, upper: Double, eligible: Int, coverage: Double) {
            self.score = score
            self.lower = lower
            self.upper = upper
            pupils = (1...max(1, eligible)).filter { n in
                (100 * Double(n) / Double(max(1, eligible)) + 0.5).rounded(.down) == coverage
            }
        }
    }

    /// The middle of the range.
    public var value: Double { (lowest + highest) / 2 }
    public var lowest: Double
    public var highest: Double
    /// Schools with enough pupils, and those whose published limits it reproduces.
    public var schools: Int
    public var reproduced: Int

    public static let factor = 1.96

    /// - Parameters:
    ///   - half: half a unit of the last published decimal.
    ///   - fewest: schools with fewer pupils in the measure are left out, as their limits are too wide to tell much.
    /// - Returns: nil where no school has enough pupils.
    public init?(_ published: [Published], half: Double, fewest: Int = 20) {
        let schools = published.filter { ($0.pupils.max() ?? 0) >= fewest }
        var ends: [(at: Double, isEnd: Bool)] = []
        for school in schools {
            for range in Self.merged(Self.ranges(school, half)) {
                ends.append((range.lowerBound, false))
                ends.append((range.upperBound, true))
            }
        }
        // Closed intervals: at one value starts come before ends.
        ends.sort { ($0.at, $0.isEnd ? 1 : 0) < ($1.at, $1.isEnd ? 1 : 0) }
        var (open, most) = (0, 0)
        var best: (lowest: Double, highest: Double)?
        for (index, end) in ends.enumerated() {
            if end.isEnd {
                open -= 1
            } else {
                open += 1
                if open > most {
                    most = open
                    best = (end.at, ends[(index + 1)...].first { $0.isEnd }?.at ?? end.at)
                }
            }
        }
        guard let best else { return nil }
        (lowest, highest) = (best.lowest, best.highest)
        self.schools = schools.count
        reproduced = most
    }

    /// The pupils of a school with which its published limits follow from the spread; nil where none do.
    public func pupils(of school: Published, half: Double) -> Int? {
        zip(school.pupils, Self.all(school, half)).first { _, range in
            range.map { $0.lowerBound <= value && value <= $0.upperBound } ?? false
        }?.0
    }

    private static func ranges(_ school: Published, _ half: Double) -> [ClosedRange<Double>] {
        all(school, half).compactMap { $0 }
    }

    /// Per number of pupils: the σ for which an unrounded score exists whose limits round to those published.
    ///
    /// With h the half width, score s ± e, limits l ± e and u ± e: h lies within e of (u − l)/2 and within 2e of both
    /// s − l and u − s.
    private static func all(_ school: Published, _ half: Double) -> [ClosedRange<Double>?] {
        let (below, above) = (school.score - school.lower, school.upper - school.score)
        let middle = (school.upper - school.lower) / 2
        // Decimals are not exact in binary; a billionth of a unit is far below what is published.
        let slack = half * 1e-6
        let least = max(middle - half, below - 2 * half, above - 2 * half, 0) - slack
        let most = min(middle + half, below + 2 * half, above + 2 * half) + slack
        return school.pupils.map { n in
            let root = Double(n).squareRoot() / factor
            return least <= most ? least * root...most * root : nil
        }
    }

    private static func merged(_ ranges: [ClosedRange<Double>]) -> [ClosedRange<Double>] {
        var merged: [ClosedRange<Double>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
