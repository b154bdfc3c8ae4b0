// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: Lists of the system are freed once, after the last look at them; addresses are copied out of them.

/// The addresses of this machine.
package enum LocalAddresses {
  /// The IPv4 addresses of all interfaces that are up but the loopback.
  package static var all: [String] {
    var list: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&list) == 0 else { return [] }
    defer { freeifaddrs(list) }
    var found: [String] = []
    var next = list
    while let entry = next {
      next = entry.pointee.ifa_next
      let flags = Int(entry.pointee.ifa_flags)
      guard flags & Int(IFF_UP) != 0, flags & Int(IFF_LOOPBACK) == 0,
        let address = entry.pointee.ifa_addr, Int32(address.pointee.sa_family) == AF_INET
      else { continue }
      let text = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
        name(of: $0.pointee.sin_addr)
      }
      if !found.contains(text) { found.append(text) }
    }
    return found
  }

  private static func name(of address: in_addr) -> String {
    let value = UInt32(bigEndian: address.s_addr)
    return [24, 16, 8, 0].map { "\(value >> $0 & 255)" }.joined(separator: ".")
  }

  /// The address from which this machine reaches a host, or the outside; nil if there is no way, or only the loopback.
  ///
  /// Nothing is sent: the system chooses the address when a datagram's destination is set.
  package static func routing(to host: String?) -> String? {
    var hints = addrinfo()
    hints.ai_family = AF_INET
    hints.ai_socktype = datagram
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host ?? "192.0.2.1", "9", &hints, &list) == 0, let list else { return nil }
    defer { freeaddrinfo(list) }
    let descriptor = socket(AF_INET, datagram, 0)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    guard connect(descriptor, list.pointee.ai_addr, list.pointee.ai_addrlen) == 0 else {
      return all.first
    }
    var address = sockaddr_in()
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isKnown = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        getsockname(descriptor, $0, &length) == 0
      }
    }
    let text = name(of: address.sin_addr)
    return isKnown && !text.hasPrefix("127.") ? text : nil
  }

  private static var datagram: Int32 {
    #if canImport(Darwin)
      SOCK_DGRAM
    #else
      Int32(SOCK_DGRAM.rawValue)
    #endif
  }
}
