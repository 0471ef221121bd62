import Panels

/// The means of pupils' national peers, by outcome, group and period, as published.
public struct NationalPeers: Sendable, Equatable {
    public struct Key: Sendable, Hashable {
        public var outcome: String
        /// As results call the group; nil where the mean holds for every group.
        public var group: String?
        /// The ordinal of the period; nil where there are no periods.
        public var period: Int?

        public init(outcome: String, group: String? = nil, period: Int? = nil) {
            self.outcome = outcome
            self.group = group
            self.period = period
        }
    }

    public var means: [Key: Double]

    public init(means: [Key: Double]) { self.means = means }

    func mean(outcome: String, group: String, period: Int?) -> Double? {
        means[Key(outcome: outcome, group: group, period: period)]
            ?? means[Key(outcome: outcome, period: period)]
    }
}

extension GapDraft {
    /// The national peers' mean minus the group's: each pupil against the mean of the own period, which is taken as known, so
    /// that the error is that of the group alone.
    ///
    /// - Throws: `.noNationalMean` where a period of the group has none.
    mutating func addNational(
        _ national: NationalPeers, cells: GapCells, sides: [Bool?], codes: [Int32], members: [Int],
        _ request: GapRequest
    ) throws {
        guard row.gap != nil || group.total.n > 0 else { return }
        var distance = ClusteredMean()
        let moments = cells.moments
        let q = moments.variableCount
        for cell in members where sides[Int(codes[cell])] == true {
            let period = request.time == nil ? nil : cells.timeline?.periods[cells.period[cell]]
            guard let mean = national.mean(outcome: row.outcome, group: row.group, period: period?.ordinal) else {
                throw AttainmentError.noNationalMean(outcome: row.outcome, group: row.group, period: period?.label)
            }
            distance.add(
                unit: request.unit == nil ? nil : cells.unit[cell], n: moments.n[cell], weight: moments.weight[cell],
                mean: mean - moments.mean[cell * q], within: moments.within[cell * (q * (q + 1) / 2)])
        }
        guard distance.total.weight > 0 else { return }
        let gap = distance.total.mean
        row.nationalGap = GapFigure(
            request.sign * gap,
            MeanContrast(terms: [(1, distance)]).uncertainty(isClustered: request.unit != nil), level: request.level)
        row.meanNationalPeers = gap + group.total.mean
    }
}
