import Panels

/// The slope of the straight line through a series of gaps, in units of the outcome a year, in the row of its last period.
///
/// Least squares in which each shown period counts the same: slope = Σ c_t gap_t with c_t = (x_t − x̄)/Σ(x − x̄)², x in
/// years. It is a contrast of all the means behind the gaps, so that schools seen in several periods make them depend on
/// each other; its error is that of the means, and says nothing of whether the gaps lie on a line.
enum GapTrend {
    static func add(to drafts: inout [GapDraft], _ cells: GapCells, _ request: GapRequest) {
        guard let timeline = cells.timeline else { return }
        for series in GapSeries.all(of: drafts, cells, request) {
            let years = series.members.map { timeline.years(at: $0.rank) }
            guard let first = series.members.first, let last = series.members.last, first.rank != last.rank else {
                continue
            }
            let factors = slopeFactors(years)
            var slope = 0.0
            var terms: [(factor: Double, mean: ClusteredMean)] = []
            for (factor, member) in zip(factors, series.members) {
                slope += factor * (drafts[member.draft].row.gap ?? 0)
                terms += drafts[member.draft].terms(factor: request.sign * factor)
            }
            let found = MeanContrast(terms: terms).uncertainty(isClustered: request.unit != nil)
            drafts[last.draft].row.trend = GapFigure(slope, found, level: request.level)
            drafts[last.draft].row.trendFrom = drafts[first.draft].row.by[series.column].value
            drafts[last.draft].row.trendPeriods = series.members.count
        }
    }

    static func slopeFactors(_ x: [Double]) -> [Double] {
        let middle = x.reduce(0, +) / Double(x.count)
        let spread = x.reduce(0) { $0 + ($1 - middle) * ($1 - middle) }
        return x.map { ($0 - middle) / spread }
    }
}

extension Timeline {
    /// The place of a period on a scale of years: terms are thirds of a year, dates days of 365.25.
    fileprivate func years(at rank: Int) -> Double {
        // From the first period, so that no digits are lost to the size of the numbers.
        let steps = Double(periods[rank].ordinal - periods[0].ordinal)
        return switch kind {
        case .year, .academicYear: steps
        case .term: steps / 3
        case .date: steps / 365.25
        }
    }
}
