/// Attainment 8: a pupil's points in English, mathematics, the English Baccalaureate and open places, added up.
///
/// English takes the better of language and literature, which counts double where both were taken; the other may fill an open
/// place. Mathematics counts double. Three baccalaureate results and three others follow, each the best that are left; places
/// without a result count nothing.
///
/// - Source: Department for Education, *Secondary accountability measures*.
public struct Attainment8: Sendable {
    public static let name = "attainment8"
    public static let unit = "points"

    /// One element: how many results it takes, and how often each counts.
    public struct Element: Sendable, Equatable {
        public var slots: Int
        public var weight: Double

        public init(slots: Int, weight: Double) {
            self.slots = slots
            self.weight = weight
        }
    }

    /// Points of a pupil's results by element; nil for a result that there is none of.
    public struct Results: Sendable, Equatable {
        public var english: [Double?]
        public var maths: [Double?]
        public var ebacc: [Double?]
        public var open: [Double?]

        public init(english: [Double?] = [], maths: [Double?] = [], ebacc: [Double?] = [], open: [Double?] = []) {
            self.english = english
            self.maths = maths
            self.ebacc = ebacc
            self.open = open
        }
    }

    public struct Score: Sendable, Equatable {
        public var english = 0.0
        public var maths = 0.0
        public var ebacc = 0.0
        public var open = 0.0
        public var total: Double { english + maths + ebacc + open }
    }

    public var english: Element
    public var maths: Element
    public var ebacc: Element
    public var open: Element

    public init(english: Element, maths: Element, ebacc: Element, open: Element) {
        self.english = english
        self.maths = maths
        self.ebacc = ebacc
        self.open = open
    }

    /// - Returns: nil for a pupil without any result.
    public func score(_ results: Results) -> Score? {
        func taken(_ points: [Double?]) -> [Double] { points.compactMap { $0 }.sorted(by: >) }
        let (english, maths) = (taken(results.english), taken(results.maths))
        let ebacc = taken(results.ebacc)
        let others = taken(results.open)
        guard !(english + maths + ebacc + others).isEmpty else { return nil }
        var score = Score()
        let isDouble = english.count > 1
        score.english = sum(english, self.english.slots) * (isDouble ? self.english.weight : 1)
        score.maths = sum(maths, self.maths.slots) * self.maths.weight
        score.ebacc = sum(ebacc, self.ebacc.slots) * self.ebacc.weight
        // What the other places did not take.
        let left = english.dropFirst(self.english.slots) + ebacc.dropFirst(self.ebacc.slots) + others
        score.open = sum(left.sorted(by: >), open.slots) * open.weight
        return score
    }

    private func sum(_ points: [Double], _ slots: Int) -> Double { points.prefix(slots).reduce(0, +) }
}
