import Cells
import Inference
import Panels
import Tables
import Testing

@testable import Attainment

private let fsm = GapRequest.Group.contrast(GroupContrast(column: "fsm", value: "Y"))

private func request(_ groups: GapRequest.Group..., by: [String] = []) -> GapRequest {
    var request = GapRequest(groups: groups)
    request.by = by
    return request
}

@Suite struct GapTests {
    /// Both sides sum some thousand doubles in other orders; the tails come from Boost here and Cephes there.
    static let tolerance = 1e-11

    @Test(arguments: [
        (12, GoldenGaps.fewCounts, GoldenGaps.fewWelch, GoldenGaps.fewHedges),
        (60, GoldenGaps.manyCounts, GoldenGaps.manyWelch, GoldenGaps.manyHedges),
    ])
    func agreesWithWelchAndHedges(_ schools: Int, _ counts: [Double], _ welch: [Double], _ hedges: Double) throws {
        var request = request(fsm)
        request.standardise = true
        let result = try GapAnalysis.run(GoldenPupils.cells(schools: schools), request)
        let row = try #require(result.rows.first)
        #expect(result.rows.count == 1)
        #expect(row.group == "fsm=Y" && row.n == counts[0] && row.nPeers == counts[1])
        #expect(row.mean.isClose(to: counts[2], within: Self.tolerance))
        #expect(row.meanPeers.isClose(to: counts[3], within: Self.tolerance))
        let found = [row.gap, row.standardError, row.degreesOfFreedom, row.pValue, row.lower, row.upper]
        for (a, b) in zip(found, welch) { #expect(a.isClose(to: b, within: Self.tolerance)) }
        #expect(row.hedgesG.isClose(to: hedges, within: Self.tolerance))
        #expect(result.warnings.map(\.code) == ["independent-pupils"])
    }

    /// CR2 with Satterthwaite's degrees of freedom for 12 schools, CR1 for 60.
    @Test(arguments: [
        (12, GoldenGaps.fewClustered, GoldenGaps.fewChange), (60, GoldenGaps.manyClustered, GoldenGaps.manyChange),
    ])
    func clustersBySchoolAsARegressionDoes(_ schools: Int, _ clustered: [Double], _ change: [Double]) throws {
        let table = GoldenPupils.cells(schools: schools)
        var request = request(fsm)
        request.unit = "urn"
        let row = try #require(try GapAnalysis.run(table, request).rows.first)
        #expect(row.gap.isClose(to: -clustered[0], within: Self.tolerance))
        #expect(row.standardError.isClose(to: clustered[1], within: Self.tolerance))
        #expect(row.degreesOfFreedom.isClose(to: clustered[2], within: Self.tolerance))

        request.time = "year"
        request.change = true
        let rows = try GapAnalysis.run(table, request).rows
        #expect(rows.map(\.by) == [[ByValue("year", "2017")], [ByValue("year", "2018")]])
        #expect(rows[0].change == nil && rows[0].changeFrom == nil)
        #expect(rows[1].changeFrom == "2017")
        #expect(rows[1].change.isClose(to: -change[0], within: Self.tolerance))
        #expect(rows[1].changeStandardError.isClose(to: change[1], within: Self.tolerance))
        let (lower, upper) = (try #require(rows[1].changeLower), try #require(rows[1].changeUpper))
        #expect(((lower + upper) / 2).isClose(to: -change[0], within: Self.tolerance))
    }

    @Test(arguments: [(12, GoldenGaps.fewProgress), (60, GoldenGaps.manyProgress)])
    func theGapAtEqualPriorAgreesWithARegressionOnTheSpline(_ schools: Int, _ progress: [Double]) throws {
        let table = GoldenPupils.cells(schools: schools, withPrior: true)
        var request = request(fsm)
        request.unit = "urn"
        request.time = "year"
        let without = try GapAnalysis.run(table, request)
        request.prior = "prior"
        let with = try GapAnalysis.run(table, request)
        // The spline's columns are nearly collinear: the peer's normal equations keep fewer digits than the rest.
        #expect(with.rows[0].progressGap.isClose(to: -progress[0], within: 1e-9))
        #expect(with.rows[0].progressGapStandardError.isClose(to: progress[1], within: 1e-9))
        // It never changes the gap, to the last bit.
        #expect(with.rows[0].gap == without.rows[0].gap && with.rows[0].standardError == without.rows[0].standardError)
        let lower = try #require(with.rows[0].progressGapLower)
        let upper = try #require(with.rows[0].progressGapUpper)
        #expect(lower < -progress[0] && -progress[0] < upper)
    }

    @Test func theOrderOfRowsAndTheNamesOfSchoolsChangeNothing() throws {
        var table = RowTable(["urn", "year", "fsm"], variables: ["score"])
        var renamed = table
        let pupils = GoldenPupils.pupils(schools: 12)
        for pupil in pupils {
            table.add([pupil.urn, String(pupil.year), pupil.fsm], pupil.score)
            renamed.add(["X" + pupil.urn, String(pupil.year), pupil.fsm], pupil.score)
        }
        let order = pupils.indices.sorted { ($0 * 37) % pupils.count < ($1 * 37) % pupils.count }
        var request = request(fsm, by: ["year"])
        request.unit = "urn"
        let rows = try GapAnalysis.run(table.cells(), request).rows
        #expect(try GapAnalysis.run(renamed.cells(), request).rows == rows)
        let shuffled = try GapAnalysis.run(table.reordered(order).cells(), request).rows
        for (a, b) in zip(rows, shuffled) {
            #expect(try a.gap.isClose(to: #require(b.gap), within: 1e-12))
            #expect(try a.standardError.isClose(to: #require(b.standardError), within: 1e-12))
        }
    }

    /// Weights of 3 by hand: the same as three equal rows where they are frequencies, and no more than one where not.
    @Test func frequencyWeightsStandForRows() throws {
        var weighted = RowTable(["fsm"])
        var repeated = weighted
        for (fsm, y) in [("Y", 1.0), ("Y", 2), ("Y", 6), ("N", 4), ("N", 9), ("N", 5)] {
            weighted.add([fsm], y, weight: 3)
            for _ in 0..<3 { repeated.add([fsm], y) }
        }
        var request = request(fsm)
        request.threshold = 0
        let thrice = try GapAnalysis.run(repeated.cells(), request).rows[0]
        request.weightKind = .frequency
        let frequency = try GapAnalysis.run(weighted.cells(), request).rows[0]
        #expect(frequency.n == 9 && frequency.gap == thrice.gap)
        #expect(try frequency.standardError.isClose(to: #require(thrice.standardError), within: 1e-14))
        request.weightKind = .analytic
        let analytic = try GapAnalysis.run(weighted.cells(), request).rows[0]
        // s²/n of {1, 2, 6} and {4, 9, 5}: 7/3 + 7/3.
        #expect(analytic.n == 3 && analytic.standardError.isClose(to: (14.0 / 3).squareRoot(), within: 1e-14))
    }

    /// The same with every figure that the weights touch: clustered, over time, at equal prior attainment.
    @Test(arguments: [nil, "urn"]) func frequencyWeightsStandForRowsInEveryFigure(_ unit: String?) throws {
        var weighted = RowTable(["urn", "year", "fsm", "prior"], variables: ["score"])
        var repeated = weighted
        for (index, pupil) in GoldenPupils.pupils(schools: 6).enumerated() {
            let keys = [pupil.urn, String(pupil.year), pupil.fsm, String(pupil.prior)]
            weighted.add(keys, pupil.score, weight: Double(1 + index % 3))
            for _ in 0...index % 3 { repeated.add(keys, pupil.score) }
        }
        var request = request(fsm)
        request.unit = unit
        request.time = "year"
        request.change = true
        request.prior = "prior"
        request.standardise = true
        let rows = try GapAnalysis.run(repeated.cells(), request).rows
        request.weightKind = .frequency
        for (a, b) in zip(rows, try GapAnalysis.run(weighted.cells(), request).rows) {
            #expect(a.n == b.n && a.nPeers == b.nPeers)
            let figures: [KeyPath<GapRow, Double?>] = [
                \.gap, \.standardError, \.degreesOfFreedom, \.hedgesG, \.progressGap, \.progressGapStandardError,
            ]
            for figure in figures {
                #expect(try b[keyPath: figure].isClose(to: #require(a[keyPath: figure]), within: 1e-11))
            }
            #expect(b.changeStandardError.isClose(to: a.changeStandardError ?? 0, within: 1e-11) || a.change == nil)
        }
    }

    @Test func eachValueStandsAgainstTheRest() throws {
        var table = RowTable(["eth"])
        for (value, y) in [("A", 1.0), ("A", 3), ("B", 5), ("C", 9), ("", 100), ("NOBT", 50)] { table.add([value], y) }
        var request = request(.eachValue(column: "eth", unknown: ["NOBT"]))
        request.threshold = 0
        let result = try GapAnalysis.run(table.cells(), request)
        #expect(result.rows.map(\.group) == ["A", "B", "C"])
        for (row, gap) in zip(result.rows, [5, -2.0 / 3, -6]) { #expect(row.gap.isClose(to: gap, within: 1e-14)) }
        #expect(result.rows.map(\.nPeers) == [2, 3, 3])
        #expect(result.dropped.map(\.rows) == [2, 2, 2])
    }

    @Test func unknownValuesJoinNeitherSide() throws {
        var table = RowTable(["fsm"])
        for (value, y) in [("Y", 1.0), ("Y", 3), ("N", 5), ("N", 7), ("", 100), ("U", 50)] { table.add([value], y) }
        var contrast = GroupContrast(column: "fsm", value: "Y", unknown: ["U"])
        var request = request(.contrast(contrast))
        request.threshold = 0
        let known = try GapAnalysis.run(table.cells(), request)
        #expect(known.rows[0].gap == 4)
        #expect(known.dropped == [DroppedRows("fsm=Y: neither the group nor its peers", 2)])
        contrast.peers = "U"
        request.groups = [.contrast(contrast)]
        #expect(try GapAnalysis.run(table.cells(), request).rows[0].gap == 48)
    }

    @Test func withinOneSchoolPupilsAreIndependent() throws {
        let table = GoldenPupils.cells(schools: 3)
        var clustered = request(fsm, by: ["urn"])
        clustered.unit = "urn"
        clustered.threshold = 0
        var plain = clustered
        plain.unit = nil
        let a = try GapAnalysis.run(table, clustered).rows
        #expect(a.count == 3 && a.allSatisfy { $0.standardError != nil })
        #expect(try GapAnalysis.run(table, plain).rows == a)
    }

    /// All FSM pupils in one school: what schools differ by cannot be told from them.
    @Test func aSideInOneSchoolHasNoClusteredError() throws {
        var table = RowTable(["urn", "fsm"])
        for (urn, fsm, y) in [("A", "Y", 1.0), ("A", "Y", 2), ("A", "N", 3), ("B", "N", 4), ("C", "N", 6)] {
            table.add([urn, fsm], y)
        }
        var request = request(fsm)
        request.unit = "urn"
        request.threshold = 0
        let result = try GapAnalysis.run(table.cells(), request)
        #expect(result.rows[0].gap.isClose(to: 13.0 / 3 - 1.5, within: 1e-15))
        #expect(result.rows[0].standardError == nil && result.rows[0].lower == nil)
        #expect(result.warnings.map(\.code) == ["few-clusters"])
    }

    @Test func lowIsGoodTurnsTheSign() throws {
        let table = GoldenPupils.cells(schools: 12, withPrior: true)
        var request = request(fsm)
        request.prior = "prior"
        request.standardise = true
        let plain = try GapAnalysis.run(table, request).rows[0]
        request.lowerIsBetter = true
        let turned = try GapAnalysis.run(table, request).rows[0]
        #expect(turned.mean == plain.mean && turned.standardError == plain.standardError)
        #expect(turned.gap == plain.gap.map { -$0 } && turned.hedgesG == plain.hedgesG.map { -$0 })
        #expect(turned.progressGap == plain.progressGap.map { -$0 } && turned.lower == plain.upper.map { -$0 })
    }

    @Test func changesFollowTheCalendarAndNotTheBytes() throws {
        var table = RowTable(["term", "fsm"])
        for (term, gap) in [("2018/19 summer", 7.0), ("2018/19 autumn", 1), ("2018/19 spring", 2), ("201718T3", 4)] {
            for noise in [-1.0, 1] {
                table.add([term, "Y"], noise)
                table.add([term, "N"], gap + noise)
            }
        }
        var request = request(fsm)
        request.threshold = 0
        request.time = "term"
        request.change = true
        let rows = try GapAnalysis.run(table.cells(), request).rows
        #expect(rows.map(\.by[0].value) == ["201718T3", "2018/19 autumn", "2018/19 spring", "2018/19 summer"])
        #expect(rows.map(\.change) == [nil, -3, 1, 5])
        // Four means of two pupils with s² = 2 each: √4 = 2.
        #expect(rows[1].changeStandardError.isClose(to: 2, within: 1e-15))
    }

    @Test func unitRowsHavePupilsByTheirCount() throws {
        var table = RowTable(["la", "fsm"], variables: ["y", "pupils"])
        for (la, y, peers) in [("A", 1.0, 11.0), ("B", 2, 13), ("C", 6, 15)] {
            table.add([la, "Y"], y, la == "C" ? nil : 8)
            table.add([la, "N"], peers, 100)
        }
        var request = request(fsm)
        request.rowKind = .units
        request.countBlock = 1
        request.unit = "la"
        request.standardise = true
        request.pupilSpread = 20
        let row = try GapAnalysis.run(table.cells(blocks: [[0], [1]]), request).rows[0]
        #expect(row.n == 16 && row.nPeers == 300 && row.gap == 10 && row.hedgesG == 0.5)
        request.countBlock = nil
        let unknown = try GapAnalysis.run(table.cells(blocks: [[0], [1]]), request)
        #expect(unknown.rows[0].n == 3 && !unknown.rows[0].isSuppressed)
        #expect(unknown.warnings.map(\.code) == ["counts-unknown"])
    }
}

@Suite struct GapRefusalTests {
    private func refusal(_ table: CellTable, _ request: GapRequest) throws -> any Refusal {
        let error = try #require(throws: (any Error).self) { try GapAnalysis.run(table, request) }
        return try #require(error as? any Refusal)
    }

    @Test func valuesThatDoNotOccur() throws {
        let table = GoldenPupils.cells(schools: 2)
        let error = try refusal(table, request(.contrast(GroupContrast(column: "fsm", value: "y"))))
        #expect(error.message == "no row with a result has 'y' in the column 'fsm'")
        #expect(error.status == .input)
        let peers = try refusal(table, request(.contrast(GroupContrast(column: "fsm", value: "Y", peers: "X"))))
        #expect(peers.message == "no row with a result has 'X' in the column 'fsm'")
    }

    @Test func columnsThatTheCellsLack() throws {
        let error = try refusal(GoldenPupils.cells(schools: 2), request(fsm, by: ["sex"]))
        #expect(error.message.contains("sex"))
    }

    @Test func aChangeNeedsPeriods() throws {
        var request = request(fsm)
        request.change = true
        let error = try refusal(GoldenPupils.cells(schools: 2), request)
        #expect(error.message == "a change of the gap needs the column with the period" && error.status == .usage)
    }

    @Test func unitRowsNeedASpreadOfPupils() throws {
        var request = request(fsm)
        request.rowKind = .units
        request.standardise = true
        let error = try refusal(GoldenPupils.cells(schools: 2), request)
        #expect(error.hint == "give the standard deviation of pupils with --pupil-sd")
    }

    @Test func priorAttainmentMustBeANumberAndKnown() throws {
        var table = RowTable(["fsm", "ks2"])
        for (fsm, ks2) in [("Y", "100"), ("N", "L4")] { table.add([fsm, ks2], 1) }
        var request = request(fsm)
        request.threshold = 0
        request.prior = "ks2"
        #expect(try refusal(table.cells(), request).message == "a key in the column 'ks2' is not a number")
        var empty = RowTable(["fsm", "ks2"])
        for fsm in ["Y", "N"] { empty.add([fsm, ""], 1) }
        #expect(
            try refusal(empty.cells(), request).message
                == "no row of a group and its peers has a value in the column 'ks2'")
    }
}
