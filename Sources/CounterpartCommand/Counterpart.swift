@main
struct Counterpart {
    static func main() {}
}
