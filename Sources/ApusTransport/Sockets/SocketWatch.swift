// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Waits until one of a loop's sockets or descriptors has input.
///
/// libzmq's own poll queries every socket twice, with a system call each time. On Linux this class waits on
/// the descriptors by which libzmq signals events, and queries only sockets whose descriptor may be silent:
/// those that were used since the last wait, because sending or receiving consumes pending signals.
package final class SocketWatch {
  #if os(Linux)
    private var sockets: [Socket?] = []
    private var ready: [Bool] = []
    private let descriptor: Int32
    private var events = [epoll_event](repeating: epoll_event(), count: 64)

    package init() throws(TransportError) {
      descriptor = epoll_create1(Int32(EPOLL_CLOEXEC))
      if descriptor < 0 { throw .system("watch sockets") }
    }

    deinit { close(descriptor) }

    /// A descriptor that has input when a socket may have some, for loops that wait for other things too; they first call
    /// ``wait(milliseconds:)`` until there is none.
    package var pollDescriptor: Int32? { descriptor }

    /// Adds a socket and returns its index.
    package func add(_ socket: Socket) throws(TransportError) -> Int {
      // Edge-triggered, because libzmq's descriptor signals that something changed, not that there is input.
      try add(try socket.descriptor(), isTold: UInt32(1) << 31, socket)
    }

    /// Adds a descriptor and returns its index.
    package func add(descriptor: Int32) throws(TransportError) -> Int {
      try add(descriptor, isTold: 0, nil)
    }

    private func add(
      _ value: Int32, isTold mode: UInt32, _ socket: Socket?
    ) throws(TransportError) -> Int {
      var event = epoll_event()
      event.events = UInt32(EPOLLIN.rawValue) | mode
      event.data.u64 = UInt64(sockets.count)
      if epoll_ctl(descriptor, EPOLL_CTL_ADD, value, &event) != 0 {
        throw .system("watch a socket")
      }
      socket?.mayHaveInput = true
      sockets.append(socket)
      ready.append(false)
      return sockets.count - 1
    }

    /// Waits for input for at most a given time.
    ///
    /// - Returns: false if there is none.
    package func wait(milliseconds: Int) -> Bool {
      var isAnyReady = false
      for index in ready.indices {
        ready[index] = sockets[index].map { $0.mayHaveInput && $0.hasInput } ?? false
        if ready[index] { isAnyReady = true } else { sockets[index]?.mayHaveInput = false }
      }
      let count = epoll_wait(
        descriptor, &events, Int32(events.count), isAnyReady ? 0 : Int32(clamping: milliseconds))
      for event in events[..<max(0, Int(count))] {
        let index = Int(event.data.u64)
        sockets[index]?.mayHaveInput = true
        ready[index] = true
        isAnyReady = true
      }
      return isAnyReady
    }

    package func isReady(_ index: Int) -> Bool { ready[index] }
  #else
    private let poller = Poller()

    package init() throws(TransportError) {}

    /// There is none on this system.
    package var pollDescriptor: Int32? { nil }

    package func add(_ socket: Socket) throws(TransportError) -> Int { poller.add(socket) }

    package func add(descriptor: Int32) throws(TransportError) -> Int {
      poller.add(descriptor: descriptor)
    }

    package func wait(milliseconds: Int) -> Bool { poller.wait(milliseconds: milliseconds) }

    package func isReady(_ index: Int) -> Bool { poller.isReady(index) }
  #endif
}
