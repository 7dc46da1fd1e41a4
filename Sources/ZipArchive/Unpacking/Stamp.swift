import System

/// Says of a tree that it is complete, and what of.
///
/// The running system's boot is part of it: a killed process leaves nothing half-written behind the rename,
/// but a power cut may, and a tree from before is therefore not trusted. That saves writing all to the disk.
struct Stamp {
  let text: [UInt8]
  /// False where the boot cannot be identified.
  let isReusable: Bool

  init(_ archive: ZipArchive) {
    let boot = Self.bootID()
    isReusable = !boot.isEmpty
    text = Array("\(archive.digest) ".utf8) + boot
  }

  /// random(4): new at each boot.
  private static func bootID() -> [UInt8] {
    let file = try? ReadableFile(path: "/proc/sys/kernel/random/boot_id")
    return (try? file?.read(at: 0, count: 64)) ?? []
  }
}
