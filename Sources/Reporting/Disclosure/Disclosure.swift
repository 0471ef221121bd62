/// Small-number suppression: figures behind which fewer than `threshold` pupils stand are withheld,
/// and as many others as it takes that no published total gives them back.
///
/// A set of withheld parts whose total is known must have two members at least and, together, `threshold` pupils.
/// Rows stay where they are; their counts are kept in memory for a second pass and are never written.
public struct Disclosure: Sendable, Equatable {
    /// 0 turns suppression off.
    public var threshold: Int
    /// Means are shares in percent of a yes/no outcome: then the pupils with a yes and those with a no are counts too.
    public var isShare = false
    /// A count of nought is small too.
    public var zeroIsSmall = true
    /// To what the figures that are shown are rounded.
    public var rounding = FigureRounding.none

    public init(threshold: Int) { self.threshold = threshold }

    public init(_ profile: DisclosureProfile) {
        threshold = profile.threshold
        zeroIsSmall = profile.zeroIsSmall
        rounding = profile.rounding
    }

    /// The same rule for the means of one outcome.
    func of(_ outcome: OutcomeName) -> Disclosure {
        var rule = self
        rule.isShare = outcome.isShare
        return rule
    }

    /// How many entries of one table were withheld, and how many of them only to protect others.
    public struct Entry: Sendable, Equatable {
        public var table: String
        public var entries: Int
        public var primary: Int
        public var complementary: Int
        /// Counts of the table were rounded to the nearest multiple of this; 1 where they stand as they are.
        public var roundedTo = 1
    }

    private var smallest: Double { Double(threshold) }
    /// Whether a count stands for too few to be published.
    public func withholds(_ n: Double) -> Bool { isSmall(n) }

    /// Too few to be told; nought only where the profile says so.
    func isSmall(_ n: Double) -> Bool { isFew(n) && (n > 0 || zeroIsSmall) }
    /// Fewer than the threshold, nought among them: what a set of withheld figures must not come to.
    func isFew(_ n: Double) -> Bool { threshold > 0 && n < smallest }

    /// Too few pupils, or too few of them on one side of a share, 0% and 100% among them.
    func isSmall(_ n: Double, mean: Double?, isShare: Bool) -> Bool {
        guard threshold > 0 else { return false }
        guard isShare, let mean else { return isSmall(n) }
        // Half a pupil of room for the rounding of weighted means.
        let yes = (n * mean / 100).rounded()
        return isFew(min(yes, n - yes))
    }

    /// Withholds further members of a set with a known total, the smallest first, until the withheld ones are safe together.
    func complete(_ members: [Int], _ hidden: inout [Bool], size: (Int) -> Double) {
        let order = members.filter { !hidden[$0] }.sorted { (size($0), $0) < (size($1), $1) }
        var withheld = members.filter { hidden[$0] }
        guard !withheld.isEmpty else { return }
        for next in order {
            guard withheld.count < 2 || isFew(withheld.reduce(0) { $0 + size($1) }) else { return }
            hidden[next] = true
            withheld.append(next)
        }
    }

    /// Members of equal keys together, groups in the order of their first member.
    func grouped<Key: Hashable>(_ indices: [Int], by key: (Int) -> Key) -> [[Int]] {
        var place: [Key: Int] = [:]
        var groups: [[Int]] = []
        for index in indices {
            if let known = place[key(index)] {
                groups[known].append(index)
            } else {
                place[key(index)] = groups.count
                groups.append([index])
            }
        }
        return groups
    }

    func entry(_ table: String, primary: [Bool], hidden: [Bool]) -> Entry {
        let first = zip(primary, hidden).count { $0 && $1 }
        return Entry(
            table: table, entries: hidden.count, primary: first, complementary: hidden.count { $0 } - first,
            roundedTo: rounding.base)
    }
}
