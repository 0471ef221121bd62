import Estimation
import Probability

/// How one design is analysed. What is nil follows the rules of `DidAnalysis`.
public struct AnalysisOptions: Sendable {
    /// Levels of a fixed effect with one used row: kept, or set aside repeatedly until there are none.
    public enum SingletonRule: String, Sendable { case keep, drop }

    /// nil: two-way fixed effects where all start together, else imputation.
    public var estimator: EstimatorName?
    /// nil: CR2 where clusters are fewer than 50, an arm has fewer than 10 or one of several starts fewer than 20, else CR1.
    public var vcov: VarianceKind?
    /// The factor on CR1.
    public var smallSample = SmallSample.fixest
    public var singletons = SingletonRule.drop
    /// Of intervals, between 0 and 1.
    public var level = 0.95
    /// Draws of the randomisation test; 0 turns it off; nil: 999 where treated clusters are fewer than 10 or CR2 was chosen.
    public var permutations: Int?
    /// Draws of the wild cluster bootstrap; 0 turns it off; nil: 9,999 for the headline where CR2 was chosen by the rule.
    public var wild: Int?
    /// nil: Rademacher where all patterns of signs are tried or there are 12 clusters or more, else Webb.
    public var wildWeights: BootstrapWeights?
    /// Draws of the multiplier bootstrap and its uniform bands; 0 turns it off.
    public var bootstrap = 0
    /// Of reassignments and bootstraps; the same seed gives the same draws on any thread.
    public var seed: UInt64 = 1
    /// How the comparison is made anew in draws; nil where it was given with the data.
    public var comparison: RebuiltComparison?
    /// How the estimator goes about it.
    public var estimation = EstimatorOptions()
    /// Threads for draws; results do not depend on it.
    public var threads: Int {
        get { estimation.threads }
        set { estimation.threads = newValue }
    }
    /// Whether differences before the start are looked for.
    public var diagnosesPreTrend = true
    /// Whether the headline is estimated without each unit in turn.
    public var leavesEachOut = false
    /// Whether the two-way coefficient is taken apart into its comparisons and weights.
    public var decomposes = false
    /// Whether starts moved back, comparison units in the partners' place and the estimate without the last period before the
    /// start are looked at.
    public var triesPlacebos = false
    /// Whether who the pupils are is taken for an outcome.
    public var diagnosesComposition = false
    /// The slope before the start that counts as small, in the outcome a calendar step; nil: 0.05 of a standard deviation.
    public var equivalenceMargin: Double?
    /// The standard deviation of pupils' results; nil where it is not known.
    public var pupilSD: Double?
    /// Whether it is asked how far trends may depart from parallel before the effect is no longer told from zero.
    public var judgesSensitivity = false

    /// Low results are good (absence): the gap is then group − peers, so that negative narrows as ever.
    public var lowerIsBetter = false

    /// What units are called in sentences.
    public var unitNoun = "schools"

    public init() {}

    /// Event times kept apart; those outside are binned into its ends.
    public var window: ClosedRange<Int>? {
        get { estimation.window }
        set { estimation.window = newValue }
    }

    /// True: where no unit stays without treatment, units that start later are the comparison.
    public var comparesWithNotYetTreated: Bool {
        get { estimation.comparison == .notYet }
        set { estimation.comparison = newValue ? .notYet : nil }
    }

    /// True: treated results that cannot be compared are left out, with a warning, instead of stopping.
    public var leavesOutUnidentified: Bool {
        get { estimation.leavesOutUnidentified }
        set { estimation.leavesOutUnidentified = newValue }
    }
}
