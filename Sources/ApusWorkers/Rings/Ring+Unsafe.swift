// Part of Apus, Apache-2.0. See LICENSE.
import Synchronization

// Safety: The shared memory stays mapped as long as a ring is in use. Only one thread of one process writes to a ring, and only
// one reads. What the other side wrote is checked before it is used: it may be damaged.

/// A word of shared memory.
struct SharedWord: @unchecked Sendable {
  // The word itself is atomic; whoever has it keeps the memory mapped.

  private let word: UnsafeMutablePointer<Atomic<UInt64>>

  init(_ memory: UnsafeMutableRawPointer, at offset: Int) {
    word = (memory + offset).assumingMemoryBound(to: Atomic<UInt64>.self)
  }

  @inline(__always) func acquire() -> UInt64 { word.pointee.load(ordering: .acquiring) }
  @inline(__always) func load() -> UInt64 { word.pointee.load(ordering: .relaxed) }
  @inline(__always) func release(_ value: UInt64) {
    word.pointee.store(value, ordering: .releasing)
  }
  @inline(__always) func set(_ value: UInt64) {
    word.pointee.store(value, ordering: .sequentiallyConsistent)
  }
  /// Sets the word to 0; returns whether it was not.
  @inline(__always) func take() -> Bool {
    word.pointee.exchange(0, ordering: .sequentiallyConsistent) != 0
  }
}

/// Lets everything before become visible before everything after.
@inline(__always)
func fence() {
  #if APUS_RING_WITHOUT_FENCE
    // A build of the tests shows that wake-ups are lost without it.
  #else
    atomicMemoryFence(ordering: .sequentiallyConsistent)
  #endif
}

/// The writing end of a ring.
package struct RingWriter {
  private let data: UnsafeMutableRawPointer
  private let tail: SharedWord
  private let head: SharedWord
  private let asleep: SharedWord
  private let wantsRoom: SharedWord
  private var position: UInt64 = 0
  private var knownHead: UInt64 = 0

  /// - Parameter ring: the ring's first byte.
  package init(_ ring: UnsafeMutableRawPointer) {
    data = ring + RingLayout.data
    tail = SharedWord(ring, at: RingLayout.tail)
    head = SharedWord(ring, at: RingLayout.head)
    asleep = SharedWord(ring, at: RingLayout.asleep)
    wantsRoom = SharedWord(ring, at: RingLayout.wantsRoom)
  }

  /// Writes a part of a message, unless there is no room for it.
  package mutating func write(_ part: UnsafeRawBufferPointer, isLast: Bool) -> Bool {
    let capacity = UInt64(RingLayout.capacity)
    let size = UInt64(8 + (part.count + 7) & ~7)
    var at = position & (capacity - 1)
    let untilEnd = capacity - at
    let needed = size <= untilEnd ? size : untilEnd + size
    if position &+ needed &- knownHead > capacity {
      knownHead = head.acquire()
      if position &+ needed &- knownHead > capacity { return false }
    }
    if size > untilEnd {
      data.storeBytes(of: UInt32.max, toByteOffset: Int(at) + 4, as: UInt32.self)
      position &+= untilEnd
      at = 0
    }
    data.storeBytes(of: UInt32(part.count), toByteOffset: Int(at), as: UInt32.self)
    data.storeBytes(of: isLast ? 1 : 0, toByteOffset: Int(at) + 4, as: UInt32.self)
    if let base = part.baseAddress {
      (data + Int(at) + 8).copyMemory(from: base, byteCount: part.count)
    }
    position &+= size
    tail.release(position)
    return true
  }

  /// Whether the reader sleeps and must be woken; it is not reported twice.
  package func shouldWakeReader() -> Bool {
    fence()
    return asleep.load() != 0 && asleep.take()
  }

  /// Says that the writer waits for room; returns whether it must indeed.
  mutating func beginWaitForRoom(_ byteCount: Int) -> Bool {
    wantsRoom.set(1)
    fence()
    knownHead = head.acquire()
    let needed = UInt64(2 * (8 + (byteCount + 7) & ~7))
    if position &+ needed &- knownHead <= UInt64(RingLayout.capacity) {
      wantsRoom.set(0)
      return false
    }
    return true
  }
}

/// The reading end of a ring.
package struct RingReader {
  /// The other side has written what no writer writes.
  struct Damaged: Error {}

  private let data: UnsafeMutableRawPointer
  private let tail: SharedWord
  private let head: SharedWord
  private let asleep: SharedWord
  private let wantsRoom: SharedWord
  private var position: UInt64 = 0
  private var knownTail: UInt64 = 0

  package init(_ ring: UnsafeMutableRawPointer) {
    data = ring + RingLayout.data
    tail = SharedWord(ring, at: RingLayout.tail)
    head = SharedWord(ring, at: RingLayout.head)
    asleep = SharedWord(ring, at: RingLayout.asleep)
    wantsRoom = SharedWord(ring, at: RingLayout.wantsRoom)
  }

  /// Whether there is something to read.
  mutating func hasMore() -> Bool {
    if position != knownTail { return true }
    knownTail = tail.acquire()
    return position != knownTail
  }

  /// Appends the next part to a message; nil if there is none, else whether the message is complete.
  package mutating func read(to message: inout [UInt8]) throws -> Bool? {
    let capacity = UInt64(RingLayout.capacity)
    while hasMore() {
      let unread = knownTail &- position
      guard unread <= capacity else { throw Damaged() }
      let at = Int(position & (capacity - 1))
      let kind = data.load(fromByteOffset: at + 4, as: UInt32.self)
      if kind == .max {
        guard at > 0, capacity - UInt64(at) <= unread else { throw Damaged() }
        position &+= capacity - UInt64(at)
        head.release(position)
        continue
      }
      let count = Int(data.load(fromByteOffset: at, as: UInt32.self))
      let size = UInt64(8 + (count + 7) & ~7)
      guard kind <= 1, count <= RingLayout.longestPart, size <= unread,
        at + Int(size) <= RingLayout.capacity
      else { throw Damaged() }
      message.append(contentsOf: UnsafeRawBufferPointer(start: data + at + 8, count: count))
      position &+= size
      head.release(position)
      return kind == 1
    }
    return nil
  }

  /// Whether the writer waits for room and must be woken.
  func shouldWakeWriter() -> Bool {
    fence()
    return wantsRoom.load() != 0 && wantsRoom.take()
  }

  /// Says that the reader sleeps; returns whether it may, because nothing has come in between.
  package mutating func beginSleep() -> Bool {
    asleep.set(1)
    fence()
    if hasMore() {
      asleep.set(0)
      return false
    }
    return true
  }
}
