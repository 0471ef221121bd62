import Counterpart
import Foundation

/// One way to an interval or a p-value.
enum Method: Hashable, Sendable {
    /// What `did` shows where nothing is asked for.
    case defaultInterval
    case named(MethodComparison.Method)

    static let all: [Method] =
        [.defaultInterval] + [.cr1, .cr2, .cr3, .wild, .randomisation].map { .named($0) }

    var title: String {
        switch self {
        case .defaultInterval: "default"
        case .named(let method): [.cr1, .cr2, .cr3].contains(method) ? method.words : method.rawValue
        }
    }
}

/// What one sample says of one method.
struct Verdict: Sendable {
    /// The interval holds the truth; for a test, that it did not reject a true null hypothesis at 5%.
    var holds: Bool
    var width: Double?
    var degreesOfFreedom: Double?
}

/// What one sample gave.
struct SampleOutcome: Sendable {
    var error: Double?
    var verdicts: [Method: Verdict] = [:]
}

/// The verdicts of many samples.
struct CoverageTally: Sendable {
    private(set) var samples = 0
    private(set) var errors: [Double] = []
    private var held: [Method: Int] = [:]
    private var judged: [Method: Int] = [:]
    private var freedom: [Method: Double] = [:]
    private var width: [Method: Double] = [:]

    mutating func add(_ outcome: SampleOutcome) {
        samples += 1
        if let error = outcome.error { errors.append(error) }
        for (method, verdict) in outcome.verdicts {
            judged[method, default: 0] += 1
            if verdict.holds { held[method, default: 0] += 1 }
            freedom[method, default: 0] += verdict.degreesOfFreedom ?? 0
            width[method, default: 0] += verdict.width ?? 0
        }
    }

    /// The share of samples whose interval holds the truth; nil where the method gave none in most of them.
    func coverage(_ method: Method) -> Double? {
        judged[method].flatMap { 2 * $0 > samples ? Double(held[method] ?? 0) / Double($0) : nil }
    }

    func count(_ method: Method) -> Int { judged[method] ?? 0 }

    func meanDegreesOfFreedom(_ method: Method) -> Double? {
        judged[method].map { (freedom[method] ?? 0) / Double($0) }
    }

    func meanWidth(_ method: Method) -> Double? { judged[method].map { (width[method] ?? 0) / Double($0) } }

    /// The standard deviation of a coverage of 95% over these samples.
    var monteCarloError: Double { (0.95 * 0.05 / Double(max(1, samples))).squareRoot() }

    var bias: Double { errors.reduce(0, +) / Double(max(1, errors.count)) }

    /// Of the mean of the errors.
    var biasError: Double {
        let n = Double(max(2, errors.count))
        return (errors.reduce(0) { $0 + ($1 - bias) * ($1 - bias) } / (n - 1) / n).squareRoot()
    }

    /// Samples in order, dealt to threads in pieces; the tally does not depend on their number.
    static func over(
        _ samples: Int, threads: Int, _ sample: @escaping @Sendable (Int) throws -> SampleOutcome
    ) throws -> CoverageTally {
        let results = Pieces(samples)
        DispatchQueue.concurrentPerform(iterations: max(1, threads)) { thread in
            for k in stride(from: thread, to: samples, by: max(1, threads)) {
                results.put(Result { try sample(k) }, at: k)
            }
        }
        var tally = CoverageTally()
        for outcome in results.all { tally.add(try outcome.get()) }
        return tally
    }

    /// A place for each sample's result.
    private final class Pieces: @unchecked Sendable {
        private var values: [Result<SampleOutcome, any Error>?]
        private let lock = NSLock()

        init(_ count: Int) { values = Array(repeating: nil, count: count) }

        func put(_ value: Result<SampleOutcome, any Error>, at k: Int) {
            lock.lock()
            values[k] = value
            lock.unlock()
        }

        var all: [Result<SampleOutcome, any Error>] { values.compactMap { $0 } }
    }
}
