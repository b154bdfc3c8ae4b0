// Part of Apus, Apache-2.0. See LICENSE.
import ApusWire
import Testing

/// Tests of lists of byte strings in Python's pickle format.
@Suite struct ByteListPickleTests {
  /// What Python 3.11's `pickle.dumps([b"", b"abc", b"x" * 300], protocol)` gives, up to the long string.
  private static let protocols: [(Int, [UInt8], [UInt8])] = [
    (
      3,
      [
        0x80, 3, 0x5D, 0x71, 0, 0x28, 0x43, 0, 0x71, 1, 0x43, 3, 0x61, 0x62, 0x63, 0x71, 2, 0x42,
        0x2C, 1, 0, 0,
      ],
      [0x71, 3, 0x65, 0x2E]
    ),
    (
      5,
      [
        0x80, 5, 0x95, 0x40, 1, 0, 0, 0, 0, 0, 0, 0x5D, 0x94, 0x28, 0x43, 0, 0x94, 0x43, 3, 0x61,
        0x62, 0x63,
        0x94, 0x42, 0x2C, 1, 0, 0,
      ], [0x94, 0x65, 0x2E]
    ),
  ]

  @Test func listsOfPythonAreRead() throws {
    for (_, start, end) in Self.protocols {
      let pickle = start + [UInt8](repeating: 0x78, count: 300) + end
      #expect(
        try ByteListPickle.list(pickle) == [
          [], [0x61, 0x62, 0x63], [UInt8](repeating: 0x78, count: 300),
        ])
    }
    #expect(try ByteListPickle.list([0x80, 5, 0x5D, 0x94, 0x2E]) == [])
    #expect(try ByteListPickle.list([0x80, 2, 0x5D, 0x43, 1, 9, 0x61, 0x2E]) == [[9]])
  }

  @Test func listsSurviveTheWay() throws {
    for list in [[], [[]], [[1], [2, 3], [UInt8](repeating: 5, count: 70_000)]] as [[[UInt8]]] {
      #expect(try ByteListPickle.list(ByteListPickle.bytes(list)) == list)
    }
  }

  @Test func anythingElseIsRefused() {
    let good = ByteListPickle.bytes([[1, 2, 3], [4]])
    for end in 0..<good.count {
      #expect(throws: WireError.self) { try ByteListPickle.list(Array(good[..<end])) }
    }
    for bad: [UInt8] in [
      [0x80, 4, 0x4E, 0x2E], [0x63, 0x6F, 0x73, 0x0A],
      [0x80, 4, 0x5D, 0x8E, 255, 255, 255, 255, 255, 255, 255, 255],
      [0x80, 4, 0x5D, 0x5D, 0x2E], [0x43, 1, 1, 0x2E], [0x43, 1, 1, 0x61, 0x2E],
    ] {
      #expect(throws: WireError.self) { try ByteListPickle.list(bad) }
    }
  }
}
