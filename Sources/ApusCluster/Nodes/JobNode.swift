// Part of Apus, Apache-2.0. See LICENSE.
import ApusController
import ApusProcess
import ApusTransport
import ApusWorkers

/// This program as a node of job servers: worker processes that any program may use that has the same functions and knows the
/// secret.
struct JobNode {
  let arguments: JobNodeArguments
  /// Whether the program that has started this one reads when it is ready.
  let reports: Bool

  /// Serves until it is told to stop.
  ///
  /// - Throws: ``ClusterError`` if it cannot be started, or its engine has ended.
  func run() throws {
    if reports { ReportPipe.setCloseOnExec() }
    StopSignals.block()
    let signals = try WakePipe()
    try StopSignals.listen { signal in
      if !StopSignals.isChildExit(signal) { signals.wake() }
    }
    let (address, keys) = (arguments.address, arguments.keys)
    let cluster = try LocalCluster(engines: 1, workers: arguments.workers, program: nil) {
      ($0.engineIP, $0.clientIP, $0.location) = (address.host, address.host, "127.0.0.1")
      ($0.ports, $0.key, $0.curve) = (address.ports, keys.signing, keys.curve)
    }
    defer { cluster.stop() }
    if reports { ReportPipe.write("ready", isLast: true) }
    WorkerProcesses.writeLine("node of Apus at \(address) with \(arguments.workers) workers")
    let poller = Poller()
    _ = poller.add(descriptor: signals.reader)
    while !poller.wait(milliseconds: 500) { try cluster.checkEngines() }
  }
}
