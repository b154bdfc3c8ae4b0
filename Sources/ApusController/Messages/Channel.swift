// Part of Apus, Apache-2.0. See LICENSE.

/// The sockets of a controller, named by what they carry and who is at the other end.
package enum Channel: Int, Sendable, Hashable, CaseIterable {
  /// Requests to the controller itself, registrations among them.
  case query
  /// News about engines, published to clients.
  case notification
  /// Requests for one engine and their replies.
  case muxClients, muxEngines
  /// Load-balanced tasks and their replies.
  case taskClients, taskEngines
  /// Requests for many engines and their replies.
  case broadcastClients, broadcastEngines
  /// Requests that overtake work, such as aborts.
  case controlClients, controlEngines
  /// What engines publish, and the same passed on to clients.
  case outputEngines, outputClients
  /// Pings to engines and their answers.
  case ping, pong

  /// The name in log lines and error messages.
  package var name: String {
    switch self {
    case .query: "registration"
    case .notification: "notification"
    case .muxClients: "mux (clients)"
    case .muxEngines: "mux (engines)"
    case .taskClients: "task (clients)"
    case .taskEngines: "task (engines)"
    case .broadcastClients: "broadcast (clients)"
    case .broadcastEngines: "broadcast (engines)"
    case .controlClients: "control (clients)"
    case .controlEngines: "control (engines)"
    case .outputEngines: "iopub (engines)"
    case .outputClients: "iopub (clients)"
    case .ping: "hb_ping"
    case .pong: "hb_pong"
    }
  }
}

/// The channels through which requests reach engines.
package enum EngineChannel: Int, Sendable, Hashable, CaseIterable {
  case mux, control, task, broadcast

  /// The socket with the engines at the other end.
  package var engines: Channel {
    switch self {
    case .mux: .muxEngines
    case .control: .controlEngines
    case .task: .taskEngines
    case .broadcast: .broadcastEngines
    }
  }

  /// The socket with the clients at the other end.
  package var clients: Channel {
    switch self {
    case .mux: .muxClients
    case .control: .controlClients
    case .task: .taskClients
    case .broadcast: .broadcastClients
    }
  }
}
