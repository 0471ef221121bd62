import Foundation
import Tables
import Testing

@testable import Counterpart

struct UnitLinksTests {
    private static func read(_ text: String, decisions: String? = nil) throws -> UnitLinks {
        let folder = try WorkFolder()
        defer { withExtendedLifetime(folder) {} }
        let path = try folder.write(Data(text.utf8), "links.csv")
        let decided = try decisions.map { try folder.write(Data($0.utf8), "decisions.csv") }
        return try UnitLinks.read(path, decisions: decided)
    }

    /// Both directions, columns in any case, chains to the newest.
    @Test func chainsAreFollowed() throws {
        let links = try Self.read("urn,LINKURN,LinkType\n2,1,Predecessor\n2,3,Successor\n5,4,Predecessor - merged\n")
        #expect(links.newest == ["1": "3", "2": "3"])
        #expect(links.undecided.map(\.old) == ["4"] && links.undecided.map(\.new) == ["5"])
    }

    /// Two schools that became one, and one that became two, are for people to decide.
    @Test func mergersAndSplitsAreLeftAlone() throws {
        let text = "URN,LinkURN,LinkType\n3,1,Predecessor\n3,2,Predecessor\n7,8,Successor\n7,9,Successor\n"
        let links = try Self.read(text)
        #expect(links.newest.isEmpty && links.notFollowed == 4)
        let decided = try Self.read(text, decisions: "old,new\n1,3\n2,3\n7,9\n")
        #expect(decided.newest == ["1": "3", "2": "3", "7": "9"] && decided.notFollowed == 0)
    }

    @Test func refusals() throws {
        #expect(throws: LinkError.self) { try Self.read("a,b\n1,2\n") }
        #expect(throws: LinkError.self) { try Self.read("old,new\n1,2\n2,1\n") }
        let twice = #expect(throws: LinkError.self) {
            try Self.read("old,new\n1,2\n", decisions: "old,new\n5,6\n5,7\n")
        }
        #expect(twice?.code == "E138")
    }

    /// Rows of schools cannot be added up: two in a period stop the run, and what is joined is said.
    @Test func rowsOfSchoolsAreJoinedOnce() throws {
        let folder = try WorkFolder()
        defer { withExtendedLifetime(folder) {} }
        let links = try folder.write(Data("old,new\n1,2\n".utf8), "links.csv")
        func cells(_ rows: String) throws -> StudyCells {
            var data = DataRequest()
            data.files = [InputFile(try folder.write(Data("urn,year,score\n\(rows)".utf8), "rows.csv"))]
            data.outcomes = [OutcomeRequest("score")]
            (data.unit, data.time) = (["urn"], ["year"])
            data.links = try UnitLinks.read(links)
            return try StudyCells.read(
                data, keys: [data.unitColumn()] + [data.timeColumn()].compactMap { $0 }, covariates: [], required: [])
        }
        let joined = try cells("1,2017,5\n2,2018,6\n3,2017,7\n3,2018,8\n")
        #expect(joined.table.keys[0].values == ["2", "3"])
        #expect(joined.warnings.contains { $0.code == "links-joined" && $0.message.contains("1 is now 2") })
        let twice = #expect(throws: LinkError.self) { try cells("1,2017,5\n2,2017,6\n2,2018,6\n") }
        #expect(twice == .twoRows(unit: "2", period: "2017"))
    }

    @Test func chainsEndAtTheNewest() throws {
        let links = try Self.read("old,new\n1,2\n2,3\n7,8\n")
        #expect(links.newest == ["1": "3", "2": "3", "7": "8"])
        #expect(links.notFollowed == 0)
    }

    @Test func theRegisterTellsALinkFromBothEnds() throws {
        let links = try Self.read("URN,LinkURN,LinkName,LinkType\n2,1,Old,Predecessor\n1,2,New,Successor\n")
        #expect(links.newest == ["1": "2"])
    }

    /// Mergers, splits and other kinds are a decision for people.
    @Test func otherKindsAreCountedAndLeftAlone() throws {
        let links = try Self.read(
            """
            URN,LinkURN,LinkName,LinkType
            1,2,,Sixth Form Centre Link
            3,4,,Successor - amalgamated
            5,9,,Successor
            6,9,,Successor
            7,10,,Successor
            7,11,,Successor
            12,13,, Successor

            """)
        #expect(links.newest == ["12": "13"])
        #expect(links.notFollowed == 6)
    }

    @Test func emptyFieldsAndLinksToItselfAreNone() throws {
        #expect(try Self.read("old,new\n1,\n,2\n3,3\n").newest == [:])
    }

    @Test func aCircleIsRefused() throws {
        let error = #expect(throws: LinkError.self) { try Self.read("old,new\n1,2\n2,3\n3,1\n") }
        #expect(error?.status == .input && error.map { "\($0)" }?.contains("circle") == true)
    }

    @Test func columnsAreNamed() throws {
        let error = #expect(throws: LinkError.self) { try Self.read("from,to\n1,2\n") }
        #expect(error.map { "\($0)" }?.contains("URN and LinkURN, or old and new") == true)
    }
}

/// The links of the national register, as they come.
@Suite(.enabled(if: PublishedData.isPresent, "skipped: no reference data")) struct PublishedLinksTests {
    @Test func theRegisterOfLinks() throws {
        let real = try #require(PublishedData.folder)
        let links = try UnitLinks.read(real.appending(path: "establishment-links.csv").path())
        // No school has two newest numbers or is its own; nothing that joins or splits is among them.
        #expect(links.newest.count > 1000 && links.newest.allSatisfy { $0.key != $0.value })
        #expect(links.newest.values.allSatisfy { links.newest[$0] == nil })
        let plain = Dictionary(grouping: links.newest, by: \.value).mapValues { $0.map(\.key) }
        #expect(links.notFollowed > 50 && plain.count <= links.newest.count)
    }
}
