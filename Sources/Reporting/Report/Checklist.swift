/// A question of the evaluation checklist with the plan's answer, nil where the plan left it out.
public struct ChecklistAnswer: Sendable, Equatable {
    public var key: String
    public var question: String
    public var answer: String?

    public init(key: String, question: String, answer: String?) {
        self.key = key
        self.question = question
        self.answer = answer
    }
}

/// The questions that a partnership should have answered before it starts and when it is judged,
/// after the Department for Education's guide to setting up partnerships, in our words.
public enum Checklist {
    /// The key in the plan's `checklist`, and the question.
    public static let questions: [(key: String, question: String)] = [
        ("rationale", "Which need does the partnership answer, and which data show it?"),
        ("timing", "Are the objectives specific and measurable, each with a date?"),
        ("feasibility", "Does each partner have the time, people and money that its part needs?"),
        ("roles", "Who leads, who does what, and who decides?"),
        ("agreement", "Have all partners signed an agreement or memorandum of understanding?"),
        ("standards", "Which standards must the work meet, and who checks its quality?"),
        ("ethics", "Which ethical questions arise, and who has reviewed them?"),
        ("consent", "Is there a lawful basis for each use of pupil data, and were families told?"),
        ("sharing", "Is there a data sharing agreement between the partners?"),
        ("retention", "How long are the data kept, and who deletes them?"),
        ("baseline", "Was the baseline collected before the work began?"),
        ("comparison", "Who stands for what would have happened without the partnership?"),
        ("measures", "Were the outcome measures chosen before the results were seen?"),
        ("monitoring", "On which dates is progress looked at, and by whom?"),
        ("evaluation", "Who evaluates, by which method, and is the plan written down?"),
        ("findings", "With whom will the findings be shared, whatever they are?"),
        ("sustainability", "What happens when the funding or the lead person goes?"),
    ]

    /// Every question in order, with the answers given; blank answers count as left out.
    ///
    /// - Parameter answers: by key. Keys that are no question are the plan reader's to refuse.
    public static func answered(_ answers: [String: String]) -> [ChecklistAnswer] {
        questions.map { key, question in
            let answer = answers[key].flatMap { $0.allSatisfy(\.isWhitespace) ? nil : $0 }
            return ChecklistAnswer(key: key, question: question, answer: answer)
        }
    }
}
