// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ApusStatistics
import TestSupport
import Testing

/// The battery on few words; `Scripts/check-streams` runs it on thousands of streams of every scheme.
@Suite struct InterStreamBatteryTests {
  private func words(
    streams: Int, rounds: Int, _ draw: (Int) -> any BitGenerator
  ) -> [UInt32] {
    var generators = (0..<streams).map(draw)
    return (0..<rounds).flatMap { _ in
      (0..<streams).map { generators[$0].nextUInt32() }
    }
  }

  @Test(arguments: workerCounts) func theDefaultStreamsPassAtAnyWidth(workers: Int) {
    let streams = Streams<Philox4x64>(at: StreamOrigin(seed: 3, spawnKey: [1])).makeSource()
    let words = words(streams: 16, rounds: 1300) { streams[$0] }
    let battery = InterStreamBattery(words: words, streams: 16, workers: workers)
    #expect(battery.passes, "\(battery.outcomes)")
    #expect(battery.outcomes == InterStreamBattery(words: words, streams: 16, workers: 1).outcomes)
    #expect(battery.outcomes.count == 5)
  }

  @Test func theSameSeedOnTwoWorkersFails() {
    let words = words(streams: 16, rounds: 1300) {
      MT19937(legacySeed: $0 < 2 ? 1 : UInt32($0))
    }
    let failed = InterStreamBattery(words: words, streams: 16).outcomes.filter { !$0.passes }
    #expect(failed.count >= 4)
  }

  @Test func aShiftedOverlapShowsAsRepeatedRuns() {
    let words = words(streams: 8, rounds: 1300) { stream in
      var generator = PCG64(SeedSequence(stream == 7 ? 0 : UInt128(stream)))
      if stream == 7 { generator.advance(by: 50) }
      return generator
    }
    let failed = InterStreamBattery(words: words, streams: 8).outcomes.filter { !$0.passes }
    #expect(failed.map(\.name) == ["repeated runs"])
  }
}
