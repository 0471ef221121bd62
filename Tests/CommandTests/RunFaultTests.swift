import Testing

/// An evaluation that is killed, or that meets another in its folder: the report is whole and of one run, or not there.
@Suite(.serialized) struct RunFaultTests {
    private let folder: WorkFolder

    init() throws {
        folder = try WorkFolder()
        try ExportFiles.write(to: folder)
        try folder.write(ExportFiles.plan, "a.yml")
        try folder.write(ExportFiles.plan.replacing("A small partnership", with: "Another partnership"), "b.yml")
    }

    private func shell(_ line: String) throws -> Program.Ended {
        try SystemFaultTests.shell(line, in: folder, environment: ["SOURCE_DATE_EPOCH": "1700000000"])
    }

    /// What a whole report comes to: its page, its results without the seconds they took, the names of its files.
    private static let sum =
        "{ cat r/report.html; sed '/\"timings\"/,$d' r/results.json; ls -R r; test -s r/manifest.json && echo whole; } | sha256sum"

    /// Killed at eight times over a good report, and once where there was none.
    @Test func aKilledEvaluationLeavesTheOldReport() throws {
        let good = try shell("$P run a.yml -o r > /dev/null && \(Self.sum)")
        #expect(good.status == 0, "\(good.err)")
        let names = folder.names
        let ended = try shell(
            "s=$(date +%s%N); $P run a.yml -o r > /dev/null; t=$(( ($(date +%s%N) - s) / 1000000 )); "
                + "for k in 1 2 3 4 5 6 7 8; do $P run a.yml -o r > /dev/null & sleep $(( t * k / 8 / 1000 )).$(printf %03d $(( t * k / 8 % 1000 ))); "
                + "kill -9 $!; wait $! 2> /dev/null; \(Self.sum); done; $P run a.yml -o r > /dev/null; \(Self.sum)")
        let sums = ended.out.split(separator: "\n")
        #expect(sums.count == 9 && sums.allSatisfy { $0 == good.out.dropLast() }, "\(ended.err)")
        #expect(folder.names == names, "what killed runs left is cleared up by the next")
        let absent = try shell("$P run a.yml -o new > /dev/null & sleep 0.05; kill -9 $!; wait $!; ls -d new")
        #expect(absent.status != 0, "half a report")
    }

    @Test func twoEvaluationsIntoOneFolderAreNeverMixed() throws {
        let ended = try shell(
            "for i in 1 2 3 4 5; do $P run a.yml -o r > /dev/null 2> ea & x=$!; $P run b.yml -o r > /dev/null 2> eb & y=$!; "
                + "wait $x; a=$?; wait $y; b=$?; echo $a $b $(grep -l 'A small partnership' r/report.html r/results.json | wc -l) "
                + "$(grep -l 'Another partnership' r/report.html r/results.json | wc -l); grep -h error ea eb; done; true"
        )
        var runs = 0
        for line in ended.out.split(separator: "\n") where line.first?.isNumber == true {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            runs += 1
            #expect(
                numbers.count == 4 && numbers[0...1].allSatisfy { $0 == 0 || $0 == 5 } && numbers[0...1].contains(0))
            #expect(numbers[2...3].sorted() == [0, 2], "a page of one run beside the results of another: \(line)")
        }
        #expect(runs == 5, "\(ended.out) \(ended.err)")
        let refusals = ended.out.split(separator: "\n").filter { $0.contains("error") }
        #expect(refusals.allSatisfy { $0.contains("(E5") }, "\(refusals)")
        #expect(SystemFaultTests.temporaries(folder) == [])
    }
}
