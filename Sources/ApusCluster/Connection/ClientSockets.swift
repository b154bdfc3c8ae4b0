// Part of Apus, Apache-2.0. See LICENSE.
package import ApusTransport
package import ApusWire

/// The sockets of a client, each connected on first use.
package final class ClientSockets: ClientChannels {
  private let dialer: SocketDialer
  private var sockets: [String: Socket] = [:]
  private let watch: SocketWatch
  private let pipe: WakePipe

  /// - Parameter pipe: wakes it; by default a new one.
  /// - Throws: ``TransportError``, also if the connection must be encrypted and this libzmq does not support it.
  package init(
    _ file: ConnectionFile, in context: TransportContext? = nil,
    wakeBy pipe: WakePipe? = nil
  ) throws {
    dialer = try SocketDialer(file, in: try context ?? TransportContext())
    watch = try SocketWatch()
    self.pipe = try pipe ?? WakePipe()
    _ = try watch.add(descriptor: self.pipe.reader)
  }

  /// The socket of a channel.
  package func socket(_ channel: String) throws(TransportError) -> Socket {
    if let socket = sockets[channel] { return socket }
    let isPublished = channel == "iopub" || channel == "notification"
    let socket = try dialer.open(isPublished ? .subscribe : .dealer, channel)
    try dialer.connect(socket, to: channel)
    sockets[channel] = socket
    return socket
  }

  package func watch(_ channels: [String]) throws {
    for channel in channels { _ = try watch.add(try socket(channel)) }
  }

  package func send(_ parcel: Parcel, on channel: String) throws {
    _ = try socket(channel).send(parcel)
  }

  package func receive(
    _ channel: String, into parcel: Parcel, milliseconds: Int?
  ) throws -> Bool {
    guard let milliseconds else { return try socket(channel).receive(into: parcel) }
    return try socket(channel).receive(into: parcel, milliseconds: milliseconds)
  }

  package func linger(on channel: String) {
    try? sockets[channel]?.set(linger: .seconds(1))
  }

  package func wait(milliseconds: Int) {
    _ = watch.wait(milliseconds: milliseconds)
    pipe.clear()
  }

  package var waker: @Sendable () -> Void { { [pipe] in pipe.wake() } }
}
