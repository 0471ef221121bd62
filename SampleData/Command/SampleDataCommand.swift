@main
struct SampleDataCommand {
    static func main() {}
}
