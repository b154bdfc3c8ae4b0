// Part of Apus, Apache-2.0. See LICENSE.
import Apus
import ApusTables

/// `Tables FILE WORKERS REPETITIONS`: reads a CSV file and prints the seconds of each reading.
@main
struct Tables {
  static func main() throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, let workers = Int(arguments[2]), let count = Int(arguments[3])
    else {
      fatalError("Tables FILE WORKERS REPETITIONS")
    }
    let clock = ContinuousClock()
    for _ in 0..<count {
      var table: Table?
      let time = try clock.measure { table = try Table(csv: arguments[1], workers: workers) }
      print(time / .seconds(1), table?.rowCount ?? 0, table?.columns.count ?? 0)
    }
  }
}
