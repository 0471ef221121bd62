import Panels

/// Which starts get a stack of their own, over which event times, and who compares in it.
struct StackPlan {
    /// One start with the results around it.
    struct Stack {
        /// The start, an ordinal.
        var start: Int
        /// The last period before it.
        var base: Int
        /// Indices into `Design.periods` within the window, with their event times; the base stands at −1.
        var periods: [(index: Int, eventTime: Int)]
    }
    let window: ClosedRange<Int>
    let stacks: [Stack]
    /// Starts whose window reaches beyond the data.
    let beyondData: [Int]
    /// Starts with nobody who stays untreated all through the window.
    let withoutComparison: [Int]
    let comparesWithNotYet: Bool

    /// - Parameters:
    ///   - starts: of the units present; nil for those that never start.
    ///   - present: indices of the periods with results, ascending.
    ///   - window: nil takes the largest in which every start with a comparison keeps its stack.
    init(
        ordinals: [Int], present: [Int], starts: [Int?], window: ClosedRange<Int>?, comparesWithNotYet: Bool
    ) {
        let all = Array(Set(starts.compactMap { $0 })).sorted()
        let hasNever = starts.contains { $0 == nil }
        let first = present.first.map { ordinals[$0] } ?? 0
        let last = present.last.map { ordinals[$0] } ?? 0
        let latest = comparesWithNotYet ? all.last ?? first : first
        func hasComparison(_ a: Int, after: Int) -> Bool { hasNever || latest > a + after }
        let candidates = all.filter { hasComparison($0, after: 0) && $0 > first }
        let largestAfter = candidates.map { min(last - $0, hasNever ? .max : latest - 1 - $0) }.min() ?? 0
        let largestBefore = candidates.map { $0 - first }.min() ?? 1
        let window = window ?? -largestBefore...max(0, largestAfter)
        self.window = window
        self.comparesWithNotYet = comparesWithNotYet
        let inside = all.filter { $0 + window.lowerBound >= first && $0 + window.upperBound <= last }
        beyondData = all.filter { !inside.contains($0) }
        withoutComparison = inside.filter { !hasComparison($0, after: window.upperBound) }
        stacks = inside.filter { hasComparison($0, after: window.upperBound) }.compactMap { a in
            guard let base = present.last(where: { ordinals[$0] < a }) else { return nil }
            let periods = present.compactMap { t -> (index: Int, eventTime: Int)? in
                if t == base { return (t, -1) }
                let k = ordinals[t] - a
                return window.contains(k) && k != -1 ? (t, k) : nil
            }
            return Stack(start: a, base: base, periods: periods)
        }
    }

    /// True for the treated of a stack, false for those who compare in it, nil for others.
    func role(_ start: Int?, in stack: Stack) -> Bool? {
        guard let start else { return false }
        if start == stack.start { return true }
        return comparesWithNotYet && start > stack.start + window.upperBound ? false : nil
    }
}
