// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers

/// The Swift engines of a cluster, as a place for maps.
struct ClusterPlace: RemotePlace {
  let settings: ClusterSettings

  /// What is assumed where nobody has asked the cluster yet: inputs are taken so far ahead.
  var workerCount: Int { 64 }

  func makePool(for function: EncodedFunction) throws -> any TaskPool {
    try ClusterPool(settings, function, ClientConnection(settings.file))
  }
}
