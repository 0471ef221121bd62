import Testing

@testable import Schemas

struct Progress8TableTests {
    @Test func tableOfTheLastPublishedCohort() throws {
        let table = try Progress8Table("progress8-2024", element: "attainment8")
        #expect(table.groups.count == 34 && table.divisor == 10)
        #expect(table.groups[0] == .init(from: 59, to: 82, expected: 15.96))
        #expect(table.groups[33] == .init(from: 119.5, to: 120, expected: 82.03))
        #expect(try Progress8Table("progress8-2024", element: "open").groups[17].expected == 12.75)
        for element in Progress8Table.elements {
            let groups = try Progress8Table("progress8-2024", element: element).groups
            #expect(zip(groups, groups.dropFirst()).allSatisfy { $0.to < $1.from })
        }
    }

    /// The whole is the sum of its parts, as far as rounding to two decimals lets it.
    @Test func partsAddUp() throws {
        let parts = try ["english", "maths", "ebacc", "open"].map {
            try Progress8Table("progress8-2024", element: $0).groups
        }
        for (group, whole) in try Progress8Table("progress8-2024", element: "attainment8").groups.enumerated() {
            let sum = parts.reduce(0) { $0 + $1[group].expected }
            #expect(abs(sum - whole.expected) < 0.021, "group \(group + 1)")
        }
    }

    @Test func yearsWithoutATableSayWhy() {
        let error = #expect(throws: SchemaError.self) {
            try Progress8Table("progress8-2025", element: "attainment8")
        }
        #expect(error?.message.contains("sat no key stage 2 tests") == true)
        #expect(throws: SchemaError.noElement("art", known: Progress8Table.elements)) {
            try Progress8Table("progress8-2024", element: "art")
        }
    }
}
