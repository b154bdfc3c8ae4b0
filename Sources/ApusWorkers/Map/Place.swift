// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom

/// Where a map of a remote function runs.
public struct Place: Sendable {
  enum Kind: Sendable {
    case threads(Int?)
    case remote(any RemotePlace)
  }

  let kind: Kind

  private init(_ kind: Kind) { self.kind = kind }

  /// A place outside this process.
  package init(_ place: any RemotePlace) { kind = .remote(place) }

  var isThreads: Bool { if case .threads = kind { true } else { false } }

  /// The threads of this process.
  public static let threads = Place(.threads(nil))

  /// So many threads of this process.
  public static func threads(_ count: Int) -> Place {
    require(count >= 1, "A map needs at least 1 thread, not \(count).")
    return Place(.threads(count))
  }

  /// Worker processes, one for each core that this process may use; started for the map and ended after it.
  public static let processes = Place(LocalProcesses())

  /// So many worker processes, started for the map and ended after it.
  public static func processes(_ count: Int) -> Place {
    require((1...1024).contains(count), "A map needs 1 to 1024 worker processes, not \(count).")
    return Place(LocalProcesses(count: count))
  }

  /// The same place with workers that run another program, which has the same functions.
  package func running(_ program: String) -> Place {
    guard case .remote(let place) = kind, var processes = place as? LocalProcesses else {
      return self
    }
    processes.program = program
    return Place(processes)
  }
}
