// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// The last moments of an engine that leaves: what was on its way to it is given back, until the controller has said that it sends
/// nothing more.
struct Farewell {
  /// How long the controller's word is awaited, and how long other connections may lag behind it.
  private static let limit = Duration.milliseconds(200)
  private static let lag = Duration.milliseconds(20)

  let connection: EngineConnection
  let clock: any TimeSource

  /// Tells the controller that the engine leaves.
  func run() {
    connection.leave()
    // Its answer shows that it has read what was said before.
    connection.askForEngines()
    var end = clock.now + Self.limit
    while clock.now < end {
      guard connection.channels.wait(milliseconds: 5) else { continue }
      connection.channels.read { input, parcel in
        guard case .message(let channel) = input else { return }
        if channel == .registration { end = min(end, clock.now + Self.lag) }
        if let route = EngineRequest.Route(channel) { giveBack(parcel, route) }
      }
    }
  }

  private func giveBack(_ parcel: Parcel, _ route: EngineRequest.Route) {
    guard let request = connection.request(parcel, route), route != .control else { return }
    let isMap = request.metadata["apus"] != nil
    connection.send(isMap ? .handedBack() : .leaving, to: request)
  }
}
