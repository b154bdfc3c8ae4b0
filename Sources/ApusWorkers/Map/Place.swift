// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom

/// Where a map of a remote function runs.
public struct Place: Sendable {
  enum Kind: Sendable {
    case threads(Int?)
    case processes(Int?)
  }

  let kind: Kind
  /// The program that workers run, in place of this one; for tests.
  var program: String?

  var isThreads: Bool { if case .threads = kind { true } else { false } }

  /// The threads of this process.
  public static let threads = Place(kind: .threads(nil))

  /// So many threads of this process.
  public static func threads(_ count: Int) -> Place {
    require(count >= 1, "A map needs at least 1 thread, not \(count).")
    return Place(kind: .threads(count))
  }

  /// Worker processes, one for each core that this process may use; started for the map and ended after it.
  public static let processes = Place(kind: .processes(nil))

  /// So many worker processes, started for the map and ended after it.
  public static func processes(_ count: Int) -> Place {
    require((1...1024).contains(count), "A map needs 1 to 1024 worker processes, not \(count).")
    return Place(kind: .processes(count))
  }

  /// The same place with workers that run another program, which has the same functions.
  package func running(_ program: String) -> Place {
    var place = self
    place.program = program
    return place
  }
}
