// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ArgumentParser

  /// The command `apus cluster`.
  struct ClusterCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "cluster",
      abstract: "Start, stop and inspect clusters of engines, on this machine and others.",
      subcommands: [
        ClusterStartCommand.self, ClusterStopCommand.self, ClusterListCommand.self,
        ClusterStatusCommand.self, ClusterScaleCommand.self, ClusterCleanCommand.self,
      ])
  }
#endif
