import Testing

/// The options that the contract of the command line names: each has its case among the option lists, where it acts or is
/// refused by name. An option that is taken out of the program is noticed here.
@Suite struct ContractTests {
    private static let input =
        "--delimiter --encoding --skip-first --skip-last --thousands --decimal --percent --lenient --rejects --missing --no-known-codes --threads --show-values"
    private static let rows =
        "--where --time-from-name --unit --time --outcome --points --lower-is-better --pupil --count --weights --weight-kind --source --table"
    private static let result = "--format --output --quiet --strict"

    private static let contract = [
        "run": "--output --format --quiet --strict --threads --show-values",
        "review": "--output --format --quiet --strict --threads --show-values",
        "init": input + " --output",
        "describe": input + " --unit --time " + result,
        "convert": input + " --numbers --pseudonymise --key --drop " + result,
        "gaps":
            "\(input) \(rows) \(result) --group --peers --unknown --by --change --prior --standardise --suppress --round --rows --pupil-sd --level",
        "progress":
            "\(input) \(rows) \(result) --prior --method --bands --band-width --band-table --norm-where --by --suppress",
        "did":
            "\(input) \(rows) \(result) --start --treated --partners --partners-unit --partners-start --start-at --lag --exclude --comparison-units "
            + "--rows --pupil-sd --estimand --covariates --factors --absorb --cluster --partnership --by --gap --estimator --comparison --method "
            + "--anticipation --base --window --collapse --vcov --small-sample --singletons --bootstrap --wild --wild-weights --permutations --level "
            + "--diagnostics --seed --suppress",
        "power":
            "\(input) \(rows) \(result) --start --treated --partners --partners-unit --partners-start --start-at --lag --exclude --comparison-units "
            + "--rows --pupil-sd --estimand --covariates --factors --gap --estimator --comparison --level --suppress --schools --pupils --periods --power",
        "cells":
            "\(input) \(rows) --output --quiet --strict --start --treated --cluster --absorb --group --gap --factors --covariates --prior --by --minimum-cell",
    ]

    @Test(arguments: ["run", "review", "init", "describe", "convert", "gaps", "progress", "did", "power", "cells"])
    func everyOptionOfTheContractHasACase(_ command: String) throws {
        let named = try #require(Self.contract[command]).split(separator: " ").map(String.init)
        let tested = Set(OptionLists.all.filter { $0.command == command }.map(\.option))
        #expect(named.filter { !tested.contains($0) } == [])
    }

    /// Every estimator, variance and diagnostic of the contract is a word that the program knows.
    @Test func everyWordOfTheContractHasACase() {
        let words = [
            "--estimator":
                "did2x2 twfe event-study imputation callaway-santanna sun-abraham two-stage etwfe stacked dcdh local-projections lee-wooldridge synthetic-control synthetic-did",
            "--vcov": "iid hc1 hc2 hc3 cr0 cr1 cr2 cr3",
            "--diagnostics": "pre-trend bacon honest placebo leave-one-out composition balance all",
            "--small-sample": "stata clusters none",
        ]
        for option in words.keys.sorted() {
            let tested = Set(OptionLists.all.filter { $0.option == option }.flatMap { $0.added.dropFirst() })
            #expect(
                (words[option] ?? "").split(separator: " ").map(String.init).filter { !tested.contains($0) } == [],
                "\(option)")
        }
    }
}
