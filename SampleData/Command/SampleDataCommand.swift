import SampleSchools

/// `sample-data --seed N --to DIR`: writes the sample partnership's files.
@main
struct SampleDataCommand {
    static func main() {
        do {
            let options = try SampleDataOptions(CommandLine.arguments.dropFirst())
            let sample = SamplePartnership(seed: options.seed)
            try sample.write(to: options.folder)
            print("\(sample.truth.rows) pupil rows in \(sample.files().count) files and truth.json: \(options.folder)")
        } catch {
            fail(error)
        }
    }
}
