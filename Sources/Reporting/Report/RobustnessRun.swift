import Inference

/// The headline under another choice that could as well have been made, or why it could not be.
public struct RobustnessRun: Sendable {
    public var name: String
    public var effect: Effect?
    /// Why there is no effect.
    public var reason: String?

    public init(name: String, effect: Effect?, reason: String? = nil) {
        self.name = name
        self.effect = effect
        self.reason = reason
    }
}

extension OutcomeResult {
    /// The runs as a table: estimate, standard error and interval of each.
    var robustnessTable: ResultTable {
        ResultTable(
            columns: [
                .init("choice"), .init("estimate"), .init("standard error"), .init("lower"), .init("upper"),
                .init("note"),
            ],
            rows: robustness.map { run in
                [
                    .text(run.name), Self.cell(run, \.estimate), Self.cell(run, \.standardError),
                    Self.cell(run, \.lower),
                    Self.cell(run, \.upper), run.reason.map { .text($0) } ?? .missing,
                ]
            })
    }

    private static func cell(_ run: RobustnessRun, _ figure: KeyPath<Effect, Double?>) -> ResultTable.Cell {
        guard let effect = run.effect else { return .missing }
        return effect.isSuppressed ? .suppressed : effect[keyPath: figure].map { .number($0) } ?? .missing
    }
}
