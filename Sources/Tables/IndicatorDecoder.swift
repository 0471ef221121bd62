/// Which texts of a yes/no column mean yes, and which mean that nobody knows.
public struct YesNo: Sendable, Equatable {
    public var yes: [String]
    public var unknown: [String]

    /// - Parameter value: the text that means yes, or several separated by `|`.
    public init(equals value: String, unknown: [String] = []) {
        let parts = value.split(separator: "|").map(String.init)
        yes = parts.count > 1 ? [value] + parts : [value]
        self.unknown = unknown
    }

    /// What a text says where a column answers yes or no: nil for any other word.
    static func meaning(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "y", "yes", "true", "1": true
        case "n", "no", "false", "0": false
        default: nil
        }
    }

    /// The words that say the opposite of yes, in small letters; nil where yes is no such word itself.
    package var opposite: [String]? {
        guard let meaning = yes.compactMap(Self.meaning).first else { return nil }
        return meaning ? ["n", "no", "false", "0"] : ["y", "yes", "true", "1"]
    }

    /// Of the texts that would count as no, those that mean neither, where the others answer yes or no.
    ///
    /// A column of grades or ethnic groups answers no such question: there every other text is a no. So is a column of
    /// numbers, of which 1 may be chosen. Where yes never occurs the slip is in its name.
    func strange(among texts: [String]) -> [String] {
        guard let meaning = yes.compactMap(Self.meaning).first, texts.contains(where: yes.contains) else { return [] }
        let others = texts.filter { !yes.contains($0) && !unknown.contains($0) && !Self.isBlank($0) }
        guard others.contains(where: { Self.meaning($0) == !meaning }) else { return [] }
        let areNumbers = others.contains { Double($0) != nil && Self.meaning($0) == nil }
        return areNumbers ? [] : others.filter { Self.meaning($0) != !meaning }
    }

    static func isBlank(_ text: String) -> Bool { text.utf8.allSatisfy(NumberText.isBlank) }
}

/// 100 where the text means yes, else 0; missing where it is empty, blank or declared unknown. Each distinct text is looked
/// at once.
final class IndicatorDecoder: ValueDecoder {
    private let values: YesNo
    private let raw = KeyDictionary()
    private var outcomes: [(value: Int64, reason: UInt8)] = []
    private var memory = NumberMemory()
    private(set) var missing = [0]
    /// The rows of each distinct text.
    private(set) var rows: [Int] = []

    init(_ values: YesNo) { self.values = values }

    deinit { memory.deallocate() }

    var column: Batch.Column { .number(memory.column(decimals: 0)) }
    var texts: KeyDictionary { raw }

    func skip(_ skipped: Range<Int>, of count: Int) { memory.skip(skipped, of: count) }

    func decode(_ rows: PieceRows, _ source: FieldSource, _ context: inout DecodingContext) {
        memory.reserve(rows.count)
        for r in rows.window {
            let (start, count) = source.text(rows, r, context.scratch, context.part)
            let code = Int(raw.code(start, count, context.file, rows.lines[r]))
            if code == outcomes.count {
                outcomes.append(evaluate(raw.texts[code]))
                self.rows.append(0)
            }
            let outcome = outcomes[code]
            self.rows[code] += 1
            memory.set(r, outcome.value, Double(outcome.value), outcome.reason)
            if outcome.reason == 1 { missing[0] += 1 }
        }
    }

    private func evaluate(_ text: String) -> (Int64, UInt8) {
        if YesNo.isBlank(text) { return (0, 1) }
        if values.unknown.contains(text) { return (0, Batch.NumberColumn.unknown) }
        return (values.yes.contains(text) ? 100 : 0, 0)
    }
}
