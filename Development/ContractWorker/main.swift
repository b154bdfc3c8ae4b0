// Part of Apus, Apache-2.0. See LICENSE.
import ApusCluster
import ApusRandom
import ApusWorkers
import ContractFunctions
import StatisticsFunctions

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

// The worker of the tests, which cannot be their own workers: it has the functions of ContractFunctions. With the words
// checkpoint, place, file, log and count it runs a map with a checkpoint, to be killed; with sleep, a map that never ends; with lazily, place and
// count, one that says how its memory grows.
Cluster.enter(functions: hiddenFunctions)
let words = CommandLine.arguments.dropFirst()
if words.first == "checkpoint", words.count == 5, let count = Int(words[5]) {
  var seed = Seed(4)
  let place: Place =
    switch words[2] {
    case "threads": .threads(2)
    case "cluster": .cluster(try await Cluster.connect())
    default: .processes(2)
    }
  var options = TaskOptions()
  options.retries = words[2] == "cluster" ? 5 : 0
  let results = try await (0..<count).parallelMap(
    Logged(scale: 1, log: words[4], pause: 4000), on: place, streams: seed.streams(),
    options: options, checkpoint: Checkpoint(words[3], accepting: [.build]))
  print(results.reduce(0, +))
} else if words.first == "lazily", words.count == 3, let count = Int(words[3]) {
  // A map of very many elements, taken one by one: prints by how many bytes the memory grew after the first tenth.
  let place = words[2] == "threads" ? Place.threads(2) : .processes(2)
  let memory = Captured(numbers: [], bytes: [], few: [])
  var consumed = 0, sum = 0, early = 0.0
  for try await (_, outcome) in (0..<count).parallelResults(Square(), on: place) {
    sum &+= try outcome.get()
    consumed += 1
    if consumed == count / 10 { early = memory.privateMemory }
  }
  print(sum, memory.privateMemory - early)
} else if words.first == "sleep", words.count == 2 {
  // Until it is killed; the second word tells its workers from others.
  setenv("APUS_CONTRACT", words[2], 1)
  setpgid(0, 0)
  _ = try await (0..<3).parallelMap(Sleep(milliseconds: 600_000), on: .processes(3))
} else {
  print((ContractFunctions.names + StatisticsFunctions.names).joined(separator: "\n"))
}
