// Part of Apus, Apache-2.0. See LICENSE.

/// What a controller says of its engines, and of the work that waits for some.
package struct ControllerReport: Sendable, Hashable {
  package struct Engine: Sendable, Hashable {
    package let number: Int
    package let process: Int?
    /// Whether it has something to do.
    package let isBusy: Bool
    /// How many requests it has answered.
    package let completed: Int

    package init(number: Int, process: Int?, isBusy: Bool, completed: Int) {
      (self.number, self.process) = (number, process)
      (self.isBusy, self.completed) = (isBusy, completed)
    }
  }

  /// Tasks that wait for an engine.
  package struct Work: Sendable, Hashable {
    package let waiting: Int
    /// What each takes; nil if that is not known.
    package let duration: Duration?

    package init(waiting: Int, duration: Duration?) {
      (self.waiting, self.duration) = (waiting, duration)
    }
  }

  /// Those that have joined.
  package var engines: [Engine] = []
  /// The number of engines that the last controller had and that have not answered this one yet.
  package var returning = 0
  /// The number of tasks that wait in the controller.
  package var waiting = 0
  /// Tasks that maps keep until an engine has room.
  package var maps: [Work] = []
  /// The number of engines that a client waits for.
  package var wanted = 0
  /// The number of engines that are to be kept, if somebody has said so.
  package var least: Int?

  package init() {}

  /// The numbers of the engines' processes, as far as they are known.
  package var processes: [Int] { engines.compactMap(\.process) }
}
