// Part of Apus, Apache-2.0. See LICENSE.
import ContractFunctions
import Testing

@testable import ApusWorkers

extension ProcessTests {
  /// Long arrays that functions capture are in memory that all workers share.
  @Suite(.serialized, .timeLimit(.minutes(5)))
  struct SharedArrayTests {
    @Test(arguments: [1, 2, 3, 8])
    func capturedArraysArriveHoweverLongTheyAre(workers: Int) async throws {
      for count in [0, 1, 8191, 8192, 8193, 100_000] {
        let numbers = (0..<count).map { Double($0) }
        let function = Captured(copied: numbers, shared: SharedArray(numbers), few: [1, 2, 3])
        let found = try await (0..<8).parallelMap(function, on: ContractTests.processes(workers))
        let expected = (0..<8).map { first in
          [numbers.dropFirst(first).prefix(10).reduce(0, +), numbers.reduce(0, +), 6]
        }
        #expect(found.map { Array($0.prefix(3)) } == expected)
      }
    }

    @Test
    func workersHaveNoCopyOfASharedArray() async throws {
      let numbers = [Double](repeating: 1, count: 25_000_000)
      let function = Captured(copied: [1], shared: SharedArray(numbers), few: [])
      let found = try await (0..<4).parallelMap(function, on: ContractTests.processes(2))
      for values in found {
        #expect(values[1] == 25_000_000)
        // The array has 200 MB.
        #expect(values[3] > 0 && values[3] < 100_000_000)
      }
    }

    @Test
    func aSharedArrayReadsAsAnArray() throws {
      let array = SharedArray([3, 1, 2])
      #expect(Array(array) == [3, 1, 2] && array.count == 3 && array[1] == 1)
      #expect(array.sorted() == [1, 2, 3] && array == SharedArray([3, 1, 2]))
      let bytes = try BinaryEncoder.encode(array)
      #expect(try BinaryDecoder.decode(SharedArray<Int>.self, from: bytes) == array)
      #expect(SharedArray<UInt8>([]).isEmpty)
    }

    @Test
    func placesThatAreNotInTheMemoryAreRefused() throws {
      let file = SharedArrayFile()
      let writer = ByteWriter()
      writer.shared = file
      let numbers = (0..<10_000).map { Double($0) }
      try BinaryEncoder.encode(numbers, to: writer)
      let memory = try #require(
        SharedArrays(descriptor: file.descriptor, byteCount: file.byteCount))
      func decode(_ bytes: [UInt8], _ shared: SharedArrays?) throws -> [Double] {
        try BinaryDecoder.decode([Double].self, from: bytes, shared: shared)
      }
      #expect(try decode(writer.bytes, memory) == numbers)
      #expect(throws: (any Error).self) { try decode(writer.bytes, nil) }
      for position in writer.bytes.indices.dropFirst() {
        for byte: UInt8 in [1, 64, 128, 255] where writer.bytes[position] != byte {
          var spoiled = writer.bytes
          spoiled[position] = byte
          // A smaller count may fit; nothing else does.
          if let found = try? decode(spoiled, memory) { #expect(found.count < numbers.count) }
          #expect(
            (try? BinaryDecoder.decode([Int].self, from: spoiled, shared: memory)) == nil
              || position == 1)
        }
      }
    }
  }
}
