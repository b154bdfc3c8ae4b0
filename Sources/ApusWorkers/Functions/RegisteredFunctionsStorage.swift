// Part of Apus, Apache-2.0. See LICENSE.
import ApusRandom
import Synchronization

/// Functions that a program has named itself, because their types cannot be found by the names that the compiler gave them.
enum RegisteredFunctionsStorage {
  private static let types = Mutex<[String: any RemoteFunction.Type]>([:])

  static func register(_ functions: [String: any RemoteFunction.Type]) {
    types.withLock { $0.merge(functions) { $1 } }
  }

  static func type(_ name: String) -> (any RemoteFunction.Type)? { types.withLock { $0[name] } }

  /// The names of all functions.
  static var names: [String] { types.withLock { $0.keys.sorted() } }

  /// The name under which a type was registered.
  static func name(of type: any RemoteFunction.Type) -> String? {
    types.withLock { $0.first { $0.value == type }?.key }
  }
}
