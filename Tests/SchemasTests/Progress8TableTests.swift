import Tables
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

    /// Every figure of the table as it was published, group by group and part by part.
    @Test(.enabled(if: PublishedSchemaTests.folder != nil, "skipped: no reference data"))
    func equalsThePublishedTable() throws {
        let folder = try #require(PublishedSchemaTests.folder)
        let estimates = try RawTable.read(files: [InputFile("\(folder)/p8-pupil-coefficients-2024.csv")])
        let splits = try RawTable.read(files: [InputFile("\(folder)/p8-att8-splits-2024.csv")])
        let names = [
            "attainment8": ("p8est", "Attainment 8 average"), "english": ("p8esteng", "English average"),
            "maths": ("p8estmat", "Maths average"), "ebacc": ("p8estebac", "EBacc average"),
            "open": ("p8estopen", "Open average"),
        ]
        var compared = 0
        for element in Progress8Table.elements {
            let groups = try Progress8Table("progress8-2024", element: element).groups
            let (coefficient, average) = try #require(names[element])
            let (first, second) = (try estimates.index(of: coefficient), try splits.index(of: average))
            let range = try splits.index(of: "KS2 average scaled score range")
            #expect(groups.count == estimates.rows.count && groups.count == splits.rows.count)
            for (row, group) in groups.enumerated() {
                #expect(Double(estimates.rows[row][first]) == group.expected)
                #expect(Double(splits.rows[row][second]) == group.expected)
                let ends = splits.rows[row][range].split(separator: " to ").compactMap { Double($0) }
                #expect(ends == [group.from, group.to])
                compared += 1
            }
        }
        #expect(compared == 170)
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
