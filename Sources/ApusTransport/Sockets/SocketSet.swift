// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Waits for input on any of thousands of sockets, in time proportional to the number of sockets with input.
///
/// On Linux it waits on the descriptor that libzmq has for each socket; elsewhere it polls all sockets.
package final class SocketSet {
  private var sockets: [Socket?] = []
  #if os(Linux)
    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 1024)
    /// Sockets that had input when they were last examined and may have more.
    private var pending: Set<Int> = []

    package init() throws(TransportError) {
      descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
      if descriptor < 0 { throw .system("create a set of sockets") }
    }

    deinit { close(descriptor) }
  #else
    private let poller = Poller()
    package init() throws(TransportError) {}
  #endif

  /// Adds a socket and returns its number, from 0 on.
  package func add(_ socket: Socket) throws(TransportError) -> Int {
    let number = sockets.count
    sockets.append(socket)
    #if os(Linux)
      let value = try socket.descriptor()
      var event = epoll_event()
      event.events = UInt32(EPOLLIN.rawValue) | UInt32(1) << 31
      event.data.u64 = UInt64(number)
      if epoll_ctl(descriptor, EPOLL_CTL_ADD, value, &event) != 0 {
        throw .system("watch a socket")
      }
      pending.insert(number)
    #else
      _ = poller.add(socket)
    #endif
    return number
  }

  /// Releases a socket, which closes it if there is no other reference to it.
  package func remove(_ number: Int) {
    sockets[number] = nil
    #if os(Linux)
      pending.remove(number)
    #endif
  }

  /// Waits for input for at most a given time and passes each socket that has some to `body`, which reads
  /// until there is none left, or returns true if there may be more.
  package func wait(milliseconds: Int, _ body: (Int, Socket) -> Bool) {
    #if os(Linux)
      let hasMore = !pending.isEmpty
      let count = epoll_wait(
        descriptor, &events, Int32(events.count), hasMore ? 0 : Int32(milliseconds))
      for event in events[..<max(0, Int(count))] { pending.insert(Int(event.data.u64)) }
      for number in pending {
        if let socket = sockets[number], body(number, socket) || sockets[number]?.hasInput ?? false
        {
          continue
        }
        pending.remove(number)
      }
    #else
      guard poller.wait(milliseconds: milliseconds) else { return }
      for number in sockets.indices where poller.isReady(number) {
        if let socket = sockets[number] { _ = body(number, socket) }
      }
    #endif
  }
}

extension Socket {
  /// Whether there is a message to receive; true also if that cannot be determined.
  package var hasInput: Bool {
    var events: Int32 = 0
    var size = MemoryLayout<Int32>.size
    return zmq_getsockopt(handle, ZMQ_EVENTS, &events, &size) != 0 || events & ZMQ_POLLIN != 0
  }

  /// Waits for a message.
  ///
  /// - Returns: false if none came in time.
  package func receive(into parcel: Parcel, milliseconds: Int) -> Bool {
    var item = zmq_pollitem_t(socket: handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0)
    guard zmq_poll(&item, 1, milliseconds) > 0 else { return false }
    return receive(into: parcel)
  }
}
