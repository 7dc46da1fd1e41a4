import Imaging
import S3

/// An object is decoded while it arrives.
extension ObjectBody: ArrivingBytes {}
