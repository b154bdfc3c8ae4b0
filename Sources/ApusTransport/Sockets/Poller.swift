// Part of Apus, Apache-2.0. See LICENSE.
import CZMQ

/// Waits until one of several sockets or descriptors has input.
package final class Poller {
  private var items: [zmq_pollitem_t] = []
  /// Kept because the items hold only their handles.
  private var sockets: [Socket] = []
  private var streams: [StreamSocket] = []

  package init() {}

  /// Adds a socket and returns its index.
  package func add(_ socket: Socket) -> Int {
    sockets.append(socket)
    items.append(
      zmq_pollitem_t(socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
    return items.count - 1
  }

  /// Adds a socket and returns its index.
  package func add(_ socket: StreamSocket) -> Int {
    streams.append(socket)
    items.append(
      zmq_pollitem_t(socket: socket.handle, fd: 0, events: Int16(ZMQ_POLLIN), revents: 0))
    return items.count - 1
  }

  /// Adds a descriptor and returns its index.
  package func add(descriptor: Int32) -> Int {
    items.append(zmq_pollitem_t(socket: nil, fd: descriptor, events: Int16(ZMQ_POLLIN), revents: 0))
    return items.count - 1
  }

  /// Waits for input for at most a given time; nil for no limit.
  ///
  /// - Returns: false if there is none.
  package func wait(milliseconds: Int?) -> Bool {
    zmq_poll(&items, Int32(items.count), milliseconds ?? -1) > 0
  }

  package func isReady(_ index: Int) -> Bool {
    items[index].revents & Int16(ZMQ_POLLIN) != 0
  }
}
