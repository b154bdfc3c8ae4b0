// Part of Apus, Apache-2.0. See LICENSE.
import ApusParallel
import ApusProcess

/// The options of a node.
struct JobNodeArguments {
  static let help = """
    Options of a node for job servers:
      --workers=N         worker processes (default: one for each core)
      --port=P            the first of \(NodeAddress.portCount) ports (default: \(NodeAddress.usualPort))
      --address=HOST      the address to listen at (default: 0.0.0.0)
      --secret-file=FILE  a file of mode 0600 whose first line is the secret
    $APUS_NODE_SECRET may hold the secret.
    """
  static let secretVariable = "APUS_NODE_SECRET"

  private(set) var workers = ThreadBudget.current.count
  private(set) var address = NodeAddress(host: "0.0.0.0", port: NodeAddress.usualPort)
  private(set) var keys: NodeKeys

  /// - Throws: ``ClusterError`` that says what is wrong.
  init(_ words: [String], environment: [String: String]) throws {
    var secret = environment[Self.secretVariable].map { Array($0.utf8) }
    var (host, port) = (address.host, address.port)
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      let value = parts.count == 2 ? String(parts[1]) : ""
      switch parts[0] {
      case "--workers": workers = try Self.number(word, value, 1...1024)
      case "--port": port = try Self.number(word, value, 1...65_536 - NodeAddress.portCount)
      case "--address" where !value.isEmpty: host = value
      case "--secret-file": secret = try Self.secret(in: value)
      default: throw ClusterError(.invalidNode, "A node has no option '\(word)'.\n\(Self.help)")
      }
    }
    guard let secret else {
      throw ClusterError(
        .invalidSecret, "A node needs a secret: --secret-file, or \(Self.secretVariable).")
    }
    address = NodeAddress(host: host, port: port)
    keys = try NodeKeys(secret: secret)
  }

  private static func number(
    _ word: String, _ value: String, _ range: ClosedRange<Int>
  ) throws -> Int {
    guard let number = Int(value), range.contains(number) else {
      throw ClusterError(
        .invalidNode,
        "'\(word)' must have a number from \(range.lowerBound) to \(range.upperBound).")
    }
    return number
  }

  private static func secret(in path: String) throws -> [UInt8] {
    do {
      return try SecretFile.firstLine(of: path)
    } catch {
      throw ClusterError(.invalidSecret, "\(error)")
    }
  }
}
