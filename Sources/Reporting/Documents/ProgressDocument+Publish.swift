import Attainment

extension ProgressDocument {
    /// Rounds what is shown, guards the counts of rows, and keeps the log.
    ///
    /// A standard error is S/√n with S shown, and would give n back exactly: it is taken for the rounded n.
    public mutating func publish(_ profile: DisclosureProfile, shares: Set<String>, rowsArePupils: Bool) {
        let rule = Disclosure(profile)
        let rows = results.flatMap(\.units)
        let bands = results.flatMap(\.bands)
        func isSmall(_ n: Double, _ mean: Double?) -> Bool { rule.isSmall(n, mean: mean, isShare: false) }
        var entries = [
            rule.entry(
                "progress", primary: rows.map { isSmall($0.n, $0.score) }, hidden: rows.map(\.isSuppressed))
        ]
        if !bands.isEmpty {
            entries.append(
                rule.entry(
                    "bands of prior attainment", primary: bands.map { isSmall($0.n, $0.mean) },
                    hidden: bands.map(\.isSuppressed)))
        }
        for index in results.indices { results[index].round(profile.rounding, shares: shares) }
        log = DisclosureLog(profile: profile, entries: entries)
        if rowsArePupils { frame.publish(rule) }
    }
}

extension ValueAddedResult {
    fileprivate mutating func round(_ rounding: FigureRounding, shares: Set<String>) {
        guard rounding != .none else { return }
        for index in units.indices where !units[index].isSuppressed {
            units[index].round(rounding, isShare: shares.contains(units[index].outcome))
        }
        // The outer ends are the least and the largest prior attainment of one pupil each.
        let (least, largest) = (bands.map(\.from).min(), bands.map(\.to).max())
        for index in bands.indices {
            if bands[index].from == least { bands[index].from = (bands[index].from / 10).rounded(.down) * 10 }
            if bands[index].to == largest { bands[index].to = (bands[index].to / 10).rounded(.up) * 10 }
        }
        for index in bands.indices where !bands[index].isSuppressed {
            bands[index].mean = rounding.figure(bands[index].mean, isShare: shares.contains(bands[index].outcome))
            bands[index].n = rounding.count(bands[index].n)
        }
        for index in lines.indices { lines[index].n = rounding.count(lines[index].n) }
        for index in spreads.indices {
            spreads[index].standardDeviation = rounding.figure(
                spreads[index].standardDeviation, isShare: shares.contains(spreads[index].outcome), more: 1)
            spreads[index].n = spreads[index].n.map { rounding.count($0) }
        }
        n = rounding.count(n)
    }
}

extension ProgressRow {
    fileprivate mutating func round(_ rounding: FigureRounding, isShare: Bool) {
        let rounded = rounding.count(n)
        if let error = standardError, rounded > 0 {
            let other = error * (n / rounded).squareRoot()
            if let lower, let upper, error > 0 {
                let (below, above) = ((score - lower) / error, (upper - score) / error)
                (self.lower, self.upper) = (score - below * other, score + above * other)
            }
            standardError = rounding.figure(other, isShare: isShare, more: 1)
        }
        n = rounded
        score = rounding.figure(score, isShare: isShare) ?? score
        for path in [\ProgressRow.lower, \.upper, \.unadjustedScore, \.shrunkScore, \.shrunkLower, \.shrunkUpper] {
            self[keyPath: path] = rounding.figure(self[keyPath: path], isShare: isShare)
        }
        reliability = reliability.map { Precision(decimals: 2).rounded($0) }
    }
}
