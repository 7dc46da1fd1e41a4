import Glibc
import System

/// A file, or a part of one, mapped into memory for reading.
final class FileMap: Sendable {
  /// The mapped part. Valid as long as this object lives.
  nonisolated(unsafe) let buffer: UnsafeRawBufferPointer
  /// What `mmap` returned: it begins at a page and may be longer at the front.
  nonisolated(unsafe) private let pages: UnsafeMutableRawPointer
  private let mappedLength: Int
  /// Brings the bytes; nil: all are there.
  let arrival: MapArrival?

  /// Maps a file, or only `length` bytes from `offset` on.
  /// - Parameter arrival: brings the bytes of the file, which has its full size already; nil: all are there.
  init(path: String, part: (offset: Int, length: Int)? = nil, arrival: (any FileArrival)? = nil)
    throws(FormatError)
  {
    let file: ReadableFile
    do throws(SystemError) {
      file = try ReadableFile(path: path)
    } catch {
      throw FormatError("it cannot be opened: \(error)")
    }
    guard file.kind == .file else { throw FormatError("it is not a file") }
    let size = file.size
    let (offset, length) = part ?? (0, size)
    guard offset >= 0, length >= 0, offset <= size, length <= size - offset else {
      throw FormatError(
        "the bytes from \(offset) on, \(length) of them, do not lie in a file of \(size) bytes")
    }
    guard length > 0 else { throw FormatError("it is empty, not an HDF5 file") }
    // Maps begin at a multiple of the page size.
    let lead = offset % sysconf(Int32(_SC_PAGESIZE))
    #if FUZZING
      // A map ends at a multiple of the page size: the address sanitizer would not see what is read behind its end.
      let address = malloc(lead + length)
      let contents = UnsafeMutableRawBufferPointer(start: address, count: lead + length)
      guard (try? file.read(into: contents, at: offset - lead)) == contents.count else {
        throw FormatError("it cannot be read")
      }
    #else
      let address = mmap(nil, lead + length, PROT_READ, MAP_PRIVATE, file.descriptor, offset - lead)
    #endif
    guard let address, address != MAP_FAILED else {
      throw FormatError("it cannot be mapped into memory: \(SystemError())")
    }
    pages = address
    mappedLength = lead + length
    buffer = UnsafeRawBufferPointer(start: address + lead, count: length)
    self.arrival = arrival.map { MapArrival($0, offset: offset, length: length) }
  }

  deinit {
    #if FUZZING
      free(pages)
    #else
      munmap(pages, mappedLength)
    #endif
  }
}
