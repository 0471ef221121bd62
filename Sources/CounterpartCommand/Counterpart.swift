import ArgumentParser
import Counterpart

/// The command tree.
struct CounterpartTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "counterpart",
        abstract: "What difference did the partnership make, and what would have happened without it?",
        discussion: """
            Reads CSV files of results, measures the gaps between groups of pupils, compares partner schools with comparison \
            schools before and after the partnership started, and writes a report.

            EXAMPLE
              counterpart init pupils-*.csv -o plan.yml
              counterpart run plan.yml -o report
            """,
        version: EvaluationVersion.text,
        subcommands: [
            Run.self, Review.self, Init.self, DescribeCommand.self, Convert.self, Measures.self, Gaps.self,
            Progress.self,
            Compare.self, Did.self,
            Power.self, CellsCommand.self, SQLCommand.self,
        ])
}
