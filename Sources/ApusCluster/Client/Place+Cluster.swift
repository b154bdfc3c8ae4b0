// Part of Apus, Apache-2.0. See LICENSE.
public import ApusWorkers

extension Place {
  /// The Swift engines of a cluster, those that join during a map included.
  public static func cluster(_ cluster: Cluster) -> Place {
    Place(ClusterPlace(settings: cluster.settings))
  }
}

extension Cluster {
  /// The same with at most so many tasks in a message; to measure what messages cost.
  package func place(largestBatch: Int) -> Place {
    var settings = settings
    settings.largestBatch = largestBatch
    return Place(ClusterPlace(settings: settings))
  }
}
