// Part of Apus, Apache-2.0. See LICENSE.
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// Safety: The descriptor is closed exactly once, by deinit; addresses live as long as a call.

/// A UDP socket that sends to all hosts of a network, and receives what others send to them.
package final class DatagramSocket {
  package let descriptor: Int32

  /// - Throws: ``TransportError`` if the address is none of this machine's, or another program has it.
  package init(address: String, port: Int) throws(TransportError) {
    descriptor = socket(AF_INET, Self.datagram, 0)
    guard descriptor >= 0 else { throw .system("open a socket for discovery") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var on: Int32 = 1
    let size = socklen_t(MemoryLayout<Int32>.size)
    setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, size)
    setsockopt(descriptor, SOL_SOCKET, SO_BROADCAST, &on, size)
    guard var target = Self.address(address, port) else {
      throw TransportError(.system, "\(address) is no address of IPv4")
    }
    let status = withUnsafePointer(to: &target) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw .system("listen for discovery at \(address):\(port)") }
  }

  deinit { close(descriptor) }

  private static var datagram: Int32 {
    #if canImport(Glibc)
      Int32(SOCK_DGRAM.rawValue)
    #else
      SOCK_DGRAM
    #endif
  }

  private static func address(_ host: String, _ port: Int) -> sockaddr_in? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(truncatingIfNeeded: port).bigEndian
    return inet_pton(AF_INET, host, &address.sin_addr) == 1 ? address : nil
  }

  /// Sends bytes to an address, if it can.
  package func send(_ bytes: [UInt8], to host: String, port: Int) {
    guard var target = Self.address(host, port) else { return }
    _ = withUnsafePointer(to: &target) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }

  /// The next datagram; nil if there is none.
  package func receive() -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: 2048)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    return count < 0 ? nil : Array(bytes.prefix(count))
  }
}
