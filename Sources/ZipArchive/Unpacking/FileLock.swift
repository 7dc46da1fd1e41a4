import Glibc

/// A lock between processes: a file that exists while a process holds or wants it. The kernel unlocks it when
/// its holder dies, however that happens.
struct FileLock {
  private let parent: Int32
  private let name: [CChar]
  private let descriptor: Int32

  /// Waits until the lock is free.
  /// - Returns: nil when the file cannot be made or locked; `errno` tells why.
  init?(_ name: [CChar], in parent: Int32) {
    while true {
      let file = openat(parent, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard file >= 0 else { return nil }
      guard retryingInterrupts({ flock(file, LOCK_EX) }) == 0 else {
        let code = errno
        close(file)
        errno = code
        return nil
      }
      // The last holder removed the file: then the name is another's by now, or nobody's.
      var (mine, named) = (stat(), stat())
      if fstat(file, &mine) == 0, fstatat(parent, name, &named, AT_SYMLINK_NOFOLLOW) == 0,
        mine.st_ino == named.st_ino, mine.st_dev == named.st_dev
      {
        (self.parent, self.name, descriptor) = (parent, name, file)
        return
      }
      close(file)
    }
  }

  func unlock() {
    unlinkat(parent, name, 0)
    close(descriptor)
  }
}
