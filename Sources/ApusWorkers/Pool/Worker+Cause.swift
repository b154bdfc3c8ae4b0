// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

extension Worker {
  /// Why the worker ended.
  ///
  /// - Parameters:
  ///   - exitCode: its exit status, or the negative of a signal; nil if the system did not say.
  ///   - limit: the memory that it was allowed; nil if there was no limit.
  func cause(exitCode: Int?, limit: Int?) -> RemoteFailure.Cause {
    if let ending { return ending }
    guard let exitCode, exitCode < 0 else { return .exited(status: exitCode) }
    if -exitCode == Int(Worker.killSignal), apus_kernel_kills() > kernelKills {
      return .outOfMemory(used: lastMemory, limit: limit)
    }
    return .killed(signal: -exitCode)
  }
}
