// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import Testing

@testable import ApusWorkers

struct RingTests {
  private let memory: SharedMemory

  init() throws { memory = try SharedMemory(byteCount: RingLayout.byteCount(workers: 1)) }

  private var ring: UnsafeMutableRawPointer { memory.base + RingLayout.up(from: 0) }

  private static func part(_ number: Int, _ size: Int) -> [UInt8] {
    (0..<size).map { UInt8(truncatingIfNeeded: number &* 7 &+ $0) }
  }

  @Test
  func partsOfAllSizesComeBackInOrderAroundTheEnd() throws {
    var (writer, reader) = (RingWriter(ring), RingReader(ring))
    var seed = Seed(2)
    var rng = seed.streams().makeSource()[0]
    var (written, read) = (0, 0)
    var sizes: [Int] = []
    while read < 600 {
      let size = rng.integer(in: 0...RingLayout.longestPart)
      let isWritten = Self.part(written, size).withUnsafeBytes {
        writer.write($0, isLast: written % 3 == 0)
      }
      if isWritten {
        sizes.append(size)
        written += 1
        continue
      }
      // It is full: some are read.
      for _ in 0..<rng.integer(in: 1...3) where read < written {
        var message: [UInt8] = []
        let isLast = try reader.read(to: &message)
        #expect(isLast == (read % 3 == 0))
        #expect(message == Self.part(read, sizes[read]))
        read += 1
      }
    }
  }

  @Test
  func wordsAndMessagesComeBackInTheirOrder() throws {
    var (writer, reader) = (RingWriter(ring), RingReader(ring))
    var seed = Seed(3)
    var rng = seed.streams()[0]
    var (written, read) = (0, 0)
    func word(_ number: Int) -> WordAnswer {
      WordAnswer(
        index: number, nanoseconds: UInt32(number % 1000), tag: UInt8(number % 200),
        bits: UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
    }
    while read < 60_000 {
      for _ in 0..<rng.integer(in: 1...9000) {
        let isWritten =
          written % 5 == 0
          ? Self.part(written, written % 300).withUnsafeBytes { writer.write($0, isLast: true) }
          : writer.write(word(written))
        guard isWritten else { break }
        written += 1
      }
      for _ in 0..<rng.integer(in: 1...9000) where read < written {
        if read % 5 == 0 {
          #expect(try reader.readWord() == nil)
          var message: [UInt8] = []
          let isLast = try reader.read(to: &message)
          #expect(isLast == true && message == Self.part(read, read % 300))
        } else {
          var message: [UInt8] = []
          if read % 7 == 0 { #expect(try reader.read(to: &message) == nil) }
          let found = try reader.readWord()
          #expect(found == word(read))
        }
        read += 1
      }
      reader.release()
    }
  }

  @Test
  func aWordWithinAMessageOrOfAnotherSizeIsRefused() throws {
    var (writer, reader) = (RingWriter(ring), RingReader(ring))
    #expect(([1, 2, 3] as [UInt8]).withUnsafeBytes { writer.write($0, isLast: false) })
    let isWritten = writer.write(WordAnswer(index: 1, nanoseconds: 2, tag: 3, bits: 4))
    #expect(isWritten)
    var message: [UInt8] = []
    #expect(try reader.read(to: &message) == false)
    #expect(throws: RingReader.Damaged.self) { try reader.read(to: &message) }
    (ring + RingLayout.data + 16).storeBytes(of: 16, as: UInt32.self)
    #expect(throws: RingReader.Damaged.self) { try reader.readWord() }
  }

  @Test
  func twoThreadsThatSleepLoseNoMessage() throws {
    // Each side sleeps whenever it can, so that every wake-up counts.
    let (toReader, toWriter) = (try Bell(), try Bell())
    let (memory, count) = (memory, 20_000)
    let sums = (0..<2).parallelMap(workers: 2, chunk: 1) { side in
      side == 0
        ? Self.write(memory, count, toReader, toWriter)
        : Self.read(memory, count, toReader, toWriter)
    }
    #expect(sums[0] == sums[1])
  }

  private static func write(
    _ memory: SharedMemory, _ count: Int, _ toReader: Bell, _ toWriter: Bell
  ) -> Int {
    var writer = RingWriter(memory.base + RingLayout.up(from: 0))
    var sum = 0
    for number in 0..<count {
      let part = Self.part(number, number % 97 == 0 ? 40_000 : number % 13)
      sum &+= part.reduce(0) { $0 &+ Int($1) }
      while !part.withUnsafeBytes({ writer.write($0, isLast: true) }) {
        if writer.shouldWakeReader() { toReader.ring() }
        if writer.beginWaitForRoom(part.count) { toWriter.wait() }
      }
      if writer.shouldWakeReader() { toReader.ring() }
    }
    return sum
  }

  private static func read(
    _ memory: SharedMemory, _ count: Int, _ toReader: Bell, _ toWriter: Bell
  ) -> Int {
    var reader = RingReader(memory.base + RingLayout.up(from: 0))
    var (sum, number) = (0, 0)
    var message: [UInt8] = []
    while number < count {
      message.removeAll(keepingCapacity: true)
      if (try? reader.read(to: &message)) == .some(.some(true)) {
        if reader.shouldWakeWriter() { toWriter.ring() }
        sum &+= message.reduce(0) { $0 &+ Int($1) }
        number += 1
      } else if reader.beginSleep() {
        toReader.wait()
      }
    }
    return sum
  }

  @Test
  func whatNoWriterWritesIsRefused() throws {
    for (length, kind) in [
      (UInt32.max, UInt32(1)), (UInt32(8), 7), (UInt32(RingLayout.longestPart + 1), 1),
    ] {
      var (writer, reader) = (RingWriter(ring), RingReader(ring))
      #expect([1, 2, 3].withUnsafeBytes { writer.write($0, isLast: true) })
      (ring + RingLayout.data).storeBytes(of: length, as: UInt32.self)
      (ring + RingLayout.data + 4).storeBytes(of: kind, as: UInt32.self)
      var message: [UInt8] = []
      #expect(throws: RingReader.Damaged.self) { try reader.read(to: &message) }
      // The next ring begins anew.
      for word in [RingLayout.tail, RingLayout.head] { SharedWord(ring, at: word).set(0) }
    }
  }

  /// Whatever a worker writes into its ring, the pool reads messages or refuses the ring, and comes to an end.
  @Test
  func aRingWithRandomBytesNeverTrapsOrLoops() throws {
    var seed = Seed(11)
    var rng = seed.streams()[0]
    var (refused, read) = (0, 0)
    for _ in 0..<3000 {
      for word in [RingLayout.tail, RingLayout.head] { SharedWord(ring, at: word).set(0) }
      var (writer, reader) = (RingWriter(ring), RingReader(ring))
      for _ in 0..<rng.integer(in: 1...40) {
        let part = [UInt8](repeating: 7, count: rng.integer(in: 0...9000))
        _ = part.withUnsafeBytes { writer.write($0, isLast: rng.integer(in: 0...3) > 0) }
        if rng.integer(in: 0...2) == 0 {
          _ = writer.write(WordAnswer(index: 5, nanoseconds: 6, tag: 7, bits: 8))
        }
      }
      for _ in 0..<rng.integer(in: 1...6) {
        let places = [0, 4, rng.integer(in: 0..<40_000), rng.integer(in: 0..<RingLayout.capacity)]
        let place = RingLayout.data + places[rng.integer(in: 0..<4)]
        let words: [UInt8] = [0, 1, 255, UInt8(rng.integer(in: 0...255))]
        (ring + place).storeBytes(of: words[rng.integer(in: 0..<4)], as: UInt8.self)
      }
      if rng.integer(in: 0...3) == 0 {
        let tails: [UInt64] = [.max, 8, 1 << 63, UInt64(rng.integer(in: 0...1_000_000))]
        SharedWord(ring, at: RingLayout.tail).set(tails[rng.integer(in: 0..<4)])
      }
      var message: [UInt8] = []
      var steps = 0
      do {
        while true {
          if message.isEmpty {
            while try reader.readWord() != nil { steps += 1 }
            reader.release()
          }
          guard let isComplete = try reader.read(to: &message) else { break }
          if isComplete { message.removeAll() }
          steps += 1
          read += 1
          guard steps <= RingLayout.capacity / 8 else { break }
        }
      } catch {
        refused += 1
      }
      #expect(steps <= RingLayout.capacity / 8)
    }
    #expect(refused > 100 && read > 1000)
    for word in [RingLayout.tail, RingLayout.head] { SharedWord(ring, at: word).set(0) }
  }
}
