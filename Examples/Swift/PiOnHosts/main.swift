// Part of Apus, Apache-2.0. See LICENSE.
//
// Pi by Monte Carlo on the engines of a cluster that is running; this program is also their program:
//   apus cluster start --engines ssh --hosts smeagol:2,radagast:2 --engine "./pi-on-hosts --apus-engine"
//   pi-on-hosts 10000000
// Or without a controller, on nodes that were started with ./pi-on-hosts --apus-node:
//   pi-on-hosts 10000000 smeagol radagast
import ApusCluster
import ApusRandom
import ApusWorkers
import Foundation

/// A slice of the job, and the host that did it.
struct PiSlice: RemoteFunction {
  struct Answer: Codable, Sendable {
    let hits: Int
    let host: String
  }

  var points: Int

  func callAsFunction(_ slice: Int, _ rng: inout TaskStream) -> Answer {
    var hits = 0
    for _ in 0..<points {
      let (x, y) = (rng.uniform(), rng.uniform())
      if x * x + y * y < 1 { hits += 1 }
    }
    return Answer(hits: hits, host: ProcessInfo.processInfo.hostName)
  }
}

Cluster.enter()
let slices = 80
let points = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10_000_000
let nodes = Array(CommandLine.arguments.dropFirst(2))
let clock = ContinuousClock()
var start = clock.now
var seed = Seed(1)
var answers: [PiSlice.Answer] = []
if nodes.isEmpty {
  let cluster = try await Cluster.connect()
  try await cluster.waitForEngines(1)
  start = clock.now
  answers = try await (0..<slices).parallelMap(
    PiSlice(points: points), on: .cluster(cluster), streams: seed.streams())
} else {
  let secret = ProcessInfo.processInfo.environment["APUS_NODE_SECRET"]
  let server = try JobServer(workers: 0, nodes: nodes, secret: secret, streams: seed.streams())
  for job in try server.submit(PiSlice(points: points), of: Array(0..<slices)) {
    answers.append(try await job.value)
  }
  server.printStatistics()
}
let seconds = start.duration(to: clock.now) / .seconds(1)
let hits = answers.reduce(0) { $0 + $1.hits }
for host in Set(answers.map(\.host)).sorted() {
  print("\(host): \(answers.count { $0.host == host }) slices")
}
let pi = 4 * Double(hits) / Double(slices * points)
print("Pi: \(pi), \(hits) hits, \((100 * seconds).rounded() / 100) s")
