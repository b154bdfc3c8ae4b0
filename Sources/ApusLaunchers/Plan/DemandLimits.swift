// Part of Apus, Apache-2.0. See LICENSE.

/// How many engines a cluster on demand may have, and what it asks its scheduler for at a time.
package struct DemandLimits: Sendable, Hashable {
  /// Engines that are there whatever there is to do.
  package var least: Int
  package var most: Int
  /// The most jobs that wait in the scheduler's queue at a time.
  package var backlog: Int
  /// The most engines of one job.
  package var enginesOfJob: Int
  /// How long an engine has nothing to do before it is released.
  package var idle: Duration

  package init(least: Int, most: Int, backlog: Int, enginesOfJob: Int, idle: Duration) {
    (self.least, self.most, self.backlog) = (least, most, backlog)
    (self.enginesOfJob, self.idle) = (enginesOfJob, idle)
  }
}
