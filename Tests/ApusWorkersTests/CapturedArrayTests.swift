// Part of Apus, Apache-2.0. See LICENSE.
import ApusTables
import ContractFunctions
import StatisticsFunctions
import Testing

@testable import ApusLinearAlgebra
@testable import ApusWorkers

extension ProcessTests {
  /// Long arrays that functions capture are in memory that all workers share.
  @Suite(.serialized, .timeLimit(.minutes(5)))
  struct CapturedArrayTests {
    @Test(arguments: [1, 2, 3, 8])
    func capturedArraysArriveHoweverLongTheyAre(workers: Int) async throws {
      for count in [0, 1, 8191, 8192, 8193, 100_000] {
        let numbers = (0..<count).map { Double($0) }
        let bytes = (0..<count).map { UInt8($0 % 251) }
        let function = Captured(numbers: numbers, bytes: bytes, few: [1, 2, 3])
        let found = try await (0..<8).parallelMap(function, on: ContractTests.processes(workers))
        let expected = (0..<8).map { first in
          [
            numbers.dropFirst(first).prefix(10).reduce(0, +),
            Double(bytes.reduce(0) { $0 + Int($1) }), 6,
          ]
        }
        #expect(found.map { Array($0.prefix(3)) } == expected)
      }
    }

    @Test
    func workersHaveNoCopyOfACapturedArray() async throws {
      let bytes = [UInt8](repeating: 1, count: 200_000_000)
      let function = Captured(numbers: [1], bytes: bytes, few: [])
      let found = try await (0..<4).parallelMap(function, on: ContractTests.processes(2))
      for values in found {
        #expect(values[1] == 200_000_000)
        #expect(values[3] > 0 && values[3] < 100_000_000)
      }
    }

    @Test
    func capturedArraysAreReadInPlaceAndCopiedWhenTheyChange() async throws {
      let numbers = (0..<50_000).map { Int32($0) }
      let found = try await (100..<108).parallelMap(
        ChangingNumbers(numbers: numbers), on: ContractTests.processes(2))
      for (x, values) in zip(Int32(100)..., found) {
        #expect(values == [0, 5, 50_000, x, 50_001, 49_999, 49_999])
      }
    }

    @Test(arguments: [1, 2, 3, 8])
    func capturedMatricesAndTablesAreReadInPlace(workers: Int) async throws {
      let count = 30_000
      let table = try Table([
        Column("x", (0..<count).map { Double($0) / 8 }), Column("n", Array(0..<count)),
        Column("site", (0..<count).map { $0 % 7 == 0 ? nil : "site \($0 % 11)" }),
      ])
      let matrix = Matrix<Double>(rows: count, columns: 2) { Double($0 + $1) }
      let function = CapturedTables(matrix: matrix, table: table)
      for (place, inPlace) in [(Place.threads(2), 0), (ContractTests.processes(workers), 3)] {
        let rows = try await (0..<20).parallelMap(function, on: place)
        for (row, found) in rows.enumerated() {
          let site = row % 7 == 0 ? nil : "site \(row % 11)"
          let expected = CapturedTables.Row(
            x: Double(row) / 8, n: row, site: site, entry: Double(row),
            inPlace: inPlace == 0 ? found.inPlace : inPlace)
          #expect(found == expected)
        }
      }
    }

    @Test
    func aDecodedMatrixIsReadInPlaceAndCopiedWhenItChanges() throws {
      let file = SharedArrayFile()
      let writer = ByteWriter()
      writer.shared = file
      let matrix = Matrix<Double>(rows: 300, columns: 200) { Double($0) + Double($1) / 1000 }
      try BinaryEncoder.encode(matrix, to: writer)
      let memory = try #require(
        SharedArrays(descriptor: file.descriptor, byteCount: file.byteCount))
      func decoded() throws -> Matrix<Double> {
        try BinaryDecoder.decode(Matrix<Double>.self, from: writer.bytes, shared: memory)
      }
      let found = try decoded()
      #expect(UInt(bitPattern: found.storage.base) % 4096 == 0 && found == matrix)
      var changed = try decoded()
      changed[7, 9] = -1
      changed = changed + found
      #expect(changed[7, 9] == matrix[7, 9] - 1 && changed[8, 9] == 2 * matrix[8, 9])
      var again = try decoded()
      again.withMutableElements { $0[0] = 5 }
      again[rows: 1..<2, columns: 0..<200] = again[rows: 2..<3, columns: 0..<200]
      #expect(again[0, 0] == 5 && again[1, 3] == matrix[2, 3])
      let last = try decoded()
      #expect(found == matrix && last == matrix)
      #expect((found.transposed * found)[3, 4] == (matrix.transposed * matrix)[3, 4])
    }

    @Test
    func arraysOfEveryKindAreReadInPlace() throws {
      func check<Number: BinaryNumber & Equatable>(_ numbers: [Number]) throws {
        let file = SharedArrayFile()
        var places: [Int] = []
        // Nothing is placed where an array's header would be.
        for _ in 0..<2 {
          places.append(try #require(numbers.withUnsafeBytes { file.place($0) }))
        }
        let memory = try #require(
          SharedArrays(descriptor: file.descriptor, byteCount: file.byteCount))
        for place in places {
          let array = try #require(memory.array(Number.self, at: place, count: numbers.count))
          #expect(array == numbers && array.capacity == numbers.count)
          #expect(array.withUnsafeBytes { Int(bitPattern: $0.baseAddress) } % 4096 == 0)
          // Many owners come and go.
          var owners = [[Number]](repeating: array, count: 1000)
          owners.shuffle()
          owners.removeAll()
          #expect((array + array).count == 2 * numbers.count && array == numbers)
          let mapped = MappedArray.make(
            of: Number.self, descriptor: file.descriptor, at: place + 8, count: 10)
          #expect(mapped == nil)
        }
      }
      try check((0..<10_001).map { Double($0) })
      try check((0..<30_001).map { Float($0) })
      try check((0..<10_001).map { Int($0) })
      try check((0..<10_001).map { UInt64($0) })
      try check((0..<30_001).map { Int32($0) })
      try check((0..<30_001).map { UInt32($0) })
      try check((0..<70_001).map { UInt8(truncatingIfNeeded: $0) })
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
      #expect(try decode(writer.bytes, memory).withUnsafeBytes { $0.count } == 80_000)
      #expect(throws: (any Error).self) { try decode(writer.bytes, nil) }
      for position in writer.bytes.indices.dropFirst() {
        for byte: UInt8 in [1, 64, 128, 255] where writer.bytes[position] != byte {
          var spoiled = writer.bytes
          spoiled[position] = byte
          // Another count or place may fit into whole pages; nothing else does.
          if let found = try? decode(spoiled, memory) {
            #expect(8 * found.count <= file.byteCount)
          }
          #expect(
            (try? BinaryDecoder.decode([Int].self, from: spoiled, shared: memory)) == nil
              || position == 1)
        }
      }
    }
  }
}
