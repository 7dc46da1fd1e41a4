/// A thin layer over libjpeg(-turbo) that reports errors as codes: libjpeg's `longjmp` ends here.
#ifndef THIMBLE_CJPEG_H
#define THIMBLE_CJPEG_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  THIMBLE_JPEG_OK = 0,
  /// The data ends before the image does.
  THIMBLE_JPEG_TRUNCATED = 1,
  /// Anything else that libjpeg refuses; `thimble_jpeg_message` says what.
  THIMBLE_JPEG_CORRUPT = 2,
  THIMBLE_JPEG_OUT_OF_MEMORY = 3,
  /// More bytes were waited for, and will never come.
  THIMBLE_JPEG_INTERRUPTED = 4,
} thimble_jpeg_status;

typedef struct thimble_jpeg thimble_jpeg;

/// Waits until more than `count` of the file's bytes are there, which is asked only of a file that has more.
/// Returns how many are there; 0 when the rest will never come. It may not leave other than by returning.
typedef size_t thimble_jpeg_wait(void *context, size_t count);

/// Starts on a file of `count` bytes in memory, of which the first `available` are there and `wait` gets more.
/// The memory and `context` must outlive the result. NULL when memory is short.
thimble_jpeg *thimble_jpeg_create(
  const uint8_t *bytes, size_t count, size_t available, thimble_jpeg_wait *wait, void *context);
void thimble_jpeg_destroy(thimble_jpeg *jpeg);

/// Reads up to the first scan: afterwards width, height and components are known. No pixel memory yet.
thimble_jpeg_status thimble_jpeg_read_header(thimble_jpeg *jpeg);
uint32_t thimble_jpeg_width(const thimble_jpeg *jpeg);
uint32_t thimble_jpeg_height(const thimble_jpeg *jpeg);
uint32_t thimble_jpeg_components(const thimble_jpeg *jpeg);

/// Bytes that reading the rows will take: all coefficients of a file with several scans, some rows of others.
size_t thimble_jpeg_memory(thimble_jpeg *jpeg);

/// Whether an Adobe marker says how the colours are meant.
int thimble_jpeg_has_adobe_marker(const thimble_jpeg *jpeg);

/// What rows are made of, one byte a sample.
typedef enum {
  THIMBLE_JPEG_GRAY,
  /// Red, green, blue, unused.
  THIMBLE_JPEG_RGBX,
  /// Cyan, magenta, yellow, black, as the file has them.
  THIMBLE_JPEG_CMYK,
} thimble_jpeg_rows;

/// Gets ready for rows, with the fast integer transform instead of the accurate one if `is_fast`.
/// Decodes all of a progressive file.
thimble_jpeg_status thimble_jpeg_start(thimble_jpeg *jpeg, thimble_jpeg_rows rows, int is_fast);

/// Reads `count` rows, `stride` bytes apart.
thimble_jpeg_status thimble_jpeg_read_rows(thimble_jpeg *jpeg, uint8_t *rows, size_t stride, size_t count);

/// Passes over `count` rows, which must leave at least one to read.
thimble_jpeg_status thimble_jpeg_skip_rows(thimble_jpeg *jpeg, size_t count);

/// libjpeg's own words for the last failure; empty when there was none.
const char *thimble_jpeg_message(const thimble_jpeg *jpeg);

#endif
