@main
struct Simulation {
    static func main() {}
}
