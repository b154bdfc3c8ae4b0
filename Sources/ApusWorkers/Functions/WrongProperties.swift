// Part of Apus, Apache-2.0. See LICENSE.

/// Properties that a program in another language has given to a function, and that are not its own.
package struct WrongProperties: Error, CustomStringConvertible {
  package var description: String

  /// The name of this type, as an answer carries it.
  package static let typeName = String(reflecting: WrongProperties.self)

  /// Decodes a function with its properties.
  ///
  /// - Throws: ``WrongProperties`` if one is missing, of another type, or unknown.
  static func decode<Function: RemoteFunction>(
    _ type: Function.Type, _ captures: [UInt8]
  ) throws -> Function {
    var reader = ByteReader(captures)
    reader.converts = true
    let state = DecoderState(reader)
    state.askedKeys = []
    do {
      let function = try state.decodeAll(type, &reader)
      var all = ByteReader(captures)
      guard case .map(let entries) = try PlainValue(&all) else { return function }
      if let unknown = entries.first(where: { state.askedKeys?.contains($0.key) == false }) {
        throw WrongProperties(description: "\(type) has no property \(unknown.key)")
      }
      return function
    } catch let error as WrongProperties {
      throw error
    } catch DecodingError.keyNotFound(let key, _) {
      throw WrongProperties(description: "\(type) lacks its property \(key.stringValue)")
    } catch {
      throw WrongProperties(description: "the properties of \(type) are wrong: \(error)")
    }
  }
}
