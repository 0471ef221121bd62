/// What the partnership did in the sample, known because the sample was made.
public struct SampleTruth: Sendable, Equatable, Codable {
    /// Points added to the Attainment 8 of a pupil known to be eligible for free school meals, and of another.
    public var effectOnFSM: Double
    public var effectOnOthers: Double
    /// Effect on others − effect on FSM pupils: the change of the gap, negative where it narrows.
    public var effectOnGap: Double
    /// The mean effect over pupils in partner schools from the start, by the rows that an analysis can use.
    public var withOutcome: Average
    public var withOutcomeAndPrior: Average
    /// Those whose FSM status is known (Y or N) besides.
    public var withOutcomePriorAndFSM: Average
    public var rows: Int
    /// The share of scores that the ends of the scale, 0 and 90, cut. The effects above are before the cut.
    public var shareAtLimit: Double

    /// A mean effect and whom it is taken over.
    public struct Average: Sendable, Equatable, Codable {
        public var treatedPupils = 0
        public var fsmPupils = 0
        /// Every pupil counts the same.
        public var meanOverPupils = 0.0
        /// Every school-year counts the same.
        public var meanOverSchoolYears = 0.0
    }
}

/// Adds up whom the effect reached, school-year by school-year.
struct EffectTally {
    private var pupils = 0
    private var fsmPupils = 0
    private var fsmShares = 0.0
    private var schoolYears = 0

    mutating func add(_ pupils: some Collection<SamplePupil>) {
        guard !pupils.isEmpty else { return }
        let fsm = pupils.count { $0.isFSM }
        self.pupils += pupils.count
        fsmPupils += fsm
        fsmShares += Double(fsm) / Double(pupils.count)
        schoolYears += 1
    }

    func average(_ model: SampleModel) -> SampleTruth.Average {
        let extra = model.effectOnFSM - model.effectOnOthers
        return SampleTruth.Average(
            treatedPupils: pupils, fsmPupils: fsmPupils,
            meanOverPupils: model.effectOnOthers + extra * Double(fsmPupils) / Double(max(1, pupils)),
            meanOverSchoolYears: model.effectOnOthers + extra * fsmShares / Double(max(1, schoolYears)))
    }
}
