import Cells
import LinearAlgebra
import Panels
import Testing

@testable import Attainment

/// Values by pyfixest 0.60.0, diff-diff 3.13.0, scipy 1.17.1 and statsmodels 0.15.0; script: Golden/gap_parts.py.
enum GoldenParts {
    /// Estimate, standard error, degrees of freedom: CR2 with Satterthwaite's for 12 schools, CR1 for 60.
    static let fewWithin = [5.427373237568393, 0.5863234585089973, 10.616679689957682]
    static let fewBetween = [0.3207003641321524, 0.44194998035373106, 2.8836055101872375]
    static let manyWithin = [5.801597182175296, 0.3629339775924518, 59.0]
    static let fewIndexClustered = [3.7398698020459675, 0.3993852759348542, 10.546009119908991]
    static let manyIndexClustered = [3.6369739952718683, 0.3356419262168394, 59.0]
    /// Pupils as independent: DeLong.
    static let fewIndex = [3.7398698020459675, 0.6913529621318042]
    static let manyIndex = [3.6369739952718683, 0.31165758631029694]
    /// Leaving out one school at a time.
    static let fewIndexJackknife = 0.4060888135912729
    static let manyIndexJackknife = 0.3400602774346624
    static let fewTrend = [-0.3898751536182443, 0.3738846978975557, 10.624519118350351]
    static let manyTrend = [-0.5399124623275764, 0.18431778837382576, 59.0]
    static let pValues = [0.001, 0.04, 0.03, 0.2, 0.04, 0.0004, 0.9]
    static let holm = [0.006, 0.16, 0.15, 0.4, 0.16, 0.0028, 0.9]
    static let hochberg = [0.006, 0.12, 0.12, 0.4, 0.12, 0.0028, 0.9]
    static let bh = [0.0035, 0.056, 0.056, 0.23333333333333336, 0.056, 0.0028000000000000004, 0.9]
    /// Intraclass correlation; the gap over the total spread with its error; over that within schools with its error.
    static let nested = [
        0.4165504503927801, 1.0177901520623485, 0.45727407705697315, 1.383199923380094, 0.5885812658262246,
    ]
    /// Over the total, pooled (without the small-sample factor), within-schools and school-means spread of 60 schools.
    static let standardised = [0.6479374866981595, 0.6781504514479247, 0.9115114561381693, 0.9839675013769685]
    static let standardisedJackknife = [
        0.057935105671461214, 0.06645102753273402, 0.0759044944551362, 0.11356993614785953,
    ]
}

private func asking(_ groups: GapRequest.Group..., by: [String] = []) -> GapRequest {
    var request = GapRequest(
        groups: groups.isEmpty ? [.contrast(GroupContrast(column: "fsm", value: "Y"))] : groups)
    request.by = by
    request.threshold = 0
    return request
}

@Suite struct GapPartsTests {
    /// Sums of some thousand doubles in other orders.
    static let tolerance = 1e-10

    @Test func withinAndBetweenSchoolsAgreeWithRegressionsAndAddUp() throws {
        for (schools, within, between) in [
            (12, GoldenParts.fewWithin, GoldenParts.fewBetween), (60, GoldenParts.manyWithin, nil),
        ] {
            var request = asking()
            request.unit = "urn"
            request.within = true
            let row = try #require(try GapAnalysis.run(GoldenPupils.cells(schools: schools), request).rows.first)
            let found = try #require(row.within)
            let left = try #require(row.between)
            for (figure, expected) in [(found, within), (left, between)] {
                guard let expected else { continue }
                #expect(figure.estimate.isClose(to: expected[0], within: Self.tolerance))
                #expect(figure.standardError.isClose(to: expected[1], within: Self.tolerance))
                #expect(figure.degreesOfFreedom.isClose(to: expected[2], within: 1e-8))
            }
            #expect(row.gap.isClose(to: found.estimate + left.estimate, within: 1e-14))
            request.within = false
            #expect(try GapAnalysis.run(GoldenPupils.cells(schools: schools), request).rows[0].gap == row.gap)
        }
    }

    /// Where low is good every part turns its sign with the gap.
    @Test func partsFollowTheSignOfTheGap() throws {
        var request = asking()
        request.unit = "urn"
        (request.within, request.index, request.rankKey) = (true, true, "result")
        let table = ranked(GoldenPupils.pupils(schools: 12))
        let plain = try GapAnalysis.run(table, request).rows[0]
        request.lowerIsBetter = true
        let turned = try GapAnalysis.run(table, request).rows[0]
        for figure in [\GapRow.within, \.between, \.index] {
            let (a, b) = (try #require(plain[keyPath: figure]), try #require(turned[keyPath: figure]))
            #expect(a.estimate == -b.estimate && a.standardError == b.standardError && a.lower == b.upper.map { -$0 })
        }
    }

    /// One school with pupils of both sides: nothing tells how that differs between schools.
    @Test func aSingleSchoolWithBothSidesHasNoInterval() throws {
        var table = RowTable(["urn", "fsm"])
        for (urn, fsm, y) in [
            ("a", "Y", 1.0), ("a", "N", 4), ("a", "N", 6), ("b", "N", 7), ("b", "N", 9), ("c", "Y", 2), ("c", "Y", 3),
        ] { table.add([urn, fsm], y) }
        var request = asking()
        (request.unit, request.within) = ("urn", true)
        let row = try GapAnalysis.run(table.cells(), request).rows[0]
        #expect(row.within?.estimate == 4 && row.within?.standardError == nil && row.schoolsWithBoth == 1)
        #expect(row.gap == 4.5 && row.between?.estimate == 0.5 && row.between?.standardError == nil)
        // Fewer pupils of a side in that school than may be shown.
        request.threshold = 3
        let hidden = try GapAnalysis.run(table.cells(), request).rows[0]
        #expect(!hidden.isSuppressed && hidden.gap == 4.5 && hidden.within == nil && hidden.between == nil)
    }

    private func ranked(_ pupils: [GoldenPupils.Pupil]) -> CellTable {
        var table = RowTable(["urn", "year", "fsm", "result"], variables: ["score"])
        for pupil in pupils { table.add([pupil.urn, String(pupil.year), pupil.fsm, String(pupil.score)], pupil.score) }
        return table.cells()
    }

    @Test(arguments: [
        (12, GoldenParts.fewIndex, GoldenParts.fewIndexClustered, GoldenParts.fewIndexJackknife),
        (60, GoldenParts.manyIndex, GoldenParts.manyIndexClustered, GoldenParts.manyIndexJackknife),
    ])
    func theIndexAgreesWithMannWhitneyAndDeLong(
        _ schools: Int, _ alone: [Double], _ clustered: [Double], _ jackknife: Double
    ) throws {
        let table = ranked(GoldenPupils.pupils(schools: schools))
        var request = asking()
        (request.index, request.rankKey, request.rankKeyHoldsNumbers) = (true, "result", true)
        let independent = try #require(try GapAnalysis.run(table, request).rows[0].index)
        #expect(independent.estimate.isClose(to: alone[0], within: Self.tolerance))
        #expect(independent.standardError.isClose(to: alone[1], within: Self.tolerance))
        request.unit = "urn"
        let bySchool = try #require(try GapAnalysis.run(table, request).rows[0].index)
        #expect(bySchool.standardError.isClose(to: clustered[1], within: Self.tolerance))
        #expect(bySchool.degreesOfFreedom.isClose(to: clustered[2], within: 1e-8))
        // The jackknife is another estimate of the same error: near, not equal.
        #expect(bySchool.standardError.isClose(to: jackknife, within: 0.02))
    }

    /// By hand: the ranks are 1 and 2.5 of the group, 2.5 and 4 of its peers.
    @Test func equalResultsShareTheirRank() throws {
        var table = RowTable(["fsm", "result"])
        for (fsm, y) in [("Y", 1.0), ("Y", 2), ("N", 2), ("N", 3)] { table.add([fsm, String(y)], y) }
        var request = asking()
        (request.index, request.rankKey) = (true, "result")
        let index = try #require(try GapAnalysis.run(table.cells(), request).rows[0].index)
        // 20 (3.25 − 1.75)/4.
        #expect(index.estimate.isClose(to: 7.5, within: 1e-14))
    }

    /// By hand: of 10 pupils in the country 4 have 1, 2 have 2 and 4 have 3. Where these pupils are the country, the index is
    /// the local one.
    @Test func nationalRanksPlaceEachPupilAmongAll() throws {
        let ranks = NationalRanks(pupils: [nil: [(3, 4), (1, 4), (2, 2)], 2018: [(1, 1), (2, 1)]])
        #expect([0.5, 1, 1.5, 2, 3, 4].map { ranks.share(of: $0, period: 2017) } == [0, 0.2, 0.4, 0.5, 0.8, 1])
        #expect(ranks.share(of: 2, period: 2018) == 0.75)
        #expect(NationalRanks(pupils: [2018: [(1, 1)]]).share(of: 1, period: 2017) == nil)
        let pupils = GoldenPupils.pupils(schools: 12)
        var counts: [Double: Double] = [:]
        for pupil in pupils { counts[pupil.score, default: 0] += 1 }
        var request = asking()
        (request.index, request.rankKey, request.unit) = (true, "result", "urn")
        request.nationalRanks = NationalRanks(pupils: [nil: counts.map { ($0.key, $0.value) }])
        let row = try GapAnalysis.run(ranked(pupils), request).rows[0]
        let (local, national) = (try #require(row.index), try #require(row.nationalIndex))
        #expect(national.estimate.isClose(to: local.estimate, within: 1e-12))
        let error = try #require(national.standardError)
        #expect(error > 0 && error < 2 * (local.standardError ?? 0))
    }

    /// The ranks of a share are those of its pupils, one by one.
    @Test func theIndexOfAShareNeedsNoSingleResults() throws {
        var pupils = RowTable(["urn", "fsm", "result"])
        for pupil in GoldenPupils.pupils(schools: 12) {
            let passed = pupil.score > 33 ? 100.0 : 0
            pupils.add([pupil.urn, pupil.fsm, String(passed)], passed)
        }
        var request = asking()
        (request.index, request.rankKey, request.unit) = (true, "result", "urn")
        let one = try #require(try GapAnalysis.run(pupils.cells(), request).rows[0].index)
        (request.rankKey, request.isShare) = (nil, true)
        let row = try GapAnalysis.run(pupils.cells(), request).rows[0]
        let two = try #require(row.index)
        #expect(one.estimate.isClose(to: two.estimate, within: 1e-12))
        #expect(one.standardError.isClose(to: try #require(two.standardError), within: 1e-12))
        #expect(two.estimate.isClose(to: try #require(row.gap) / 10, within: 1e-12))
    }

    @Test(arguments: [(12, GoldenParts.fewTrend), (60, GoldenParts.manyTrend)])
    func theTrendIsAContrastOfARegression(_ schools: Int, _ expected: [Double]) throws {
        var request = asking()
        (request.unit, request.time, request.trend) = ("urn", "year", true)
        let rows = try GapAnalysis.run(
            GoldenPupils.cells(schools: schools, years: [2014, 2015, 2016, 2018]), request
        ).rows
        #expect(rows.map { $0.trend == nil } == [true, true, true, false])
        let last = try #require(rows.last)
        let trend = try #require(last.trend)
        #expect(trend.estimate.isClose(to: expected[0], within: Self.tolerance))
        #expect(trend.standardError.isClose(to: expected[1], within: Self.tolerance))
        #expect(trend.degreesOfFreedom.isClose(to: expected[2], within: 1e-8))
        #expect(last.trendFrom == "2014" && last.trendPeriods == 4)
    }

    @Test func changesFromOnePeriod() throws {
        let table = GoldenPupils.cells(schools: 12, years: [2014, 2015, 2016, 2018])
        var request = asking()
        (request.time, request.change) = ("year", true)
        for (baseline, froms) in [
            (nil, [nil, "2014", "2015", "2016"]), ("first", [nil, "2014", "2014", "2014"]),
            ("2015", ["2015", nil, "2015", "2015"]),
        ] as [(String?, [String?])] {
            request.baseline = baseline
            let rows = try GapAnalysis.run(table, request).rows
            #expect(rows.map(\.changeFrom) == froms)
            for row in rows {
                guard let from = row.changeFrom, let gap = row.gap else { continue }
                let before = try #require(rows.first { $0.by[0].value == from }?.gap)
                #expect(row.change == gap - before)
            }
        }
        request.baseline = "1999"
        #expect(throws: AttainmentError.noSuchBaseline("1999", known: ["2014", "2015", "2016", "2018"])) {
            try GapAnalysis.run(table, request)
        }
    }

    @Test func adjustedValuesAgreeWithStatsmodels() {
        for (method, expected) in [
            (MultipleComparisons.holm, GoldenParts.holm), (.hochberg, GoldenParts.hochberg), (.bh, GoldenParts.bh),
            (.none, GoldenParts.pValues),
        ] {
            for (a, b) in zip(method.adjusted(GoldenParts.pValues), expected) {
                #expect(a.isClose(to: b, within: 1e-14))
            }
        }
    }

    /// Independent gaps have Šidák's value, a gap and its mirror image that of one; 20,000 draws are within 0.02 of it.
    @Test func simultaneousValuesAreKnownInTheEnds() {
        var alone = Matrix(8, 8)
        for k in 0..<8 { alone[k, k] = 1 }
        // The normal quantile of 1 − (1 − 0.95^{1/8})/2, by scipy.
        #expect(abs(SimultaneousGaps(correlation: alone).critical(level: 0.95) - 2.7270) < 0.02)
        var mirrored = Matrix(2, 2)
        for i in 0..<2 { for j in 0..<2 { mirrored[i, j] = i == j ? 1 : -1 } }
        let joint = SimultaneousGaps(correlation: mirrored)
        #expect(abs(joint.critical(level: 0.95) - 1.96) < 0.02)
        #expect(joint.adjusted(0.2) >= 0.2 && joint.adjusted(0.2) < 0.21)
    }

    /// Two values of one column are one gap seen from either side: bands are the intervals.
    @Test(arguments: [nil, "urn"]) func oneGapSeenTwiceNeedsNoWiderBand(_ unit: String?) throws {
        var request = asking(.eachValue(column: "fsm", unknown: []))
        (request.adjustment, request.unit) = (.simultaneous, unit)
        for row in try GapAnalysis.run(GoldenPupils.cells(schools: 12), request).rows {
            let width = try #require(row.upper) - #require(row.lower)
            let band = try #require(row.bandUpper) - #require(row.bandLower)
            #expect(abs(band / width - 1) < 0.015)
        }
        request = asking(by: ["urn"])
        (request.adjustment, request.unit) = (.simultaneous, unit)
        let rows = try GapAnalysis.run(GoldenPupils.cells(schools: 12), request).rows.filter { $0.pValue != nil }
        // Schools share no pupils: Šidák for their number.
        let row = try #require(rows.first)
        let (p, adjusted) = (try #require(row.pValue), try #require(row.pAdjusted))
        var none = 1.0
        for _ in rows { none *= 1 - p }
        #expect(abs(adjusted - (1 - none)) < 0.015)
    }

    @Test func standardisersAgreeWithTheirDefinitionsAndTheJackknife() throws {
        let table = GoldenPupils.cells(schools: 60)
        var request = asking()
        (request.unit, request.standardise) = ("urn", true)
        let named: [Standardiser] = [.total, .pooled, .withinSchools, .schoolMeans]
        for (index, standardiser) in named.enumerated() {
            request.standardiser = standardiser
            let row = try GapAnalysis.run(table, request).rows[0]
            let found = try #require(row.standardised)
            if standardiser == .pooled {
                #expect(row.hedgesG.isClose(to: found.estimate, within: 1e-14))
            } else {
                #expect(found.estimate.isClose(to: GoldenParts.standardised[index], within: Self.tolerance))
            }
            // Another estimate of the same error.
            let jackknife = GoldenParts.standardisedJackknife[index]
            #expect(abs(try #require(found.standardError) / jackknife - 1) < 0.06, "\(standardiser)")
        }
    }

    @Test func sidesThatShareNoSchoolFollowHedges() throws {
        var table = RowTable(["urn", "fsm"], variables: ["score"])
        for pupil in GoldenPupils.pupils(schools: 12) {
            let isThird = (Int(pupil.urn.dropFirst()) ?? 0) % 3 == 0
            if isThird == (pupil.fsm == "Y") { table.add([pupil.urn, pupil.fsm], pupil.score) }
        }
        var request = asking()
        (request.unit, request.standardise) = ("urn", true)
        let total = try #require(try GapAnalysis.run(table.cells(), request).rows[0].standardised)
        request.standardiser = .withinSchools
        let within = try #require(try GapAnalysis.run(table.cells(), request).rows[0].standardised)
        let found = [total.estimate, total.standardError ?? 0, within.estimate, within.standardError ?? 0]
        for (a, b) in zip(found, GoldenParts.nested.dropFirst()) { #expect(a.isClose(to: b, within: Self.tolerance)) }
    }

    @Test func spreadsNeedWhatTheyAreMadeOf() {
        let table = GoldenPupils.cells(schools: 12, withPrior: true)
        for (standardiser, option) in [
            (Standardiser.withinSchools, "--unit"), (.schoolMeans, "--unit"), (.residual, "--prior"),
            (.peersBefore, "--time and --by, --change or --trend"),
        ] {
            var request = asking()
            (request.standardise, request.standardiser) = (true, standardiser)
            #expect {
                try GapAnalysis.run(table, request)
            } throws: { ($0 as? AttainmentError)?.hint == "name it with \(option)" }
        }
    }

    /// The peers of the first year for every year; what prior attainment leaves is less than the whole.
    @Test func peersBeforeAndResiduals() throws {
        let table = GoldenPupils.cells(schools: 60, withPrior: true)
        var request = asking(by: ["year"])
        (request.unit, request.time, request.standardise, request.standardiser) = ("urn", "year", true, .peersBefore)
        let rows = try GapAnalysis.run(table, request).rows
        let first = GoldenPupils.pupils(schools: 60).filter { $0.year == 2017 && $0.fsm == "N" }.map(\.score)
        let mean = first.reduce(0, +) / Double(first.count)
        let variance = first.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(first.count - 1)
        for row in rows {
            let expected = try #require(row.gap) / variance.squareRoot()
            let found = try #require(row.standardised).estimate
            #expect(found.isClose(to: expected, within: Self.tolerance))
            #expect(row.standardised?.standardError != nil)
        }
        (request.prior, request.standardiser) = ("prior", .residual)
        let residual = try GapAnalysis.run(table, request).rows
        request.standardiser = .total
        for (a, b) in zip(residual, try GapAnalysis.run(table, request).rows) {
            #expect(try #require(a.standardised?.estimate) > #require(b.standardised?.estimate))
        }
    }

    @Test func monthsFollowTheNamedTable() throws {
        #expect(MonthsOfProgress.all.map(\.key) == ["eef-toolkit", "eef-trials"])
        let trials = try #require(MonthsOfProgress.named("eef-trials"))
        #expect([0.04, 0.05, 0.18, 0.95, 0.96, -0.3].map(trials.months) == [0, 1, 2, 11, 12, -4])
        var request = asking()
        (request.unit, request.standardise, request.months) = ("urn", true, trials)
        let row = try GapAnalysis.run(GoldenPupils.cells(schools: 60), request).rows[0]
        let found = try #require(row.standardised)
        #expect(row.months == trials.months(for: found.estimate) && row.months == 8)
        #expect(row.monthsLower == found.lower.map(trials.months) && row.monthsUpper == found.upper.map(trials.months))
    }

    @Test func nationalPeersStandInForTheOwn() throws {
        var table = RowTable(["urn", "year", "fsm"])
        for (urn, year, fsm, y) in [
            ("a", "2017", "Y", 1.0), ("a", "2018", "Y", 3), ("b", "2018", "Y", 8), ("a", "2017", "N", 5),
            ("b", "2018", "N", 6),
        ] { table.add([urn, year, fsm], y) }
        var request = asking()
        (request.unit, request.time) = ("urn", "year")
        request.national = NationalPeers(means: [
            .init(outcome: "y", period: 2017): 10, .init(outcome: "y", period: 2018): 20,
            .init(outcome: "y", group: "fsm=N", period: 2018): 0,
        ])
        // (10 − 1 + 20 − 3 + 20 − 8)/3.
        let row = try GapAnalysis.run(table.cells(), request).rows[0]
        let gap = try #require(row.nationalGap).estimate
        #expect(gap.isClose(to: 38.0 / 3, within: 1e-14))
        #expect(row.meanNationalPeers.isClose(to: 50.0 / 3, within: 1e-14) && row.gap == 1.5)
        request.national = NationalPeers(means: [.init(outcome: "y", period: 2017): 10])
        #expect(throws: AttainmentError.noNationalMean(outcome: "y", group: "fsm=Y", period: "2018")) {
            try GapAnalysis.run(table.cells(), request)
        }
    }
}
