// Part of Apus, Apache-2.0. See LICENSE.

import Testing

@testable import ApusParallel

@Suite struct ChunkSizerTests {
  @Test func cheapTasksSoonComeInLargeChunks() {
    var sizer = ChunkSizer()
    var left = 1_000_000
    var chunks = 0
    while left > 0 {
      let size = sizer.next(left: left, workers: 2)
      sizer.record(count: size, nanoseconds: 20 * size)
      left -= size
      chunks += 1
    }
    #expect(left == 0)
    #expect(chunks < 300)
  }

  @Test func longTasksStaySingle() {
    var sizer = ChunkSizer()
    for _ in 0..<10 {
      #expect(sizer.next(left: 1000, workers: 2) == 1)
      sizer.record(count: 1, nanoseconds: 10_000_000)
    }
  }

  @Test func theLastChunksAreSmall() {
    var sizer = ChunkSizer()
    for _ in 0..<5 { sizer.record(count: 10, nanoseconds: 10_000) }
    #expect(sizer.next(left: 160, workers: 2) == 10)
    #expect(sizer.next(left: 1, workers: 2) == 1)
  }

  @Test func aChunkLastsTwoMicrosecondsWhileSomeAreLeftForEachWorker() {
    var sizer = ChunkSizer()
    for _ in 0..<5 { sizer.record(count: 100, nanoseconds: 20_000) }
    #expect(sizer.next(left: 64, workers: 2) == 10)
    #expect(sizer.next(left: 3, workers: 2) == 1)
  }

  @Test func aFirstChunkIsFarBelowTheTarget() {
    #expect(ChunkSizer.first(count: 1000, nanoseconds: 1_000_000) == 5)
    #expect(ChunkSizer.first(count: 10, nanoseconds: 1_000_000) == 1)
    #expect(ChunkSizer.first(count: 10, nanoseconds: 100) == 10)
  }

  @Test func aFixedSizeIsKept() {
    var sizer = ChunkSizer(fixed: 7)
    sizer.record(count: 7, nanoseconds: 1)
    #expect(sizer.next(left: 3, workers: 2) == 7)
  }
}
