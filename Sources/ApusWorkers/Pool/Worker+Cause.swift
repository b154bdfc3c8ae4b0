// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

extension Worker {
  /// Why the worker ended.
  ///
  /// - Parameter exitCode: its exit status, or the negative of a signal; nil if the system did not say.
  func cause(exitCode: Int?) -> RemoteFailure.Cause {
    if let ending { return ending }
    guard let exitCode, exitCode < 0 else { return .exited(status: exitCode) }
    if -exitCode == Int(ProcessPool.killSignal), apus_kernel_kills() > kernelKills {
      return .outOfMemory(used: lastMemory, limit: nil)
    }
    return .killed(signal: -exitCode)
  }
}
