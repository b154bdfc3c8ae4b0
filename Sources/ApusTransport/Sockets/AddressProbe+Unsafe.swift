// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Each descriptor is closed once, by ``Attempt/close()``; lists of the system are freed after the last look at them.

/// Finds out through which of several addresses a controller can be reached.
///
/// All are tried at once, because a packet filter that drops packets says nothing for minutes. An address counts when something
/// there greets as sockets of libzmq do, not when a connection is made: a gateway may take connections for others.
package struct AddressProbe {
  /// What became of an address.
  package struct Trial: Sendable, Hashable {
    package let host: String
    package let outcome: String
  }

  fileprivate struct Attempt {
    let host: String
    var descriptor: Int32 = -1
    var outcome: String
    var isConnected = false
  }

  fileprivate var attempts: [Attempt] = []

  /// Tries hosts, names or addresses, and returns the first that answers, in the time that is given.
  ///
  /// - Returns: nil as host if none answers; and what became of each.
  package static func first(
    of hosts: [String], port: Int, within limit: Duration
  ) -> (host: String?, trials: [Trial]) {
    var probe = AddressProbe()
    for host in hosts { probe.start(host, port) }
    defer {
      for attempt in probe.attempts where attempt.descriptor >= 0 { close(attempt.descriptor) }
    }
    let host = probe.wait(limit)
    return (host, probe.attempts.map { Trial(host: $0.host, outcome: $0.outcome) })
  }

  private mutating func start(_ host: String, _ port: Int) {
    var attempt = Attempt(host: host, outcome: "no answer")
    var hints = addrinfo()
    hints.ai_family = AF_INET
    hints.ai_socktype = stream
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "\(port)", &hints, &list)
    if status == 0, let list {
      defer { freeaddrinfo(list) }
      attempt.descriptor = socket(AF_INET, stream, 0)
      _ = fcntl(attempt.descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(attempt.descriptor, F_SETFL, O_NONBLOCK)
      if connect(attempt.descriptor, list.pointee.ai_addr, list.pointee.ai_addrlen) != 0,
        errno != EINPROGRESS
      {
        attempt.fail(errno)
      }
    } else {
      attempt.outcome = "the name is not known"
    }
    attempts.append(attempt)
  }

  private mutating func wait(_ limit: Duration) -> String? {
    let clock = MonotonicClock()
    let deadline = clock.now + limit
    while attempts.contains(where: { $0.descriptor >= 0 }) {
      let left = clock.now.duration(to: deadline).milliseconds
      guard left > 0 else { return nil }
      var items = attempts.map { attempt in
        pollfd(
          fd: attempt.descriptor, events: Int16(attempt.isConnected ? POLLIN : POLLOUT), revents: 0)
      }
      guard poll(&items, nfds_t(items.count), Int32(left)) > 0 else { return nil }
      for (place, item) in items.enumerated() where item.revents != 0 {
        if attempts[place].advance() { return attempts[place].host }
      }
    }
    return nil
  }

  private var stream: Int32 {
    #if canImport(Darwin)
      SOCK_STREAM
    #else
      Int32(SOCK_STREAM.rawValue)
    #endif
  }
}

extension AddressProbe.Attempt {
  fileprivate mutating func fail(_ error: Int32) {
    outcome = String(cString: strerror(error))
    close(descriptor)
    descriptor = -1
  }

  /// Takes what has happened; true if the address has greeted.
  fileprivate mutating func advance() -> Bool {
    var (error, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &length)
    if error != 0 {
      fail(error)
      return false
    }
    guard isConnected else {
      isConnected = true
      return false
    }
    var greeting: UInt8 = 0
    guard recv(descriptor, &greeting, 1, 0) == 1, greeting == 0xFF else {
      outcome = "something else than a controller answers"
      close(descriptor)
      descriptor = -1
      return false
    }
    return true
  }
}
