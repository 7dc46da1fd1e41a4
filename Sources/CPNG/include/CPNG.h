/// A thin layer over libpng that reports errors as codes: libpng's `longjmp` ends here.
#ifndef THIMBLE_CPNG_H
#define THIMBLE_CPNG_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  THIMBLE_PNG_OK = 0,
  /// The data ends before the image does.
  THIMBLE_PNG_TRUNCATED = 1,
  /// Anything else that libpng refuses; `thimble_png_message` says what.
  THIMBLE_PNG_CORRUPT = 2,
  /// More bytes were waited for, and will never come.
  THIMBLE_PNG_INTERRUPTED = 3,
} thimble_png_status;

/// What the chunks before the pixels say.
typedef struct {
  uint32_t width, height;
  uint8_t bit_depth;
  /// 0 gray, 2 RGB, 3 palette, 4 gray and alpha, 6 RGBA, as in the file.
  uint8_t color_type;
  uint8_t is_interlaced;
  /// Whether the gray or RGB image has a transparent colour.
  uint8_t has_transparent_color;
  /// That colour: gray in the first, or red, green, blue, in the file's own depth.
  uint16_t transparent_color[3];
  /// 256 colours of red, green, blue, alpha; what the file does not set is opaque black.
  uint8_t palette[1024];
} thimble_png_header;

typedef struct thimble_png thimble_png;

/// Waits until more than `count` of the file's bytes are there, which is asked only of a file that has more.
/// Returns how many are there; 0 when the rest will never come. It may not leave other than by returning.
typedef size_t thimble_png_wait(void *context, size_t count);

/// Starts on a file of `count` bytes in memory, of which the first `available` are there and `wait` gets more.
/// `keeps_gamma`: whether what the file says of its colours' gamma matters, as it does to libpng's own gray.
/// The memory and `context` must outlive the result. NULL when memory is short.
thimble_png *thimble_png_create(
  const uint8_t *bytes, size_t count, size_t available, thimble_png_wait *wait, void *context, int keeps_gamma);
void thimble_png_destroy(thimble_png *png);

/// Reads up to the pixels. No pixel memory yet.
thimble_png_status thimble_png_read_header(thimble_png *png, thimble_png_header *header);

/// Bytes that libpng takes for rows: two of the file's, for its filters, and one in the widest form on the way.
size_t thimble_png_memory(thimble_png *png);

/// Gets ready for rows. Gray of up to 8 bits and palette: one byte a pixel, gray scaled to 0...255. Gray of
/// 16 bits: a word in the machine's byte order. Gray and alpha: two bytes at 8 bits, four (the gray
/// thrice) at 16. RGB: four bytes, the last unused. RGBA: four. Colours of 16 bits keep their high byte.
thimble_png_status thimble_png_start(thimble_png *png);

/// The same as TensorFlow's png_io.cc and OpenCV read it: `channels` is 1 for gray (by libpng's own weights, cut off), 3 for RGB
/// (four bytes, the last unused) and 4 for RGBA. Samples of 16 bits keep their high byte.
thimble_png_status thimble_png_start_channels(thimble_png *png, int channels);

/// Reads `count` rows, `stride` bytes apart; of an interlaced image all at once.
thimble_png_status thimble_png_read_rows(thimble_png *png, uint8_t *rows, size_t stride, size_t count);

/// libpng's own words for the last failure; empty when there was none.
const char *thimble_png_message(const thimble_png *png);

#endif
