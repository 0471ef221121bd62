import Estimation

/// How far trends may have departed from parallel before an effect is no longer told from zero.
public struct Sensitivity: Sendable, Equatable {
    /// How departures after the start are bounded.
    public enum Restriction: String, Sendable {
        /// By M̄ times the largest change from one step to the next before the start.
        case relativeMagnitudes
        /// By a bend of at most M from one step to the next.
        case smoothness
    }

    /// Intervals for one effect under one restriction.
    public struct Curve: Sendable, Equatable {
        public var restriction: Restriction
        /// The largest change a step before the start, or the largest bend; nil where there is none to see.
        public var largestBefore: Double?
        /// M ascending from 0: without a unit for relative magnitudes, else in the outcome's unit a step a step.
        public var intervals: [SensitivityInterval]
        public var breakdown: Breakdown
        /// One sentence that says how large a departure the effect withstands.
        public var words: String

        public init(
            restriction: Restriction, largestBefore: Double?, intervals: [SensitivityInterval], breakdown: Breakdown,
            words: String
        ) {
            self.restriction = restriction
            self.largestBefore = largestBefore
            self.intervals = intervals
            self.breakdown = breakdown
            self.words = words
        }
    }

    /// An effect that is judged.
    public struct Target: Sendable, Equatable {
        public enum Kind: String, Sendable {
            /// The mean over all steps after the start, weighted as the headline is.
            case average
            /// The first step after the start.
            case first
        }
        public var kind: Kind
        /// Calendar steps since the start.
        public var eventTimes: [Int]
        /// Against the reference period.
        public var estimate: Double
        public var curves: [Curve]

        public init(kind: Kind, eventTimes: [Int], estimate: Double, curves: [Curve]) {
            self.kind = kind
            self.eventTimes = eventTimes
            self.estimate = estimate
            self.curves = curves
        }
    }

    /// The average first; empty where nothing could be judged.
    public var targets: [Target]
    /// Event times before the start that departures are measured by, and the one that all are compared with.
    public var before: [Int]
    public var reference: Int?
    /// How it was done, or why it could not be.
    public var words: String

    public init(targets: [Target], before: [Int], reference: Int?, words: String) {
        self.targets = targets
        self.before = before
        self.reference = reference
        self.words = words
    }
}

extension Sensitivity {
    /// Multiples at which curves are drawn: of M̄, or of the largest bend before the start.
    static let multiples: [Double] = [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2]

    /// Both curves of one effect.
    static func relativeMagnitudes(_ restriction: RelativeMagnitudes) -> Curve {
        Curve(
            restriction: .relativeMagnitudes, largestBefore: restriction.largestBefore,
            intervals: multiples.map(restriction.interval),
            breakdown: restriction.breakdown(), words: "")
    }

    /// - Parameter unit: M where no bend can be seen before the start.
    static func smoothness(_ restriction: SmoothTrends, unit: Double) throws(EstimationError) -> Curve {
        let seen = restriction.largestBefore ?? 0
        let scale = seen > 0 ? seen : unit
        var intervals: [SensitivityInterval] = []
        for multiple in multiples { intervals.append(try restriction.interval(multiple * scale)) }
        return Curve(
            restriction: .smoothness, largestBefore: restriction.largestBefore, intervals: intervals,
            breakdown: try restriction.breakdown(scale: scale),
            words: "")
    }
}
