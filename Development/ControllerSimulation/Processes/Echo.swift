// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkers

/// What all tasks call; engines do not run it, but give back their elements.
struct Echo: RemoteFunction {
  static let name = "echo"

  func callAsFunction(_ element: String) -> String { element }
}
