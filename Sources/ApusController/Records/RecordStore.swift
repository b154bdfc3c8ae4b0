// Part of Apus, Apache-2.0. See LICENSE.

/// Where records of finished tasks are kept.
package enum RecordStore: String, Sendable, Hashable { case memory, sqlite, none }
