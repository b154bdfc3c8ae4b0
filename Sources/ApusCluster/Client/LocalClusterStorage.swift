// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Synchronization

/// A local cluster, started and stopped on threads of their own because both wait for processes.
package final class LocalClusterStorage: Sendable {
  package let client: Cluster
  private let cluster: Mutex<LocalCluster?>

  private init(_ cluster: sending LocalCluster) {
    client = Cluster(cluster.settings)
    self.cluster = Mutex(cluster)
  }

  package static func start(
    engines: Int, workers: Int, program: String?
  ) async throws -> LocalClusterStorage {
    try await onOwnThread {
      LocalClusterStorage(
        try LocalCluster(engines: engines, workers: workers, program: program))
    }
  }

  package func stop() async {
    try? await onOwnThread {
      self.cluster.withLock { cluster in
        cluster?.stop()
        cluster = nil
      }
    }
  }
}
