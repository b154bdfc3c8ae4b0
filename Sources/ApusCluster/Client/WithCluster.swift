// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom

/// Where a cluster for a scope comes from.
public struct ClusterSource: Sendable {
  enum Kind: Sendable {
    case local(engines: Int, workers: Int, program: String?)
    case running(profile: String?)
  }

  let kind: Kind

  /// Engines on this machine, which are copies of this program, and a controller in this process.
  ///
  /// All is started for the scope and ends with it.
  ///
  /// - Parameters:
  ///   - engines: how many.
  ///   - workers: the worker processes of each engine; default one.
  public static func local(engines: Int, workers: Int = 1) -> ClusterSource {
    ClusterSource(kind: .local(engines: engines, workers: workers, program: nil))
  }

  /// The same with engines that run another program, which has the same functions; for tests.
  package static func local(
    engines: Int, workers: Int = 1, program: String
  ) -> ClusterSource {
    ClusterSource(kind: .local(engines: engines, workers: workers, program: program))
  }

  /// A cluster that is running, and goes on when the scope ends.
  ///
  /// - Parameter profile: the name of the IPython profile; default `default`.
  public static func connect(profile: String? = nil) -> ClusterSource {
    ClusterSource(kind: .running(profile: profile))
  }
}

/// Calls a closure with a cluster.
///
/// ```swift
/// let squares = try await withCluster(.local(engines: 4)) { cluster in
///   try await (0..<1000).parallelMap(Square(), on: .cluster(cluster))
/// }
/// ```
/// - Parameters:
///   - source: whether the cluster is started for the closure, or is running.
///   - body: the closure; nothing that was started for it outlives it.
/// - Returns: what the closure returns.
/// - Throws: ``ClusterError`` if the cluster cannot be started or reached, and what the closure throws.
public func withCluster<Output: Sendable>(
  _ source: ClusterSource, _ body: (Cluster) async throws -> Output
) async throws -> Output {
  switch source.kind {
  case .running(let profile): return try await body(try await Cluster.connect(profile: profile))
  case .local(let engines, let workers, let program):
    require(
      (1...1024).contains(engines), "A local cluster needs 1 to 1024 engines, not \(engines).")
    let local = try await LocalClusterStorage.start(
      engines: engines, workers: workers, program: program)
    do {
      let output = try await body(local.client)
      await local.stop()
      return output
    } catch {
      await local.stop()
      throw error
    }
  }
}
