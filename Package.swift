// swift-tools-version: 6.2
import PackageDescription

// The kernels are the arithmetic: always optimised, also in debug builds, or the tests crawl. Every
// x86_64 host that Lambda offers has AVX2 and FMA; `main` checks the CPU. On arm64 the same source
// compiles to NEON without flags. The high threshold lets loops over a tile's rows be unrolled whole, or
// its sums would live in memory instead of registers.
let optimized = ["-Ounchecked", "-wmo", "-num-threads", "2", "-Xllvm", "-unroll-threshold=4000"]
#if arch(x86_64)
  let kernelFlags = optimized + ["-Xcc", "-march=x86-64-v3"]
  let wideKernelFlags = optimized + ["-Xcc", "-march=x86-64-v4", "-D", "AVX512"]
#else
  let kernelFlags = optimized
  let wideKernelFlags = optimized + ["-D", "AVX512"]  // Compiles, and nothing uses it.
#endif

/// The commit of what is built, as layer/build-thimble states it. SwiftPM's own (`Context.gitInformation`) is kept with
/// the evaluated manifest, and is that of an older commit after the next one.
let commit = Context.environment["THIMBLE_COMMIT"] ?? "unknown"

let testSupport: Target.Dependency = "TestSupport"

let package = Package(
  name: "thimble",
  products: [
    .executable(name: "bootstrap", targets: ["bootstrap"]),
    .executable(name: "thimble", targets: ["thimble"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
  ],
  targets: [
    // System libraries. The two codecs carry a C shim as well: libpng and libjpeg report errors by
    // `longjmp`, which must never cross a Swift frame.
    .systemLibrary(name: "CCurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "COpenSSL", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CSpawn"),
    .systemLibrary(name: "CCPU"),
    .systemLibrary(name: "CPrefetch"),
    .systemLibrary(name: "CNSS"),
    .target(name: "CPNG", linkerSettings: [.linkedLibrary("png16")]),
    .target(name: "CJPEG", linkerSettings: [.linkedLibrary("jpeg")]),

    // What two others need.
    .target(name: "System"),
    .target(name: "XML"),
    .target(name: "Digests", dependencies: ["COpenSSL", "CZlib"]),

    // The engine and the readers.
    .target(name: "Kernels", dependencies: ["CPrefetch"], swiftSettings: [.unsafeFlags(kernelFlags)]),
    .target(
      name: "KernelsAVX512", dependencies: ["Kernels", "CPrefetch"],
      swiftSettings: [.unsafeFlags(wideKernelFlags)]),
    .target(name: "Inference", dependencies: ["System", "Kernels", "KernelsAVX512", "CCPU", "CPrefetch"]),
    .target(name: "NPY", dependencies: ["System", "Inference"]),
    .target(name: "JSON"),
    .target(name: "HDF5", dependencies: ["System", "CZlib"]),
    .target(name: "ZipArchive", dependencies: ["System", "CZlib"]),
    .target(name: "Keras", dependencies: ["System", "HDF5", "ZipArchive", "JSON", "Inference"]),
    .target(name: "Imaging", dependencies: ["Kernels", "CPNG", "CJPEG"]),

    // The network.
    .target(name: "HTTP", dependencies: ["System", "CCurl", "COpenSSL"]),
    .target(name: "S3", dependencies: ["System", "XML", "Digests", "HTTP"]),
    .target(name: "LambdaRuntime", dependencies: ["System", "HTTP", "JSON"]),

    // The application.
    .target(
      name: "Classifier",
      dependencies: [
        "System", "Digests", "Keras", "Inference", "JSON", "ZipArchive", "Imaging", "S3", "LambdaRuntime",
      ]),
    .executableTarget(name: "bootstrap", dependencies: ["Classifier", "Inference", "LambdaRuntime", "CNSS"]),
    .target(
      name: "Emulator",
      dependencies: [
        "System", "XML", "Digests", "ZipArchive", "CSpawn",
        .product(name: "FlyingFox", package: "FlyingFox"),
        .product(name: "FlyingSocks", package: "FlyingFox"),
      ]),
    .target(name: "CCommit", cSettings: [.define("THIMBLE_COMMIT", to: "\"\(commit)\"")]),
    .executableTarget(
      name: "thimble",
      dependencies: [
        "CCommit", "System", "Digests", "Classifier", "Keras", "Inference", "NPY", "Imaging", "JSON",
        "ZipArchive",
        "S3", "HTTP", "Emulator",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // Speed of the engine on the shapes of well-known models.
    .executableTarget(name: "Benchmarks", dependencies: ["System", "Inference", "Kernels"]),

    // Tests mirror Sources, a test target for each target.
    // TestSupport compares many millions of values, so it is always optimised.
    .target(
      name: "TestSupport", dependencies: ["System"], path: "Tests/TestSupport",
      swiftSettings: [.unsafeFlags(["-O"])]),
    .testTarget(name: "SystemTests", dependencies: ["System", testSupport]),
    .testTarget(name: "XMLTests", dependencies: ["XML", testSupport]),
    .testTarget(name: "DigestsTests", dependencies: ["Digests", "System", testSupport]),
    .testTarget(name: "TestSupportTests", dependencies: [testSupport]),
    .testTarget(name: "KernelsTests", dependencies: ["Kernels", testSupport]),
    .testTarget(name: "InferenceTests", dependencies: ["Inference", "NPY", testSupport]),
    .testTarget(name: "NPYTests", dependencies: ["NPY", "Inference", testSupport]),
    .testTarget(name: "JSONTests", dependencies: ["JSON"]),
    .testTarget(name: "HDF5Tests", dependencies: ["HDF5", "System", "CZlib", testSupport]),
    .testTarget(
      name: "ZipArchiveTests",
      dependencies: ["ZipArchive", "System", "UnpackProbe", "COpenSSL", testSupport]),
    .executableTarget(name: "UnpackProbe", dependencies: ["ZipArchive"], path: "Tests/UnpackProbe"),
    .executableTarget(
      name: "AllocationProbe", dependencies: ["Keras", "Inference", "CAllocations"],
      path: "Tests/AllocationProbe"),
    .target(name: "CAllocations", path: "Tests/CAllocations"),
    .testTarget(
      name: "KerasTests", dependencies: ["Keras", "Inference", "NPY", "System", "JSON", testSupport]),
    .testTarget(name: "ImagingTests", dependencies: ["Imaging", testSupport]),
    .testTarget(name: "HTTPTests", dependencies: ["HTTP", "System", testSupport]),
    .testTarget(
      name: "S3Tests",
      dependencies: ["S3", "System", "XML", "Digests", "Emulator", "HTTP", "thimble", testSupport]),
    .testTarget(
      name: "LambdaRuntimeTests", dependencies: ["LambdaRuntime", "EchoFunction", "Emulator", testSupport]),
    .executableTarget(
      name: "EchoFunction", dependencies: ["LambdaRuntime", "JSON"], path: "Tests/EchoFunction"),
    .testTarget(
      name: "ClassifierTests",
      dependencies: [
        "Classifier", "System", "Digests", "HTTP", "Imaging", "Inference", "JSON", "LambdaRuntime", "S3",
        testSupport,
      ]),
    .testTarget(name: "EmulatorTests", dependencies: ["Emulator", "System", "Digests", testSupport]),
    .testTarget(name: "ThimbleTests", dependencies: ["thimble", testSupport]),
    .testTarget(name: "EndToEndTests", dependencies: ["Emulator", "S3", testSupport]),
  ]
)

// What is linked into `bootstrap` does without the libraries of regular expressions and of concurrency, which
// every file imports unasked: one call into them, `text.contains("more than a character")` say, brings 1.7 MB.
let linkedIntoBootstrap = [
  "System", "XML", "Digests",
  "Kernels", "KernelsAVX512", "Inference", "JSON", "HDF5", "ZipArchive", "Keras", "Imaging", "HTTP", "S3",
  "LambdaRuntime", "Classifier", "bootstrap",
]
/// The targets that touch every pixel and every weight.
let computing = ["Kernels", "KernelsAVX512", "Inference", "Imaging", "HDF5"]
for target in package.targets where linkedIntoBootstrap.contains(target.name) {
  let flags = ["string-processing", "concurrency"].flatMap {
    ["-Xfrontend", "-disable-implicit-\($0)-module-import"]
  }
  target.swiftSettings = (target.swiftSettings ?? []) + [.unsafeFlags(flags)]
  // The bytes of the package count for more than the speed of what runs once an image.
  if !computing.contains(target.name) {
    target.swiftSettings?.append(.unsafeFlags(["-Osize"], .when(configuration: .release)))
  }
}

// Fuzzing: scripts/fuzz sets the variable, and a folder of its own to build in. All but the kernels, whose speed is
// what lets millions of models be tried, get the sanitizers, and keep their checks where they are optimised.
if Context.environment["THIMBLE_FUZZ"] != nil {
  let sanitizers = "-sanitize=fuzzer,address"
  let kernels = ["Kernels", "KernelsAVX512"]
  package.targets += [
    .systemLibrary(name: "CFuzzer", path: "Tests/CFuzzer"),
    .executableTarget(
      name: "Fuzz",
      dependencies: [
        "CFuzzer", "CZlib", "XML", "JSON", "HDF5", "ZipArchive", "Imaging", "Inference", "Keras", "S3",
        "Emulator",
        "Classifier", testSupport,
      ],
      path: "Tests/Fuzz", linkerSettings: [.unsafeFlags([sanitizers])]),
  ]
  for target in package.targets where target.type != .system {
    target.swiftSettings = (target.swiftSettings ?? []) + [.define("FUZZING")]
    if kernels.contains(target.name) { continue }
    target.swiftSettings?.append(.unsafeFlags([sanitizers, "-assert-config", "Debug", "-enable-testing"]))
    target.cSettings =
      (target.cSettings ?? []) + [
        .define("FUZZING"), .unsafeFlags(["-fsanitize=address,fuzzer-no-link"]),
      ]
  }
}
