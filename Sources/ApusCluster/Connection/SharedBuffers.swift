// Part of Apus, Apache-2.0. See LICENSE.
import ApusTransport

/// Buffers that several messages share without a copy for each.
package final class SharedBuffers {
  let parcel: Parcel
  package let byteCount: Int

  package init(_ buffers: [[UInt8]]) {
    parcel = Parcel(buffers)
    byteCount = parcel.byteCount()
  }
}
