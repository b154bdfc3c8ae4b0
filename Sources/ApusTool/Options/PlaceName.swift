// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers
import ArgumentParser

/// The place that `--on` names.
enum PlaceName: Hashable {
  case threads
  /// Worker processes; nil for as many as `--workers` says.
  case processes(Int?)
  /// A cluster that is running, by its profile; nil for the usual one.
  case cluster(profile: String?)

  /// - Throws: an error for any other text.
  init(_ text: String) throws {
    let words = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    switch (words[0], words.count == 2 ? words[1] : nil) {
    case ("threads", nil): self = .threads
    case ("processes", nil): self = .processes(nil)
    case ("processes", let count?):
      guard let count = Int(count), 1...1024 ~= count else { throw Self.wrong(text) }
      self = .processes(count)
    case ("cluster", nil): self = .cluster(profile: nil)
    case ("cluster", let profile?):
      guard !profile.isEmpty, !profile.contains("/"), !profile.contains("\0") else {
        throw Self.wrong(text)
      }
      self = .cluster(profile: String(profile))
    default: throw Self.wrong(text)
    }
  }

  private static func wrong(_ text: String) -> ValidationError {
    ValidationError(
      "--on must be threads, processes, processes:N with N from 1 to 1024, cluster, or cluster:PROFILE, not \(text)."
    )
  }

  /// Throws unless `--engines` fits to the place.
  func validate(engines: Int?, _ text: String) throws {
    guard let engines else { return }
    guard self == .cluster(profile: nil) else {
      throw ValidationError("--engines is for --on cluster, not for --on \(text).")
    }
    guard 1...1024 ~= engines else {
      throw ValidationError("--engines must be from 1 to 1024, not \(engines).")
    }
  }

  /// The place itself, with the number of workers that `--workers` gives where `--on` gives none.
  func place(_ text: String, engines: Int?, _ workers: WorkersOption) throws -> Place {
    switch self {
    case .threads: return .threads(workers.count)
    case .processes(let named):
      if let named, let other = workers.workers, other != named {
        throw ToolError.input(
          "--on \(text) and --workers \(other) name different numbers of workers.")
      }
      return .processes(named ?? workers.count)
    case .cluster(let profile):
      if let other = workers.workers {
        throw ToolError.input(
          "--workers \(other) is for threads and processes; engines have workers of their own.")
      }
      return try Self.cluster(profile, engines: engines)
    }
  }

  private static func cluster(_ profile: String?, engines: Int?) throws -> Place {
    #if Cluster
      if let engines { return try ToolCluster.start(engines: engines) }
      return try ToolCluster.connect(profile: profile)
    #else
      throw ToolError.input("This apus was built without clusters.")
    #endif
  }
}
