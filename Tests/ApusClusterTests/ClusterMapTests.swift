// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import ContractFunctions
import Foundation
import TestSupport
import Testing

@testable import ApusCluster
@testable import ApusWorkers

/// Maps of remote functions on the engines of a cluster.
@Suite(.serialized, .timeLimit(.minutes(5)))
struct ClusterMapTests {
  static func local(_ engines: Int, workers: Int = 1) throws -> ClusterSource {
    .local(
      engines: engines, workers: workers, program: try Project.program("contract-worker").path)
  }

  @Test
  func aMapOnEnginesGivesWhatThreadsGive() async throws {
    var seed = Seed(3)
    let expected = try await (0..<500).parallelMap(Uniforms(count: 10), streams: seed.streams())
    let started = ContinuousClock.now
    let found = try await withCluster(try Self.local(2)) { cluster in
      print("ready", started.duration(to: .now))
      var again = Seed(3)
      return try await (0..<500).parallelMap(
        Uniforms(count: 10), on: .cluster(cluster), streams: again.streams())
    }
    print("done", started.duration(to: .now))
    #expect(found == expected)
  }

  @Test
  func aMillionTasks() async throws {
    try await withCluster(try Self.local(2)) { cluster in
      for _ in 0..<3 {
        let started = ContinuousClock.now
        let found = try await (0..<1_000_000).parallelMap(Square(), on: .cluster(cluster))
        print("million", started.duration(to: .now))
        #expect(found[999_999] == 999_999 * 999_999)
      }
    }
  }
}
