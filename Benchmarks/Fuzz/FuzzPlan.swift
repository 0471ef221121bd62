import Counterpart
import Foundation
import Tables

/// Plan files: any text is a plan or a refusal that names the file, what is wrong, and the line wherever there is one.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPlan(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int32 {
    // Foundation leaks a block for an empty file; that one is a unit test.
    guard count > 0, count < 8192 else { return 0 }
    let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
    let path = "\(folder)/counterpart-plan-\(getpid()).yml"
    let written = FileManager.default.createFile(atPath: path, contents: Data(bytes: start, count: count))
    precondition(written, "no file for the try")
    defer { unlink(path) }
    do {
        let (plan, bytes) = try PlanReader.read(path)
        precondition(bytes == Array(UnsafeBufferPointer(start: start, count: count)), "other bytes than the file's")
        precondition(!plan.data.files.isEmpty && !plan.data.outcomes.isEmpty, "a plan without files or outcome")
        let again = try PlanReader.read(path).plan
        precondition(again == plan, "the same file gives another plan")
    } catch let refusal as any Refusal {
        precondition(refusal.place?.file == path, "a refusal that does not name the file: \(refusal)")
        precondition(!refusal.message.isEmpty && refusal.code.hasPrefix("E"), "a refusal without words: \(refusal)")
        let isText = String(data: Data(bytes: start, count: count), encoding: .utf8) != nil
        precondition(!isText || refusal.place?.line != nil, "a refusal that does not name the line: \(refusal)")
    } catch {
        preconditionFailure("an error that is no refusal: \(error)")
    }
    return 0
}
