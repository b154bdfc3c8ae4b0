// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Testing

@testable import ApusWorkers

/// Which element of a job array computes what.
@Suite struct ArrayShareTests {
  @Test func rangesAreTheSetTheyWereMadeOf() {
    var random = Philox4x64(SeedSequence(7))
    for _ in 0..<200 {
      let count = Int.random(in: 0..<40, using: &random)
      let set = Set((0..<count).map { _ in Int.random(in: 0..<60, using: &random) })
      let ranges = IndexRanges(set)
      #expect(Array(ranges.indices) == set.sorted() && ranges.count == set.count)
      #expect((0..<70).allSatisfy { ranges.contains($0) == set.contains($0) })
      #expect(IndexRanges(ranges.text) == ranges)
      let missing = (0..<50).filter { !set.contains($0) }
      #expect(Array(ranges.missing(below: 50).indices) == missing)
    }
    #expect(IndexRanges([3, 1, 2, 9]).text == "1-3 9")
  }

  @Test(arguments: [
    "a", "1-", "-1", "3-2", "2 1", "1--2", "1-2-3", "5 5", "1 2x", "99999999999999999999",
  ])
  func whatIsNoListOfRangesIsRefused(text: String) { #expect(IndexRanges(text) == nil) }

  @Test(arguments: [1, 2, 3, 7, 100])
  func eachTaskHasOneElement(chunks: Int) {
    let share = ArrayShare(chunks: chunks)
    for index in 0..<250 {
      #expect((0..<chunks).count { share.contains(index, chunk: $0, map: "m") } == 1)
    }
  }

  @Test(arguments: [1, 2, 3, 7, 100])
  func eachMissingTaskHasOneElementAndNoOtherHas(chunks: Int) {
    let missing = IndexRanges([0, 3, 4, 5, 17, 99, 240])
    let share = ArrayShare(missing: missing, of: "m", chunks: chunks)
    #expect(share.chunks == min(chunks, 7))
    for index in 0..<250 {
      let owners = (0..<share.chunks).count { share.contains(index, chunk: $0, map: "m") }
      #expect(owners == (missing.contains(index) ? 1 : 0))
      // Of another map of the program nothing is known.
      #expect((0..<share.chunks).count { share.contains(index, chunk: $0, map: "n") } == 1)
    }
  }

  @Test func whatIsWrittenIsReadAndWhatIsCutIsRefused() {
    let shares = [
      ArrayShare(chunks: 12),
      ArrayShare(missing: IndexRanges([1, 2, 3, 8, 20]), of: "run.apus-12ab", chunks: 3),
    ]
    for share in shares {
      #expect(ArrayShare(share.text) == share)
      for length in 0..<share.text.count {
        #expect(ArrayShare(String(share.text.prefix(length))) != share)
      }
    }
    for text in ["", "apus array 2\nchunks 1\n", "apus array 1\nchunks 0\n", "apus array 1\n"] {
      #expect(ArrayShare(text) == nil)
    }
  }

  @Test func checkpointsOfDifferentFoldersHaveDifferentNames() {
    let names = ["/a/run.apus", "/b/run.apus", "/a/läuft nicht.apus"].map {
      ArrayFolder.name(ofCheckpoint: $0)
    }
    #expect(Set(names).count == 3)
    #expect(names.allSatisfy { $0.allSatisfy { $0.isASCII && !$0.isWhitespace && $0 != "/" } })
  }
}
