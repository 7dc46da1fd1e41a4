/// What steps need to pack their weights: threads that share the work, and the kernels to pack for.
struct Packing {
  let workers: Workers
  let kernels: KernelSet
}
