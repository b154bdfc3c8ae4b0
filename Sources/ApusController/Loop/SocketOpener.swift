// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport
import ApusWire

/// Opens the sockets of a controller and binds them in the order in which IPython Parallel uses up its ports.
struct SocketOpener {
  private let settings: ControllerSettings
  private let context: TransportContext
  private(set) var binder: SocketBinder
  private(set) var sockets: [Channel: Socket] = [:]

  /// - Parameter known: the files of an earlier controller whose ports are used again.
  init(
    _ settings: ControllerSettings,
    known: (client: ConnectionFile, engine: ConnectionFile)?, _ context: TransportContext
  ) {
    self.settings = settings
    self.context = context
    binder = SocketBinder(settings, known: known)
  }

  /// Reports connections that were refused; nil where nothing is encrypted.
  private(set) var refusals: SocketMonitor?

  /// Opens and binds all sockets.
  ///
  /// - Returns: the monitors that report which pong and output connections have ended.
  mutating func openAll() throws(TransportError) -> (pong: SocketMonitor, output: SocketMonitor) {
    let query = try open(.query, .router)
    try query.set(longestFrame: SocketTransport.longestQueryFrame)
    if settings.curve != nil {
      refusals = try SocketMonitor(query, name: "registration", .refusals, in: context)
    }
    try binder.bindRegistration(query)
    let monitors = try openEngineSide()
    try openClientSide()
    for channel in Channel.allCases where channel.carriesWork {
      try sockets[channel]?.set(longestFrame: SocketTransport.longestFrame)
    }
    return monitors
  }

  private mutating func open(
    _ channel: Channel, _ kind: Socket.Kind, identity: String? = nil
  ) throws(TransportError) -> Socket {
    let socket = try Socket(kind, name: channel.name, in: context)
    if let identity { try socket.set(identity: identity) }
    if let keys = settings.curve { try socket.serveCurve(keys) }
    sockets[channel] = socket
    return socket
  }

  private mutating func openEngineSide() throws(TransportError) -> (
    pong: SocketMonitor, output: SocketMonitor
  ) {
    let control = try open(.controlEngines, .router, identity: "control_out")
    let mux = try open(.muxEngines, .router, identity: "mux_out")
    let task = try open(.taskEngines, .router, identity: "task_out")
    let output = try open(.outputEngines, .subscribe)
    let ping = try open(.ping, .publish)
    let pong = try open(.pong, .router)
    try pong.set(longestFrame: SocketTransport.longestPong)
    let broadcast = try open(.broadcastEngines, .router, identity: "sub_scheduler_0")
    for socket in [control, mux, task, broadcast, pong] {
      // A message for an engine that is not there is reported. A second peer of the same name is refused, because
      // names are no secret; so the connections of an engine whose network is gone must be closed here first.
      try socket.setMandatory()
      try socket.set(heartbeat: max(.seconds(10), settings.heartbeatPeriod))
    }
    try pong.set(heartbeat: settings.heartbeatPeriod)
    let monitors = (
      try SocketMonitor(pong, name: "hb_pong", in: context),
      try SocketMonitor(output, name: "iopub", in: context)
    )
    try binder.bind(control, .engine, "control")
    try binder.bind(mux, .engine, "mux")
    try binder.bind(task, .engine, "task")
    try binder.bind(output, .engine, "iopub")
    try binder.bind(ping, .engine, "hb_ping")
    try binder.bind(pong, .engine, "hb_pong")
    try binder.bind(broadcast, .engine, "broadcast")
    return monitors
  }

  private mutating func openClientSide() throws(TransportError) {
    let control = try open(.controlClients, .router, identity: "control_in")
    let mux = try open(.muxClients, .router, identity: "mux_in")
    let task = try open(.taskClients, .router, identity: "task_in")
    let output = try open(.outputClients, .publish)
    let notification = try open(.notification, .publish)
    let broadcast = try open(.broadcastClients, .router, identity: "sub_scheduler_0")
    for socket in [output, notification] {
      // What a subscriber that never reads can hold is limited, and for how long.
      try socket.set(longestQueue: OutputQueueLimit.most)
      try socket.set(heartbeat: SocketTransport.subscriberTimeout)
      try socket.set(stallTimeout: SocketTransport.subscriberTimeout)
    }
    try binder.bind(control, .client, "control")
    try binder.bind(mux, .client, "mux")
    try binder.bind(task, .client, "task")
    try binder.bind(output, .client, "iopub")
    try binder.bind(notification, .client, "notification")
    try binder.bind(broadcast, .client, "broadcast")
  }
}

extension Channel {
  /// Whether requests and replies of any size pass through it.
  fileprivate var carriesWork: Bool {
    switch self {
    case .query, .notification, .outputClients, .ping, .pong: false
    default: true
    }
  }
}
