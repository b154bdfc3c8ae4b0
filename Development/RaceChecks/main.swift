// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers

// Without words it runs all checks, for builds with a sanitizer. With ring, a count and seconds it runs the exchange of two
// threads through rings and says whether it came to its end. With race or free it does what a sanitizer must report.
WorkerProcesses.enter()
let words = CommandLine.arguments.dropFirst()
if words.first == "ring", words.count == 3, let count = Int(words[2]), let seconds = Int(words[3]) {
  let isComplete = try await RingExchange(count: count).run(patience: .seconds(seconds))
  print(isComplete ? "complete" : "stands still")
} else if words.first == "race" {
  print(PlantedFaults.race())
} else if words.first == "free" {
  print(PlantedFaults.useAfterFree())
} else {
  var failed = 0
  for (name, run) in Checks.all {
    let isRight = try await run()
    print(isRight ? "ok    \(name)" : "FAIL  \(name)")
    failed += isRight ? 0 : 1
  }
  print("\(Checks.all.count - failed) passed, \(failed) failed")
  if failed > 0 { fatalError("A check failed.") }
}
