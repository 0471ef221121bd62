/// A gap in standard deviations, with a standard error that knows that the standard deviation is estimated too.
///
/// Clustered by school, d = gap/S has the contributions ψ_s = ψ_gap,s/S − d ψ_S²,s/(2S²), and
///
///     SE(d) = SE(gap)/S · √(Σ ψ_s² / Σ (ψ_gap,s/S)²)
///
/// so that the correction for few schools carries over. Where no school holds both sides it is `NestedDesign` instead, for
/// the standardisers that it has a formula for. Pupils as independent: √((SE(gap)/S)² + d²/(2m)) of a normal outcome, m the
/// degrees of freedom of S.
enum StandardisedGap {
    /// - Parameters:
    ///   - gap: peers minus group.
    ///   - spread: the variance whose root it is divided by.
    ///   - uncertainty: of the gap itself.
    static func figure(
        gap: Double, _ standardiser: Standardiser, _ spread: SpreadOfPupils, group: ClusteredMean, peers: ClusteredMean,
        uncertainty: MeanContrast.Uncertainty?, isClustered: Bool, sign: Double, level: Double
    ) -> GapFigure {
        let s = spread.variance.squareRoot()
        let factor = standardiser == .pooled ? EffectSize.smallSampleFactor(spread.degreesOfFreedom) ?? 1 : 1
        let d = gap / s
        guard let uncertainty else { return GapFigure(estimate: sign * factor * d) }
        var error = uncertainty.standardError / s
        let units = Set(group.units + peers.units)
        if isClustered, units.count > 1 {
            error =
                nested(d, standardiser, group, peers)
                ?? error * ratio(d, spread, group: group, peers: peers)
        } else {
            let own = error * error + d * d / (2 * spread.degreesOfFreedom)
            error = own.squareRoot() * damping(d, standardiser, group, peers)
        }
        return GapFigure(
            sign * factor * d,
            MeanContrast.Uncertainty(
                standardError: factor * error, degreesOfFreedom: uncertainty.degreesOfFreedom), level: level)
    }

    private static func nested(
        _ d: Double, _ standardiser: Standardiser, _ group: ClusteredMean, _ peers: ClusteredMean
    )
        -> Double?
    {
        guard let design = NestedDesign(group: group, peers: peers) else { return nil }
        switch standardiser {
        case .total, .pooled: return design.varianceOverTotal(d).squareRoot()
        case .withinSchools: return design.varianceOverWithin(d).squareRoot()
        case .peersBefore, .schoolMeans, .residual: return nil
        }
    }

    /// √(Σ ψ_s² / Σ (ψ_gap,s/S)²).
    private static func ratio(_ d: Double, _ spread: SpreadOfPupils, group: ClusteredMean, peers: ClusteredMean)
        -> Double
    {
        let variances = Dictionary(spread.contributions, uniquingKeysWith: { first, _ in first })
        let s = spread.variance.squareRoot()
        let units = Array(Set(group.units + peers.units + spread.contributions.map(\.unit))).sorted()
        var (both, alone) = (0.0, 0.0)
        for unit in units {
            var ofGap = 0.0
            for (factor, side) in [(-1.0, group), (1, peers)] {
                guard let place = side.position(of: unit) else { continue }
                let part = side.parts[place]
                ofGap += factor * part.weight / side.total.weight * (part.mean - side.total.mean)
            }
            let own = ofGap / s - d / (2 * spread.variance) * (variances[unit] ?? 0)
            both += own * own
            alone += ofGap / s * (ofGap / s)
        }
        return alone > 0 ? (both / alone).squareRoot() : 1
    }

    /// The total variance grows with the gap itself: with d₀ the gap over the pooled standard deviation and shares p and q of
    /// the two sides, d = d₀/√(1 + pq d₀²), so that its error is 1 − pq d² times what it would be for a standard deviation that does not.
    private static func damping(
        _ d: Double, _ standardiser: Standardiser, _ group: ClusteredMean, _ peers: ClusteredMean
    )
        -> Double
    {
        guard standardiser == .total else { return 1 }
        let n = group.total.n + peers.total.n
        let rest = 1 - group.total.n * peers.total.n / (n * n) * d * d
        return rest > 0 ? rest : 1
    }
}

extension GapDraft {
    /// - Parameter base: the peers of the first period, for `peersBefore`.
    mutating func addStandardised(_ request: GapRequest, base: ClusteredMean? = nil) {
        guard let gap = row.gap else { return }
        let uncertainty = row.standardError.flatMap { error in
            row.degreesOfFreedom.map { MeanContrast.Uncertainty(standardError: error, degreesOfFreedom: $0) }
        }
        if let known = request.pupilSpread {
            // The standard deviation that is given is taken as known.
            let scaled = uncertainty.map {
                MeanContrast.Uncertainty(
                    standardError: $0.standardError / known, degreesOfFreedom: $0.degreesOfFreedom)
            }
            row.standardised = GapFigure(gap / known, scaled, level: request.level)
        } else {
            let spread =
                switch request.standardiser {
                case .total: SpreadOfPupils.total(group, peers)
                case .pooled: SpreadOfPupils.pooled(group, peers)
                case .withinSchools: SpreadOfPupils.withinSchools(group, peers)
                case .schoolMeans: SpreadOfPupils.schoolMeans(group, peers)
                case .peersBefore: base.flatMap { SpreadOfPupils.side($0) }
                case .residual: residual
                }
            guard let spread else { return }
            row.standardised = StandardisedGap.figure(
                gap: request.sign * gap, request.standardiser, spread, group: group, peers: peers,
                uncertainty: uncertainty, isClustered: request.unit != nil, sign: request.sign, level: request.level)
        }
        guard let table = request.months, let found = row.standardised else { return }
        row.months = table.months(for: found.estimate)
        row.monthsLower = found.lower.map { table.months(for: $0) }
        row.monthsUpper = found.upper.map { table.months(for: $0) }
    }
}
