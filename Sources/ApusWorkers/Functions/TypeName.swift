// Part of Apus, Apache-2.0. See LICENSE.

/// The name under which another process that runs the same program finds a type.
///
/// The runtime's functions crash on some malformed names, so only names of letters, digits and underscores are looked up.
struct TypeName: Hashable, Sendable {
  static let longest = 500
  /// What the name of a registered function begins with.
  private static let registered = "@"

  let text: String

  /// A name that may have come from elsewhere; nil unless it is well-formed.
  init?(_ text: String) {
    if !text.hasPrefix(Self.registered) {
      guard (1...Self.longest).contains(text.utf8.count), text.utf8.allSatisfy(Self.isAllowed)
      else { return nil }
    }
    self.text = text
  }

  /// The name of a function's type.
  ///
  /// - Throws: ``WorkerError`` if another process cannot find it.
  init<Function: RemoteFunction>(of type: Function.Type) throws {
    if let name = RegisteredFunctionsStorage.name(of: type) {
      text = Self.registered + name
      return
    }
    guard let text = _mangledTypeName(type), let name = TypeName(text), name.type == type else {
      throw WorkerError(
        .functionNotFound,
        "\(type) cannot be found by name in another process, because it is private or declared within a function: declare it at the top level of a file, not private, or name it in WorkerProcesses.enter(functions:)."
      )
    }
    self = name
  }

  /// The type, if this program has it.
  var type: (any RemoteFunction.Type)? {
    if text.hasPrefix(Self.registered) {
      return RegisteredFunctionsStorage.type(String(text.dropFirst(Self.registered.count)))
    }
    return _typeByName(text) as? any RemoteFunction.Type
  }

  /// The names under which a function may be found that somebody calls by one of his own: that under which it was registered, or
  /// `Module.Type`.
  static func candidates(_ name: String) -> [TypeName] {
    let registered = TypeName(Self.registered + name)
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy(isIdentifier) else {
      return [registered].compactMap { $0 }
    }
    // A structure, an enumeration, a class.
    let mangled = ["V", "O", "C"].map { kind in
      parts.map { "\($0.utf8.count)\($0)" }.joined() + kind
    }
    return ([registered] + mangled.map { TypeName($0) }).compactMap { $0 }
  }

  /// Whether a part of a name begins with a letter or an underscore, so that no count of bytes can be taken for its beginning.
  private static func isIdentifier(_ part: Substring) -> Bool {
    part.utf8.allSatisfy(isAllowed) && part.first.map { $0.isLetter || $0 == "_" } ?? false
  }

  private static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
