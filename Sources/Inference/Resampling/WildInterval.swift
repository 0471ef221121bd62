/// The effects b whose test θ = b has a p-value above 1 − level, from one set of draws.
///
/// p(b) is looked at on a grid, in standard errors from the estimate, and where it crosses the level the place is found by
/// bisection. With few clusters p(b) need not fall steadily: then the ends are the outermost, and `hasGaps` says that
/// values between them are rejected too.
public struct WildInterval: Sendable, Equatable {
    public var level: Double
    /// nil: no bound, however far.
    public var lower: Double?
    public var upper: Double?
    /// True where some value between the ends is rejected.
    public var hasGaps: Bool

    public init(level: Double, lower: Double?, upper: Double?, hasGaps: Bool) {
        self.level = level
        self.lower = lower
        self.upper = upper
        self.hasGaps = hasGaps
    }

    init(_ draws: WildDraws, level: Double) {
        let error = (draws.model.factor * draws.model.squares).squareRoot()
        let search = Search(draws: draws, level: level, error: error)
        let below = search.end(-1)
        let above = search.end(1)
        self.init(level: level, lower: below.end, upper: above.end, hasGaps: below.hasGap || above.hasGap)
    }

    private struct Search {
        let draws: WildDraws
        let level: Double
        let error: Double

        /// Steps of a quarter to ten standard errors, then by 1.3 to about 10⁵.
        static let steps: [Double] = {
            var steps = (0...40).map { Double($0) / 4 }
            while let last = steps.last, last < 1e5 { steps.append(last * 1.3) }
            return steps
        }()

        func accepts(_ step: Double, _ side: Double) -> Bool {
            // Far from the null the quadratic form has lost digits: ties are judged less finely.
            draws.share(draws.exceeding(draws.model.estimate + side * step * error, tolerance: 1e-7)) > 1 - level
        }

        func end(_ side: Double) -> (end: Double?, hasGap: Bool) {
            let accepted = Self.steps.map { accepts($0, side) }
            guard let outermost = accepted.lastIndex(of: true) else { return (draws.model.estimate, false) }
            let hasGap = accepted[..<outermost].contains(false)
            guard outermost + 1 < Self.steps.count else { return (nil, hasGap) }
            var (inside, outside) = (Self.steps[outermost], Self.steps[outermost + 1])
            while outside - inside > 1e-10 * outside {
                let middle = (inside + outside) / 2
                if accepts(middle, side) { inside = middle } else { outside = middle }
            }
            return (draws.model.estimate + side * (inside + outside) / 2 * error, hasGap)
        }
    }
}
