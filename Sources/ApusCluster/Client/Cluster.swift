// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusTransport
import ApusWire

/// A running cluster: a controller, the stock one or Apus's own, and the engines that have joined it.
///
/// Maps of remote functions run on its Swift engines by changing one word:
///
/// ```swift
/// let cluster = try await Cluster.connect(profile: "default")
/// let squares = try await (0..<1000).parallelMap(Square(), on: .cluster(cluster))
/// ```
/// Engines are started with `./program --apus-engine`, where the program is the one that maps and has ``enter(functions:)`` as
/// the first line of its main. A cluster that was connected to is not stopped by anything here; see
/// ``withCluster(_:_:)`` for one that lives as long as a scope.
public final class Cluster: Sendable {
  let settings: ClusterSettings
  let requests = LazyRequestLoop()

  init(_ settings: ClusterSettings) { self.settings = settings }

  /// Connects to a cluster that is running.
  ///
  /// - Parameters:
  ///   - profile: the name of the IPython profile; default `default`, or the folder that `IPP_PROFILE_DIR` names.
  ///   - directory: the profile's folder, in place of its name; default none.
  ///   - clusterID: which cluster, if the profile has several; default that of `IPP_CLUSTER_ID`, or none.
  ///   - timeout: how long to wait for the controller and its connection file; default ten seconds.
  /// - Throws: ``ClusterError`` if there is no connection file, or the controller does not answer.
  public static func connect(
    profile: String? = nil, directory: String? = nil, clusterID: String? = nil,
    timeout: Duration = .seconds(10)
  ) async throws -> Cluster {
    let files = Profile(
      directory: directory ?? ClusterEnvironment.profileDirectory(named: profile),
      clusterID: clusterID ?? ClusterEnvironment.clusterID)
    let cluster: Cluster
    do {
      let file = try await onOwnThread { try files.awaitConnectionFile(.client, timeout: timeout) }
      cluster = Cluster(ClusterSettings(file))
    } catch {
      throw ClusterError(
        .unreachable,
        "No cluster can be reached: \(error). Start one with apus controller, or name its profile.")
    }
    _ = try await cluster.engines(timeout: timeout)
    return cluster
  }

  /// The numbers of the engines that have joined, ascending.
  ///
  /// - Throws: ``ClusterError`` if the controller does not answer within ten seconds.
  public var ids: [Int] {
    get async throws { try await engines().keys.sorted() }
  }

  /// The numbers of the Swift engines among them, on which maps run.
  public var swiftIDs: [Int] {
    get async throws { try await engines().filter { $0.value.isSwift }.keys.sorted() }
  }

  /// Waits until so many engines have joined.
  ///
  /// - Throws: ``ClusterError`` if they do not within the timeout, which is a minute by default.
  public func waitForEngines(_ count: Int, timeout: Duration = .seconds(60)) async throws {
    let settings = settings
    try await onOwnThread { try EngineWait(settings).wait(count, timeout: timeout) }
  }

  /// The engines by their numbers.
  func engines(timeout: Duration = .seconds(10)) async throws -> [Int: EngineID] {
    let settings = settings
    return try await onOwnThread { try EngineWait(settings).engines(timeout: timeout) }
  }
}
