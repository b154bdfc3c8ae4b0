// Part of Apus, Apache-2.0. See LICENSE.
import ApusArchive
import ApusController
import ApusTransport
import ApusWire
import Testing

/// Records that cannot be written, for example because the disk is full.
@Suite struct WaitingRecordsTests {
  private func record(_ name: String, bytes: Int = 100) -> TaskRecord {
    let record = TaskRecord(MessageID(name))
    record.request = Envelope(
      WireMessage(header: Array("{}".utf8), buffers: [[UInt8](repeating: 0, count: bytes)]))
    return record
  }

  private func names(_ waiting: WaitingRecords) -> [String] { waiting.records.map(\.id.text) }

  @Test func recordsAreTakenInOrderAndOnlyTheirNewestVersion() {
    var waiting = WaitingRecords()
    for name in ["a", "b", "a", "c"] { waiting.add(record(name)) }
    #expect(names(waiting) == ["a", "b", "c"] && waiting.count == 3)
    #expect(waiting.take(2).map(\.id.text) == ["a", "b"])
    #expect(waiting.take(9).map(\.id.text) == ["c"] && waiting.byteCount == 0)
    #expect(waiting.take(1).isEmpty)
  }

  @Test func whatIsPutBackComesFirstUnlessItIsOutdated() {
    var waiting = WaitingRecords()
    for name in ["a", "b"] { waiting.add(record(name)) }
    let taken = waiting.take(2)
    waiting.add(record("b", bytes: 500))
    waiting.add(record("c"))
    let before = waiting.byteCount
    waiting.putBack(taken)
    #expect(names(waiting) == ["a", "b", "c"])
    #expect(waiting.byteCount == before + taken[0].byteCount)
  }

  @Test func beyondTheLimitTheOldestAreDroppedAndThatIsSaid() {
    let size = record("a").byteCount
    var waiting = WaitingRecords(byteLimit: 3 * size)
    #expect(waiting.fail(because: "full").message != nil)
    for name in ["a", "b", "c"] { waiting.add(record(name)) }
    #expect(waiting.fail(because: "full").message == nil, "nothing is lost so far")
    for name in ["d", "e"] { waiting.add(record(name)) }
    #expect(names(waiting) == ["c", "d", "e"] && waiting.byteCount == 3 * size)
    let said = waiting.fail(because: "full").message
    #expect(said == .failure("2 records were dropped, because they cannot be written: full"))
    #expect(waiting.fail(because: "full").message == nil)
    #expect(
      waiting.succeed() == .recovery("records can be written again; 2 of them were dropped"))
    #expect(waiting.succeed() == nil && !waiting.isFailing)
  }

  @Test func attemptsBecomeRarer() {
    var waiting = WaitingRecords()
    let delays = (0..<8).map { _ in waiting.fail(because: "full").delay }
    #expect(delays == [1, 2, 4, 8, 16, 30, 30, 30])
    #expect(waiting.succeed() == .recovery("records can be written again; none was lost"))
    #expect(waiting.fail(because: "full").delay == 1)
  }

  @Test func removedRecordsAreNotWritten() {
    var waiting = WaitingRecords()
    for name in ["a", "b"] { waiting.add(record(name)) }
    waiting.remove([MessageID("a"), MessageID("z")])
    #expect(names(waiting) == ["b"] && waiting.take(5).map(\.id.text) == ["b"])
    #expect(waiting.byteCount == 0)
  }
}
