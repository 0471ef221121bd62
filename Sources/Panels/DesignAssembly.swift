import Cells

/// The last step: the arrays of the design, cell by cell in the order of the table.
extension DesignDraft {
    func design() -> Design {
        let cells = selection.cells
        let units = columns.unit.factor(of: cells)
        let unitOfLevel = levelCodes(units, cells)
        let sampleIndex = sampleIndices
        let periods = cells.map { sampleIndex[period[$0]] }
        let starts = unitOfLevel.map { unit -> Int? in
            if case .from(let index) = status[unit] { index } else { nil }
        }
        let eventTime = cells.indices.map { position in
            starts[units.codes[position]].map { sample.steps(from: $0, to: periods[position]) }
        }
        let numbered = sample.numbered
        let rows = moments.selecting(cells)
        let used = request.weightKind == .frequency ? rows.repeated : rows
        let variables = table.blocks.isEmpty ? [] : table.blocks[request.block].variables
        var design = Design(
            outcome: variables.first ?? "", covariates: Array(variables.dropFirst()),
            units: units.levels, unit: units.codes, periods: numbered, period: periods,
            start: starts.map { $0.map { numbered[$0].ordinal } },
            isTreated: eventTime.map { $0.map { $0 >= 0 } ?? false }, eventTime: eventTime,
            isGroup: request.gap.map { _ in cells.map { sides[$0] == true } },
            clusters: columns.clusters.map { $0.factor(of: cells) },
            factors: columns.factors.map { $0.factor(of: cells) },
            absorbed: columns.absorbed.map { $0.factor(of: cells) },
            moments: report.estimand == .schools && report.rowKind == .pupils
                ? used.scaledToOne(within: strata(units.codes, periods, cells)) : used,
            pupils: pupils(cells), rowsArePupils: report.rowKind == .pupils,
            observationCount: used.n.reduce(0, +))
        design.exposure = request.exposure
        if let reversals {
            let count = texts.timeline.periods.count
            design.startsOn = unitOfLevel.map { reversals.startsOn[$0] }
            design.isOn = cells.map { reversals.isOn[unit[$0] * count + period[$0]] == true }
        }
        return design
    }

    /// For each level of the unit factor: the code in the key column.
    private func levelCodes(_ units: CellFactor, _ cells: [Int]) -> [Int] {
        var codes = [Int](repeating: 0, count: units.levels.count)
        for (position, cell) in cells.enumerated() { codes[units.codes[position]] = unit[cell] }
        return codes
    }

    /// For each index among all periods: the index in the sample; -1 where the period has no results.
    private var sampleIndices: [Int] {
        var next = 0
        return texts.timeline.periods.map { period in
            guard next < sample.periods.count, sample.periods[next].ordinal == period.ordinal else { return -1 }
            next += 1
            return next - 1
        }
    }

    /// One stratum for each unit and period and, in a triple difference, side: there every school's gap counts the same.
    private func strata(_ units: [Int], _ periods: [Int], _ cells: [Int]) -> [Int] {
        cells.indices.map { position in
            2 * (units[position] * sample.periods.count + periods[position]) + (sides[cells[position]] == true ? 1 : 0)
        }
    }

    /// Pupils behind each cell. A unit's row whose number is missing counts as none, so that it is suppressed.
    private func pupils(_ cells: [Int]) -> [Double]? {
        if report.rowKind == .pupils {
            return cells.map { request.weightKind == .frequency ? moments.weight[$0] : moments.n[$0] }
        }
        return request.countBlock.map { block in
            let counts = table.blocks[block].moments
            return cells.map { counts.n[$0] * counts.mean[$0 * counts.variableCount] }
        }
    }
}
