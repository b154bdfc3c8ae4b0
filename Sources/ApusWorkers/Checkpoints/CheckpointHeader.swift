// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// What a checkpoint says about its run.
struct CheckpointHeader: Codable, Equatable, Sendable {
  /// The name of the function's type.
  var function: String
  /// A digest of its properties.
  var captures: UInt64
  var origin: StreamOrigin?
  /// A digest of the indices of the tasks' streams; nil if these are those from 0 on.
  var indices: UInt64?
  /// A digest of the program.
  var build: UInt64
  /// What the properties are called where they are named; not written.
  var properties: String?

  private enum CodingKeys: CodingKey { case function, captures, origin, indices, build }

  /// The function's name as it is written in Swift.
  private static func readable(_ function: String) -> String {
    TypeName(function)?.type.map { String(reflecting: $0) } ?? function
  }

  /// What differs from the run that resumes a file, in words; nil if nothing does that is not accepted.
  func difference(from found: CheckpointHeader, accepting: Set<Checkpoint.Change>) -> String? {
    if found.function != function {
      return
        "it was written by the function \(Self.readable(found.function)), not \(Self.readable(function))"
    }
    if found.origin != origin {
      let (old, new) = (found.origin.map { "\($0)" }, origin.map { "\($0)" })
      return "its random numbers are those of \(old ?? "no seed"), not \(new ?? "no seed")"
    }
    if found.indices != indices {
      return "its tasks had random numbers with other indices"
    }
    if found.captures != captures, !accepting.contains(.function) {
      if let properties { return "\(properties) was another one" }
      return "the properties of \(Self.readable(function)) had other values"
    }
    if found.build != build, !accepting.contains(.build) {
      return
        "it was written by another build of the program; pass Checkpoint(path, accepting: [.build]), or apus --any-build, if its results are still right"
    }
    return nil
  }
}

/// A function whose properties have a name that its user knows.
protocol NamesItsProperties {
  static var propertyNames: String { get }
}
