// Part of Apus, Apache-2.0. See LICENSE.

/// A supervisor's connection to the controller that it started.
package protocol ControllerLink: AnyObject {
  /// The count of engines that have joined, and the numbers of their processes as far as they are known.
  ///
  /// - Throws: if the controller does not answer.
  func joinedEngines() throws -> (count: Int, processes: [Int])

  /// Tells the controller how the process of an engine ended, for the errors of its tasks.
  func report(process: Int, cause: String)

  /// Makes the controller fail all tasks that wait, with this reason.
  func failWaitingTasks(reason: String)

  /// Waits until the controller has news about engines, a descriptor can be read, or the time is up.
  func wait(descriptor: Int32, timeout: Duration)
}
