import Testing

@testable import Keras
