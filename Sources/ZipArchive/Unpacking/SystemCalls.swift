import Glibc

/// Repeats a system call that a signal interrupted.
func retryingInterrupts<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

/// The names in an open folder but `.` and `..`; nil when it cannot be read.
func names(in descriptor: Int32) -> [[CChar]]? {
  // The stream takes its descriptor over.
  let copy = openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
  guard copy >= 0 else { return nil }
  guard let stream = fdopendir(copy) else {
    close(copy)
    return nil
  }
  defer { closedir(stream) }
  var names: [[CChar]] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      bytes.prefix { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
    }
    if name != [46, 0], name != [46, 46, 0] { names.append(name) }
  }
  return names
}

/// Removes a file, link or whole folder, following no link.
/// - Returns: whether there is nothing of that name now.
@discardableResult
func removeTree(_ name: [CChar], in parent: Int32) -> Bool {
  if unlinkat(parent, name, 0) == 0 || errno == ENOENT { return true }
  let folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
  guard folder >= 0 else { return false }
  for child in names(in: folder) ?? [] { removeTree(child, in: folder) }
  close(folder)
  return unlinkat(parent, name, AT_REMOVEDIR) == 0
}

/// A name as C has it. Names with a NUL have been refused before.
func cString(_ name: some Collection<UInt8>) -> [CChar] { name.map { CChar(bitPattern: $0) } + [0] }
