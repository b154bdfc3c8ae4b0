// Part of Apus, Apache-2.0. See LICENSE.

/// A supervisor's connection to the controller that it started.
package protocol ControllerLink: AnyObject {
  /// What the controller says of its engines and of the work that waits.
  ///
  /// - Throws: if it does not answer.
  func report() throws -> ControllerReport

  /// Tells the controller how the process of an engine ended, for the errors of its tasks.
  func report(process: Int, cause: String)

  /// Makes the controller fail all tasks that wait, with this reason.
  func failWaitingTasks(reason: String)

  /// Tells the controller that engines are started on demand, which counts for some seconds.
  func supply()

  /// Makes the controller end engines that have nothing to do.
  ///
  /// - Parameter engines: their numbers, and how many requests each had answered; one that has answered more stays.
  /// - Returns: the numbers of those that end.
  func release(_ engines: [Int: Int]) throws -> [Int]

  /// Waits until the controller has news about engines, a descriptor can be read, or the time is up.
  func wait(descriptor: Int32, timeout: Duration)
}
