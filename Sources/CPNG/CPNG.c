#include "CPNG.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

// Only chunks other than the pixels' are held in memory whole, and a palette is the largest of use.
enum { maximum_chunk_bytes = 1 << 16, maximum_chunks = 64 };

struct thimble_png {
  png_structp reader;
  png_infop info;
  /// The file, its size, how many of its bytes are there and how many are read.
  const uint8_t *bytes;
  size_t count, available, position;
  thimble_png_wait *wait;
  void *context;
  int passes;
  thimble_png_status status;
  char message[200];
};

static void fail(png_structp reader, png_const_charp message) {
  thimble_png *png = png_get_error_ptr(reader);
  if (png->status == THIMBLE_PNG_OK) png->status = THIMBLE_PNG_CORRUPT;
  snprintf(png->message, sizeof png->message, "%s", message);
  longjmp(png_jmpbuf(reader), 1);
}

static void ignore_warning(png_structp reader, png_const_charp message) { (void)reader, (void)message; }

static void copy_data(png_structp reader, png_bytep target, size_t count) {
  thimble_png *png = png_get_io_ptr(reader);
  if (count > png->count - png->position) {
    png->status = THIMBLE_PNG_TRUNCATED;
    png_error(reader, "end of data");
  }
  size_t end = png->position + count;
  if (end > png->available) {
    size_t available = png->wait(png->context, end - 1);
    if (available < end) {
      png->status = THIMBLE_PNG_INTERRUPTED;
      png_error(reader, "the rest did not come");
    }
    png->available = available;
  }
  memcpy(target, png->bytes + png->position, count);
  png->position = end;
}

thimble_png *thimble_png_create(
  const uint8_t *bytes, size_t count, size_t available, thimble_png_wait *wait, void *context, int keeps_gamma) {
  thimble_png *png = calloc(1, sizeof *png);
  if (png == NULL) return NULL;
  png->bytes = bytes;
  png->count = count;
  png->available = available;
  png->wait = wait;
  png->context = context;
  png->reader = png_create_read_struct(PNG_LIBPNG_VER_STRING, png, fail, ignore_warning);
  if (png->reader != NULL) png->info = png_create_info_struct(png->reader);
  if (png->info == NULL || setjmp(png_jmpbuf(png->reader))) {
    thimble_png_destroy(png);
    return NULL;
  }
  png_set_read_fn(png->reader, png, copy_data);
  // The caller checks the size; libpng's own limit of a million a side would only name it worse.
  png_set_user_limits(png->reader, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(png->reader, maximum_chunk_bytes);
  png_set_chunk_cache_max(png->reader, maximum_chunks);
#ifdef FUZZING
  // A mutated file would be refused for its checksums, and nothing behind them be tried.
  png_set_crc_action(png->reader, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
  png_set_option(png->reader, PNG_IGNORE_ADLER32, PNG_OPTION_ON);
#endif
  // Everything but IHDR, PLTE, tRNS, IDAT and IEND is passed over unread: no colour profile, no text.
  png_set_keep_unknown_chunks(png->reader, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
  if (keeps_gamma) {
    static const png_byte colors[] = "cHRM\0gAMA\0iCCP\0sRGB";
    png_set_keep_unknown_chunks(png->reader, PNG_HANDLE_CHUNK_AS_DEFAULT, colors, 4);
  }
  return png;
}

void thimble_png_destroy(thimble_png *png) {
  if (png == NULL) return;
  if (png->reader != NULL) png_destroy_read_struct(&png->reader, &png->info, NULL);
  free(png);
}

thimble_png_status thimble_png_read_header(thimble_png *png, thimble_png_header *header) {
  if (setjmp(png_jmpbuf(png->reader))) return png->status;
  png_read_info(png->reader, png->info);

  memset(header, 0, sizeof *header);
  header->width = png_get_image_width(png->reader, png->info);
  header->height = png_get_image_height(png->reader, png->info);
  header->bit_depth = png_get_bit_depth(png->reader, png->info);
  header->color_type = png_get_color_type(png->reader, png->info);
  header->is_interlaced = png_get_interlace_type(png->reader, png->info) != PNG_INTERLACE_NONE;

  for (int index = 0; index < 256; index++) header->palette[index * 4 + 3] = 255;
  png_colorp colors = NULL;
  int count = 0;
  if (png_get_PLTE(png->reader, png->info, &colors, &count)) {
    for (int index = 0; index < count && index < 256; index++) {
      header->palette[index * 4] = colors[index].red;
      header->palette[index * 4 + 1] = colors[index].green;
      header->palette[index * 4 + 2] = colors[index].blue;
    }
  }
  png_bytep alphas = NULL;
  png_color_16p color = NULL;
  if (png_get_tRNS(png->reader, png->info, &alphas, &count, &color)) {
    if (header->color_type == PNG_COLOR_TYPE_PALETTE) {
      for (int index = 0; alphas != NULL && index < count && index < 256; index++)
        header->palette[index * 4 + 3] = alphas[index];
    } else if (color != NULL) {
      int is_gray = header->color_type == PNG_COLOR_TYPE_GRAY;
      header->has_transparent_color = 1;
      header->transparent_color[0] = is_gray ? color->gray : color->red;
      header->transparent_color[1] = color->green;
      header->transparent_color[2] = color->blue;
    }
  }
  return THIMBLE_PNG_OK;
}

size_t thimble_png_memory(thimble_png *png) {
  return 2 * png_get_rowbytes(png->reader, png->info) + 8 * (size_t)png_get_image_width(png->reader, png->info);
}

static void begin_rows(thimble_png *png) {
  png->passes = png_set_interlace_handling(png->reader);
  png_read_update_info(png->reader, png->info);
}

thimble_png_status thimble_png_start(thimble_png *png) {
  if (setjmp(png_jmpbuf(png->reader))) return png->status;
  int depth = png_get_bit_depth(png->reader, png->info);
  switch (png_get_color_type(png->reader, png->info)) {
    case PNG_COLOR_TYPE_GRAY:
      if (depth < 8) png_set_expand_gray_1_2_4_to_8(png->reader);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
      if (depth == 16) png_set_swap(png->reader);
#endif
      break;
    case PNG_COLOR_TYPE_PALETTE:
      png_set_packing(png->reader);
      break;
    case PNG_COLOR_TYPE_GRAY_ALPHA:
      if (depth == 16) {
        png_set_strip_16(png->reader);
        png_set_gray_to_rgb(png->reader);
      }
      break;
    case PNG_COLOR_TYPE_RGB:
      if (depth == 16) png_set_strip_16(png->reader);
      png_set_filler(png->reader, 255, PNG_FILLER_AFTER);
      break;
    default:
      if (depth == 16) png_set_strip_16(png->reader);
      break;
  }
  begin_rows(png);
  return THIMBLE_PNG_OK;
}

thimble_png_status thimble_png_start_channels(thimble_png *png, int channels) {
  if (setjmp(png_jmpbuf(png->reader))) return png->status;
  int depth = png_get_bit_depth(png->reader, png->info);
  int type = png_get_color_type(png->reader, png->info);
  int is_gray = !(type & PNG_COLOR_MASK_COLOR);
  int is_transparent = png_get_valid(png->reader, png->info, PNG_INFO_tRNS) != 0;
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png->reader);
  if (is_gray && depth < 8) png_set_expand_gray_1_2_4_to_8(png->reader);
  if (depth == 16) png_set_strip_16(png->reader);
  if (channels == 4) {
    if (is_transparent) png_set_tRNS_to_alpha(png->reader);
    // What is opaque gets the largest number of the file's depth, which is not 255 below eight bits.
    else if (!(type & PNG_COLOR_MASK_ALPHA)) png_set_add_alpha(png->reader, (1u << depth) - 1, PNG_FILLER_AFTER);
  } else {
    png_set_strip_alpha(png->reader);
  }
  if (channels == 1) {
    if (!is_gray) png_set_rgb_to_gray(png->reader, PNG_ERROR_ACTION_NONE, 0.299, 0.587);
  } else {
    if (is_gray) png_set_gray_to_rgb(png->reader);
    if (channels == 3) png_set_filler(png->reader, 255, PNG_FILLER_AFTER);
  }
  begin_rows(png);
  return THIMBLE_PNG_OK;
}

thimble_png_status thimble_png_read_rows(thimble_png *png, uint8_t *rows, size_t stride, size_t count) {
  if (setjmp(png_jmpbuf(png->reader))) return png->status;
  for (int pass = 0; pass < png->passes; pass++) {
    for (size_t row = 0; row < count; row++) png_read_row(png->reader, rows + row * stride, NULL);
  }
  return THIMBLE_PNG_OK;
}

const char *thimble_png_message(const thimble_png *png) { return png->message; }
