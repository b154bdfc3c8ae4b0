// Part of Apus, Apache-2.0. See LICENSE.
#if Cluster
  import ApusLaunchers
  import ArgumentParser

  /// The options of engines that are requested as the queue needs.
  struct EngineDemandOptions: ParsableArguments {
    @Option(
      name: .customLong("min"),
      help:
        "The number of engines that are kept when there is nothing to do, with --max. (default: 0)")
    var least: Int?
    @Option(
      name: .customLong("max"),
      help:
        "Request jobs as tasks wait, up to this number of engines, and release idle engines; takes the place of -n."
    )
    var most: Int?
    @Option(
      help: "The most jobs that wait in the scheduler's queue at a time, with --max. (default: 1)")
    var backlog: Int?
    @Option(
      help: "The most engines of one job, with --max. (default: an eighth of --max)")
    var enginesPerJob: Int?
    @Option(
      help:
        "The time in seconds that an engine has nothing to do before it is released, with --max. (default: 60)"
    )
    var idleTimeout: Double?

    var isGiven: Bool { most != nil }

    func validate() throws {
      let others: [(String, Any?)] = [
        ("min", least), ("backlog", backlog), ("engines-per-job", enginesPerJob),
        ("idle-timeout", idleTimeout),
      ]
      guard let most else {
        if let (name, _) = others.first(where: { $0.1 != nil }) {
          throw ValidationError("--\(name) needs --max, the most engines that may be requested")
        }
        return
      }
      guard (1...65_536).contains(most) else {
        throw ValidationError("--max must be a number of engines from 1 to 65536")
      }
      guard (0...most).contains(least ?? 0) else {
        throw ValidationError("--min must be a number of engines from 0 to --max, which is \(most)")
      }
      guard (backlog ?? 1) >= 1 else {
        throw ValidationError("--backlog must be a number of jobs from 1 on")
      }
      guard (enginesPerJob ?? 1) >= 1 else {
        throw ValidationError("--engines-per-job must be a number of engines from 1 on")
      }
      guard (1...86_400).contains(idleTimeout ?? 60) else {
        throw ValidationError("--idle-timeout must be a number of seconds from 1 to 86400")
      }
    }

    /// What the launcher is told; nil if the number of engines is fixed.
    var limits: DemandLimits? {
      most.map { most in
        DemandLimits(
          least: least ?? 0, most: most, backlog: backlog ?? 1,
          enginesOfJob: enginesPerJob ?? max(1, most / 8), idle: .seconds(idleTimeout ?? 60))
      }
    }
  }
#endif
