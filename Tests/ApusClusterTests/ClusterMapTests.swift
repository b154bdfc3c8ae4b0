// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusRandom
import ApusWire
import ContractFunctions
import Foundation
import TestSupport
import Testing

@testable import ApusCluster
@testable import ApusEngine
@testable import ApusWorkers

/// Maps of remote functions on the engines of a cluster.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClusterMapTests {
  static func local(_ engines: Int, workers: Int = 1) throws -> ClusterSource {
    .local(
      engines: engines, workers: workers, program: try Project.program("contract-worker").path)
  }

  @Test
  func anEngineOfAnotherBuildOfTheProgramRefusesItsMaps() {
    let own = Build(name: "program", digest: 3)
    var offer = MapOffer("f", TaskOptions())
    #expect(Build(text: offer.program ?? "") == .own)
    #expect(Build.own.digest != 0 && !Build.own.name.isEmpty)
    for (name, digest, isRefused) in [
      ("program", 3, false), ("program", 4, true), ("other", 4, false), ("program", 0, false),
    ] {
      offer.program = Build(name: name, digest: UInt64(digest)).text
      #expect((offer.refusal(by: own) != nil) == isRefused, "\(name) \(digest)")
    }
    offer.program = "nonsense"
    #expect(offer.refusal(by: own) == nil)
  }

  @Test(arguments: workerCounts)
  func aMapOnEnginesGivesWhatThreadsGive(engines: Int) async throws {
    func streams() -> Streams<TaskStream> {
      var seed = Seed(3)
      return seed.streams()
    }
    let expected = try await (0..<500).parallelMap(Uniforms(count: 10), streams: streams())
    let (numbers, resumed) = try await withCluster(try Self.local(engines)) { cluster in
      let ids = try await cluster.swiftIDs
      #expect(ids == Array(0..<engines))
      return (
        try await (0..<500).parallelMap(
          Uniforms(count: 10), on: .cluster(cluster), streams: streams()),
        try await (0..<500).parallelMap(
          Uniforms(count: 10), on: .cluster(cluster), streams: streams())
      )
    }
    #expect(numbers == expected && resumed == expected)
  }

  @Test
  func enginesWithSeveralWorkersShareTheirTasks() async throws {
    let workers = try await withCluster(try Self.local(2, workers: 3)) { cluster in
      try await (0..<60).parallelMap(Sleep(milliseconds: 5), on: .cluster(cluster))
    }
    #expect(workers.count == 60)
  }

  @Test
  func longArraysAmongTheCapturesReachAllEnginesOnce() async throws {
    let function = Captured(
      numbers: (0..<200_000).map { Double($0) }, bytes: [1, 2, 3], few: [4])
    let here = try await (0..<8).parallelMap(function)
    let there = try await withCluster(try Self.local(2)) { cluster in
      try await (0..<8).parallelMap(function, on: .cluster(cluster))
    }
    #expect(here.map { $0.dropLast() } == there.map { $0.dropLast() })
  }

  @Test
  func resultsComeOneByOneInEitherOrder() async throws {
    try await withCluster(try Self.local(2)) { cluster in
      for order in [ResultOrder.completion, .input] {
        var found: [Int: Int] = [:]
        var last = -1
        for try await (index, outcome) in (0..<2000).parallelResults(
          Square(), on: .cluster(cluster), order: order)
        {
          if order == .input { #expect(index == last + 1) }
          last = index
          found[index] = try outcome.get()
        }
        #expect(found.count == 2000 && found[1999] == 1999 * 1999)
      }
    }
  }
}
