/// What a link of a group leads to.
public enum HDF5Object: Sendable {
  case group(HDF5Group)
  case dataset(HDF5Dataset)
  /// A committed (named) datatype.
  case datatype(Datatype)
}
