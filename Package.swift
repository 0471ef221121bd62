// swift-tools-version: 6.2
import PackageDescription

/// Targets stand in the order in which data flows; each room imports only rooms above it.
let package = Package(
    name: "counterpart",
    products: [
        .library(name: "Counterpart", targets: ["Counterpart"]),
        .executable(name: "counterpart", targets: ["CounterpartCommand"]),
        .executable(name: "sample-data", targets: ["SampleDataCommand"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
    ],
    targets: [
        // The doors to C and C++: linear algebra, digests, compressed files, special functions, the scan of bytes.
        .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
        .systemLibrary(name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .target(name: "CByteScan"),
        .target(name: "CWideLoops"),
        .target(name: "CProcess"),
        // Database libraries that are looked for while the program runs.
        .target(name: "CDatabaseDoors", linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]),
        .target(name: "CDistributions", linkerSettings: [.linkedLibrary("m")]),

        // The rooms.
        .target(name: "LinearAlgebra", dependencies: ["COpenBLAS", "CLAPACKE", "CWideLoops"]),
        .target(name: "Probability", dependencies: ["CDistributions"]),
        .target(name: "Tables", dependencies: ["CByteScan", "CCrypto", "CZlib", "CZstd"]),
        // What changes in published files from year to year, as tables inside the program.
        .target(
            name: "Schemas", dependencies: ["Tables"],
            resources: [
                "families", "editions", "columns", "absences", "breaks", "progress8", "progress8-elements", "points",
                "attainment8-slots", "absence-thresholds", "teacher-assessed",
            ].map { .embedInCode("Resources/\($0).csv") }),
        .target(name: "Cells", dependencies: ["Tables", "CByteScan"]),
        // The same cells from the SQL of the engine where the rows live.
        .target(name: "Queries", dependencies: ["Cells", "Tables"]),
        // The doors to those engines: PostgreSQL, ODBC, DuckDB.
        .target(name: "Engines", dependencies: ["Queries", "Tables", "CDatabaseDoors"]),
        .target(name: "Panels", dependencies: ["Cells", "Schemas"]),
        .target(name: "Regression", dependencies: ["Panels", "LinearAlgebra", "CWideLoops"]),
        .target(
            name: "Comparison", dependencies: ["Regression", "Panels", "LinearAlgebra"],
            resources: [.embedInCode("Resources/similar-primary-schools-2026.csv")]),
        .target(name: "Estimation", dependencies: ["Regression", "Panels", "LinearAlgebra"]),
        .target(
            name: "Inference",
            dependencies: ["Estimation", "Regression", "Probability", "LinearAlgebra", "CWideLoops"]),
        .target(
            name: "Attainment", dependencies: ["Panels", "Inference", "Probability", "LinearAlgebra"],
            resources: [.embedInCode("Resources/months.csv")]),
        .target(
            name: "Reporting", dependencies: ["Attainment", "Comparison", "Inference"],
            resources: [.embedInCode("Resources/disclosure-profiles.csv")]),
        .target(
            name: "Counterpart",
            dependencies: ["Reporting", "Engines", "Queries", "Schemas", .product(name: "Yams", package: "Yams")]),
        .executableTarget(
            name: "CounterpartCommand",
            dependencies: [
                "Counterpart", "LinearAlgebra", "CProcess",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),

        // The sample partnership: its generator, and the simulation that checks the estimate against the known truth.
        .target(name: "SampleSchools", path: "SampleData/Generator"),
        .executableTarget(name: "SampleDataCommand", dependencies: ["SampleSchools"], path: "SampleData/Command"),
        .executableTarget(
            name: "Simulation", dependencies: ["SampleSchools", "Counterpart", "Probability", "LinearAlgebra"],
            path: "Benchmarks/Simulation"),
        .executableTarget(name: "ReadColumns", dependencies: ["Tables"], path: "Benchmarks/Micro/ReadColumns"),
        .target(
            name: "SchoolPanel", dependencies: ["CProcess", "Panels", "Cells", "Tables"],
            path: "Benchmarks/Micro/SchoolPanel"),
        .executableTarget(
            name: "WildDraws", dependencies: ["Inference", "Estimation", "SchoolPanel"],
            path: "Benchmarks/Micro/WildDraws"),
        .executableTarget(
            name: "GroupTimes", dependencies: ["Inference", "Estimation", "SchoolPanel"],
            path: "Benchmarks/Micro/GroupTimes"),
        .executableTarget(
            name: "SensitivityCurves", dependencies: ["Inference", "LinearAlgebra", "Probability"],
            path: "Benchmarks/Micro/SensitivityCurves"),
        .executableTarget(
            name: "EntropyWeights", dependencies: ["Comparison", "LinearAlgebra"],
            path: "Benchmarks/Micro/EntropyWeights"),
        .executableTarget(
            name: "SyntheticPlacebos", dependencies: ["Inference", "Estimation", "SchoolPanel"],
            path: "Benchmarks/Micro/SyntheticPlacebos"),
        .executableTarget(
            name: "PupilEffects", dependencies: ["Regression", "Tables"], path: "Benchmarks/Micro/PupilEffects"),

        .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra"]),
        .testTarget(name: "ProbabilityTests", dependencies: ["Probability"], exclude: ["Golden"]),
        .testTarget(name: "TablesTests", dependencies: ["Tables", "CZlib", "CZstd"]),
        .testTarget(name: "SchemasTests", dependencies: ["Schemas"]),
        .testTarget(name: "CellsTests", dependencies: ["Cells"], exclude: ["Golden"]),
        .testTarget(name: "QueriesTests", dependencies: ["Queries", "DatabaseServers"], exclude: ["Engines"]),
        // Engines that tests start, or find installed; tests skip where they are not.
        .target(name: "DatabaseServers", path: "Tests/DatabaseServers"),
        .testTarget(name: "EnginesTests", dependencies: ["Engines", "DatabaseServers"]),
        .testTarget(name: "PanelsTests", dependencies: ["Panels"]),
        .testTarget(name: "ComparisonTests", dependencies: ["Comparison", "Probability", "ReferenceSets"]),
        // Published data sets and what trusted peers compute from them, for tests of several rooms.
        .target(name: "ReferenceSets", dependencies: ["Tables"], path: "Tests/ReferenceSets"),
        .testTarget(name: "RegressionTests", dependencies: ["Regression", "ReferenceSets"], exclude: ["Golden"]),
        .testTarget(name: "EstimationTests", dependencies: ["Estimation"]),
        .testTarget(name: "InferenceTests", dependencies: ["Inference", "ReferenceSets"], exclude: ["Golden"]),
        .testTarget(name: "AttainmentTests", dependencies: ["Attainment"], exclude: ["Golden"]),
        .testTarget(name: "ReportingTests", dependencies: ["Reporting"]),
        .testTarget(
            name: "CounterpartTests", dependencies: ["Counterpart", "SampleSchools"],
            exclude: ["Golden", "Plans"]),
        .testTarget(
            name: "CommandTests",
            dependencies: ["Counterpart", "CounterpartCommand", "SampleSchools", "DatabaseServers"]),
    ],
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx17
)
