import Comparison
import Panels
import Tables

/// A question of who compares: the data, who was treated, what counterparts must be like, and how they are chosen.
public struct CompareRequest: Sendable {
    /// Data, who was treated, what a row is; its first outcome is the one whose past is shown and reached for.
    public var did: DidRequest
    public var matching: MatchingRequest

    public init(did: DidRequest, matching: MatchingRequest = MatchingRequest()) {
        self.did = did
        self.matching = matching
    }

    /// The question that the cells are read for: the primary outcome, then what is matched on, each with rows of its own.
    var reading: DidRequest {
        var reading = did
        reading.ruleColumns = matching.attributes
        for variable in matching.match where !reading.data.outcomes.contains(variable.outcome) {
            reading.data.outcomes.append(variable.outcome)
        }
        return reading
    }
}

/// What counterparts must be like, and how they are chosen.
public struct MatchingRequest: Sendable, Equatable {
    /// What is matched on; empty for a method with variables of its own.
    public var match: [MatchedVariable] = []
    public var method = Method.nearest(NearestNeighbours())
    /// Columns whose value counterparts share.
    public var exact: [String] = []
    public var donors: [DonorRule] = []

    public init() {}

    public enum Method: Sendable, Equatable {
        case nearest(NearestNeighbours)
        case entropy
        /// The published weights, and the columns that hold their variables, in the same order.
        case similarSchools(SimilarSchools)
        /// On the outcome, period by period.
        case synthetic

        public static let names = ["nearest", "entropy", "similar-schools", "synthetic"]

        var name: String {
            switch self {
            case .nearest: "nearest"
            case .entropy: "entropy"
            case .similarSchools: "similar-schools"
            case .synthetic: "synthetic"
            }
        }

        /// Counterparts for each partner; nil where units are weighted together.
        var ratio: Int? {
            switch self {
            case .nearest(let nearest): nearest.ratio
            case .similarSchools(let similar): similar.neighbours
            case .entropy, .synthetic: nil
            }
        }

        var comparison: any ComparisonMethod {
            switch self {
            case .nearest(let method): method
            case .entropy: EntropyBalance()
            case .similarSchools(let method): method
            case .synthetic: SyntheticPast()
            }
        }
    }

    /// Columns that rules and strata look at.
    var attributes: [String] {
        var names: [String] = []
        for name in exact + donors.compactMap(\.column) where !names.contains(name) { names.append(name) }
        return names
    }
}

extension DonorRule {
    /// A condition as in `--where`, or one of the rules by name: `not-same:trust`, `not-selective:admissions`,
    /// `not-boarding:boarders`, `periods-before:4`, `within-reach:1`.
    ///
    /// - Throws: `RequestError.badValue`.
    public init(parsing text: String) throws(RequestError) {
        let allowed =
            "column=value and the other forms of --where, not-same:COLUMN, not-selective:COLUMN, not-boarding:COLUMN, periods-before:COUNT, within-reach:STANDARD-DEVIATIONS"
        let refusal = RequestError.badValue(option: "--donors", value: text, allowed: allowed)
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        if parts.count == 2, !parts[1].isEmpty, !parts[0].contains(where: { "=<>! ".contains($0) }) {
            switch parts[0] {
            case "not-same": self = .notSame(column: parts[1])
            case "not-selective": self = .notSelective(column: parts[1])
            case "not-boarding": self = .notBoarding(column: parts[1])
            case "periods-before":
                guard let count = Int(parts[1]), count > 0 else { throw refusal }
                self = .periodsBefore(count)
            case "within-reach":
                guard let spreads = Double(parts[1]), spreads > 0, spreads.isFinite else { throw refusal }
                self = .withinReach(spreads)
            default: throw refusal
            }
            return
        }
        do {
            self = .condition(try RowFilter(parsing: text))
        } catch { throw refusal }
    }
}
