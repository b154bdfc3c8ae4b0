// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// The first moments of an engine: it asks the controller for a number, and waits for the answer.
struct Arrival {
  let connection: EngineConnection
  let settings: EngineSettings
  let clock: any TimeSource
  /// Whether the engine was told meanwhile to begin nothing.
  private(set) var isWarned = false

  init(_ connection: EngineConnection, _ settings: EngineSettings, _ clock: any TimeSource) {
    (self.connection, self.settings, self.clock) = (connection, settings, clock)
  }

  /// Joins the controller.
  ///
  /// - Returns: false if the engine was told to end meanwhile.
  /// - Throws: ``TransportError`` `.timeout` if the controller does not answer in time, `.refused` if it refuses the engine.
  mutating func run() throws -> Bool {
    try connection.requestRegistration(number: settings.number)
    let deadline = clock.now + settings.timeout
    var (answer, isOver): (Parcel?, Bool) = (nil, false)
    while answer == nil, !isOver {
      let left = clock.now.duration(to: deadline)
      guard left > .zero else { throw settings.silence }
      guard connection.channels.wait(milliseconds: max(1, left.milliseconds)) else { continue }
      connection.channels.read { input, parcel in
        switch input {
        case .message(.registration): answer = Parcel(parcel.allBytes)
        case .message: break
        case .lifeline: isOver = true
        case .warning:
          settings.warnings?.clear()
          isWarned = true
        }
      }
    }
    guard let answer, !isOver else { return false }
    try connection.finishRegistration(answer)
    return true
  }
}
