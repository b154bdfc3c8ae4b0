// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire

/// All sockets of a controller, bound, with the content of both connection files.
struct ControllerSockets {
  let context: TransportContext
  let query: Socket
  let notification: Socket
  let muxClients: Socket
  let muxEngines: Socket
  let taskClients: Socket
  let taskEngines: Socket
  let broadcastClients: Socket
  let broadcastEngines: Socket
  let controlClients: Socket
  let controlEngines: Socket
  let outputEngines: Socket
  let outputClients: Socket
  let ping: Socket
  let pong: Socket
  let pongMonitor: SocketMonitor
  let outputMonitor: SocketMonitor
  private(set) var clientFile: ConnectionFile
  private(set) var engineFile: ConnectionFile

  /// The most bytes of a frame that anybody sends to the registration and to the heartbeat sockets.
  static let longestQueryFrame = 64 << 20
  static let longestPong = 4096
  /// The most bytes of a frame of a request or a reply.
  static let longestFrame = 16 << 30

  /// Opens and binds them all.
  ///
  /// - Parameter known: the files of an earlier controller whose ports are to be used again.
  init(
    _ configuration: ControllerConfiguration, key: String, location: String,
    known: (client: ConnectionFile, engine: ConnectionFile)?
  ) throws(TransportError) {
    let context = try TransportContext()
    self.context = context
    var binder = SocketBinder(configuration, known: known)
    func open(_ kind: Socket.Kind, _ name: String, identity: String? = nil) throws(TransportError)
      -> Socket
    {
      let socket = try Socket(kind, name: name, in: context)
      if let identity { try socket.set(identity: identity) }
      if let keys = configuration.curve { try socket.serveCurve(keys) }
      return socket
    }
    query = try open(.router, "registration")
    try query.set(longestFrame: Self.longestQueryFrame)
    try binder.bindRegistration(query)
    controlEngines = try open(.router, "control (engines)", identity: "control_out")
    muxEngines = try open(.router, "mux (engines)", identity: "mux_out")
    taskEngines = try open(.router, "task (engines)", identity: "task_out")
    outputEngines = try open(.subscribe, "iopub (engines)")
    ping = try open(.publish, "hb_ping")
    pong = try open(.router, "hb_pong")
    try pong.set(longestFrame: Self.longestPong)
    broadcastEngines = try open(.router, "broadcast (engines)", identity: "sub_scheduler_0")
    for socket in [controlEngines, muxEngines, taskEngines, broadcastEngines, pong] {
      // A message for an engine that is not there is told of. A second peer of the same name is refused: names
      // are no secret. The connections of an engine whose network is gone are therefore closed here first.
      try socket.setMandatory()
      try socket.set(heartbeat: max(.seconds(10), configuration.heartbeatPeriod))
    }
    try pong.set(heartbeat: configuration.heartbeatPeriod)
    pongMonitor = try SocketMonitor(pong, name: "hb_pong", in: context)
    outputMonitor = try SocketMonitor(outputEngines, name: "iopub", in: context)
    try binder.bind(controlEngines, .engine, "control")
    try binder.bind(muxEngines, .engine, "mux")
    try binder.bind(taskEngines, .engine, "task")
    try binder.bind(outputEngines, .engine, "iopub")
    try binder.bind(ping, .engine, "hb_ping")
    try binder.bind(pong, .engine, "hb_pong")
    try binder.bind(broadcastEngines, .engine, "broadcast")
    controlClients = try open(.router, "control (clients)", identity: "control_in")
    muxClients = try open(.router, "mux (clients)", identity: "mux_in")
    taskClients = try open(.router, "task (clients)", identity: "task_in")
    outputClients = try open(.publish, "iopub (clients)")
    notification = try open(.publish, "notification")
    broadcastClients = try open(.router, "broadcast (clients)", identity: "sub_scheduler_0")
    try binder.bind(controlClients, .client, "control")
    try binder.bind(muxClients, .client, "mux")
    try binder.bind(taskClients, .client, "task")
    try binder.bind(outputClients, .client, "iopub")
    try binder.bind(notification, .client, "notification")
    try binder.bind(broadcastClients, .client, "broadcast")
    clientFile = binder.file(.client, key: key, location: location)
    engineFile = binder.file(.engine, key: key, location: location)
    try limitFrames()
  }

  private func limitFrames() throws(TransportError) {
    for socket in [
      muxClients, muxEngines, taskClients, taskEngines, broadcastClients, broadcastEngines,
      controlClients, controlEngines, outputEngines,
    ] {
      try socket.set(longestFrame: Self.longestFrame)
    }
  }
}
