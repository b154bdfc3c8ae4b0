// Part of Apus, Apache-2.0. See LICENSE.
//
// Records which random words each task used: `apus random overlap run.json` then proves that no two tasks
// shared any, or names two that did.
import Apus
import Foundation

let record = StreamRecord()
var seed = Seed(42)
let price = monteCarlo(10_000, streams: seed.streams(), record: record) { rng in
  max(0, 100 * exp(0.2 * rng.normal() - 0.02) - 105)
}
print("price \(price.mean), standard error \(price.standardError)")

let report = StreamOverlap.check(record.uses.maps)
print("\(report.tasks) tasks, \(report.words) words, overlap: \(report.verdict)")

let file = FileManager.default.temporaryDirectory.appendingPathComponent("run.json")
try JSONEncoder().encode(record.uses).write(to: file)
