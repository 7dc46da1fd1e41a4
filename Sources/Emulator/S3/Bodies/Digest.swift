import COpenSSL
import CZlib
import Foundation

/// A digest over bytes that come in pieces.
protocol RunningDigest: AnyObject {
  func update(_ bytes: UnsafeRawBufferPointer)
  /// Big-endian, as checksums are written. To be asked for once.
  func finish() -> [UInt8]
}

extension RunningDigest {
  func update(_ data: some ContiguousBytes) { data.withUnsafeBytes { update($0) } }
}

/// MD5, SHA-1 and SHA-256, OpenSSL's.
final class MessageDigest: RunningDigest {
  enum Algorithm { case md5, sha1, sha256 }

  private let context = EVP_MD_CTX_new()

  init(_ algorithm: Algorithm) {
    let kind =
      switch algorithm {
      case .md5: EVP_md5()
      case .sha1: EVP_sha1()
      case .sha256: EVP_sha256()
      }
    EVP_DigestInit_ex(context, kind, nil)
  }

  deinit { EVP_MD_CTX_free(context) }

  func update(_ bytes: UnsafeRawBufferPointer) { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }

  func finish() -> [UInt8] {
    var count: UInt32 = 0
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    EVP_DigestFinal_ex(context, &bytes, &count)
    return Array(bytes.prefix(Int(count)))
  }

  static func of(_ data: some ContiguousBytes, _ algorithm: Algorithm) -> [UInt8] {
    let digest = MessageDigest(algorithm)
    digest.update(data)
    return digest.finish()
  }
}

/// CRC-32 as in zip files, zlib's.
final class CRC32: RunningDigest {
  private var value: UInt = 0

  func update(_ bytes: UnsafeRawBufferPointer) {
    value = crc32_z(value, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
  }

  func finish() -> [UInt8] { withUnsafeBytes(of: UInt32(truncatingIfNeeded: value).bigEndian, Array.init) }
}

/// A reflected CRC of 32 or 64 bits with all bits set before and inverted after.
final class TableCRC<Word: FixedWidthInteger & UnsignedInteger & Sendable>: RunningDigest {
  private let table: [Word]
  private var value = Word.max

  /// - Parameter polynomial: reflected.
  init(polynomial: Word) {
    table = (0..<256).map { index in
      var word = Word(index)
      for _ in 0..<8 { word = word & 1 == 1 ? (word >> 1) ^ polynomial : word >> 1 }
      return word
    }
  }

  func update(_ bytes: UnsafeRawBufferPointer) {
    var word = value
    table.withUnsafeBufferPointer { table in
      for byte in bytes { word = table[Int(truncatingIfNeeded: word & 0xff) ^ Int(byte)] ^ (word >> 8) }
    }
    value = word
  }

  func finish() -> [UInt8] { withUnsafeBytes(of: (~value).bigEndian, Array.init) }
}

extension Sequence<UInt8> {
  /// Lower-case hexadecimal digits.
  var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
