import Reporting
import Tables
import Yams

/// A whole evaluation in one file: who, what, how and when, written down before results are read.
///
/// Every key is checked: an unknown one is an error with a suggestion, and a key that this version cannot act on is refused.
public struct EvaluationPlan: Sendable, Equatable {
    public var title: String
    public var partnership = Partnership()
    public var objectives: [Objective] = []
    public var data = PlanData()
    public var comparisonExcludes: [String] = []
    /// How the comparison is built; nil where every comparison unit compares.
    public var matching: MatchingChoice?
    public var analysis = PlanAnalysis()
    /// The period that reviews measure progress from; nil for the first in the files.
    public var monitoringBaseline: String?
    /// What is published of small numbers, its threshold perhaps the plan's own.
    public var disclosure = DisclosureProfile.ofPlans
    public var audiences: [String] = []
    public var formats: [String] = ["html", "csv", "json", "svg"]
    /// Answers to the guide's questions by key; a question without an answer is printed as "not answered".
    public var checklist: [String: String] = [:]
    public var permissions: [Permission] = []

    public struct Partnership: Sendable, Equatable {
        /// Units of the partners, or a file of them.
        public var partners: [String] = []
        public var partnersFile: String?
        public var unitColumn: String?
        public var startColumn: String?
        public var startAt: String?
        public var lag = 0
        /// The year groups worked with, as `7-9`, and the year group whose results are studied.
        public var yearGroups: String?
        public var outcomeYearGroup: Int?
        public var lead: String?
        public var area: String?
        public var agreement: String?
    }

    public struct Objective: Sendable, Equatable {
        public var text: String
        public var outcome: String?
        public var gap: String?
        public var target: Double?
        public var by: String?
    }

    public struct Permission: Sendable, Equatable {
        public var key: String
        public var value: String
    }
}

/// The `data` section: files, what their columns are, which rows count.
public struct PlanData: Sendable, Equatable {
    public var files: [PlanFile] = []
    public var form = FileForm()
    /// The schema by which the files are read.
    public var schema: SchemaChoice?
    public var missing: [String] = []
    public var knownCodes = true
    public var filters: [String] = []
    public var unit: [String] = []
    public var time: [String] = []
    public var timeFromName: String?
    public var pupil: String?
    /// Files: the key of pseudonyms, and the pupils who opted out.
    public var pupilKey: String?
    public var optOut: String?
    /// What may be done with files that say nothing of their own.
    public var protection: DataProtection?
    public var outcomes: [String] = []
    /// The column of subjects where every outcome is one, and that of results beside it.
    public var subject: String?
    public var result: String?
    public var prior: String?
    public var start: String?
    public var treated: String?
    /// The values of `treated` that mean "in the partnership in this period"; empty where the column is 0/1.
    public var treatedValues: [String] = []
    public var clusters: [String] = []
    public var weights: String?
    public var count: String?
    public var partnership: String?
    public var groups: [String] = []
    public var unknown: [String] = []
    public var covariates: [String] = []
    public var factors: [String] = []
    public var absorb: [String] = []
    public var rows: String?
    public var links: String?
    /// Mergers and splits that are to count as one school.
    public var linkDecisions: String?
    public var exclude: String?
    public var comparisonUnits: String?
    public var points: String?
    public var keepBalanced = false
    public var keepUntreatedAt: String?
    public var lowerIsBetter = false
    public var pupilSD: Double?

    /// A file name or pattern, with columns that hold one value for the whole file.
    public struct PlanFile: Sendable, Equatable {
        public var pattern: String
        public var constants: [String: String]
        public var line: Int?
        /// What may be done with the file; nil where the section's own applies, or nothing is said.
        public var protection: DataProtection?
    }
}

/// The `analysis` section.
public struct PlanAnalysis: Sendable, Equatable {
    public var estimator: String?
    public var estimand: String?
    public var gap: String?
    public var window: String?
    public var comparison: String?
    public var method: String?
    public var anticipation: Int?
    public var base: String?
    public var balance: Int?
    public var family: String?
    public var collapse = false
    public var vcov: String?
    public var smallSample: String?
    public var singletons: String?
    public var level = 0.95
    public var seed: UInt64 = 1
    public var permutations: Int?
    public var robustness = true
    public var placeboOutcomes: [String] = []
    public var equivalenceMargin: Double?
    /// The tables of gaps show the part within schools and that between them.
    public var gapsWithinSchools = false
    public var keepCovidYears = false
}
