import Testing

@testable import Tables

struct HeaderTests {
    /// A hundred thousand columns without a name, and as many of one name: each is looked at once, or this would not end.
    @Test func manyColumnsAreTakenInOneGo() {
        let blank = Header(names: [String](repeating: "", count: 100_000))
        #expect(blank.warnings(path: "a.csv").map(\.code) == ["blank-header"])
        let alike = Header(names: (0..<100_000).map { "c\($0 % 50_000)" })
        #expect(alike.warnings(path: "a.csv").map(\.code) == ["duplicate-header"])
        #expect(blank.holds("x") == false)
    }
}
