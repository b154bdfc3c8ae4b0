// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

/// Waits for the first of several sockets and a pipe to have something to read.
package final class Poller {
  private var items: [zmq_pollitem_t] = []

  package init() {}

  /// Adds a socket and returns its place.
  package func add(_ socket: Socket) -> Int {
    items.append(
      zmq_pollitem_t(socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
    return items.count - 1
  }

  /// Adds a descriptor and returns its place.
  package func add(descriptor: Int32) -> Int {
    items.append(zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    return items.count - 1
  }

  /// Waits at most so long; nil for any time.
  ///
  /// - Returns: false if nothing came.
  package func wait(milliseconds: Int?) -> Bool {
    zmq_poll(&items, Int32(items.count), milliseconds ?? -1) > 0
  }

  package func isReady(_ place: Int) -> Bool {
    items[place].revents & Int16(ZMQ_POLLIN) != 0
  }
}
