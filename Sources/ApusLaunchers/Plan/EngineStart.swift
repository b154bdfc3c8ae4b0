// Part of Apus, Apache-2.0. See LICENSE.

/// How the engines of a cluster are started.
package enum EngineStart: Sendable, Hashable {
  /// As processes of this machine.
  case local
  /// On hosts that are reached by ssh, one connection for each.
  case ssh([HostSlots])
  /// As one step of Slurm, within an allocation.
  case srun
  /// As one program of MPI.
  case mpi
  /// As an array of jobs of a batch scheduler.
  case batch(BatchSystem)

  /// The word after `--engines`.
  package var name: String {
    switch self {
    case .local: "local"
    case .ssh: "ssh"
    case .srun: "srun"
    case .mpi: "mpi"
    case .batch(let system): system.name
    }
  }

  /// All words after `--engines` that say how engines start.
  package static let names = ["local", "ssh", "srun", "mpi"] + BatchSystem.all.map(\.name)

  /// Whether engines run elsewhere, so that the controller must be reached from there.
  package var isRemote: Bool { self != .local }
}

/// What a batch scheduler, srun, mpiexec or ssh is asked for beside the engines; nil leaves it to the site.
package struct EngineResources: Sendable, Hashable {
  package var queue: String?
  package var account: String?
  package var time: String?
  package var memory: String?
  /// The number of cores of each engine.
  package var cores: Int?
  /// Options of the user, passed on as they are.
  package var options: [String] = []

  package init() {}
}

extension BatchSystem {
  /// The options that this scheduler's script has no line for.
  package func unsupported(_ resources: EngineResources) -> [String] {
    let given: [(String, Any?)] = [
      ("queue", resources.queue), ("account", resources.account), ("time", resources.time),
      ("memory", resources.memory), ("cores", resources.cores),
    ]
    return given.filter { $0.1 != nil && !template.contains("{\($0.0)}") }.map(\.0)
  }
}
