#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

import Tables

/// The report as a folder: `report.html`, `results.json`, `tables/`, `figures/` and, last, `manifest.json`.
///
/// The folder is whole or absent: everything is written and synced in a hidden folder beside it, which then takes its
/// name. A report of ours is replaced in one step; a folder that holds anything else is never touched.
public struct ReportFolder {
    /// The schema by which we know our own manifest.
    var schema = "counterpart/manifest/1"

    public var path: String
    /// The hex digits of the SHA-256 of some bytes.
    public var digest: ([UInt8]) -> String
    var writer = FolderWriter()

    public init(path: String, digest: @escaping ([UInt8]) -> String) {
        self.path = path
        self.digest = digest
    }

    /// Refuses, before anything is read, an output that could not be written at the end.
    ///
    /// - Throws: `.badName`, `.noParentFolder`, `.foreignFolder`, `.cannotWrite` where the parent cannot be written to.
    public func check() throws(ReportingError) { _ = try place() }

    /// Withholds small numbers, then writes the report.
    ///
    /// - Parameters:
    ///   - rule: applied to every list of the report before any file is made from it.
    ///   - effectsCountPupils: `n` of an effect counts pupils; where it counts unit rows it protects nobody.
    ///   - formats: which of `html`, `json`, `csv` and `svg` are written; the manifest always is.
    /// - Returns: the report as it was written.
    @discardableResult
    public func write(
        _ report: EvaluationReport, rule: Disclosure, effectsCountPupils: Bool,
        formats: Set<String> = ["html", "json", "csv", "svg"]
    ) throws(ReportingError) -> EvaluationReport {
        var safe = report.withheld(rule, effectsCountPupils: effectsCountPupils)
        safe.formats = formats
        let wanted = files(safe).filter { formats.contains(String($0.path.split(separator: ".").last ?? "")) }
        try locked { place throws(ReportingError) in try write(wanted, at: place) { manifest(safe, $0) } }
        return safe
    }

    // MARK: What is written

    struct File {
        var path: String
        var bytes: [UInt8]
    }

    private func files(_ report: EvaluationReport) -> [File] {
        let csv = CSVWriter(suppressedMark: "c")
        var files = [
            File(path: "report.html", bytes: Array(ReportPage(report: report).html.utf8)),
            File(path: "results.json", bytes: Array(report.json.pretty().utf8)),
        ]
        for table in ReportTables.all(report) {
            files.append(File(path: "tables/\(table.slug).csv", bytes: Array(csv.write(table.table).utf8)))
        }
        if let chart = report.comparison?.group.chart {
            files.append(File(path: "figures/who-compares.svg", bytes: Array(chart.utf8)))
        }
        for (index, outcome) in report.outcomes.enumerated() {
            for figure in ReportFigures.figures(outcome, number: index + 1, wording: report.wording) {
                files.append(File(path: "figures/\(figure.slug).svg", bytes: Array(figure.svg.utf8)))
            }
        }
        return files
    }

    private func manifest(_ report: EvaluationReport, _ files: [File]) -> JSONValue {
        var object = JSONObject()
        object.put("schema", .text(schema))
        object.put("version", .text(report.version))
        object.put("generated", .text(report.generated.iso))
        object.put("seed", report.seedJSON)
        if let plan = report.plan { object.put("plan", ["path": .text(plan.path), "sha256": .text(plan.sha256)]) }
        object.put("settings", .object(report.frame.settings))
        object.put("inputs", .array(report.frame.inputs.map(DocumentFrame.file)))
        if !report.protection.isEmpty { object.put("protection", .array(report.protection.map(\.json))) }
        if let comparison = report.comparison { object.put("comparison", comparison.fixedJSON) }
        object.put("disclosure", .text(report.disclosure.profile.name))
        object.put("outputs", outputs(files))
        object.put("timings", .object(report.frame.timings.map { .init($0.name, .number($0.seconds)) }))
        return object.value
    }

    func outputs(_ files: [File]) -> JSONValue {
        .array(
            files.map {
                ["path": .text($0.path), "bytes": .integer($0.bytes.count), "sha256": .text(digest($0.bytes))]
            })
    }

    /// The digest that the manifest of a folder gives of one of its files.
    func outputDigest(_ name: String, in folder: String) -> String? {
        guard let bytes = FolderWriter.bytes(of: folder + "/manifest.json"), let manifest = try? JSONReader.read(bytes),
            case .array(let outputs)? = manifest["outputs"],
            case .text(let digest)? = outputs.first(where: { $0["path"] == .text(name) })?["sha256"]
        else { return nil }
        return digest
    }

    // MARK: How it is written

    struct Location {
        var folder: String
        var parent: String
        var name: String

        func beside(_ suffix: String) -> String { parent + "/." + name + "." + suffix }
    }

    /// Works while no other run may write to the folder, after what a killed one left has been cleared away.
    func locked(_ work: (Location) throws(ReportingError) -> Void) throws(ReportingError) {
        let place = try place()
        let lock = try FolderLock(beside: path, path: place.beside("lock"))
        defer { withExtendedLifetime(lock) {} }
        removeLeftovers(place)
        try work(place)
    }

    /// Only under the lock.
    func write(_ files: [File], at place: Location, manifest: ([File]) -> JSONValue) throws(ReportingError) {
        let temporary = place.beside("\(getpid()).tmp")
        UnfinishedOutput.begin(temporary)
        defer { UnfinishedOutput.end(temporary) }
        do {
            try writer.createFolder(temporary)
            let access = try writer.closeToOthers(temporary)
            let folders = ["tables", "figures"].filter { name in files.contains { $0.path.hasPrefix(name + "/") } }
            for folder in folders { try writer.createFolder(temporary + "/" + folder) }
            for file in files { try writer.createFile(temporary + "/" + file.path, file.bytes) }
            try writer.createFile(temporary + "/manifest.json", Array(manifest(files).pretty().utf8))
            for folder in folders { try writer.syncFolder(temporary + "/" + folder) }
            try writer.setAccess(temporary, access)
            try writer.syncFolder(temporary)
            try putInPlace(temporary, place)
        } catch {
            FolderWriter.removeTree(temporary)
            throw error
        }
        // The old report may have been looked at or added to meanwhile; by now the new one is there whatever happens.
        try? writer.syncFolder(place.parent)
    }

    /// The new folder takes the name. An old report changes places with it, where the file system can do that in one
    /// step, and is then removed; elsewhere it is set aside first and set back if the second step fails.
    private func putInPlace(_ temporary: String, _ place: Location) throws(ReportingError) {
        try refuseForeign(place.folder)
        guard FolderWriter.kind(of: place.folder) == .folder else {
            return try writer.rename(temporary, to: place.folder)
        }
        if try writer.exchange(temporary, with: place.folder) { return FolderWriter.removeTree(temporary) }
        let old = place.beside("\(getpid()).old.tmp")
        try writer.rename(place.folder, to: old)
        do {
            try writer.rename(temporary, to: place.folder)
        } catch {
            try writer.rename(old, to: place.folder)
            throw error
        }
        FolderWriter.removeTree(old)
    }

    /// What a killed run left: hidden folders of our naming. The lock is held, so no living run owns them.
    /// Where a run was killed between setting the old report aside and putting the new one in place, the old one returns.
    private func removeLeftovers(_ place: Location) {
        for entry in FolderWriter.entries(place.parent) where isLeftover(entry, of: place.name) {
            let leftover = place.parent + "/" + entry
            if entry.hasSuffix(".old.tmp"), FolderWriter.kind(of: place.folder) == .absent,
                (try? writer.rename(leftover, to: place.folder)) != nil
            {
                continue
            }
            FolderWriter.removeTree(leftover)
        }
    }

    private func isLeftover(_ entry: String, of name: String) -> Bool {
        guard entry.hasPrefix("." + name + "."), entry.hasSuffix(".tmp") else { return false }
        let middle = entry.dropFirst(name.count + 2).dropLast(4)
        let number = middle.hasSuffix(".old") ? middle.dropLast(4) : middle
        return !number.isEmpty && number.allSatisfy { $0.isASCII && $0.isNumber }
    }

    private func place() throws(ReportingError) -> Location {
        var folder = path[...]
        while folder.count > 1, folder.hasSuffix("/") { folder.removeLast() }
        let name = folder.split(separator: "/").last.map(String.init) ?? ""
        guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= 200, !folder.utf8.contains(0) else {
            throw .badName(path: path)
        }
        let before = folder.dropLast(name.count)
        let parent = before.isEmpty ? "." : before.allSatisfy { $0 == "/" } ? "/." : String(before.dropLast())
        guard FolderWriter.isFolder(parent) else { throw .noParentFolder(path: path) }
        guard FolderWriter.canWrite(into: parent) else {
            throw .cannotWrite(path: path, reason: "the folder that holds it cannot be written to")
        }
        try refuseForeign(String(folder))
        return Location(folder: String(folder), parent: parent, name: name)
    }

    /// Only an absent or empty folder, or a report of ours with nothing added, may be replaced.
    private func refuseForeign(_ folder: String) throws(ReportingError) {
        switch FolderWriter.kind(of: folder) {
        case .absent: return
        case .file: throw .foreignFolder(path: path, because: "it is a file")
        case .other: throw .foreignFolder(path: path, because: "it is a link or a device")
        case .folder: break
        }
        let entries = Self.listing(folder)
        guard !entries.isEmpty else { return }
        guard let bytes = FolderWriter.bytes(of: folder + "/manifest.json"), let manifest = try? JSONReader.read(bytes),
            manifest["schema"] == .text(schema), case .array(let outputs)? = manifest["outputs"]
        else { throw .foreignFolder(path: path, because: "it holds no report of ours") }
        let listed = Set(outputs.compactMap { if case .text(let path)? = $0["path"] { path } else { nil } })
        if let foreign = entries.first(where: { $0 != "manifest.json" && !listed.contains($0) }) {
            throw .foreignFolder(path: path, because: "it also holds \(foreign), which is not ours")
        }
    }

    /// The files below a folder with their paths; a folder with nothing in it is no entry.
    private static func listing(_ folder: String, below prefix: String = "") -> [String] {
        FolderWriter.entries(folder).flatMap { name -> [String] in
            let inner = folder + "/" + name
            return FolderWriter.kind(of: inner) == .folder
                ? listing(inner, below: prefix + name + "/") : [prefix + name]
        }
    }
}
