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

/// What a record of a ring holds.
private enum RecordKind: UInt32 {
  /// A part of a message that others follow; its last part; an answer of one word; nothing, up to the end of the ring's data.
  case part = 0
  case end, word
  case skip = 0xffff_ffff
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
    guard let at = place(part.count, isLast ? .end : .part) else { return false }
    if let base = part.baseAddress { (data + at).copyMemory(from: base, byteCount: part.count) }
    tail.release(position)
    return true
  }

  /// Writes an answer of one word, unless there is no room for it.
  mutating func write(_ answer: WordAnswer) -> Bool {
    guard let at = place(WordAnswer.byteCount, .word) else { return false }
    data.storeBytes(of: UInt64(answer.index), toByteOffset: at, as: UInt64.self)
    data.storeBytes(of: answer.nanoseconds, toByteOffset: at + 8, as: UInt32.self)
    data.storeBytes(of: UInt32(answer.tag), toByteOffset: at + 12, as: UInt32.self)
    data.storeBytes(of: answer.bits, toByteOffset: at + 16, as: UInt64.self)
    tail.release(position)
    return true
  }

  /// Writes the head of a record; returns where its bytes are to be written before the tail is released, nil without room.
  @inline(__always)
  private mutating func place(_ count: Int, _ kind: RecordKind) -> Int? {
    let capacity = UInt64(RingLayout.capacity)
    let size = UInt64(8 + (count + 7) & ~7)
    var at = position & (capacity - 1)
    let untilEnd = capacity - at
    let needed = size <= untilEnd ? size : untilEnd + size
    if position &+ needed &- knownHead > capacity {
      knownHead = head.acquire()
      if position &+ needed &- knownHead > capacity { return nil }
    }
    if size > untilEnd {
      data.storeBytes(of: RecordKind.skip.rawValue, toByteOffset: Int(at) + 4, as: UInt32.self)
      position &+= untilEnd
      at = 0
    }
    data.storeBytes(of: UInt32(count), toByteOffset: Int(at), as: UInt32.self)
    data.storeBytes(of: kind.rawValue, toByteOffset: Int(at) + 4, as: UInt32.self)
    position &+= size
    return Int(at) + 8
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
    guard let (kind, at, count) = try next() else { return nil }
    // Between two messages there may be words, which are read by themselves.
    guard kind != .word else {
      if message.isEmpty { return nil }
      throw Damaged()
    }
    message.append(contentsOf: UnsafeRawBufferPointer(start: data + at, count: count))
    pass(count)
    head.release(position)
    return kind == .end
  }

  /// Reads an answer of one word; nil if there is none, or something else comes first.
  ///
  /// The room is the writer's again after ``release()``.
  mutating func readWord() throws -> WordAnswer? {
    guard let (kind, at, count) = try next(), kind == .word else { return nil }
    guard count == WordAnswer.byteCount else { throw Damaged() }
    let index = data.load(fromByteOffset: at, as: UInt64.self)
    let tag = data.load(fromByteOffset: at + 12, as: UInt32.self)
    guard index < 1 << 62, tag <= UInt8.max else { throw Damaged() }
    let answer = WordAnswer(
      index: Int(index), nanoseconds: data.load(fromByteOffset: at + 8, as: UInt32.self),
      tag: UInt8(tag), bits: data.load(fromByteOffset: at + 16, as: UInt64.self))
    pass(count)
    return answer
  }

  /// Gives the room of all that was read back to the writer.
  mutating func release() { head.release(position) }

  @inline(__always)
  private mutating func pass(_ count: Int) { position &+= UInt64(8 + (count + 7) & ~7) }

  /// The kind, the place and the size of the next record's bytes.
  @inline(__always)
  private mutating func next() throws -> (kind: RecordKind, at: Int, count: Int)? {
    let capacity = UInt64(RingLayout.capacity)
    while hasMore() {
      let unread = knownTail &- position
      guard unread <= capacity else { throw Damaged() }
      let at = Int(position & (capacity - 1))
      guard let kind = RecordKind(rawValue: data.load(fromByteOffset: at + 4, as: UInt32.self))
      else { throw Damaged() }
      if kind == .skip {
        guard at > 0, capacity - UInt64(at) <= unread else { throw Damaged() }
        position &+= capacity - UInt64(at)
        head.release(position)
        continue
      }
      let count = Int(data.load(fromByteOffset: at, as: UInt32.self))
      let size = UInt64(8 + (count + 7) & ~7)
      guard count <= RingLayout.longestPart, size <= unread, at + Int(size) <= RingLayout.capacity
      else { throw Damaged() }
      return (kind, at + 8, count)
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
