// Part of Apus, Apache-2.0. See LICENSE.
import ApusProcess
import ApusTransport
import ApusWire

/// Takes the name of a cluster, which only one may have at a time.
struct ClusterClaim {
  private let plan: ClusterPlan
  private let connect: (ConnectionFile) throws -> any ControllerLink

  /// - Parameter connect: connects to the controller of a connection file.
  init(_ plan: ClusterPlan, connect: @escaping (ConnectionFile) throws -> any ControllerLink) {
    (self.plan, self.connect) = (plan, connect)
  }

  /// Makes sure that no cluster of this name is running, and that no other start is under way.
  ///
  /// - Parameter path: that of the cluster's file.
  /// - Returns: what is to be held as long as the cluster runs.
  /// - Throws: ``LaunchError`` `.alreadyRunning`.
  func lock(_ path: String) throws -> FileLock? {
    let profile = plan.profile
    try profile.makeFolders()
    let lock = try FileLock(path: path + ".lock")
    let known = try ClusterFile.read(path)
    if lock == nil || !(known?.processes.isEmpty ?? true) {
      throw LaunchError(
        .alreadyRunning,
        "the cluster '\(profile.clusterID)' is already running (\(path)); "
          + "stop it with apus cluster stop, or choose another --cluster-id")
    }
    if let known, !known.isHere, let connection = try? profile.readConnectionFile(.client),
      connection.ports["registration"] == known.registrationPort,
      (try? connect(connection).report()) != nil
    {
      throw LaunchError(
        .alreadyRunning,
        "the cluster '\(profile.clusterID)' is running on \(known.host ?? "another host"); stop it with "
          + "apus cluster stop, or choose another --cluster-id")
    }
    try endLeftJobs(known)
    // What an earlier start has left.
    known?.removeLogs()
    if known == nil,
      let pid = ClusterFile.runningIpclusterPID(
        profileDirectory: profile.directory, clusterID: profile.clusterID)
    {
      throw LaunchError(
        .alreadyRunning,
        "a cluster of ipcluster is already running here (process \(pid)); stop it with "
          + "ipcluster stop, or choose another --cluster-id")
    }
    return lock
  }

  /// Ends jobs that an earlier cluster of this name has left; the new file would forget them.
  private func endLeftJobs(_ known: ClusterFile?) throws {
    guard let known, !known.jobs.isEmpty else { return }
    let left = ClusterTerminator(known).stop(removesLogs: false)
    guard left.isEmpty else {
      throw LaunchError(
        .alreadyRunning,
        "an earlier cluster has left what cannot be ended: \(left); try again later")
    }
  }
}
