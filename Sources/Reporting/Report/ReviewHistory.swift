import Tables

/// What the history keeps of a review.
public struct ReviewEntry: Sendable, Equatable {
    public struct Outcome: Sendable, Equatable {
        public var outcome: String
        /// Of partner and comparison schools in the latest period; nil where withheld.
        public var partners: Double?
        public var comparison: Double?
        public var partnersProgress: Double?
        public var comparisonProgress: Double?
        public var difference: Double?
    }

    public var number: Int
    public var made: String
    public var plan: String
    /// SHA-256 of every file, sorted.
    public var inputs: [String]
    public var baseline: String
    public var latest: String
    public var outcomes: [Outcome]
    /// The hash of the entry before; empty for the first.
    public var previous: String

    init(_ document: ReviewDocument, number: Int, previous: String) {
        self.number = number
        self.previous = previous
        made = document.generated.iso
        plan = document.plan.sha256
        inputs = document.frame.inputs.map(\.sha256).sorted()
        baseline = document.outcomes.first?.baseline ?? ""
        latest = document.outcomes.first?.rows.last?.time ?? ""
        outcomes = document.outcomes.map { outcome in
            let last = outcome.rows.last
            return Outcome(
                outcome: outcome.outcome.column, partners: last?.partners?.mean, comparison: last?.comparison?.mean,
                partnersProgress: last?.partnersProgress, comparisonProgress: last?.comparisonProgress,
                difference: last?.difference)
        }
    }

    /// The same files under the same plan.
    func isSameBatch(as other: ReviewEntry) -> Bool { inputs == other.inputs && plan == other.plan }

    /// Without its hash.
    var object: JSONValue {
        [
            "review": .integer(number), "kind": .text(ReviewDocument.kind), "made": .text(made), "plan": .text(plan),
            "inputs": .array(inputs.map { .text($0) }), "baseline": .text(baseline), "latest": .text(latest),
            "outcomes": .array(
                outcomes.map {
                    [
                        "outcome": .text($0.outcome), "partners": JSONValue($0.partners),
                        "comparison": JSONValue($0.comparison), "partnersProgress": JSONValue($0.partnersProgress),
                        "comparisonProgress": JSONValue($0.comparisonProgress), "difference": JSONValue($0.difference),
                    ]
                }),
            "previous": .text(previous),
        ]
    }

    /// - Returns: nil for what is no entry of ours.
    init?(_ json: JSONValue) {
        guard case .integer(let number)? = json["review"], case .text(let made)? = json["made"],
            case .text(let plan)? = json["plan"], case .array(let inputs)? = json["inputs"],
            case .text(let baseline)? = json["baseline"], case .text(let latest)? = json["latest"],
            case .array(let outcomes)? = json["outcomes"], case .text(let previous)? = json["previous"]
        else { return nil }
        self.number = number
        self.made = made
        self.plan = plan
        self.inputs = inputs.compactMap { if case .text(let text) = $0 { text } else { nil } }
        self.baseline = baseline
        self.latest = latest
        self.previous = previous
        self.outcomes = outcomes.compactMap { outcome in
            guard case .text(let name)? = outcome["outcome"] else { return nil }
            func figure(_ key: String) -> Double? {
                switch outcome[key] {
                case .number(let value)?: value
                case .integer(let value)?: Double(value)
                default: nil
                }
            }
            return Outcome(
                outcome: name, partners: figure("partners"), comparison: figure("comparison"),
                partnersProgress: figure("partnersProgress"), comparisonProgress: figure("comparisonProgress"),
                difference: figure("difference"))
        }
    }
}

/// The reviews so far, one line each, each line with the hash of the one before: a line that was changed, taken out or put
/// in breaks the chain. It shows a change; it does not keep anyone who makes the whole chain anew from it.
struct ReviewHistory {
    static let name = "history.jsonl"

    private(set) var entries: [ReviewEntry] = []
    private(set) var lines: [String] = []
    private var lastHash = ""
    private let digest: ([UInt8]) -> String

    /// - Parameter bytes: of the file; nil where there is none yet.
    /// - Throws: `.historyChanged` with the line that does not fit.
    init(_ bytes: [UInt8]?, path: String, digest: @escaping ([UInt8]) -> String) throws(ReportingError) {
        self.digest = digest
        guard let bytes else { return }
        guard let text = String(validating: bytes, as: UTF8.self), text.hasSuffix("\n") else {
            throw .historyChanged(path: path, line: 1)
        }
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().enumerated() {
            guard let entry = entry(String(line)), entry.number == index + 1, entry.previous == lastHash else {
                throw .historyChanged(path: path, line: index + 1)
            }
            entries.append(entry)
            lines.append(String(line))
            lastHash = digest(Array(entry.object.compact().utf8))
        }
    }

    /// The entry of a line whose hash is its own.
    private func entry(_ line: String) -> ReviewEntry? {
        guard let json = try? JSONReader.read(line), case .text(let hash)? = json["hash"],
            let entry = ReviewEntry(json), Self.line(entry, hash) == line,
            hash == digest(Array(entry.object.compact().utf8))
        else { return nil }
        return entry
    }

    private static func line(_ entry: ReviewEntry, _ hash: String) -> String {
        guard case .object(let members) = entry.object else { return "" }
        return JSONValue.object(members + [.init("hash", .text(hash))]).compact()
    }

    /// The number of the review that held the same files and plan.
    func repeats(_ document: ReviewDocument) -> Int? {
        let entry = ReviewEntry(document, number: 0, previous: "")
        return entries.first { $0.isSameBatch(as: entry) }?.number
    }

    mutating func append(_ document: ReviewDocument) {
        let entry = ReviewEntry(document, number: entries.count + 1, previous: lastHash)
        lastHash = digest(Array(entry.object.compact().utf8))
        entries.append(entry)
        lines.append(Self.line(entry, lastHash))
    }

    var bytes: [UInt8] { Array(lines.map { $0 + "\n" }.joined().utf8) }
}
