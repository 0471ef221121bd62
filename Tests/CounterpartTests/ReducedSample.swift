import Foundation
import SampleSchools

/// The sample partnership with few pupils a school and year, so that an evaluation takes a second in a debug build.
enum ReducedSample {
    static let partnership = SamplePartnership(seed: 1, model: model)

    private static var model: SampleModel {
        var model = SampleModel()
        model.pupilsMean = 14
        model.pupilsDeviation = 3
        model.pupilsLimits = 8.0...22.0
        return model
    }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The shipped plan.
    static var plan: String {
        get throws {
            String(
                decoding: try Data(contentsOf: root.appending(path: "SampleData/partnership/plan.yml")), as: UTF8.self)
        }
    }

    /// The shipped plan with fewer draws and without the robustness runs.
    static var quickPlan: String {
        get throws { try plan.replacing("  seed: 1\n", with: "  seed: 1\n  permutations: 0\n  robustness: none\n") }
    }

    /// Writes the files and a plan; returns the plan's path.
    static func write(to folder: WorkFolder, plan: String) throws -> String {
        for file in partnership.files() { try folder.write(Data(file.bytes), file.name) }
        return try folder.write(plan, "plan.yml")
    }

    /// The pupils' files in the order of their years.
    static var pupilFiles: [(name: String, bytes: [UInt8])] {
        partnership.files().filter { $0.name.hasPrefix("pupils-") }
    }

    /// The pupils' numbers in the files.
    static var pupilNumbers: Set<String> {
        var known: Set<String> = []
        for file in pupilFiles {
            let words = String(decoding: file.bytes, as: UTF8.self).split { $0 == "," || $0.isNewline }
            known.formUnion(
                words.filter { $0.count == 13 && $0.first?.isLetter == true && $0.last?.isNumber == true }.map {
                    String($0)
                })
        }
        return known
    }
}
