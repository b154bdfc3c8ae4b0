// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusTransport
import ApusWire
import SimulatedCluster

/// A client that sends requests as fast as replies arrive.
final class TaskLoad {
  struct Report {
    let kind: String
    let count: Int
    let errors: Int
    let seconds: Double
    var latencies: [Double] = []

    var json: String {
      let sorted = latencies.sorted()
      var text =
        #"{"kind": "\#(kind)", "n": \#(count), "errors": \#(errors), "per_s": \#(Double(count) / seconds)"#
      if let middle = sorted.dropFirst(sorted.count / 2).first,
        let late = sorted.dropFirst(sorted.count * 99 / 100).first
      {
        text += #", "p50_ms": \#(middle * 1e3), "p99_ms": \#(late * 1e3)"#
      }
      return text + "}"
    }
  }

  private static let metadata = Array(
    #"{"after": [], "follow": [], "timeout": 0.0, "targets": [], "retries": 0, "label": null}"#.utf8
  )
  /// The buffers that a Python client sends for a call without arguments, except that the function is a
  /// dummy.
  private static let buffers: [[UInt8]] = [
    [0x80, 4, 0x4E, 0x2E], [UInt8](repeating: 0x20, count: 60),
  ]

  private let client: SimulatedClient
  private let clock = MonotonicClock()
  private var maker: MessageMaker

  init(_ file: ConnectionFile, in context: TransportContext) throws {
    client = try SimulatedClient(file, in: context)
    maker = client.maker
  }

  private var engines: [(String, Int)] = []

  /// Asks the controller until at least `count` engines have joined.
  func waitForEngines(_ count: Int) throws {
    let deadline = clock.now + .seconds(120)
    repeat {
      guard clock.now < deadline,
        let members = try client.ask("connection_request")?.content["engines"]?.object
      else { throw TransportError(.timeout, "\(engines.count) of \(count) engines joined in time") }
      engines = members.compactMap { id, uuid in
        uuid.string.flatMap { uuid in Int(id).map { (uuid, $0) } }
      }
    } while engines.count < count
    engines.sort { $0.1 < $1.1 }
  }

  func run(count: Int, window: Int) throws -> Report {
    let socket = try client.sockets.socket("task")
    let parcel = Parcel()
    var (sent, got, errors) = (0, 0, 0)
    var latencies: [Double] = []
    let start = clock.now
    var last = start
    while got < count {
      while sent < count, sent - got < window {
        let message = WireMessage(
          header: maker.header(.applyRequest, date: clock.date),
          metadata: Self.metadata, buffers: Self.buffers)
        last = clock.now
        _ = socket.send(message.frames(signer: client.signer))
        sent += 1
      }
      guard socket.receive(into: parcel, milliseconds: 30_000) else {
        throw TransportError(.timeout, "no reply within 30 s after \(got) of \(count)")
      }
      repeat {
        got += 1
        if window == 1 { latencies.append(last.duration(to: clock.now).seconds) }
        if try Envelope(parcel).readReplyMetadata().status != .ok { errors += 1 }
      } while got < count && socket.receive(into: parcel)
    }
    let seconds = start.duration(to: clock.now).seconds
    return Report(
      kind: "tasks", count: count, errors: errors, seconds: seconds, latencies: latencies)
  }

  func broadcast(count: Int) throws -> Report {
    let socket = try client.sockets.socket("broadcast")
    let targets = JSONText(array: engines.map { JSONText(array: [.string($0.0), .integer($0.1)]) })
    let metadata = JSONText(object: [
      ("targets", targets), ("is_broadcast", JSONText(true)), ("is_coalescing", JSONText(true)),
    ])
    let parcel = Parcel()
    var errors = 0
    let start = clock.now
    for _ in 0..<count {
      let message = WireMessage(
        header: maker.header(.applyRequest, date: clock.date), metadata: metadata.bytes,
        buffers: Self.buffers)
      _ = socket.send(message.frames(signer: client.signer))
      guard socket.receive(into: parcel, milliseconds: 60_000) else {
        throw TransportError(.timeout, "no reply to a broadcast within 60 s")
      }
      let envelope = try Envelope(parcel)
      if envelope.bufferCount != engines.count { errors += 1 }
    }
    let seconds = start.duration(to: clock.now).seconds
    return Report(kind: "broadcasts", count: count, errors: errors, seconds: seconds)
  }
}
