// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusCluster
  import ApusRandom
  import ApusWorkers
  import Synchronization

  /// The cluster that a command has started for itself, until the tool ends.
  enum ToolCluster {
    private static let storage = Mutex<LocalClusterStorage?>(nil)

    /// Starts engines, which are copies of this tool.
    static func start(engines: Int) throws -> Place {
      let cluster = try AsyncWork.wait {
        try await LocalClusterStorage.start(engines: engines, workers: 1, program: nil)
      }
      storage.withLock { $0 = cluster }
      return .cluster(cluster.client)
    }

    /// The engines of a cluster that is running.
    static func connect(profile: String?) throws -> Place {
      .cluster(try AsyncWork.wait { try await Cluster.connect(profile: profile) })
    }

    /// Ends what was started.
    static func stop() {
      let cluster = storage.withLock { cluster in
        defer { cluster = nil }
        return cluster
      }
      guard let cluster else { return }
      try? AsyncWork.wait { await cluster.stop() }
    }
  }
#endif
