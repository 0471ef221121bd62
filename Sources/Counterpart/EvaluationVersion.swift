import Foundation

/// The version that every output names.
public enum EvaluationVersion {
    public static let text = "0.1.0"
}

/// The cores at hand.
public enum ProcessorCount {
    public static var available: Int { max(1, ProcessInfo.processInfo.activeProcessorCount) }
}
