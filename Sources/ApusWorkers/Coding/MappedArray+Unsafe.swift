// Part of Apus, Apache-2.0. See LICENSE.
import ApusWorkerSystem

// Safety: An array is one pointer to an object whose header has four words: type, references, count and capacity; its elements
// follow. The header is made from those of two real arrays, and only if these are laid out so. Such an object is never freed, as
// its word for references is that of the empty array, which lives for ever; arrays that share an object are copied before they
// change, so that nothing writes to the elements. The mapping stays until the process ends.

/// Arrays whose numbers stay in a file of memory that processes share.
///
/// The header stands in front of the mapped numbers, in a page that only this process has. The compiler lays constant arrays of
/// a program out in the same way.
enum MappedArray {
  /// What stands in front of an array's elements.
  private struct Header: BitwiseCopyable {
    var type: UInt
    var references: UInt
    var count: Int
    /// Twice the capacity, and a bit that depends on the type.
    var capacity: UInt
  }

  /// The numbers begin at multiples of it in the file, with as many bytes left free before them.
  static let alignment = Int(apus_page_size())

  /// An array of the numbers at a place in a file.
  ///
  /// - Parameter offset: a multiple of ``alignment``, at least as large.
  /// - Returns: nil if arrays are laid out in another way, or the system maps nothing; then the numbers must be copied.
  static func make<Number: BitwiseCopyable>(
    of type: Number.Type, descriptor: Int32, at offset: Int, count: Int
  ) -> [Number]? {
    guard count > 0, offset >= alignment, offset % alignment == 0, let header = header(type, count),
      let numbers = apus_map_behind_page(
        descriptor, Int64(offset), count * MemoryLayout<Number>.stride)
    else { return nil }
    let object = numbers - MemoryLayout<Header>.size
    object.storeBytes(of: header, as: Header.self)
    return unsafeBitCast(object, to: [Number].self)
  }

  /// - Returns: nil if arrays are laid out in another way.
  private static func header<Number: BitwiseCopyable>(
    _ type: Number.Type, _ count: Int
  ) -> Header? {
    guard MemoryLayout<[Number]>.size == MemoryLayout<UnsafeRawPointer>.size else { return nil }
    let model = uninitialized(type, count: 3), empty: [Number] = []
    return withExtendedLifetime((model, empty)) {
      let object = unsafeBitCast(model, to: UnsafeRawPointer.self)
      let immortal = unsafeBitCast(empty, to: UnsafeRawPointer.self)
      let start = model.withUnsafeBufferPointer { UnsafeRawPointer($0.baseAddress) }
      guard start == object + MemoryLayout<Header>.size else { return nil }
      var header = object.load(as: Header.self)
      let references = immortal.load(as: Header.self).references
      guard header.count == 3, header.capacity >> 1 == UInt(model.capacity),
        header.references != references
      else { return nil }
      header.references = references
      header.count = count
      header.capacity = UInt(count) << 1 | header.capacity & 1
      return header
    }
  }

  /// A new array, which the compiler cannot know.
  @inline(never)
  private static func uninitialized<Number: BitwiseCopyable>(
    _ type: Number.Type, count: Int
  ) -> [Number] {
    [Number](unsafeUninitializedCapacity: count) { buffer, initialized in
      UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, repeating: 0)
      initialized = count
    }
  }
}
