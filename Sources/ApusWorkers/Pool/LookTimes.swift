// Part of Apus, Apache-2.0. See LICENSE.

/// When a pool last looked at its workers, their memory and their output, in nanoseconds.
struct LookTimes: Sendable {
  private static let interval = 1_000_000
  private static let memoryInterval = 50_000_000
  private static let outputInterval = 100_000_000

  private var last = 0
  private var lastMemory = 0
  private var lastOutput = 0

  /// What is to be looked at now besides the workers themselves; nil if nothing is.
  ///
  /// - Parameter limitsMemory: without a limit the figure is only for the failure of a worker that the kernel ends.
  mutating func due(_ now: Int, limitsMemory: Bool) -> (memory: Bool, output: Bool)? {
    if now - last < Self.interval { return nil }
    last = now
    let memory = limitsMemory || now - lastMemory > Self.memoryInterval
    let output = now - lastOutput > Self.outputInterval
    if memory { lastMemory = now }
    if output { lastOutput = now }
    return (memory, output)
  }

  /// Lets the next look be at once.
  mutating func hasten() { last = 0 }
}
