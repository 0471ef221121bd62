import Foundation

/// The bytes of one try as a file, in memory where the system has a folder there.
final class FuzzedFile {
    let path: String

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        let folder = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"
        path = "\(folder)/counterpart-fuzz-\(getpid())"
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        precondition(descriptor >= 0, "no file for the try")
        if let base = bytes.baseAddress, bytes.count > 0 {
            precondition(write(descriptor, base, bytes.count) == bytes.count, "the file is full")
        }
        close(descriptor)
    }

    deinit { unlink(path) }
}

/// What a reading came to: a table, or the words of the refusal.
enum FuzzedOutcome: Equatable {
    case table(RawTable)
    case refused(String)

    init(_ path: String, _ sizes: ReadingSizes) {
        do {
            self = .table(try RawTable.read(files: [InputFile(path)], form: FileForm(), sizes: sizes))
        } catch let refusal as any Refusal {
            self = .refused(refusal.description)
        } catch {
            preconditionFailure("an error that is no refusal: \(error)")
        }
    }
}
