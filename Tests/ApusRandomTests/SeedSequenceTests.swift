// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Testing

@Suite struct SeedSequenceTests {
  @Test func equalWordsGiveEqualSequencesHoweverTheyAreWritten() {
    #expect(SeedSequence(1 << 32).pool == SeedSequence(words: [0, 1]).pool)
    #expect(SeedSequence(0).pool == SeedSequence(words: []).pool)
  }

  @Test func spawningContinuesWhereItStopped() {
    var parent = SeedSequence(7)
    let children = parent.spawn(2) + parent.spawn(1)
    #expect(children.map(\.spawnKey) == [[0], [1], [2]])
    #expect(parent.childrenSpawned == 3)
    #expect(children[2].pool == SeedSequence(7, spawnKey: [2]).pool)
  }

  @Test func aSpawnKeyIsNotMoreEntropy() {
    #expect(SeedSequence(7, spawnKey: [3]).pool != SeedSequence(words: [7, 3]).pool)
  }

  @Test func theSystemGivesDifferentSeeds() {
    #expect(SeedSequence.fromSystem() != SeedSequence.fromSystem())
  }
}
