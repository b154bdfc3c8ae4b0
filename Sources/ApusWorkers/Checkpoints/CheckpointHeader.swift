// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// What a checkpoint says about its run.
struct CheckpointHeader: Codable, Equatable, Sendable {
  /// The name of the function's type.
  var function: String
  /// A digest of its properties.
  var captures: UInt64
  var origin: StreamOrigin?
  /// A digest of the program.
  var build: UInt64

  /// What differs from the run that resumes a file, in words; nil if nothing does that is not accepted.
  func difference(from found: CheckpointHeader, accepting: Set<Checkpoint.Change>) -> String? {
    if found.function != function {
      return "it was written by the function \(found.function), not \(function)"
    }
    if found.origin != origin {
      let (old, new) = (found.origin.map { "\($0)" }, origin.map { "\($0)" })
      return "its random numbers are those of \(old ?? "no seed"), not \(new ?? "no seed")"
    }
    if found.captures != captures, !accepting.contains(.function) {
      return "the properties of \(function) had other values"
    }
    if found.build != build, !accepting.contains(.build) {
      return
        "it was written by another build of the program; pass Checkpoint(path, accepting: [.build]) if its results are still right"
    }
    return nil
  }
}
