// Part of Apus, Apache-2.0. See LICENSE.

/// The buffers of an `apply_request`: a function and its arguments.
package struct ApplyBuffers: Sendable, Equatable {
  /// The function as its pickle describes it.
  package var function: PickleValue
  package var arguments: [PickleValue]
  /// Arguments by keyword, in the order of the keywords.
  package var keywords: [(name: String, value: PickleValue)]

  /// A call of a function that Python imports by its name.
  package init(
    _ function: PickleName, _ arguments: [PickleValue] = [],
    keywords: [(name: String, value: PickleValue)] = []
  ) {
    self.function = .name(function)
    self.arguments = arguments
    self.keywords = keywords.sorted {
      $0.name.unicodeScalars.map(\.value).lexicographicallyPrecedes(
        $1.name.unicodeScalars.map(\.value))
    }
  }

  /// A call of what stands under a name at the engine, as that of an `ipyparallel.Reference`.
  package init(referenced name: String, _ arguments: [PickleValue] = []) {
    self.init(Self.reference, arguments)
    var object = PickledObject(form: .new, made: .name(Self.reference), arguments: .tuple([]))
    object.state = .dictionary([
      PickleEntry(.text("name"), .text(name)), PickleEntry(.text("buffers"), .list([])),
    ])
    function = .object(object)
  }

  private static let reference = PickleName("ipyparallel.serialize.canning", "Reference")

  /// Reads buffers.
  ///
  /// - Throws: ``WireError`` `.malformed` if there are too few, too many, or others than the counts among them say.
  package init(_ buffers: [[UInt8]]) throws(WireError) {
    var rest = buffers[...]
    function = try CannedValue.take(&rest)
    guard let info = rest.popFirst() else { throw Self.wrong }
    let counts = try PickleReader.value(of: info)
    guard let count = counts["nargs"]?.integer, let bufferCount = counts["narg_bufs"]?.integer,
      let names = counts["kw_keys"]?.elements, count >= 0, bufferCount >= 0,
      bufferCount <= rest.count
    else { throw Self.wrong }
    var positional = rest.prefix(bufferCount)
    arguments = []
    for _ in 0..<count { arguments.append(try CannedValue.take(&positional)) }
    var named = rest.dropFirst(bufferCount)
    keywords = []
    for name in names {
      guard case .text(let name) = name else { throw Self.wrong }
      keywords.append((name, try CannedValue.take(&named)))
    }
    guard positional.isEmpty, named.isEmpty else { throw Self.wrong }
  }

  /// The buffers, as ipyparallel reads them.
  package var buffers: [[UInt8]] {
    let positional = arguments.flatMap { CannedValue.buffers(of: $0) }
    let info = PickleValue.dictionary([
      PickleEntry(.text("nargs"), .integer(arguments.count)),
      PickleEntry(.text("narg_bufs"), .integer(positional.count)),
      PickleEntry(.text("kw_keys"), .list(keywords.map { .text($0.name) })),
    ])
    return CannedValue.buffers(of: function) + [PickleWriter.pickle(info)] + positional
      + keywords.flatMap { CannedValue.buffers(of: $0.value) }
  }

  /// The module and the name of the function, if it has them; its code is never run.
  package var functionName: PickleName? {
    switch function {
    case .name(let name): return name
    case .object(let object):
      guard object.made == .name(PickleName("ipyparallel.serialize.canning", "CannedFunction")),
        let state = object.state, case .text(let module) = state["module"],
        case .text(let name) = state["__name__"]
      else { return nil }
      return PickleName(module, name)
    default: return nil
    }
  }

  /// The name of a function that stands for itself, as `ipyparallel.Reference` does; nil for other functions.
  package var referencedName: String? {
    guard case .object(let object) = function,
      object.made == .name(Self.reference),
      case .text(let name) = object.state?["name"]
    else { return nil }
    return name
  }

  /// Takes the value of a keyword out.
  package mutating func takeKeyword(_ name: String) -> PickleValue? {
    guard let place = keywords.firstIndex(where: { $0.name == name }) else { return nil }
    return keywords.remove(at: place).value
  }

  package static func == (a: ApplyBuffers, b: ApplyBuffers) -> Bool {
    a.function == b.function && a.arguments == b.arguments
      && a.keywords.map(\.name) == b.keywords.map(\.name)
      && a.keywords.map(\.value) == b.keywords.map(\.value)
  }

  private static var wrong: WireError {
    WireError(.malformed, "the buffers of an apply request do not fit their counts")
  }
}
