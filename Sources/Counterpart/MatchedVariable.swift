import Panels

/// What is matched on: a column's mean before the first start, or its value in one period or in each.
public struct MatchedVariable: Sendable, Equatable {
    public enum When: Sendable, Equatable {
        case mean
        /// As it is written.
        case period(String)
        case each
    }

    public var outcome: OutcomeRequest
    public var when: When

    public init(_ outcome: OutcomeRequest, when: When = .mean) {
        self.outcome = outcome
        self.when = when
    }

    /// - Parameter text: `column`, `column=value`, either with `@2016` or `@each` behind it.
    public init(_ text: String) {
        if let mark = text.lastIndex(of: "@"), mark > text.startIndex {
            let ending = String(text[text.index(after: mark)...])
            let column = OutcomeRequest(String(text[..<mark]))
            if ending == "each" {
                self.init(column, when: .each)
                return
            }
            if (try? Period(parsing: ending)) != nil {
                self.init(column, when: .period(ending))
                return
            }
        }
        self.init(OutcomeRequest(text))
    }

    /// As it is typed.
    public var name: String {
        switch when {
        case .mean: outcome.name
        case .period(let text): "\(outcome.name)@\(text)"
        case .each: "\(outcome.name)@each"
        }
    }
}
